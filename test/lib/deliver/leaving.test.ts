import { describe, expect, test } from 'vitest'
import type { Exchange, StepResponse } from '../../../src/lib/deliver/history.ts'
import { decideLeaving } from '../../../src/lib/deliver/leaving.ts'
import { nextStep } from '../../../src/lib/deliver/next-step.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { contact, defaultPolicy, email } from '../../support/people.ts'

const claim = { source: 's', accountsOf: ['s'], takesUnowned: false, deletes: true }
const policy: Policy = { ...defaultPolicy, claim }
const leaver = (identity: object): Signup => ({
  ...{ event_id: 'e', event: 'updated', isMembership: true, leaves: ['c-1'] },
  contact: { role: 'user', ...identity },
})
const byId = leaver({ external_id: '1' })
const byEmail = leaver({ email })
const find = { type: 'find', external_id: '1' } as const
const search = { type: 'search', email } as const
const owned = contact('a', { custom_attributes: { signup_bridge_source: 's' } })
const exchange = (request: Exchange['request'], response: StepResponse): Exchange => ({
  request,
  response,
})
const notFound = { done: { outcome: 'not_found', counts: [], refused: [] } }
const found = { done: { outcome: 'unchanged', contact: owned, counts: [], refused: [] } }
const merged = { type: 'merged', id: 'b' } as const

describe('who left a company', () => {
  test('is found by the account id, else by the e-mail', () => {
    expect(nextStep(byId, policy, [])).toEqual({ request: find })
    expect(nextStep(leaver({ external_id: '1', email }), policy, [])).toEqual({ request: find })
    expect(nextStep(byEmail, policy, [])).toEqual({ request: search })
    expect(decideLeaving(leaver({}), policy, [])).toEqual(notFound)
  })

  test.each<[string, Signup, Exchange[], object]>([
    ['that is there', byId, [exchange(find, { type: 'contact', contact: owned })], found],
    ['that is not there', byId, [exchange(find, { type: 'gone' })], notFound],
    [
      'that search finds is read',
      byEmail,
      [exchange(search, { type: 'contacts', contacts: [owned] })],
      { request: { type: 'get', id: 'a' } },
    ],
    [
      'that search does not find',
      byEmail,
      [exchange(search, { type: 'contacts', contacts: [] })],
      notFound,
    ],
    ['that was merged', byId, [exchange(find, merged)], { request: { type: 'get', id: 'b' } }],
    ['that was merged again', byId, [exchange(find, merged), exchange(find, merged)], notFound],
    ['that was merged into none', byId, [exchange(find, { ...merged, id: undefined })], notFound],
  ])('a contact %s', (_title, signup, history, step) => {
    expect(decideLeaving(signup, policy, history)).toEqual(step)
  })

  test.each([
    ['another source’s', { signup_bridge_source: 'other' }, false],
    ['no source’s', {}, false],
    ['its own', { signup_bridge_source: 's' }, true],
  ])('a contact that is %s', (_title, custom_attributes, isDone) => {
    const response = { type: 'contact', contact: contact('a', { custom_attributes }) } as const
    const step = decideLeaving(byId, policy, [exchange(find, response)])

    if (isDone) expect(step).toHaveProperty('done')
    else expect(step).toMatchObject({ fail: { code: 'contact_not_owned' } })
  })
})
