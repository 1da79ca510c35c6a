import { describe, expect, test } from 'vitest'
import { explainsRefusal, whyRefused } from '../../../src/lib/deliver/attributes.ts'
import type { Exchange, StepRequest } from '../../../src/lib/deliver/history.ts'
import { attributeList, refused, textAttribute, unreadableList } from './next-step-cases.ts'

const create: StepRequest = {
  type: 'create',
  fields: { role: 'user', custom_attributes: { plan: 'pro', seats: 3 } },
}
const refusal: Exchange = { request: create, response: refused(true) }
const list = (...names: string[]): Exchange => ({
  request: { type: 'attributes' },
  response: attributeList(...names.map(textAttribute)),
})

describe('explainsRefusal', () => {
  test('is true if a sent attribute is missing or of another type', () => {
    expect(explainsRefusal([{ name: 'plan' }], create)).toBe(true)
    expect(explainsRefusal([{ name: 'plan' }, textAttribute('seats')], create)).toBe(true)
  })

  test('is false if the list accepts every sent attribute', () => {
    expect(explainsRefusal([{ name: 'plan' }, { name: 'seats' }], create)).toBe(false)
  })

  test('is false without a list', () => {
    expect(explainsRefusal(undefined, create)).toBe(false)
  })

  test.each<StepRequest>([
    { type: 'create', fields: { role: 'user' } },
    { type: 'get', id: 'a' },
  ])('is false for a request without attributes: %j', (request) => {
    expect(explainsRefusal([], request)).toBe(false)
  })
})

describe('whyRefused', () => {
  test.each<[string, Exchange[]]>([
    ['before a refusal', []],
    ['before the list was requested', [refusal]],
    ['for a list that follows no refusal', [list()]],
  ])('gives no reason %s', (_when, history) => {
    expect(whyRefused(history)('plan', 'pro')).toBeUndefined()
  })

  test('gives the reason of each attribute that the list does not accept', () => {
    const reasonFor = whyRefused([refusal, list('plan', 'seats')])

    expect(reasonFor('seats', 3)).toBe('not of its type, string')
    expect(reasonFor('team', 'x')).toBe('not in the workspace')
    expect(reasonFor('plan', 'pro')).toBeUndefined()
  })

  test('refuses every attribute if the list could not be read', () => {
    const reasonFor = whyRefused([
      refusal,
      { request: { type: 'attributes' }, response: unreadableList },
    ])

    expect(reasonFor('plan', 'pro')).toBe('refused, and the list of attributes could not be read')
  })

  test('refuses every attribute if the list does not explain the refusal', () => {
    const request: StepRequest = {
      type: 'update',
      id: 'a',
      fields: { custom_attributes: { plan: 'pro' } },
    }
    const reasonFor = whyRefused([{ request, response: refused(true) }, list('plan')])

    expect(reasonFor('plan', 'pro')).toBe('refused')
    expect(reasonFor('team', 'x')).toBe('not in the workspace')
  })

  test('refuses every attribute if the request is refused again after the list', () => {
    const reasonFor = whyRefused([refusal, list('plan'), refusal])

    expect(reasonFor('plan', 'pro')).toBe('refused')
    expect(reasonFor('seats', 3)).toBe('not in the workspace')
  })
})
