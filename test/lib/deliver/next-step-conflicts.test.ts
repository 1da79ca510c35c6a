import { describe, expect, test } from 'vitest'
import { failStep } from '../../../src/lib/deliver/step.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, email, newcomer } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  created,
  found,
  foundAndRead,
  getA,
  gone,
  nothingReported,
  returned,
  run,
  search,
  withFields,
} from './next-step-cases.ts'

describe('nextStep: conflict of a create', () => {
  test('fills the contact that the conflict names', () => {
    const other = contact('b', { external_id: '1', name: 'Ada' })

    expect(run(account, [found(), conflict('b'), returned(other)])).toEqual({
      requests: [search, { type: 'create', fields: created(account) }, { type: 'get', id: 'b' }],
      outcome: 'unchanged',
      id: 'b',
      ...nothingReported,
    })
  })

  test('fills a contact with another external_id, and counts external_id_differs', () => {
    const other = contact('b', { external_id: '2' })

    expect(
      run(withFields(account, { phone: '+1' }), [
        found(),
        conflict('b'),
        returned(other),
        returned(other),
      ]),
    ).toMatchObject({
      requests: [{}, {}, {}, { type: 'update', id: 'b', fields: { phone: '+1' } }],
      outcome: 'updated',
      counts: ['external_id_differs'],
    })
  })

  test('finds an unnamed contact by external_id, else by search', () => {
    expect(
      run(account, [found(), conflict(), returned(contact('b', { external_id: '1' }))]),
    ).toMatchObject({
      requests: [{}, {}, { type: 'find', external_id: '1' }],
      outcome: 'unchanged',
    })
    expect(
      run(account, [found(), conflict(), gone, found(contact('b', { external_id: '1' }))]),
    ).toMatchObject({
      requests: [{}, {}, {}, search],
      outcome: 'unchanged',
    })
    expect(run(newcomer, [found(), conflict(), found(contact('b'))])).toMatchObject({
      requests: [{}, {}, search],
      outcome: 'unchanged',
    })
  })

  test('fails with conflict_unresolved if the contact is not found', () => {
    expect(run(account, [found(), conflict(), gone, found()]).code).toBe('conflict_unresolved')
    expect(run(newcomer, [found(), conflict(), found()])).toMatchObject({
      requests: [search, { type: 'create' }, search],
      code: 'conflict_unresolved',
    })
    const idOnly: Signup = { event_id: 'e', contact: { role: 'user', external_id: '1' } }
    expect(run(idOnly, [conflict(), gone]).code).toBe('conflict_unresolved')
  })
})

describe('nextStep: conflict of an update', () => {
  const updateConflict = [...foundAndRead(contact('a')), conflict('b')]

  test('fails if the contact is another person’s', () => {
    const other = contact('b', { external_id: '2', email: 'other@example.com' })

    expect(run(account, [...updateConflict, returned(other)])).toMatchObject({
      requests: [search, getA, { type: 'update' }, { type: 'get', id: 'b' }],
      code: 'identity_conflict',
    })
  })

  test.each([
    ['another id', account, { external_id: '2' }],
    ['no id', account, {}],
    ['the id of a lead', account, { role: 'lead', external_id: '1' }],
    ['an id that the signup lacks', withFields(newcomer, { name: 'Ada' }), { external_id: '1' }],
  ])('fails if the contact has %s', (_what, signup, existing) => {
    expect(run(signup, [...updateConflict, returned(contact('b', existing))]).code).toBe(
      'identity_conflict',
    )
  })

  test.each([
    ['under the same e-mail', { email }],
    ['under the same e-mail in another case', { email: 'Ada@Example.com' }],
    ['under another e-mail', { email: 'old@example.com' }],
  ])('continues with the account itself %s, and counts contact_left', (_where, fields) => {
    const same = contact('b', { external_id: '1', ...fields })

    expect(run(account, [...updateConflict, returned(same)])).toMatchObject({
      outcome: 'unchanged',
      id: 'b',
      counts: ['contact_left'],
    })
  })

  test.each([
    ['fill', {}, { name: 'Ada' }],
    [
      'overwrite',
      { onExisting: 'overwrite', mark: 20 } as const,
      { email, name: 'Ada', custom_attributes: { signup_bridge_at: 20 } },
    ],
  ])('writes on the account itself by the policy: %s', (_policy, policy, fields) => {
    const named = withFields(account, { name: 'Ada' })
    const same = contact('b', { external_id: '1', email: 'old@example.com' })
    const list = attributeList({ name: 'signup_bridge_at', data_type: 'integer' })
    const responses = [...foundAndRead(contact('a')), conflict('b'), returned(same), returned(same)]

    const { requests, outcome, counts } = run(
      named,
      'mark' in policy ? [list, ...responses] : responses,
      policy,
    )

    expect(requests.at(-1)).toEqual({ type: 'update', id: 'b', fields })
    expect({ outcome, counts }).toEqual({ outcome: 'updated', counts: ['contact_left'] })
  })

  test('gives an account without an e-mail the one of the lead that is left', () => {
    const withLead = contact('a', { role: 'lead', external_id: 'uuid' })
    const idOnly = contact('b', { external_id: '1', email: null })
    const responses = [...foundAndRead(withLead), conflict('b'), returned(idOnly), returned(idOnly)]

    expect(run(account, responses)).toMatchObject({
      requests: [{}, {}, {}, {}, { type: 'update', id: 'b', fields: { email } }],
      id: 'b',
      counts: ['contact_left'],
    })
  })

  test('fails at a second conflict', () => {
    const same = contact('b', { external_id: '1' })
    const withPhone = withFields(account, { phone: '+12813322575' })

    expect(run(withPhone, [...updateConflict, returned(same), conflict('c')])).toMatchObject({
      requests: [search, getA, {}, {}, { type: 'update', id: 'b' }],
      code: 'identity_conflict',
    })
  })

  test('fails if the contact is unnamed and the signup has no external_id', () => {
    const withName = withFields(newcomer, { name: 'Ada' })

    expect(run(withName, [...foundAndRead(contact('a')), conflict()]).code).toBe(
      'identity_conflict',
    )
  })

  test('finds an unnamed contact by external_id', () => {
    const same = contact('b', { external_id: '1' })
    const unnamedConflict = [...foundAndRead(contact('a')), conflict()]

    expect(run(account, [...unnamedConflict, returned(same)])).toMatchObject({
      requests: [search, getA, { type: 'update' }, { type: 'find', external_id: '1' }],
      outcome: 'unchanged',
      id: 'b',
      counts: ['contact_left'],
    })
    expect(run(account, [...unnamedConflict, gone]).code).toBe('conflict_unresolved')
  })
})

test.each([
  ['conflict_unresolved', 'waits'],
  ['contact_archived', 'unarchive it there, then replay'],
  ['contact_deleted', 'replay after that'],
  ['identity_conflict', 'merge them in Intercom, then replay'],
] as const)('failStep(%j) returns a message that says what to do: %s', (code, advice) => {
  expect(failStep(code)).toMatchObject({ fail: { code, message: expect.stringContaining(advice) } })
})
