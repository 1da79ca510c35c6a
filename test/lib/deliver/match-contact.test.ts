import { describe, expect, test } from 'vitest'
import {
  isOtherUser,
  isSameAccount,
  lookUpRequest,
  matchContact,
} from '../../../src/lib/deliver/match-contact.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, lead, newcomer } from '../../support/people.ts'

const signupWith = (fields: Signup['contact']): Signup => ({ event_id: 'e', contact: fields })

describe('matchContact', () => {
  const sameId = contact('same', { external_id: '1' })
  const withoutId = contact('without-id', { external_id: '' })
  const otherId = contact('other', { external_id: '2', last_seen_at: 2 })
  const seenEarlier = contact('earlier', { external_id: '3', last_seen_at: 1 })
  const oldLead = contact('old-lead', { role: 'lead', external_id: '1', created_at: 1 })
  const newLead = contact('new-lead', { role: 'lead', external_id: 'uuid', created_at: 2 })

  test.each([
    ['the user with the same external_id', account, [oldLead, withoutId, sameId], 'same'],
    [
      'a user without one if none has the same',
      account,
      [otherId, newLead, withoutId],
      'without-id',
    ],
    [
      'the newest lead if all users have other ids',
      account,
      [otherId, oldLead, newLead],
      'new-lead',
    ],
    [
      'nothing if all contacts are users with other ids',
      account,
      [otherId, seenEarlier],
      undefined,
    ],
    ['nothing if none was found', account, [], undefined],
  ])('returns, for an account, %s', (_match, signup, found, id) => {
    expect(matchContact(signup, found)?.id).toBe(id)
  })

  test.each([
    ['a user without one', newcomer, [otherId, newLead, withoutId], 'without-id'],
    ['the user seen last if all have one', newcomer, [seenEarlier, otherId, newLead], 'other'],
    ['the newest lead if there is no user', newcomer, [oldLead, newLead], 'new-lead'],
    ['the user seen last for a lead, too', lead, [seenEarlier, otherId, newLead], 'other'],
  ])('returns, for a signup without an external_id, %s', (_match, signup, found, id) => {
    expect(matchContact(signup, found)?.id).toBe(id)
  })
})

describe('lookUpRequest', () => {
  test.each([
    ['a user', signupWith({ role: 'user', email: 'ada@example.com', phone: '+12813322575' })],
    ['a lead', signupWith({ role: 'lead', email: 'ada@example.com', phone: '+12813322575' })],
  ])('searches for %s by e-mail', (_role, signup) => {
    expect(lookUpRequest(signup)).toEqual({
      type: 'search',
      field: 'email',
      value: 'ada@example.com',
    })
  })

  test('searches for a lead without an e-mail by phone', () => {
    expect(lookUpRequest(signupWith({ role: 'lead', phone: '+12813322575' }))).toEqual({
      type: 'search',
      field: 'phone',
      value: '+12813322575',
    })
  })

  test('returns nothing for a user without an e-mail, or a lead with neither', () => {
    expect(lookUpRequest(signupWith({ role: 'user', phone: '+12813322575' }))).toBeUndefined()
    expect(lookUpRequest(signupWith({ role: 'lead' }))).toBeUndefined()
  })
})

test.each([
  ['a user with another external_id', true, account, { external_id: '2' }],
  ['a user without an external_id', true, account, { external_id: null }],
  ['a user with the same external_id', false, account, { external_id: '1' }],
  ['a lead', false, account, { role: 'lead', external_id: 'uuid' }],
  ['any user if the signup has no external_id', false, newcomer, { external_id: '2' }],
])('isOtherUser of %s is %j', (_contact, expected, signup, fields) => {
  expect(isOtherUser(signup, contact('a', fields))).toBe(expected)
})

const idOnly = signupWith({ role: 'user', external_id: '1' })

test.each([
  ['the same id and e-mail', true, account, { external_id: '1' }],
  [
    'the same e-mail in another case',
    true,
    account,
    { external_id: '1', email: 'Ada@Example.com' },
  ],
  ['another id', false, account, { external_id: '2' }],
  ['another e-mail', false, account, { external_id: '1', email: 'grace@example.com' }],
  ['no e-mail', false, account, { external_id: '1', email: null }],
  ['no id, like the signup', false, newcomer, { external_id: undefined }],
  ['no e-mail, like the signup', false, idOnly, { external_id: '1', email: undefined }],
])('isSameAccount of a contact with %s is %j', (_contact, expected, signup, fields) => {
  expect(isSameAccount(signup, contact('a', fields))).toBe(expected)
})
