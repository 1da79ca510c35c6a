import { describe, expect, test } from 'vitest'
import {
  hasSameId,
  isOtherUser,
  lookUpRequest,
  matchContact,
  narrowerSearch,
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

describe('matchContact with contacts found by phone, without an e-mail', () => {
  const phone = '+12813322575'
  const phoneLead = contact('phone-lead', { role: 'lead', email: null, phone, created_at: 9 })
  const phoneUser = contact('phone-user', { external_id: '7', email: null, phone })
  const emailLead = contact('email-lead', { role: 'lead', created_at: 1 })
  const sameId = contact('same', { external_id: '1', email: null, phone })

  test.each([
    ['one with the e-mail', account, [phoneLead, emailLead], 'email-lead'],
    ['the same external_id, whatever its e-mail', account, [emailLead, sameId], 'same'],
    ['a lead without an e-mail', account, [phoneUser, phoneLead], 'phone-lead'],
    ['no user with another external_id', account, [phoneUser], undefined],
    ['a user without an e-mail, without an external_id', newcomer, [phoneUser], 'phone-user'],
    ['one with the e-mail, without an external_id', newcomer, [phoneUser, emailLead], 'email-lead'],
    [
      'any, without an e-mail',
      signupWith({ role: 'lead', phone }),
      [emailLead, phoneUser],
      'phone-user',
    ],
  ])('returns %s', (_match, signup, found, id) => {
    expect(matchContact(signup, found)?.id).toBe(id)
  })
})

describe('lookUpRequest', () => {
  const address = 'ada@example.com'
  const phone = '+12813322575'

  test.each<[string, Signup['contact'], object | undefined]>([
    ['a user by e-mail', { role: 'user', email: address }, { email: address }],
    ['a lead by e-mail', { role: 'lead', email: address }, { email: address }],
    [
      'a user by e-mail or phone',
      { role: 'user', email: address, phone },
      { email: address, phone },
    ],
    [
      'a lead by e-mail or phone',
      { role: 'lead', email: address, phone },
      { email: address, phone },
    ],
    ['a lead without an e-mail by phone', { role: 'lead', phone }, { phone }],
    ['no user without an e-mail', { role: 'user', external_id: '1', phone }, undefined],
    ['no lead with neither', { role: 'lead' }, undefined],
  ])('searches for %s', (_who, fields, expected) => {
    expect(lookUpRequest(signupWith(fields))).toEqual(expected && { type: 'search', ...expected })
  })
})

describe('narrowerSearch', () => {
  const email = 'ada@example.com'
  const first = { type: 'search', email } as const
  const users = (external_id: string | null) =>
    ({ ...first, only: { role: 'user', external_id } }) as const
  const allUsers = { ...first, only: { role: 'user' } } as const
  const leads = { ...first, only: { role: 'lead' } } as const
  const other = contact('other', { external_id: '2' })
  const oldLead = contact('lead', { role: 'lead' })

  test.each([
    ['an account', account, [other], users('1')],
    ['an account with a lead', account, [oldLead], users('1')],
    ['an account with a user without an id', account, [contact('a')], users('1')],
    ['a signup without an id', newcomer, [other], users(null)],
    ['a lead', lead, [oldLead], users(null)],
  ])('looks for the users that may be %s', (_who, signup, found, expected) => {
    expect(narrowerSearch(signup, first, found)).toEqual(expected)
  })

  test.each([
    ['the account itself', account, [contact('a', { external_id: '1' })]],
    ['a user without an id, for a signup without one', newcomer, [contact('a')]],
  ])('is not needed if %s was found', (_what, signup, found) => {
    expect(narrowerSearch(signup, first, found)).toBeUndefined()
  })

  test('looks for leads after users if no one matches, once', () => {
    expect(narrowerSearch(account, users('1'), [other])).toEqual(leads)
    expect(narrowerSearch(account, users('1'), [other, contact('a')])).toBeUndefined()
    expect(narrowerSearch(account, leads, [other])).toBeUndefined()
    expect(narrowerSearch(newcomer, allUsers, [])).toEqual(leads)
  })

  test('looks for any user after those without an id, for a signup without one', () => {
    expect(narrowerSearch(newcomer, users(null), [oldLead])).toEqual(allUsers)
    expect(narrowerSearch(newcomer, users(null), [oldLead, other])).toBeUndefined()
    expect(narrowerSearch(newcomer, allUsers, [oldLead])).toBeUndefined()
  })

  test('narrows a search by e-mail or phone by the e-mail, and none by phone alone', () => {
    const phone = '+12813322575'

    expect(narrowerSearch(account, { ...first, phone }, [])).toEqual(users('1'))
    expect(
      narrowerSearch(signupWith({ role: 'lead', phone }), { type: 'search', phone }, []),
    ).toBeUndefined()
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
  ['the same id', true, account, { external_id: '1' }],
  ['the same id and another e-mail', true, account, { external_id: '1', email: 'x@example.com' }],
  ['the same id and no e-mail', true, idOnly, { external_id: '1', email: null }],
  ['another id', false, account, { external_id: '2' }],
  ['no id, like the signup', false, newcomer, { external_id: undefined }],
  ['the id of a lead', false, account, { role: 'lead', external_id: '1' }],
])('hasSameId of a contact with %s is %j', (_contact, expected, signup, fields) => {
  expect(hasSameId(signup, contact('a', fields))).toBe(expected)
})
