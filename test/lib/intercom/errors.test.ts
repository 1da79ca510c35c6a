import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../../src/lib/errors.ts'
import {
  errorCodeOf,
  intercomCodeOf,
  intercomError,
  intercomTextOf,
  isBadToken,
  isSuccess,
} from '../../../src/lib/intercom/errors.ts'

const answered = (status: number, body: unknown = {}) => ({ status, headers: {}, body })
const errorList = (error: object, request_id: unknown = '004qkagkoq5kktea5hdg') => ({
  type: 'error.list',
  request_id,
  errors: [error],
})

describe('an answer that decides nothing', () => {
  test.each([
    [400, 'intercom_rejected'],
    [404, 'intercom_rejected'],
    [405, 'intercom_rejected'],
    [406, 'intercom_rejected'],
    [409, 'intercom_rejected'],
    [410, 'intercom_rejected'],
    [415, 'intercom_rejected'],
    [422, 'intercom_rejected'],
    [401, 'intercom_forbidden'],
    [402, 'intercom_forbidden'],
    [403, 'intercom_forbidden'],
    [408, 'intercom_unavailable'],
    [200, 'intercom_unavailable'],
    [202, 'intercom_unavailable'],
    [307, 'intercom_unavailable'],
    [500, 'intercom_unavailable'],
    [503, 'intercom_unavailable'],
    [429, 'intercom_rate_limited'],
  ])('with status %i is %s', (status, code) => {
    expect(errorCodeOf(answered(status))).toBe(code)
  })

  test.each([400, 402, 403, 404, 409, 422, 502])(
    'that is a page with status %i is intercom_unavailable',
    (status) => {
      expect(errorCodeOf({ ...answered(status), body: undefined })).toBe('intercom_unavailable')
    },
  )

  test('that is a page with status 429 is still a rate limit', () => {
    expect(errorCodeOf({ ...answered(429), body: undefined })).toBe('intercom_rate_limited')
  })
})

describe('a token is bad', () => {
  test.each([
    'unauthorized',
    'token_not_found',
    'token_revoked',
    'token_expired',
    'token_blocked',
    'missing_authorization',
    'a_code_of_tomorrow',
  ])('by a 401 %s', (code) => {
    expect(isBadToken(answered(401, errorList({ code })))).toBe(true)
  })

  test('by a 401 that says nothing', () => {
    expect(isBadToken(answered(401))).toBe(true)
  })

  test('not by a 401 token_unauthorized: it is good and lacks a right', () => {
    expect(isBadToken(answered(401, errorList({ code: 'token_unauthorized' })))).toBe(false)
  })

  test.each([200, 400, 402, 403, 500])('not by a %i', (status) => {
    expect(isBadToken(answered(status, errorList({ code: 'token_revoked' })))).toBe(false)
  })
})

describe('Intercom’s own code', () => {
  test('is the first error’s', () => {
    const body = { errors: [{ code: 'not_found' }, { code: 'conflict' }] }

    expect(intercomCodeOf(body)).toBe('not_found')
  })

  test.each([
    'No such email[canary@example.com]',
    'Not_Found',
    'x'.repeat(65),
    '',
    5,
    null,
    undefined,
  ])('is told only where it is a word: %j', (code) => {
    expect(intercomCodeOf(errorList({ code }))).toBeUndefined()
  })

  test.each([undefined, null, 'text', [], {}, { errors: [] }, { errors: 'x' }])(
    'is not in %j',
    (body) => {
      expect(intercomCodeOf(body)).toBeUndefined()
      expect(intercomTextOf(body)).toBe('')
    },
  )
})

test('Intercom’s text is read where there is one', () => {
  expect(intercomTextOf(errorList({ message: 'the text' }))).toBe('the text')
  expect(intercomTextOf(errorList({ message: 5 }))).toBe('')
})

test('Intercom’s text is that of all its errors', () => {
  const errors = [{ message: 'the first' }, {}, { message: null }, { message: 'the last' }]

  expect(intercomTextOf({ errors })).toBe('the first\n\n\nthe last')
})

test.each([200, 201, 202, 204, 299])('%i is success', (status) => {
  expect(isSuccess({ status })).toBe(true)
})

test.each([0, 100, 199, 300, 307, 400, 500])('%i is no success', (status) => {
  expect(isSuccess({ status })).toBe(false)
})

describe('an error about a call', () => {
  test('has Intercom’s status, code and request id, and our words', () => {
    const error = intercomError(
      'intercom_rejected',
      answered(422, errorList({ code: 'data_invalid', message: 'canary' })),
    )

    expect(error).toMatchObject({
      code: 'intercom_rejected',
      intercomStatus: 422,
      intercomCode: 'data_invalid',
      requestId: '004qkagkoq5kktea5hdg',
    })
    expect(error.message).not.toContain('canary')
  })

  test.each(['canary canary', 'x'.repeat(65), 5, null])(
    'tells no request id that is no word: %j',
    (request_id) => {
      const error = intercomError('intercom_rejected', answered(422, errorList({}, request_id)))

      expect(error.requestId).toBeUndefined()
    },
  )

  test('without an answer keeps its cause and knows no status', () => {
    const cause = new Error('reset')

    const error = intercomError('intercom_unavailable', undefined, cause)

    expect(error.cause).toBe(cause)
    expect(error).toMatchObject({ intercomStatus: undefined, intercomCode: undefined })
  })

  test.each(
    errorCodes.filter(
      (code) => code.startsWith('intercom_') || ['create_unclear', 'out_of_time'].includes(code),
    ),
  )('%s says in words what to do', (code) => {
    expect(intercomError(code).message).toMatch(/^[^:]+: \S/)
  })
})
