import { describe, expect, test } from 'vitest'
import { attributesOf } from '../../../src/lib/deliver/attributes.ts'
import {
  fieldsToCreate,
  fieldsToUpdate,
  type Sendable,
} from '../../../src/lib/deliver/contact-write.ts'
import type { Exchange } from '../../../src/lib/deliver/history.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, defaultPolicy, email, lead, newcomer } from '../../support/people.ts'

/** What may be sent if the workspace accepts it as it is. */
const sendable = (signup: Signup, policy: Policy, more: Partial<Sendable> = {}): Sendable => ({
  attributes: attributesOf(signup, policy, []),
  whyNotField: () => undefined,
  whyNotAttributes: undefined,
  ...more,
})
/** The fields that a signup writes to an existing contact. */
const written = (
  signup: Signup,
  existing: ReturnType<typeof contact>,
  policy: Partial<Policy> = {},
) => {
  const whole = { ...defaultPolicy, ...policy }
  return fieldsToUpdate(signup, whole, existing, sendable(signup, whole)).fields
}

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
    expect(written(full, { ...different, last_seen_at: 11 })).toEqual({
      custom_attributes: { seats: 0 },
    })
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
      last_seen_at: 11,
      name: 'Ada',
      custom_attributes: { plan: 'pro', seats: 0, signup_bridge_at: 20 },
    })
  })

  test('overwrites only the avatar if it alone is named', () => {
    const policy: Partial<Policy> = { onExisting: { overwrite: ['avatar'] }, mark: 20 }

    expect(written(full, different, policy)).toEqual({
      last_seen_at: 11,
      avatar: 'https://example.com/a.png',
      custom_attributes: { seats: 0, signup_bridge_at: 20 },
    })
  })

  test('does not write an avatar that the contact has', () => {
    const same = { ...different, avatar: { image_url: 'https://example.com/a.png' } }

    expect(
      written(full, same, { onExisting: { overwrite: ['avatar'] }, mark: 20 }),
    ).not.toHaveProperty('avatar')
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

describe('email_verified', () => {
  const overwrite = { onExisting: 'overwrite', mark: 20 } as const
  const mark = { custom_attributes: { signup_bridge_at: 20 } }
  const verified: Signup = { ...account, contact: { ...account.contact, email_verified: true } }
  const known = (more: Partial<Contact> = {}) => contact('a', { external_id: '1', ...more })
  const beside = { email: 'Ada@example.com', email_verified: true }
  const spelled = { email: 'Ada@example.com' }

  test('is written on a contact that is created', () => {
    expect(
      fieldsToCreate(verified, defaultPolicy, sendable(verified, defaultPolicy)).fields,
    ).toMatchObject({ email, email_verified: true })
  })

  test.each([{}, overwrite])('goes with an e-mail that is filled: %j', (policy) => {
    const fields = { email, email_verified: true }

    expect(written(verified, known({ email: null }), policy)).toMatchObject(fields)
  })

  test('goes with an e-mail that is changed, and not where another one stays', () => {
    const other = known({ email: 'old@example.com' })
    const onlyName = { ...overwrite, onExisting: { overwrite: ['name', 'email_verified'] } }

    expect(written(verified, other, overwrite)).toEqual({ email, email_verified: true, ...mark })
    expect(written(verified, other, onlyName)).toEqual(mark)
    expect(written(verified, other)).toEqual({})
  })

  test('goes with what is overwritten anyway, beside the e-mail as the contact has it', () => {
    const renamed = { ...verified, contact: { ...verified.contact, name: 'Ada' } }
    const current = known({ ...spelled, name: 'Old' })
    const policy = (...names: string[]) => ({ ...overwrite, onExisting: { overwrite: names } })

    expect(written(renamed, current, policy('name', 'email_verified'))).toEqual({
      name: 'Ada',
      ...beside,
      ...mark,
    })
    expect(written(verified, current, policy('email_verified'))).toEqual({ ...beside, ...mark })
    expect(written(renamed, current, policy('name'))).toEqual({ name: 'Ada', ...mark })
  })

  test.each([
    ['nothing else is written', known({ custom_attributes: { signup_bridge_at: 20 } })],
    ['a newer event was applied', known({ custom_attributes: { signup_bridge_at: 21 } })],
    [
      'Intercom shows the same',
      known({ email_verified: true, custom_attributes: { signup_bridge_at: 20 } }),
    ],
  ])('is not written where %s', (_where, current) => {
    expect(written(verified, current, overwrite)).toEqual({})
  })

  test('is written where Intercom shows something else, filled only where it shows none', () => {
    const shown = (email_verified: boolean | null) => known({ ...spelled, email_verified })

    expect(written(verified, shown(false), overwrite)).toEqual({
      email,
      email_verified: true,
      ...mark,
    })
    expect(written(verified, known({ email_verified: true }), overwrite)).toEqual(mark)
    expect(written(verified, shown(null))).toEqual(beside)
    expect(written(verified, shown(false))).toEqual({})
  })

  test('goes with a lead that becomes a user', () => {
    expect(written(verified, contact('a', { role: 'lead', ...spelled }))).toMatchObject({
      role: 'user',
      email_verified: true,
    })
  })

  test('is not left out by name where no custom attribute may be written', () => {
    const policy = { ...defaultPolicy, ...overwrite }
    const { leftOut } = fieldsToUpdate(
      verified,
      policy,
      known(),
      sendable(verified, policy, { whyNotAttributes: 'refused' }),
    )

    expect(leftOut).toEqual([])
  })
})

describe('fieldsToUpdate with kept fields', () => {
  const keep = ['name', 'PLAN', 'last_seen_at', 'phone']
  const { avatar, owner_id, signed_up_at } = fillable

  test.each<[string, Partial<Policy>]>([
    ['overwrite', { onExisting: 'overwrite', mark: 100 }],
    ['overwrite of the same fields', { onExisting: { overwrite: [...keep, 'plan'] }, mark: 100 }],
    ['fill', { onExisting: 'fill' }],
  ])('replaces none of them, with %s', (_title, policy) => {
    const fields: Record<string, unknown> = written(full, different, { ...policy, keep })

    expect(Object.keys(fields).filter((field) => keep.includes(field))).toEqual([])
    expect(fields.custom_attributes).not.toHaveProperty('plan')
  })

  test('replaces the others', () => {
    expect(written(full, different, { onExisting: 'overwrite', mark: 100, keep })).toEqual({
      avatar,
      owner_id,
      signed_up_at,
      custom_attributes: { seats: 0, signup_bridge_at: 100 },
    })
  })

  test('fills them, each where it is empty', () => {
    const empty = contact('a', { external_id: '1', custom_attributes: { plan: null } })

    expect(written(full, empty, { onExisting: 'overwrite', mark: 100, keep })).toMatchObject({
      name: 'Ada',
      phone: '+12813322575',
      last_seen_at: 11,
      custom_attributes: { plan: 'pro' },
    })
  })

  test('empties none of them', () => {
    const signup: Signup = { ...account, clears: ['phone', 'avatar', 'custom_attributes.plan'] }
    const policy: Partial<Policy> = { onExisting: 'overwrite', mark: 100, keep }

    const { avatar, phone, custom_attributes } = written(signup, different, policy)

    expect({ avatar, phone, custom_attributes }).toEqual({
      avatar: null,
      phone: undefined,
      custom_attributes: { signup_bridge_at: 100 },
    })
  })

  test('leaves those of a lead that becomes a user', () => {
    const asLead = { ...different, role: 'lead', external_id: 'uuid' }
    const fields = written(full, asLead, { keep })

    expect(fields).toMatchObject({ role: 'user', external_id: '1', owner_id: 7 })
    expect(Object.keys(fields)).not.toContain('name')
    expect(fields.custom_attributes).toEqual({ seats: 0 })
  })

  test('writes an opt-out all the same', () => {
    const signup: Signup = {
      ...account,
      contact: { ...account.contact, unsubscribed_from_emails: true },
    }

    expect(written(signup, different, { keep: ['unsubscribed_from_emails'] })).toMatchObject({
      unsubscribed_from_emails: true,
    })
  })
})

describe('fieldsToUpdate and last_seen_at', () => {
  const seen = (last_seen_at: number): Signup => ({
    ...account,
    contact: { ...account.contact, last_seen_at },
  })
  const known = (last_seen_at: number | null, role = 'user') =>
    contact('a', { role, external_id: '1', last_seen_at, signed_up_at: 1 })
  const policies: Partial<Policy>[] = [
    { onExisting: 'fill' },
    { onExisting: 'overwrite', mark: 20 },
    { onExisting: { overwrite: ['last_seen_at'] }, mark: 20 },
  ]

  test.each(policies)('writes it if it is empty or later, whatever the policy: %j', (policy) => {
    expect(written(seen(11), known(null), policy)).toMatchObject({ last_seen_at: 11 })
    expect(written(seen(11), known(10), policy)).toMatchObject({ last_seen_at: 11 })
  })

  test.each(policies)('never sets it back: %j', (policy) => {
    for (const current of [11, 12]) {
      expect(written(seen(11), known(current), policy)).not.toHaveProperty('last_seen_at')
      expect(written(seen(11), known(current, 'lead'), policy)).not.toHaveProperty('last_seen_at')
    }
  })

  test('does not write it with skip', () => {
    expect(written(seen(11), known(10), { onExisting: 'skip' })).toEqual({})
  })
})

describe('signed_up_at', () => {
  const createdAt = (signup: Signup) =>
    fieldsToCreate(signup, defaultPolicy, sendable(signup, defaultPolicy)).fields.signed_up_at
  const dated = { ...account, contact: { ...account.contact, signed_up_at: 10 } }

  test.each([
    ['the signup says', { ...dated, occurred_at: 9 }, 10],
    ['it occurred', { ...account, occurred_at: 9 }, 9],
    ['it was received', account, defaultPolicy.received_at],
    [
      'it was received, if it says that it occurs later',
      { ...account, occurred_at: defaultPolicy.received_at + 1 },
      defaultPolicy.received_at,
    ],
  ])('of a user that is created is when %s', (_when, signup, expected) => {
    expect(createdAt(signup)).toBe(expected)
  })

  test('of a lead that is created is what the signup says, or nothing', () => {
    expect(createdAt(lead)).toBeUndefined()
    expect(createdAt({ ...lead, contact: { ...lead.contact, signed_up_at: 10 } })).toBe(10)
  })

  test('is written on a lead that becomes a user, if it is empty there', () => {
    const known = (signed_up_at: number | null) => contact('a', { role: 'lead', signed_up_at })
    const occurred = { ...account, occurred_at: 9 }

    expect(written(occurred, known(null))).toMatchObject({ signed_up_at: 9 })
    expect(written(occurred, known(5))).not.toHaveProperty('signed_up_at')
    expect(written(dated, known(5))).toMatchObject({ signed_up_at: 10 })
    expect(written(lead, known(null))).toEqual({})
  })

  test('is not guessed for a user that exists', () => {
    expect(written({ ...account, occurred_at: 9 }, contact('a', { external_id: '1' }))).toEqual({})
  })
})

describe('fieldsToUpdate with cleared fields', () => {
  const clears = ['phone', 'name', 'avatar', 'owner_id', 'signed_up_at', 'custom_attributes.plan']
  const clearing: Signup = { ...account, clears }
  const overwrite = { onExisting: 'overwrite', mark: 20 } as const
  const mark = { signup_bridge_at: 20 }

  test('empties those that are not empty on the contact', () => {
    expect(written(clearing, different, overwrite)).toEqual({
      phone: null,
      name: null,
      avatar: null,
      owner_id: null,
      signed_up_at: null,
      custom_attributes: { plan: null, ...mark },
    })
    expect(written(clearing, contact('a', { external_id: '1', name: '' }), overwrite)).toEqual({
      custom_attributes: mark,
    })
  })

  test('empties the e-mail of an account', () => {
    const idOnly: Signup = {
      event_id: 'e',
      contact: { role: 'user', external_id: '1' },
      clears: ['email'],
    }

    expect(written(idOnly, different, overwrite)).toEqual({ email: null, custom_attributes: mark })
  })

  test('empties only those that the source overwrites, in any case', () => {
    const policy: Partial<Policy> = { onExisting: { overwrite: ['Name', 'PLAN'] }, mark: 20 }

    expect(written(clearing, different, policy)).toEqual({
      name: null,
      custom_attributes: { plan: null, ...mark },
    })
  })

  test.each<[string, Partial<Policy>]>([
    ['fill', {}],
    ['skip', { onExisting: 'skip' }],
    ['overwrite without the time of the event', { onExisting: 'overwrite' }],
    ['overwrite by an event that is not newer', { onExisting: 'overwrite', mark: 10 }],
  ])('empties nothing with %s', (_policy, policy) => {
    const marked = {
      ...different,
      custom_attributes: { ...different.custom_attributes, signup_bridge_at: 10 },
    }

    expect(written(clearing, marked, policy)).toEqual({})
  })

  test('empties nothing that the signup has a value for, nor what never gets empty', () => {
    const both: Signup = {
      ...account,
      contact: { ...account.contact, phone: '+2', custom_attributes: { plan: 'pro' } },
      clears: [
        ...['phone', 'custom_attributes.plan', 'external_id', 'role'],
        ...['unsubscribed_from_emails', 'last_seen_at'],
      ],
    }
    const unsubscribed = { ...different, unsubscribed_from_emails: true }

    expect(written(both, unsubscribed, overwrite)).toEqual({
      phone: '+2',
      custom_attributes: { plan: 'pro', ...mark },
    })
  })
})

test('fieldsToUpdate compares the names of an overwrite list in any case', () => {
  const policy: Partial<Policy> = { onExisting: { overwrite: ['NAME', 'Plan'] }, mark: 20 }

  expect(written(full, different, policy)).toMatchObject({
    name: 'Ada',
    custom_attributes: { plan: 'pro' },
  })
})

test('fieldsToUpdate with skip writes nothing, and reports nothing as left out or degraded', () => {
  const policy: Policy = { ...defaultPolicy, onExisting: 'skip' }
  const refusing = sendable(full, policy, {
    whyNotField: () => 'refused',
    whyNotAttributes: 'refused',
  })

  expect(fieldsToUpdate(full, policy, contact('a'), refusing)).toEqual({
    fields: {},
    leftOut: [],
    degraded: false,
  })
})

describe('fieldsToUpdate with skip, on a contact that an earlier receive created', () => {
  const policy: Policy = { ...defaultPolicy, onExisting: 'skip', confirms: true }
  const { received_at } = defaultPolicy
  const refusing = sendable(full, policy, {
    whyNotField: (name) => (name === 'name' ? 'refused' : undefined),
  })
  const leftOut = (existing: Contact, by: Policy = policy) =>
    fieldsToUpdate(full, by, existing, refusing).leftOut

  test('names what Intercom refuses', () => {
    expect(leftOut(contact('a', { created_at: received_at }))).toEqual([
      { path: 'name', reason: 'refused' },
    ])
  })

  test.each<[string, Contact]>([
    ['older than the signup', contact('a', { created_at: received_at - 1 })],
    ['of another role', contact('a', { created_at: received_at, role: 'lead' })],
  ])('not on one %s', (_what, existing) => {
    expect(leftOut(existing)).toEqual([])
  })

  test('not on the first receive', () => {
    const { confirms: _confirms, ...first } = policy

    expect(leftOut(contact('a', { created_at: received_at }), first)).toEqual([])
  })
})

describe('what Intercom does not accept', () => {
  const overwrite: Policy = { ...defaultPolicy, onExisting: 'overwrite', mark: 20 }
  const list: Exchange = {
    request: { type: 'attributes' },
    response: { type: 'attributes', list: [{ name: 'plan' }] },
  }
  const unfit = (policy: Policy) =>
    sendable(full, policy, { attributes: attributesOf(full, policy, [list]) })
  const seats = { path: 'custom_attributes.seats', reason: 'not in the workspace' }

  test('fieldsToCreate leaves it out, and names all but the mark', () => {
    const { fields, leftOut } = fieldsToCreate(full, overwrite, unfit(overwrite))

    expect(fields.custom_attributes).toEqual({ plan: 'pro' })
    expect(leftOut).toEqual([seats])
  })

  test('fieldsToUpdate names it only if it would have been written', () => {
    const withSeats = contact('a', { custom_attributes: { seats: 3 } })
    const leftOut = (existing: Contact) =>
      fieldsToUpdate(full, defaultPolicy, existing, unfit(defaultPolicy)).leftOut

    expect(leftOut(withSeats)).toEqual([])
    expect(leftOut(contact('a'))).toEqual([seats])
  })

  test('a field is left out and named with its reason', () => {
    const refusing = sendable(full, defaultPolicy, {
      whyNotField: (name) => (name === 'phone' ? 'parameter_invalid' : undefined),
    })
    const issues = [{ path: 'phone', reason: 'parameter_invalid' }]

    const created = fieldsToCreate(full, defaultPolicy, refusing)
    expect(created.fields).not.toHaveProperty('phone')
    expect(created.leftOut).toEqual(issues)
    const updated = fieldsToUpdate(full, defaultPolicy, contact('a'), refusing)
    expect(updated.fields).not.toHaveProperty('phone')
    expect(updated.leftOut).toEqual(issues)
  })

  test('the mark’s attribute: the source only fills', () => {
    const degraded = fieldsToUpdate(full, overwrite, different, unfit(overwrite))
    const refused = sendable(full, overwrite, { whyNotAttributes: 'refused' })

    expect(degraded).toMatchObject({ degraded: true, fields: { last_seen_at: 11 } })
    expect(degraded.fields).not.toHaveProperty('name')
    expect(fieldsToUpdate(full, overwrite, different, refused).degraded).toBe(true)
  })
})

describe('fieldsToUpdate of a source that takes more than new signups', () => {
  const claim = { source: 'app', accountsOf: ['app'], takesUnowned: true, deletes: true }
  const fill = { claim, mark: 100 }
  const change = { ...fill, onExisting: 'overwrite' as const }
  const marked = (
    signup_bridge_at: number | null,
    signup_bridge_source: string | null = 'app',
  ) => ({
    custom_attributes: { signup_bridge_at, signup_bridge_source },
  })
  const user: Signup = {
    event_id: 'e',
    contact: { role: 'user', external_id: '1', email, name: 'Ada', signed_up_at: 10 },
  }
  const changed: Signup = { ...user, event: 'updated' }

  test('a signup once more fills, and its mark keeps an older deletion away', () => {
    const filled = { name: 'Ada', signed_up_at: 10 }
    const known = contact('a', { external_id: '1', ...marked(50) })

    expect(written(user, known, fill)).toEqual({
      ...filled,
      custom_attributes: { signup_bridge_at: 100 },
    })
    const keeping = { ...fill, claim: { ...claim, deletes: false } }
    expect(written(user, known, keeping)).toEqual(filled)
  })

  test('who gives the account id owns the contact', () => {
    expect(written(user, contact('a', { name: 'Ada', signed_up_at: 10 }), fill)).toEqual({
      external_id: '1',
      custom_attributes: { signup_bridge_source: 'app' },
    })
  })

  test('a signup after a change adds when the user signed up', () => {
    const { signed_up_at: _time, ...undated } = user.contact
    const late = { ...user, contact: undated, occurred_at: 60 }

    expect(
      written(late, contact('a', { external_id: '1', name: 'Ada', ...marked(200) }), fill),
    ).toEqual({ signed_up_at: 60 })
  })

  test('a signup after the deletion notes that the person is back', () => {
    expect(
      written(
        user,
        contact('a', { external_id: '1', name: 'Ada', signed_up_at: 1, ...marked(-50) }),
        fill,
      ),
    ).toEqual({ custom_attributes: { signup_bridge_at: 100 } })
  })

  test('a change writes mark and owner with what differs', () => {
    expect(
      written(
        changed,
        contact('a', { external_id: '1', name: 'Countess', signed_up_at: 10, ...marked(50, null) }),
        change,
      ),
    ).toEqual({
      name: 'Ada',
      custom_attributes: { signup_bridge_at: 100, signup_bridge_source: 'app' },
    })
  })

  test('a newer change that changes nothing still writes the mark', () => {
    const same = { external_id: '1', name: 'Ada', signed_up_at: 10 }

    expect(written(changed, contact('a', { ...same, ...marked(50) }), change)).toEqual({
      custom_attributes: { signup_bridge_at: 100 },
    })
    expect(written(changed, contact('a', { ...same, ...marked(100) }), change)).toEqual({})
  })

  test('an older event that has the whole person adds nothing, one that has a part fills', () => {
    const newer = contact('a', { external_id: '1', signed_up_at: 10, ...marked(200) })

    expect(written({ ...changed, isWhole: true }, newer, change)).toEqual({})
    expect(written({ ...user, isWhole: true }, newer, fill)).toEqual({})
    expect(written(changed, newer, change)).toEqual({ name: 'Ada' })
  })

  test('an opt-out is written however old it is', () => {
    const optOut = {
      ...changed,
      isWhole: true as const,
      contact: { ...changed.contact, unsubscribed_from_emails: true },
    }

    expect(written(optOut, contact('a', { external_id: '1', ...marked(200) }), change)).toEqual({
      unsubscribed_from_emails: true,
    })
  })

  test('a contact of another source is only filled', () => {
    const other = contact('a', {
      external_id: '1',
      name: 'Countess',
      signed_up_at: 10,
      ...marked(50, 'crm'),
    })

    expect(written({ ...user, contact: { ...user.contact, phone: '+1' } }, other, change)).toEqual({
      phone: '+1',
    })
  })
})

test('fieldsToCreate of a change does not guess when the user signed up', () => {
  const policy = {
    ...defaultPolicy,
    mark: 100,
    claim: { source: 'app', accountsOf: ['app'], takesUnowned: true, deletes: true },
  }
  const changed: Signup = { ...account, event: 'updated' }

  expect(fieldsToCreate(changed, policy, sendable(changed, policy)).fields).toEqual({
    ...account.contact,
    custom_attributes: { signup_bridge_at: 100, signup_bridge_source: 'app' },
  })
})
