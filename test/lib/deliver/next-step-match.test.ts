import { describe, expect, test } from 'vitest'
import type { StepResponse } from '../../../src/lib/deliver/history.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, lead, newcomer } from '../../support/people.ts'
import { found, foundAndRead, returned, run, search, withFields } from './next-step-cases.ts'

describe('nextStep: matching', () => {
  const sameId = contact('same', { external_id: '1', last_seen_at: 1 })
  const withoutId = contact('without-id', { last_seen_at: 2 })
  const otherId = contact('other', { external_id: '2', last_seen_at: 9 })
  const seenEarlier = contact('earlier', { external_id: '3', last_seen_at: 8 })
  const neverSeen = contact('never', { external_id: '4' })
  const oldLead = contact('old', { role: 'lead', external_id: 'uuid', created_at: 1 })
  const newLead = contact('new', { role: 'lead', external_id: 'uuid', created_at: 2 })

  test.each([
    [
      'an account to the user with the same external_id',
      account,
      [otherId, withoutId, oldLead, sameId],
      'same',
    ],
    [
      'an account to a user without an id if none has the same',
      account,
      [otherId, oldLead, withoutId],
      'without-id',
    ],
    [
      'an account to the newest lead if all users have other ids',
      account,
      [oldLead, otherId, newLead],
      'new',
    ],
    [
      'a signup without an id to a user without one',
      newcomer,
      [otherId, withoutId, newLead],
      'without-id',
    ],
    [
      'a signup without an id to the user seen last',
      newcomer,
      [seenEarlier, otherId, newLead],
      'other',
    ],
    [
      'a signup without an id to the user seen last',
      newcomer,
      [otherId, seenEarlier, newLead],
      'other',
    ],
    [
      'a signup without an id to a user who was seen',
      newcomer,
      [neverSeen, seenEarlier],
      'earlier',
    ],
    ['a signup without an id to the newest lead', newcomer, [oldLead, newLead], 'new'],
    ['a signup without an id to the newest lead', newcomer, [newLead, oldLead], 'new'],
    ['a lead to any user', lead, [newLead, otherId], 'other'],
    ['a lead to the newest lead', lead, [oldLead, newLead], 'new'],
  ])('matches %s', (_match, signup, contacts, id) => {
    const { requests, ...rest } = run(signup, [found(...contacts)])
    const last = requests.at(-1)

    expect('id' in rest ? rest.id : last && 'id' in last ? last.id : undefined).toBe(id)
  })

  test('creates a contact beside users with other ids, and counts email_shared', () => {
    expect(run(account, [found(otherId), returned(contact('a'))])).toMatchObject({
      requests: [search, { type: 'create' }],
      outcome: 'created',
      counts: ['email_shared'],
    })
  })
})

test('nextStep counts nothing if the match is not another account', () => {
  const withoutId = contact('a')
  const other = contact('b', { external_id: '2' })
  const existingLead = contact('c', { role: 'lead', external_id: 'uuid' })
  const countsOf = (signup: Signup, responses: StepResponse[]) => run(signup, responses).counts
  const withName = withFields(newcomer, { name: 'Ada' })

  expect(
    countsOf(account, [found(other, withoutId), returned(withoutId), returned(withoutId)]),
  ).toEqual([])
  expect(countsOf(account, [...foundAndRead(existingLead), returned(existingLead)])).toEqual([])
  expect(countsOf(withName, [...foundAndRead(other), returned(other)])).toEqual([])
  expect(countsOf(lead, [found(other)])).toEqual([])
})
