import { describe, expect, test } from 'vitest'
import {
  attributesOf,
  explainsRefusal,
  hasUnfit,
  needsList,
} from '../../../src/lib/deliver/attributes.ts'
import type { Exchange, StepRequest, StepResponse } from '../../../src/lib/deliver/history.ts'
import type { Scalar } from '../../../src/lib/intercom/data-attributes.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { defaultPolicy, newcomer } from '../../support/people.ts'
import { attributeList, textAttribute, unreadableList, withFields } from './next-step-cases.ts'

const withAttributes = (custom_attributes: Record<string, Scalar>): Signup =>
  withFields(newcomer, { custom_attributes })
const listed = (response: StepResponse): Exchange => ({ request: { type: 'attributes' }, response })
const overwriting = { ...defaultPolicy, onExisting: 'overwrite', mark: 20 } as const
const seats = { name: 'seats', data_type: 'integer' }

describe('needsList', () => {
  test.each([
    ['a signup without attributes', newcomer, defaultPolicy, false],
    ['a signup with attributes', withAttributes({ plan: 'pro' }), defaultPolicy, true],
    ['an overwriting source', newcomer, overwriting, true],
  ])('of %s', (_what, signup, policy, expected) => {
    expect(needsList(signup, policy)).toBe(expected)
  })
})

describe('attributesOf', () => {
  const signup = withAttributes({ Seats: '3' })

  test.each<[string, Exchange[]]>([
    ['no list was read', []],
    ['the list could not be read', [listed(unreadableList)]],
  ])('returns them as they are if %s', (_why, history) => {
    const clears = { ...signup, clears: ['custom_attributes.plan', 'phone'] }

    expect(attributesOf(clears, overwriting, history)).toEqual({
      values: [{ name: 'Seats', sentAs: 'Seats', value: '3' }],
      clears: [{ name: 'plan', sentAs: 'plan', value: null }],
      mark: { name: 'signup_bridge_at', sentAs: 'signup_bridge_at', value: 20 },
    })
  })

  test('fits them to the newest list that could be read', () => {
    const history = [
      listed(attributeList(textAttribute('seats'))),
      listed(attributeList(seats)),
      listed(unreadableList),
    ]

    expect(attributesOf(signup, defaultPolicy, history)).toEqual({
      values: [{ name: 'Seats', sentAs: 'seats', value: 3 }],
      clears: [],
    })
  })

  test('says why the mark cannot be written', () => {
    expect(attributesOf(newcomer, overwriting, [listed(attributeList(seats))]).mark).toMatchObject({
      problem: 'not in the workspace',
    })
  })
})

describe('hasUnfit', () => {
  test.each([
    ['no list could be read', withAttributes({ seats: '3' }), defaultPolicy, unreadableList, true],
    ['all fit', withAttributes({ seats: '3' }), defaultPolicy, attributeList(seats), false],
    ['one does not', withAttributes({ seats: 'x' }), defaultPolicy, attributeList(seats), true],
    ['the mark does not', newcomer, overwriting, attributeList(seats), true],
  ])('if %s: %s', (_why, signup, policy, response, expected) => {
    expect(hasUnfit(signup, policy, [listed(response)])).toBe(expected)
  })
})

describe('explainsRefusal', () => {
  const create = (custom_attributes: Record<string, Scalar>): StepRequest => ({
    type: 'create',
    fields: { role: 'user', custom_attributes },
  })
  const clear: StepRequest = {
    type: 'update',
    id: 'a',
    fields: { custom_attributes: { seats: null } },
  }

  test.each([
    ['is missing', create({ plan: 'pro', seats: 3 }), true],
    ['is of another type', create({ seats: 'many' }), true],
    ['would be converted', create({ seats: '3' }), true],
    ['has another name', create({ Seats: 3 }), true],
    ['fits', create({ seats: 3 }), false],
    ['may be emptied', clear, false],
  ])('if a sent attribute %s: %s', (_why, request, expected) => {
    expect(explainsRefusal([seats], request)).toBe(expected)
  })

  test('if one that is emptied is missing', () => {
    expect(explainsRefusal([], clear)).toBe(true)
  })

  test.each<StepRequest>([
    { type: 'create', fields: { role: 'user' } },
    { type: 'get', id: 'a' },
  ])('is false for a request without attributes: %j', (request) => {
    expect(explainsRefusal([], request)).toBe(false)
  })
})
