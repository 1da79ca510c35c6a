import { describe, expect, test } from 'vitest'
import { fieldsToCreate, fieldsToUpdate } from '../../../src/lib/deliver/contact-diff.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, email, lead, newcomer, usual } from '../../support/people.ts'

const none = () => false
/** What a signup writes to a contact. */
const written = (signup: Signup, known: ReturnType<typeof contact>, policy: Partial<Policy> = {}) =>
  fieldsToUpdate(signup, { ...usual, ...policy }, known, none).fields

const full: Signup = {
  event_id: 'e',
  contact: {
    role: 'user',
    external_id: '1',
    email,
    phone: '+12813322575',
    name: 'Ada',
    avatar: 'https://example.com/a.png',
    signed_up_at: 10,
    last_seen_at: 11,
    owner_id: 7,
    unsubscribed_from_emails: false,
    custom_attributes: { plan: 'pro', seats: 0 },
  },
}
const { role: _role, unsubscribed_from_emails: _subscribed, ...fillable } = full.contact
/** Every field taken, all of it different. */
const there = contact('a', {
  external_id: '1',
  phone: '+1',
  name: 'Countess',
  avatar: { image_url: 'https://example.com/b.png' },
  signed_up_at: 1,
  last_seen_at: 1,
  owner_id: 1,
  custom_attributes: { plan: 'free', seats: null },
})

describe('filling', () => {
  test('writes all that is empty', () => {
    const empty = contact('a', {
      email: '',
      name: null,
      avatar: null,
      custom_attributes: { plan: null },
    })

    expect(written(full, empty)).toEqual(fillable)
  })

  test('writes nothing over what is there, custom attributes each on its own', () => {
    expect(written(full, there)).toEqual({ custom_attributes: { seats: 0 } })
  })

  test('counts 0 and false as there', () => {
    const zero = contact('a', { external_id: '1', custom_attributes: { seats: 0, plan: false } })
    const { custom_attributes = {} } = full.contact
    const signup = { ...account, contact: { ...account.contact, custom_attributes } }

    expect(written(signup, zero)).toEqual({})
  })

  test('makes a user of a lead, with the account’s own values', () => {
    const typed = contact('a', {
      role: 'lead',
      external_id: 'uuid',
      name: 'ada',
      custom_attributes: { plan: 'free' },
    })

    expect(written(full, typed)).toMatchObject({
      role: 'user',
      external_id: '1',
      name: 'Ada',
      custom_attributes: { plan: 'pro', seats: 0 },
    })
  })

  test('never makes a lead of a user', () => {
    expect(written(lead, contact('a'))).toEqual({})
  })

  test('of a lead by a lead writes over nothing', () => {
    const again = { ...lead, contact: { ...lead.contact, name: 'New' } }

    expect(written(again, contact('a', { role: 'lead', name: 'Old' }))).toEqual({})
  })

  test('lets an opt-out through and never an opt-in', () => {
    const saying = (unsubscribed_from_emails: boolean): Signup => ({
      ...newcomer,
      contact: { ...newcomer.contact, unsubscribed_from_emails },
    })
    const unsubscribed = contact('a', { unsubscribed_from_emails: true })

    expect(written(saying(true), contact('a'))).toEqual({ unsubscribed_from_emails: true })
    expect(written(saying(true), unsubscribed)).toEqual({})
    expect(written(saying(false), unsubscribed)).toEqual({})
    expect(written({ ...newcomer, consent: false }, contact('a'))).toEqual({})
  })
})

describe('overwriting', () => {
  const overwrite = { onExisting: 'overwrite', mark: 20 } as const
  const { email: _same, external_id: _id, ...changed } = fillable

  test('writes all that differs, and the mark', () => {
    expect(written(full, there, overwrite)).toEqual({
      ...changed,
      custom_attributes: { ...changed.custom_attributes, signup_bridge_at: 20 },
    })
  })

  test('of some fields only fills the others', () => {
    const policy: Partial<Policy> = { onExisting: { overwrite: ['name', 'plan'] }, mark: 20 }

    expect(written(full, there, policy)).toEqual({
      name: 'Ada',
      custom_attributes: { plan: 'pro', seats: 0, signup_bridge_at: 20 },
    })
  })

  test('of the avatar alone leaves the rest', () => {
    const policy: Partial<Policy> = { onExisting: { overwrite: ['avatar'] }, mark: 20 }

    expect(written(full, there, policy)).toEqual({
      avatar: 'https://example.com/a.png',
      custom_attributes: { seats: 0, signup_bridge_at: 20 },
    })
  })

  test.each([
    ['an account, a contact without an id', account, null],
    ['somebody without an id, an account', newcomer, '2'],
    ['the account itself', account, '1'],
  ])('is for %s', (_who, signup, external_id) => {
    const named = { ...signup, contact: { ...signup.contact, name: 'New' } }

    expect(written(named, contact('a', { external_id, name: 'Old' }), overwrite)).toMatchObject({
      name: 'New',
    })
  })

  test('is not for another account, whose contact is filled without a mark', () => {
    const named = { ...account, contact: { ...account.contact, name: 'New', phone: '+1' } }
    const other = contact('a', { external_id: '2', name: 'Old' })

    expect(written(named, other, overwrite)).toEqual({ phone: '+1' })
  })

  test('a lead, whose id is Intercom’s own, writes the mark', () => {
    const typed = contact('a', { role: 'lead', external_id: 'uuid' })

    expect(written(account, typed, overwrite)).toMatchObject({
      custom_attributes: { signup_bridge_at: 20 },
    })
  })

  test('takes a number and the same in letters for two values', () => {
    const custom_attributes = { seats: 3 }
    const signup = { ...newcomer, contact: { ...newcomer.contact, custom_attributes } }
    const spelt = contact('a', { custom_attributes: { seats: '3' } })

    expect(written(signup, spelt, overwrite)).toMatchObject({ custom_attributes: { seats: 3 } })
  })

  test.each([null, undefined])('is newer than no mark (%j), be it from 1970', (mark) => {
    const unmarked = contact('a', {
      name: 'Old',
      custom_attributes: mark === undefined ? {} : { signup_bridge_at: mark },
    })
    const named = { ...newcomer, contact: { ...newcomer.contact, name: 'New' } }

    expect(written(named, unmarked, { onExisting: 'overwrite', mark: 0 })).toMatchObject({
      name: 'New',
    })
  })

  test('moves the mark on even where nothing differs, so that nothing older lands later', () => {
    const same = contact('a', { custom_attributes: { signup_bridge_at: 10 } })

    expect(written(newcomer, same, overwrite)).toEqual({
      custom_attributes: { signup_bridge_at: 20 },
    })
  })

  test('never lowers a user to a lead, and never lets an opt-in through', () => {
    const optIn = { ...lead, contact: { ...lead.contact, unsubscribed_from_emails: false } }
    const user = contact('a', { unsubscribed_from_emails: true })

    expect(written(optIn, user, overwrite)).toEqual({ custom_attributes: { signup_bridge_at: 20 } })
  })

  test('leaves an owner alone that comes as text', () => {
    const owned = { ...newcomer, contact: { ...newcomer.contact, owner_id: 7 } }

    expect(written(owned, contact('a', { owner_id: '7' }), overwrite)).not.toHaveProperty(
      'owner_id',
    )
  })

  test('fills where the mark on the contact is no time', () => {
    const garbled = contact('a', { name: 'Old', custom_attributes: { signup_bridge_at: 'soon' } })
    const named = { ...newcomer, contact: { ...newcomer.contact, name: 'New' } }

    expect(written(named, garbled, overwrite)).toEqual({})
  })
})

test('`skip` leaves out nothing that counts, and is not a lesser `overwrite`', () => {
  const policy: Policy = { ...usual, onExisting: 'skip' }

  expect(fieldsToUpdate(full, policy, contact('a'), () => true)).toEqual({
    fields: {},
    leftOut: [],
    degraded: false,
  })
})

describe('what the workspace does not take', () => {
  const leavesOut = (name: string) => name !== 'plan'

  test('is left out of a create and named, the mark aside', () => {
    const policy: Policy = { ...usual, onExisting: 'overwrite', mark: 20 }

    const { fields, leftOut } = fieldsToCreate(full, policy, leavesOut)

    expect(fields.custom_attributes).toEqual({ plan: 'pro' })
    expect(leftOut).toEqual([['seats', 0]])
  })

  test('is named for an update only where it would have been written', () => {
    const seated = contact('a', { custom_attributes: { seats: 3 } })

    expect(fieldsToUpdate(full, usual, seated, leavesOut).leftOut).toEqual([])
    expect(fieldsToUpdate(full, usual, contact('a'), leavesOut).leftOut).toEqual([['seats', 0]])
  })
})
