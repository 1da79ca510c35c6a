import { describe, expect, test } from 'vitest'
import { fieldsToCreate, fieldsToUpdate } from '../../../src/lib/deliver/contact-diff.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, defaultPolicy, email, lead, newcomer } from '../../support/people.ts'

/** The fields that a signup writes to an existing contact. */
const written = (
  signup: Signup,
  existing: ReturnType<typeof contact>,
  policy: Partial<Policy> = {},
) => fieldsToUpdate(signup, { ...defaultPolicy, ...policy }, existing, () => false).fields

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
const { role: _role, unsubscribed_from_emails: _unsubscribed, ...fillable } = full.contact
/** A contact on which every field has another value. */
const different = contact('a', {
  external_id: '1',
  phone: '+1',
  name: 'Countess',
  avatar: { image_url: 'https://example.com/b.png' },
  signed_up_at: 1,
  last_seen_at: 1,
  owner_id: 1,
  custom_attributes: { plan: 'free', seats: null },
})

describe('fieldsToUpdate with fill', () => {
  test('writes every field that is empty on the contact', () => {
    const empty = contact('a', {
      email: '',
      name: null,
      avatar: null,
      custom_attributes: { plan: null },
    })

    expect(written(full, empty)).toEqual(fillable)
  })

  test('overwrites no value, custom attributes each on its own', () => {
    expect(written(full, different)).toEqual({ custom_attributes: { seats: 0 } })
  })

  test('treats 0 and false as values', () => {
    const zero = contact('a', { external_id: '1', custom_attributes: { seats: 0, plan: false } })
    const { custom_attributes = {} } = full.contact
    const signup = { ...account, contact: { ...account.contact, custom_attributes } }

    expect(written(signup, zero)).toEqual({})
  })

  test('turns a lead into a user with the account’s values', () => {
    const existingLead = contact('a', {
      role: 'lead',
      external_id: 'uuid',
      name: 'ada',
      custom_attributes: { plan: 'free' },
    })

    expect(written(full, existingLead)).toMatchObject({
      role: 'user',
      external_id: '1',
      name: 'Ada',
      custom_attributes: { plan: 'pro', seats: 0 },
    })
  })

  test('never turns a user into a lead', () => {
    expect(written(lead, contact('a'))).toEqual({})
  })

  test('overwrites nothing on a lead for a signup that is a lead', () => {
    const renamedLead = { ...lead, contact: { ...lead.contact, name: 'New' } }

    expect(written(renamedLead, contact('a', { role: 'lead', name: 'Old' }))).toEqual({})
  })

  test('writes an opt-out and never an opt-in', () => {
    const withOptOut = (unsubscribed_from_emails: boolean): Signup => ({
      ...newcomer,
      contact: { ...newcomer.contact, unsubscribed_from_emails },
    })
    const unsubscribed = contact('a', { unsubscribed_from_emails: true })

    expect(written(withOptOut(true), contact('a'))).toEqual({ unsubscribed_from_emails: true })
    expect(written(withOptOut(true), unsubscribed)).toEqual({})
    expect(written(withOptOut(false), unsubscribed)).toEqual({})
    expect(written({ ...newcomer, consent: false }, contact('a'))).toEqual({})
  })
})

describe('fieldsToUpdate with overwrite', () => {
  const overwrite = { onExisting: 'overwrite', mark: 20 } as const
  const { email: _email, external_id: _id, ...changed } = fillable

  test('writes every field that differs, and the mark', () => {
    expect(written(full, different, overwrite)).toEqual({
      ...changed,
      custom_attributes: { ...changed.custom_attributes, signup_bridge_at: 20 },
    })
  })

  test('overwrites the named fields and fills the others', () => {
    const policy: Partial<Policy> = { onExisting: { overwrite: ['name', 'plan'] }, mark: 20 }

    expect(written(full, different, policy)).toEqual({
      name: 'Ada',
      custom_attributes: { plan: 'pro', seats: 0, signup_bridge_at: 20 },
    })
  })

  test('overwrites only the avatar if it alone is named', () => {
    const policy: Partial<Policy> = { onExisting: { overwrite: ['avatar'] }, mark: 20 }

    expect(written(full, different, policy)).toEqual({
      avatar: 'https://example.com/a.png',
      custom_attributes: { seats: 0, signup_bridge_at: 20 },
    })
  })

  test.each([
    ['a contact without an id, for an account', account, null],
    ['an account, for a signup without an id', newcomer, '2'],
    ['the account’s own contact', account, '1'],
  ])('overwrites %s', (_contact, signup, external_id) => {
    const named = { ...signup, contact: { ...signup.contact, name: 'New' } }

    expect(written(named, contact('a', { external_id, name: 'Old' }), overwrite)).toMatchObject({
      name: 'New',
    })
  })

  test('fills the contact of another account, without a mark', () => {
    const named = { ...account, contact: { ...account.contact, name: 'New', phone: '+1' } }
    const other = contact('a', { external_id: '2', name: 'Old' })

    expect(written(named, other, overwrite)).toEqual({ phone: '+1' })
  })

  test('writes the mark on a lead, whose id is Intercom’s own', () => {
    const existingLead = contact('a', { role: 'lead', external_id: 'uuid' })

    expect(written(account, existingLead, overwrite)).toMatchObject({
      custom_attributes: { signup_bridge_at: 20 },
    })
  })

  test('treats a number and the same number as text as different values', () => {
    const custom_attributes = { seats: 3 }
    const signup = { ...newcomer, contact: { ...newcomer.contact, custom_attributes } }
    const withText = contact('a', { custom_attributes: { seats: '3' } })

    expect(written(signup, withText, overwrite)).toMatchObject({ custom_attributes: { seats: 3 } })
  })

  test.each([null, undefined])('treats any mark, even 0, as newer than none (%j)', (mark) => {
    const unmarked = contact('a', {
      name: 'Old',
      custom_attributes: mark === undefined ? {} : { signup_bridge_at: mark },
    })
    const named = { ...newcomer, contact: { ...newcomer.contact, name: 'New' } }

    expect(written(named, unmarked, { onExisting: 'overwrite', mark: 0 })).toMatchObject({
      name: 'New',
    })
  })

  test('advances the mark even if nothing differs, so that no older event is applied later', () => {
    const same = contact('a', { custom_attributes: { signup_bridge_at: 10 } })

    expect(written(newcomer, same, overwrite)).toEqual({
      custom_attributes: { signup_bridge_at: 20 },
    })
  })

  test('never turns a user into a lead, and never writes an opt-in', () => {
    const optIn = { ...lead, contact: { ...lead.contact, unsubscribed_from_emails: false } }
    const user = contact('a', { unsubscribed_from_emails: true })

    expect(written(optIn, user, overwrite)).toEqual({ custom_attributes: { signup_bridge_at: 20 } })
  })

  test('does not change an owner that Intercom returns as text', () => {
    const owned = { ...newcomer, contact: { ...newcomer.contact, owner_id: 7 } }

    expect(written(owned, contact('a', { owner_id: '7' }), overwrite)).not.toHaveProperty(
      'owner_id',
    )
  })

  test('only fills if the mark on the contact is not a number', () => {
    const withBadMark = contact('a', {
      name: 'Old',
      custom_attributes: { signup_bridge_at: 'soon' },
    })
    const named = { ...newcomer, contact: { ...newcomer.contact, name: 'New' } }

    expect(written(named, withBadMark, overwrite)).toEqual({})
  })
})

test('fieldsToUpdate with skip writes nothing, and reports nothing as left out or degraded', () => {
  const policy: Policy = { ...defaultPolicy, onExisting: 'skip' }

  expect(fieldsToUpdate(full, policy, contact('a'), () => true)).toEqual({
    fields: {},
    leftOut: [],
    degraded: false,
  })
})

describe('attributes that the workspace does not accept', () => {
  const isLeftOut = (name: string) => name !== 'plan'

  test('fieldsToCreate leaves them out, and names all but the mark', () => {
    const policy: Policy = { ...defaultPolicy, onExisting: 'overwrite', mark: 20 }

    const { fields, leftOut } = fieldsToCreate(full, policy, isLeftOut)

    expect(fields.custom_attributes).toEqual({ plan: 'pro' })
    expect(leftOut).toEqual([['seats', 0]])
  })

  test('fieldsToUpdate names them only if they would have been written', () => {
    const withSeats = contact('a', { custom_attributes: { seats: 3 } })

    expect(fieldsToUpdate(full, defaultPolicy, withSeats, isLeftOut).leftOut).toEqual([])
    expect(fieldsToUpdate(full, defaultPolicy, contact('a'), isLeftOut).leftOut).toEqual([
      ['seats', 0],
    ])
  })
})
