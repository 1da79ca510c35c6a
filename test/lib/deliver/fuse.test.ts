import { describe, expect, test } from 'vitest'
import { createFuse } from '../../../src/lib/deliver/fuse.ts'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import type { ContactFields, Signup } from '../../../src/lib/signup.ts'

const signupOf = (contact: Partial<ContactFields>): Signup => ({
  event_id: 'e',
  contact: { role: 'user', ...contact },
})
const person = (number: number) => signupOf({ email: `p${number}@example.com` })
const rejected = (intercomStatus = 400, intercomCode: string | null = 'bad_request') =>
  new BridgeError('intercom_rejected', 'the message', {
    intercomStatus,
    requestId: '004qkagkoq5kktea5hdg',
    ...(intercomCode !== null && { intercomCode }),
  })

/** A fuse, and the codes of refusals one after another. */
const start = () => {
  const fuse = createFuse()
  const refuse = (signup: Signup, error: unknown = rejected()): unknown => {
    const judged = fuse.refuse(signup, error)
    return judged instanceof BridgeError ? judged.code : judged
  }
  return {
    ...fuse,
    refuse,
    /** Persons with these numbers are refused in this order. */
    refuseAll: (numbers: readonly number[], error?: unknown) =>
      numbers.map((number) => refuse(person(number), error)),
  }
}
const rejections = (count: number): ErrorCode[] => Array(count).fill('intercom_rejected')
const four = [1, 2, 3, 4]

describe('the fuse', () => {
  test('opens at the fifth person in a row with the same refusal, and stays open', () => {
    const { refuseAll } = start()

    expect(refuseAll([1, 2, 3, 4, 5, 6, 7])).toEqual([
      ...rejections(4),
      ...['intercom_refuses_all', 'intercom_refuses_all', 'intercom_refuses_all'],
    ])
  })

  test('while open returns the persons before the fifth, too', () => {
    const { refuseAll } = start()
    refuseAll([1, 2, 3, 4, 5])

    expect(refuseAll([1, 5])).toEqual(['intercom_refuses_all', 'intercom_refuses_all'])
  })

  test('keeps Intercom’s status, code and request id, with a message that says what to do', () => {
    const fuse = createFuse()
    for (const number of four) fuse.refuse(person(number), rejected(422, 'data_invalid'))

    const error = fuse.refuse(person(5), rejected(422, 'data_invalid'))

    expect(error).toMatchObject({
      code: 'intercom_refuses_all',
      message: expect.stringMatching(/^Intercom refused five persons in a row the same way: \S/),
      intercomStatus: 422,
      intercomCode: 'data_invalid',
      requestId: '004qkagkoq5kktea5hdg',
    })
  })

  test('counts a person once, however often refused', () => {
    const { refuseAll } = start()

    expect(refuseAll([1, 2, 1, 2, 1, 2, 3, 3, 4])).toEqual(rejections(9))
    expect(refuseAll([5])).toEqual(['intercom_refuses_all'])
  })

  test.each<[string, (number: number) => Partial<ContactFields>]>([
    ['external_id', (number) => ({ external_id: `${number}` })],
    ['phone', (number) => ({ phone: `+1415555010${number}` })],
    ['e-mail', (number) => ({ email: `p${number}@example.com`, external_id: '1', phone: '+1' })],
  ])('distinguishes persons by their %s', (_name, contactOf) => {
    const { refuse } = start()

    for (const number of four) refuse(signupOf(contactOf(number)))

    expect(refuse(signupOf(contactOf(4)))).toBe('intercom_rejected')
    expect(refuse(signupOf(contactOf(5)))).toBe('intercom_refuses_all')
  })

  test.each([
    ['another status', rejected(422)],
    ['another code', rejected(400, 'parameter_invalid')],
    ['no code', rejected(400, null)],
  ])('starts a new row after a refusal with %s', (_name, other) => {
    const { refuse, refuseAll } = start()
    refuseAll(four)

    expect(refuse(person(5), other)).toBe('intercom_rejected')
    expect(refuseAll([6, 7, 8, 9])).toEqual(rejections(4))
    expect(refuseAll([10])).toEqual(['intercom_refuses_all'])
  })

  test('counts the first refusal of the new row', () => {
    const { refuseAll } = start()
    refuseAll([1, 2, 3])

    expect(refuseAll([4, 5, 6, 7, 8], rejected(422))).toEqual([
      ...rejections(4),
      'intercom_refuses_all',
    ])
  })

  test('opens for refusals without a code, too', () => {
    const { refuseAll } = start()

    expect(refuseAll([1, 2, 3, 4, 5], rejected(410, null)).at(-1)).toBe('intercom_refuses_all')
  })

  test('while open judges another refusal by its own row, and stays open', () => {
    const { refuse, refuseAll } = start()
    refuseAll([1, 2, 3, 4, 5])

    expect(refuse(person(6), rejected(422))).toBe('intercom_rejected')
    expect(refuseAll([7])).toEqual(['intercom_refuses_all'])
    expect(refuseAll([8, 9, 10, 11], rejected(422))).toEqual([
      ...rejections(3),
      'intercom_refuses_all',
    ])
  })

  test('closes when Intercom accepts a contact request', () => {
    const { accept, refuseAll } = start()
    refuseAll([1, 2, 3, 4, 5])
    accept()

    expect(refuseAll([6, 7, 8, 9])).toEqual(rejections(4))
  })

  test('starts a new row when Intercom accepts a contact request', () => {
    const { accept, refuseAll } = start()
    refuseAll(four)
    accept()

    expect(refuseAll([5, 6, 7, 8])).toEqual(rejections(4))
    expect(refuseAll([9])).toEqual(['intercom_refuses_all'])
  })

  test.each<ErrorCode>([
    'intercom_unavailable',
    'intercom_rate_limited',
    'intercom_forbidden',
    'intercom_unauthorized',
    'out_of_time',
    'misconfigured',
    'contact_archived',
  ])('neither counts nor closes after %s, and returns it as it is', (code) => {
    const { refuse, refuseAll } = start()
    const other = new BridgeError(code, 'text', {
      intercomStatus: 400,
      intercomCode: 'bad_request',
    })
    refuseAll(four)

    expect(refuse(person(5), other)).toBe(code)
    expect(refuseAll([6])).toEqual(['intercom_refuses_all'])
    expect(refuse(person(7), other)).toBe(code)
    expect(refuseAll([8])).toEqual(['intercom_refuses_all'])
  })

  test('returns an unexpected error as it is', () => {
    const bug = new TypeError('a bug')

    expect(createFuse().refuse(person(1), bug)).toBe(bug)
  })

  test('is one for each process', () => {
    start().refuseAll([1, 2, 3, 4, 5])

    expect(start().refuseAll([6])).toEqual(['intercom_rejected'])
  })
})
