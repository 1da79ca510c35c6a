import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import type { SignupInput } from '../../../src/lib/signup.ts'
import { constantsOf } from '../../../src/lib/transform/constants.ts'
import { normalise } from '../../../src/lib/transform/normalise.ts'
import { cleanName, isAbsent } from '../../../src/lib/transform/text.ts'
import { start } from '../../support/clock.ts'
import { signupSchema } from '../../support/signup-schema.ts'

const context = {
  eventId: 'body-digest',
  country: undefined,
  receivedAt: start,
  constants: constantsOf({}),
}
const run = (contact: SignupInput['contact'], rest: Partial<SignupInput> = {}) =>
  normalise({ contact, ...rest }, context)

const contactOf = async (contact: SignupInput['contact']) => {
  const normalised = await run({ email: 'ada@example.com', ...contact })
  if (normalised.kind !== 'signup') throw new Error('no identity')
  const { role: _role, email, ...rest } = normalised.signup.contact ?? {}
  return { ...rest, ...(email !== 'ada@example.com' && { email }) }
}
const leftOutOf = async (contact: SignupInput['contact']) => {
  const normalised = await run({ email: 'ada@example.com', ...contact })
  return normalised.kind === 'signup' ? normalised.leftOut : []
}

describe('normalise: email', () => {
  test.each([
    [' Ada@Example.COM ', 'ada@example.com'],
    ['ada+tag@example.com', 'ada+tag@example.com'],
    ['ADA@EXAMPLE.COM\n', 'ada@example.com'],
    ['\u200bada@example.com', 'ada@example.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['Ada Byron <ada@b\u00fccher.example>', 'ada@xn--bcher-kva.example'],
  ])('cleans %j to %j', async (email, expected) => {
    const normalised = await run({ email })

    expect(normalised).toMatchObject({ signup: { contact: { email: expected } } })
  })

  test.each([
    'ada',
    'ada@example',
    'ada@example.com, grace@hopper.com',
    5,
    ['ada@example.com'],
    { address: 'ada@example.com' },
  ])('leaves out %j and lists it as email_invalid', async (email) => {
    const normalised = await run({ email, external_id: '1' })

    expect(normalised).toEqual({
      kind: 'signup',
      signup: { event_id: 'body-digest', contact: { role: 'user', external_id: '1' } },
      leftOut: [{ path: 'email', reason: 'email_invalid' }],
    })
  })

  test.each([
    ['Ada@Example.com', 'ada@example.com', 'ada@example.com'],
    ['<ADA@example.com>', ' ada@example.com', 'ada@example.com'],
    ['ada@xn--bcher-kva.example', 'ada@B\u00dcCHER.example', 'ada@xn--bcher-kva.example'],
    ['Grace@Example.com', 'ada@example.com', 'Grace@Example.com'],
    ['Ada@Example.com', undefined, 'Ada@Example.com'],
    ['U-1', 'ada@example.com', 'U-1'],
  ])('spells the external_id %j with the e-mail %j as %j', async (external_id, email, expected) => {
    const normalised = await run({ external_id, email })

    expect(normalised).toMatchObject({ signup: { contact: { external_id: expected } } })
  })
})

describe('normalise: absent values', () => {
  test.each([undefined, null, '', '  ', 'null', 'undefined'])(
    'treats %j as absent and does not list it',
    async (value) => {
      const contact = {
        external_id: value,
        phone: value,
        name: value,
        avatar: value,
        signed_up_at: value,
        last_seen_at: value,
        owner_id: value,
        unsubscribed_from_emails: value,
        custom_attributes: { plan: value },
      }

      expect(await contactOf(contact)).toEqual({})
      expect(await leftOutOf(contact)).toEqual([])
    },
  )

  test('keeps false and 0', async () => {
    const contact = await contactOf({
      unsubscribed_from_emails: false,
      owner_id: 0,
      custom_attributes: { paid: false, seats: 0 },
    })

    expect(contact).toEqual({
      unsubscribed_from_emails: false,
      owner_id: 0,
      custom_attributes: { paid: false, seats: 0 },
    })
  })
})

describe('normalise: phone', () => {
  test.each([
    ['(281) 332-2575', 'US', 'DE', '+12813322575'],
    ['0170 1234567', undefined, 'DE', '+491701234567'],
    ['0170 1234567', 'de', 'DE', '+491701234567'],
    ['0170 1234567', 49, 'DE', '+491701234567'],
    ['0170 1234567', '', 'DE', '+491701234567'],
    ['+1 281 332 2575', 'DE', undefined, '+12813322575'],
    ['0170 1234567', 'ZZ', undefined, undefined],
  ] as const)('reads %j in the signup’s country %j, else in %j, as %j', async (...row) => {
    const [phone, its, country, expected] = row
    const input = { contact: { external_id: '1', phone }, country: its }

    const normalised = await normalise(input, { ...context, country })

    expect(normalised).toMatchObject({
      signup: { contact: { role: 'user', external_id: '1', ...(expected && { phone: expected }) } },
      leftOut: expected ? [] : [{ path: 'phone', reason: 'phone_invalid' }],
    })
  })

  test.each([
    ['+1 (281) 332-2575', undefined, '+12813322575'],
    ['0170 1234567', 'DE', '+491701234567'],
    ['(281) 332-2575', 'US', '+12813322575'],
    [491701234567, undefined, undefined],
    ['tel:+1-281-332-2575', undefined, '+12813322575'],
    ['TEL:+1-281-332-2575', undefined, '+12813322575'],
    ['\u202a+1 281 332 2575\u202c', undefined, '+12813322575'],
    ['\u200e(281)\u00a0332\u20112575', 'US', '+12813322575'],
    ['call tel:+1-281-332-2575', undefined, undefined],
    [{ number: '+12813322575' }, undefined, undefined],
    ['(281) 332-2575', undefined, undefined],
    ['call Bob at +14155552671 or mail me', undefined, undefined],
    ['ada4155552671@example.com', 'US', undefined],
    ['call me', 'US', undefined],
    ['+1', undefined, undefined],
  ] as const)('reads %j in the country %j as %j', async (phone, country, expected) => {
    const input = { contact: { email: 'ada@example.com', phone } }

    const normalised = await normalise(input, { ...context, eventId: 'e', country })

    expect(normalised).toEqual({
      kind: 'signup',
      signup: {
        event_id: 'e',
        contact: { role: 'user', email: 'ada@example.com', ...(expected && { phone: expected }) },
      },
      leftOut: expected ? [] : [{ path: 'phone', reason: 'phone_invalid' }],
    })
  })
})

describe('normalise: name', () => {
  test.each([
    ['  Ada   Lovelace ', 'Ada   Lovelace'],
    ['Ada\tLovelace\r\n', 'Ada Lovelace'],
    ['Ada\r\n\tLovelace', 'Ada Lovelace'],
    ['A\u0000da', 'Ada'],
    ['\u202eecalevoL adA\u202c', 'ecalevoL adA'],
    ['Ada\u200b\u2066\ufeff', 'Ada'],
    ['Ame\u0301lie', 'Am\u00e9lie'],
    ['<b>Ada</b>', '<b>Ada</b>'],
    ['\ud800Ada', '\ufffdAda'],
    [7, '7'],
  ])('cleans %j to %j', async (name, expected) => {
    expect(await contactOf({ name })).toEqual({ name: expected })
  })

  test.each(['\u0000', '\u200b', ' null\u0007'])(
    'treats a name of invisible characters (%j) as absent',
    async (name) => {
      expect(await contactOf({ name })).toEqual({})
      expect(await leftOutOf({ name })).toEqual([])
    },
  )

  test('cuts a name at 255 characters, never through a surrogate pair, and lists it', async () => {
    const { name } = await contactOf({ name: `${'a'.repeat(254)}\u{1f600}` })

    expect(name).toBe('a'.repeat(254))
    expect(await contactOf({ name: `\u{1f600}${'a'.repeat(255)}` })).toEqual({
      name: `\u{1f600}${'a'.repeat(253)}`,
    })
    expect(await leftOutOf({ name: 'a'.repeat(256) })).toEqual([
      { path: 'name', reason: 'text_cut' },
    ])
    expect(await leftOutOf({ name: 'a'.repeat(255) })).toEqual([])
  })
})

describe('normalise: times', () => {
  const day = 24 * 60 * 60

  test.each([
    ['2024-12-18T15:57:09Z', 1_734_537_429],
    ['Wed, 18 Dec 2024 15:57:09 GMT', 1_734_537_429],
    [1_734_537_429_514, 1_734_537_429],
    [1, 1],
    [start, start],
    [start + day, start + day],
  ])('reads %j as %j', async (signed_up_at, expected) => {
    expect(await contactOf({ signed_up_at })).toEqual({ signed_up_at: expected })
  })

  test.each([
    ['nothing that is a time', 'yesterday'],
    ['0', 0],
    ['the start of unix time', '1970-01-01T00:00:00Z'],
    ['a time before it', '1969-12-31T23:59:59Z'],
    ['a negative number', -1],
    ['a time more than a day after receipt', start + day + 1],
    ['a time in a far year', '2100-01-01'],
    ['an array', [1_734_537_429]],
    ['a boolean', true],
  ])('leaves out %s and lists it as time_invalid', async (_what, value) => {
    expect(await contactOf({ signed_up_at: value, last_seen_at: value })).toEqual({})
    expect(await leftOutOf({ signed_up_at: value, last_seen_at: value })).toEqual([
      { path: 'signed_up_at', reason: 'time_invalid' },
      { path: 'last_seen_at', reason: 'time_invalid' },
    ])
    const normalised = await run(
      { email: 'ada@example.com' },
      { occurred_at: value, company: { company_id: '7', remote_created_at: value } },
    )
    expect(normalised).toMatchObject({
      signup: { companies: [{ company_id: '7' }] },
      leftOut: [
        { path: 'occurred_at', reason: 'time_invalid' },
        { path: 'company.remote_created_at', reason: 'time_invalid' },
      ],
    })
    expect(normalised).not.toHaveProperty('signup.occurred_at')
    expect(normalised).not.toHaveProperty('signup.companies.0.remote_created_at')
  })
})

describe('normalise: external_id', () => {
  test.each([
    [42, '42'],
    [' a b ', 'a b'],
    ['.a', '.a'],
    ['a.', 'a.'],
    ['...', '...'],
  ])('reads %j as %j', async (external_id, expected) => {
    expect(await contactOf({ external_id })).toEqual({ external_id: expected })
  })

  test.each([
    [JSON.parse('9007199254740993'), 'number_inexact'],
    [{ id: 1 }, 'id_invalid'],
    [true, 'id_invalid'],
    ['a\u0000b', 'id_invalid'],
    ['..', 'id_invalid'],
    ['.', 'id_invalid'],
  ])('leaves out %j, never rounds it, and lists it as %s', async (external_id, reason) => {
    expect(await contactOf({ external_id })).toEqual({})
    expect(await leftOutOf({ external_id })).toEqual([{ path: 'external_id', reason }])
  })
})

describe('normalise: other fields', () => {
  test.each([
    [{ owner_id: '12' }, { owner_id: 12 }],
    [{ owner_id: ' -12 ' }, { owner_id: -12 }],
    [{ unsubscribed_from_emails: ' False ' }, { unsubscribed_from_emails: false }],
    [{ avatar: 'http://example.com/a.png' }, { avatar: 'http://example.com/a.png' }],
    [{ unsubscribed_from_emails: 'TRUE' }, { unsubscribed_from_emails: true }],
    [{ unsubscribed_from_emails: 1 }, { unsubscribed_from_emails: true }],
    [{ unsubscribed_from_emails: ['0', '1'] }, { unsubscribed_from_emails: true }],
    [{ unsubscribed_from_emails: 'no' }, { unsubscribed_from_emails: false }],
    [{ unsubscribed_from_emails: [''] }, {}],
    [{ email_verified: true }, { email_verified: true }],
    [{ email_verified: ' False ' }, { email_verified: false }],
    [{ email_verified: null }, {}],
    [{ avatar: ' https://example.com/a.png ' }, { avatar: 'https://example.com/a.png' }],
  ])('reads %j as %j', async (contact, expected) => {
    expect(await contactOf(contact)).toEqual(expected)
  })

  test.each([
    [{ owner_id: 1.5 }, 'number_invalid'],
    [{ owner_id: '99999999999999999999' }, 'number_inexact'],
    [{ owner_id: 'bob' }, 'number_invalid'],
    [{ owner_id: '12 px' }, 'number_invalid'],
    [{ owner_id: 'no 12' }, 'number_invalid'],
    [{ owner_id: '--12' }, 'number_invalid'],
    [{ owner_id: true }, 'number_invalid'],
    [{ owner_id: Number.POSITIVE_INFINITY }, 'number_inexact'],
    [{ avatar: 'ftp://example.com/a.png' }, 'avatar_invalid'],
    [{ avatar: 7 }, 'avatar_invalid'],
    [{ avatar: 'javascript:alert(1)' }, 'avatar_invalid'],
    [{ avatar: '/a.png' }, 'avatar_invalid'],
    [{ role: 'admin' }, 'role_invalid'],
    [{ email_verified: 'yes' }, 'boolean_invalid'],
    [{ email_verified: 1 }, 'boolean_invalid'],
    [{ email_verified: ['true'] }, 'boolean_invalid'],
    [{ name: { first: 'Ada' } }, 'text_invalid'],
  ])('leaves out %j and lists it as %s', async (contact, reason) => {
    expect(await contactOf(contact)).toEqual({})
    expect(await leftOutOf(contact)).toEqual([{ path: Object.keys(contact)[0], reason }])
  })

  test.each([
    ['user', 'user'],
    ['lead', 'lead'],
    [undefined, 'user'],
    [null, 'user'],
    ['', 'user'],
    ['Lead', 'lead'],
    [' USER ', 'user'],
  ])('reads the role %j as %s and lists nothing', async (role, expected) => {
    expect(await run({ email: 'ada@example.com', role })).toMatchObject({
      signup: { contact: { role: expected } },
      leftOut: [],
    })
  })
})

describe('normalise: guessed', () => {
  test('counts each field for which several values could be the person’s', async () => {
    expect(await run({ email: 'ada@example.com' }, { guessed: ['phone', 'email'] })).toMatchObject({
      signup: { contact: { email: 'ada@example.com' } },
      leftOut: [
        { path: 'email', reason: 'person_unclear' },
        { path: 'phone', reason: 'person_unclear' },
      ],
    })
  })

  test.each(['email', null, {}, ['no field', 7]])('skips the list %j', async (guessed) => {
    // As a source's own `map` may return it.
    const rest = { guessed } as Partial<SignupInput>

    expect(await run({ email: 'ada@example.com' }, rest)).toMatchObject({ leftOut: [] })
  })
})

describe('normalise: an opt-out', () => {
  test.each(['do not email me', 'keep me posted', 'maybe', 2, {}, ['1', 'maybe']])(
    'that cannot be read (%j) refuses the signup, whatever else it has',
    async (unsubscribed_from_emails) => {
      const contact = { email: 'ada@example.com', phone: 'call me', unsubscribed_from_emails }

      expect(await run(contact)).toEqual({
        kind: 'opt_out_unreadable',
        issues: [{ path: 'unsubscribed_from_emails', reason: 'boolean_invalid' }],
      })
    },
  )
})

test.each([
  [
    { News: true, Updates: false, Weekly: null },
    { News: true, Updates: false, Weekly: null },
  ],
  [
    { News: 'yes', Updates: undefined },
    { News: null, Updates: null },
  ],
  [{}, undefined],
  ['yes', undefined],
  [undefined, undefined],
])('normalise keeps of the subscriptions %j the booleans', async (subscriptions, expected) => {
  const normalised = await run(
    { email: 'ada@example.com' },
    // A source's own code may return anything.
    { subscriptions } as Partial<SignupInput>,
  )

  expect(normalised.kind === 'signup' && normalised.signup.subscriptions).toEqual(expected)
})

describe('normalise: consent', () => {
  test.each([
    [true, true],
    ['on', true],
    [1, true],
    ['No, thanks', false],
    ['', false],
    [null, false],
    [['0', '1'], true],
    ['Nej tack', false],
    ['Ja, gerne', true],
    ['maybe', false],
    [undefined, undefined],
  ])('reads %j as the consent option does: %j', async (consent, expected) => {
    const normalised = await run({ email: 'ada@example.com' }, { consent })

    expect(normalised.kind === 'signup' && normalised.signup.consent).toBe(expected)
  })

  test.each([
    ['maybe', ['consent_unclear']],
    [['yes', 7], ['consent_unclear']],
    [{}, ['consent_unclear']],
    ['no', []],
    [false, []],
    [undefined, []],
  ])('counts %j as %j', async (consent, reasons) => {
    const normalised = await run({ email: 'ada@example.com' }, { consent })

    expect(normalised.kind === 'signup' && normalised.leftOut).toEqual(
      reasons.map((reason) => ({ path: 'consent', reason })),
    )
  })
})

describe('normalise: custom_attributes', () => {
  test('keeps only scalar values under names without "." and "$"', async () => {
    const custom_attributes = {
      plan: 'pro',
      seats: 3,
      price: 1.5,
      paid: true,
      'utm.source': 'x',
      $set: 'x',
      nested: { a: 1 },
      list: [1, { a: 1 }],
      huge: 2 ** 60,
      infinite: Number.POSITIVE_INFINITY,
      signup_bridge_at: 1,
      ' Signup_Bridge_At': 2,
    }

    expect(await contactOf({ custom_attributes })).toEqual({
      custom_attributes: { plan: 'pro', seats: 3, price: 1.5, paid: true },
    })
    expect(await leftOutOf({ custom_attributes })).toEqual([
      { path: 'custom_attributes.utm.source', reason: 'attribute_invalid' },
      { path: 'custom_attributes.…', reason: 'attribute_invalid' },
      { path: 'custom_attributes.nested', reason: 'attribute_invalid' },
      { path: 'custom_attributes.list', reason: 'attribute_invalid' },
      { path: 'custom_attributes.huge', reason: 'number_inexact' },
      { path: 'custom_attributes.infinite', reason: 'number_inexact' },
      { path: 'custom_attributes.signup_bridge_at', reason: 'attribute_invalid' },
      { path: 'custom_attributes.Signup_Bridge_At', reason: 'attribute_invalid' },
    ])
  })

  test.each([
    [['a', 'b'], 'a, b', []],
    [[1, true, 'x'], '1, true, x', []],
    [['only'], 'only', []],
    [[], undefined, []],
    [['', 'a', ' ', 'b'], 'a, b', []],
    [['', ' '], undefined, []],
    [['a', null], undefined, ['attribute_invalid']],
    [['a', ['b']], undefined, ['attribute_invalid']],
    [[2 ** 60], undefined, ['attribute_invalid']],
    [['a'.repeat(200), 'b'.repeat(200)], `${'a'.repeat(200)}, ${'b'.repeat(53)}`, ['text_cut']],
    [null, undefined, []],
  ])('joins an array of scalars: %j becomes %j', async (value, expected, reasons) => {
    const contact = { custom_attributes: { interests: value } }

    expect(await contactOf(contact)).toEqual(
      expected === undefined ? {} : { custom_attributes: { interests: expected } },
    )
    expect(await leftOutOf(contact)).toEqual(
      reasons.map((reason) => ({ path: 'custom_attributes.interests', reason })),
    )
  })

  test.each([
    ['\u0000', undefined],
    ['null\u0001', undefined],
    ['a \u0007', 'a'],
    ['e\u0001\u0301', '\u00e9'],
  ])('cleans the value %j to %j', async (value, expected) => {
    const { custom_attributes } = await contactOf({ custom_attributes: { x: value } })

    expect(custom_attributes).toEqual(expected === undefined ? undefined : { x: expected })
  })

  test('trims names, and leaves out and lists an attribute without a valid name or value', async () => {
    const custom_attributes = { ' plan ': 'pro', ' ': 'x', a$b: 'x', seats: [{}], at: {} }

    expect(await contactOf({ custom_attributes })).toEqual({ custom_attributes: { plan: 'pro' } })
    expect(await leftOutOf({ custom_attributes })).toEqual(
      ['…', '…', 'seats', 'at'].map((name) => ({
        path: `custom_attributes.${name}`,
        reason: 'attribute_invalid',
      })),
    )
  })

  test('keeps the first of two attributes whose names are the same when cleaned', async () => {
    const custom_attributes = { 'cafe\u0301': 'first', ' caf\u00e9': 'second' }

    expect(await contactOf({ custom_attributes })).toEqual({
      custom_attributes: { 'caf\u00e9': 'first' },
    })
    expect(await leftOutOf({ custom_attributes })).toEqual([
      { path: 'custom_attributes.caf\u00e9', reason: 'attribute_invalid' },
    ])
  })

  test('lists no attribute without a value, whatever its name', async () => {
    const custom_attributes = { plan: null, 'a.b': null, $set: '', ' ': 'null' }

    expect(await contactOf({ custom_attributes })).toEqual({})
    expect(await leftOutOf({ custom_attributes })).toEqual([])
  })

  test.each([
    ['a'.repeat(64), 'a'.repeat(64)],
    ['a'.repeat(65), '…'],
    ['Größe 2_b.c-d', 'Größe 2_b.c-d'],
    ['ada@example.com', '…'],
    ['a\nb', '…'],
    ['', '…'],
  ])('names the key %j in the path as %j', async (key, shown) => {
    expect(await leftOutOf({ custom_attributes: { [key]: {} } })).toEqual([
      { path: `custom_attributes.${shown}`, reason: 'attribute_invalid' },
    ])
  })

  test('keeps line breaks and tabs, and removes other control characters', async () => {
    const custom_attributes = { x: 'a\n\tb\u0007' }

    expect(await contactOf({ custom_attributes })).toEqual({ custom_attributes: { x: 'a\n\tb' } })
  })

  test('cuts a value at 255 characters and lists it', async () => {
    const custom_attributes = { x: 'a'.repeat(256), y: 2 ** 60 }

    expect(await contactOf({ custom_attributes })).toEqual({
      custom_attributes: { x: 'a'.repeat(255) },
    })
    expect(await leftOutOf({ custom_attributes })).toEqual([
      { path: 'custom_attributes.x', reason: 'text_cut' },
      { path: 'custom_attributes.y', reason: 'number_inexact' },
    ])
  })

  test.each([
    ['text', [{ path: 'custom_attributes', reason: 'attribute_invalid' }]],
    [['plan'], [{ path: 'custom_attributes', reason: 'attribute_invalid' }]],
    [null, []],
    [{}, []],
  ])('returns no attributes for %j', async (attributes, leftOut) => {
    const contact = { custom_attributes: attributes as Record<string, unknown> }

    expect(await contactOf(contact)).toEqual({})
    expect(await leftOutOf(contact)).toEqual(leftOut)
  })

  test('keeps 250 attributes and lists the rest', async () => {
    const names = Array.from({ length: 252 }, (_, index) => `attribute ${index}`)
    const custom_attributes = Object.fromEntries(names.map((name) => [name, 1]))

    const contact = await contactOf({ custom_attributes })

    expect(Object.keys(contact.custom_attributes ?? {})).toEqual(names.slice(0, 250))
    expect(await leftOutOf({ custom_attributes })).toEqual([
      { path: 'custom_attributes.attribute 250', reason: 'attribute_limit' },
      { path: 'custom_attributes.attribute 251', reason: 'attribute_limit' },
    ])
  })

  test('keeps __proto__ and constructor as ordinary names', async () => {
    const custom_attributes = JSON.parse('{"__proto__":"x","constructor":"y"}')

    const contact = await contactOf({ custom_attributes })

    expect(Object.entries(contact.custom_attributes ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })
})

describe('normalise: identity', () => {
  test.each([
    [{ name: 'Ada' }, 'needs an email or an external_id'],
    [{ phone: '+12813322575' }, 'needs an email or an external_id'],
    [{ role: 'lead', external_id: '1' }, 'needs an email or a phone'],
    [{ role: 'lead', phone: 'call me' }, 'needs an email or a phone'],
  ])('returns no_identity for %j: %s', async (contact, reason) => {
    const normalised = await run(contact)

    expect(normalised).toMatchObject({
      kind: 'no_identity',
      issues: expect.arrayContaining([{ path: '', reason }]),
    })
  })

  test('lists every problem of a signup without identity, without the values', async () => {
    expect(await run({ email: 'canary' })).toEqual({
      kind: 'no_identity',
      issues: [
        { path: 'email', reason: 'email_invalid' },
        { path: '', reason: 'needs an email or an external_id' },
      ],
    })
  })

  test('accepts a lead with only a phone, and leaves out its external_id', async () => {
    const normalised = await run({ role: 'lead', phone: '+12813322575', external_id: '1' })

    expect(normalised).toMatchObject({
      signup: { contact: { role: 'lead', phone: '+12813322575' } },
      leftOut: [{ path: 'external_id', reason: 'lead_external_id' }],
    })
    expect(normalised).not.toHaveProperty('signup.contact.external_id')
  })
})

describe('normalise: the rest of a signup', () => {
  test('keeps the signup’s event_id, else uses the delivery’s', async () => {
    const email = 'ada@example.com'

    expect(await run({ email }, { event_id: 'evt_1' })).toMatchObject({
      signup: { event_id: 'evt_1' },
    })
    expect(await run({ email }, { event_id: '' })).toMatchObject({
      signup: { event_id: 'body-digest' },
    })
  })

  test('reads unique tags, a company with an id, and a note', async () => {
    const normalised = await run(
      { email: 'ada@example.com' },
      {
        tags: ['beta', ' beta ', '', null, 'eu'],
        company: { company_id: 7, name: 'Analytical Engines', size: '12' },
        note: 'first line\nsecond\u0000 line',
      },
    )

    expect(normalised).toMatchObject({
      signup: {
        tags: ['beta', 'eu'],
        companies: [{ company_id: '7', name: 'Analytical Engines', size: 12 }],
        note: 'first line\nsecond line',
      },
    })
  })

  test('lists unknown fields of the signup and its contact by their names', async () => {
    const misspelt = { ocurred_at: 1 } as Partial<SignupInput>
    const contact = { email: 'ada@example.com', emial: 'x', 'a@b': 1 } as SignupInput['contact']

    expect(await run(contact, misspelt)).toMatchObject({
      leftOut: [
        { path: 'ocurred_at', reason: 'field_unknown' },
        { path: 'emial', reason: 'field_unknown' },
        { path: '…', reason: 'field_unknown' },
      ],
    })
  })

  test('keeps every field of a complete signup and lists nothing', async () => {
    const contact = {
      role: 'user',
      external_id: '1',
      email: 'ada@example.com',
      phone: '+12813322575',
      name: 'Ada',
      avatar: 'https://example.com/a.png',
      signed_up_at: 10,
      last_seen_at: 11,
      owner_id: 7,
      unsubscribed_from_emails: true,
      custom_attributes: { plan: 'pro' },
    }
    const rest = {
      event_id: 'evt_1',
      occurred_at: 12,
      consent: true,
      tags: ['beta'],
      company: {
        company_id: '7',
        name: 'Engines',
        website: 'https://example.com',
        plan: 'pro',
        industry: 'Engines',
        size: 12,
      },
      note: 'hello',
    }
    const { company, ...others } = rest

    expect(await run(contact, rest)).toEqual({
      kind: 'signup',
      signup: { ...others, companies: [company], contact },
      leftOut: [],
    })
  })

  test('lists the paths of invalid values, never the values', async () => {
    const invalid = { canary: true }
    const normalised = await run(
      { email: 'ada@example.com', last_seen_at: invalid },
      {
        event_id: invalid,
        occurred_at: invalid,
        tags: [invalid],
        note: invalid,
        company: {
          ...{ company_id: invalid, name: invalid, website: invalid },
          ...{ plan: invalid, industry: invalid, size: invalid },
        },
      },
    )

    expect(normalised).toEqual({
      kind: 'signup',
      signup: { event_id: 'body-digest', contact: { role: 'user', email: 'ada@example.com' } },
      leftOut: expect.arrayContaining([
        { path: 'last_seen_at', reason: 'time_invalid' },
        { path: 'event_id', reason: 'id_invalid' },
        { path: 'occurred_at', reason: 'time_invalid' },
        { path: 'tags', reason: 'text_invalid' },
        { path: 'note', reason: 'text_invalid' },
        { path: 'company.company_id', reason: 'id_invalid' },
        { path: 'company.name', reason: 'text_invalid' },
        { path: 'company.website', reason: 'text_invalid' },
        { path: 'company.plan', reason: 'text_invalid' },
        { path: 'company.industry', reason: 'text_invalid' },
        { path: 'company.size', reason: 'number_invalid' },
      ]),
    })
  })

  test.each([
    ['beta', ['beta']],
    ['vip, beta', ['vip', 'beta']],
    [' vip ,, beta,vip', ['vip', 'beta']],
    [',', undefined],
    [
      ['vip, beta', 'eu'],
      ['vip, beta', 'eu'],
    ],
    [
      ['VIP', 'vip', 'VIP'],
      ['VIP', 'vip'],
    ],
    [7, ['7']],
    [[], undefined],
    [undefined, undefined],
    [[''], undefined],
  ])('reads the tags %j as %j', async (tags, expected) => {
    const normalised = await run({ email: 'ada@example.com' }, { tags })

    expect(normalised.kind === 'signup' && normalised.signup.tags).toEqual(expected)
  })

  test.each([
    [7, '7'],
    ['a\r\n\tb ', 'a\n\tb'],
    ['a\rb\r\rc', 'a\nb\n\nc'],
    ['a\u0085b\vc\fd', 'a\nb\nc\nd'],
    ['a\u2028b\u2029c', 'a\u2028b\u2029c'],
    ['\u0000', undefined],
    [' ', undefined],
    [null, undefined],
  ])('reads the note %j as %j', async (note, expected) => {
    const normalised = await run({ email: 'ada@example.com' }, { note })

    expect(normalised.kind === 'signup' && normalised.signup.note).toBe(expected)
    expect(normalised).toMatchObject({ leftOut: [] })
  })
})

describe('normalise: clears', () => {
  const clearsOf = async (clears: unknown, contact: SignupInput['contact'] = {}) => {
    const input = { clears: clears as string[] }
    const normalised = await run({ email: 'ada@example.com', ...contact }, input)
    return normalised.kind === 'signup' ? normalised.signup.clears : []
  }

  test('keeps the fields that Intercom can empty, each once', async () => {
    const nullable = ['email', 'phone', 'name', 'avatar', 'owner_id', 'signed_up_at']
    const others = [
      ...['external_id', 'role', 'unsubscribed_from_emails', 'last_seen_at', 'emial', 'note'],
      'custom_attributes.Signup_Bridge_At',
    ]
    const clears = [...nullable, ...others, 'phone', 'custom_attributes. plan ']

    expect(await clearsOf(clears, { email: null, external_id: '1' })).toEqual([
      ...nullable,
      'custom_attributes.plan',
    ])
    expect(await clearsOf(clears)).not.toContain('email')
  })

  test('drops a field that has a value in the end', async () => {
    const contact = {
      name: 'Ada',
      phone: 'call me',
      custom_attributes: { plan: 'pro', seats: null },
    }
    const clears = ['name', 'phone', 'custom_attributes.plan', 'custom_attributes.seats']

    expect(await clearsOf(clears, contact)).toEqual(['phone', 'custom_attributes.seats'])
  })

  test.each([
    [undefined],
    [[]],
    ['phone'],
    [[5, null]],
    [['custom_attributes.', 'custom_attributes.a.b', 'custom_attributes']],
  ])('has no clears for %j', async (clears) => {
    expect(await clearsOf(clears)).toBeUndefined()
  })
})

describe('normalise: names that the config writes', () => {
  const decomposed = 'cafe\u0301'
  const composed = 'caf\u00e9'
  const invisible = 'be\u200bta'
  const constants = constantsOf({
    tags: [decomposed, invisible, 'VIP', ' padded '],
    attributes: { place: decomposed, other: { to: invisible, type: 'date' } },
  })
  const runWith = (contact: SignupInput['contact'], rest: Partial<SignupInput> = {}) =>
    normalise(
      { contact: { email: 'ada@example.com', ...contact }, ...rest },
      { ...context, constants },
    )

  test('keeps tags of the config to the byte', async () => {
    const tags = [decomposed, invisible, 'VIP', ' padded ']

    expect(await runWith({}, { tags })).toMatchObject({ signup: { tags }, leftOut: [] })
  })

  test('does not repeat a tag that the payload has in another form, but keeps another case', async () => {
    const tags = [composed, 'beta', invisible, 'padded', decomposed, 'vip', 'VIP']

    expect(await runWith({}, { tags })).toMatchObject({
      signup: { tags: [decomposed, invisible, ' padded ', 'vip', 'VIP'] },
    })
  })

  test.each([
    [{ [composed]: 'payload', [decomposed]: 'option' }],
    [{ [decomposed]: 'option', [composed]: 'payload' }],
  ])('keeps the name of an attribute to the byte, once: %j', async (custom_attributes) => {
    const normalised = await runWith({
      custom_attributes: { ...custom_attributes, [invisible]: 'x' },
    })

    expect(normalised).toMatchObject({ kind: 'signup' })
    const { signup } = normalised as Extract<typeof normalised, { kind: 'signup' }>
    expect(signup.contact?.custom_attributes).toEqual({ [decomposed]: 'option', [invisible]: 'x' })
  })

  test('spells an attribute of the payload as the config does', async () => {
    const custom_attributes = { [composed]: 'payload' }

    expect(await runWith({ custom_attributes })).toMatchObject({
      signup: { contact: { custom_attributes: { [decomposed]: 'payload' } } },
      leftOut: [],
    })
    expect(await runWith({}, { clears: [`custom_attributes.${composed}`] })).toMatchObject({
      signup: { clears: [`custom_attributes.${decomposed}`] },
    })
  })
})

const anyValue = fc.oneof(
  fc.anything(),
  fc.emailAddress(),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.constantFrom(
    'yes',
    'no',
    '+12813322575',
    '2024-12-18',
    1_700_000_000,
    '11-50',
    'https://a.co',
  ),
)
const contactNames = [
  ...['role', 'external_id', 'email', 'phone', 'name', 'avatar', 'signed_up_at', 'owner_id'],
  ...['last_seen_at', 'unsubscribed_from_emails', 'custom_attributes', 'emial'],
]
const companyNames = [
  ...['company_id', 'name', 'website', 'plan', 'industry', 'size', 'monthly_spend'],
  ...['remote_created_at', 'created_at', 'custom_attributes', 'nmae'],
]
const dictionary = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), fc.oneof(anyValue, fc.dictionary(fc.string(), anyValue)))

test('normalise returns a signup of the schema or a refusal for random input', async () => {
  const company = fc.oneof(dictionary(companyNames), fc.anything())
  const anyInput = fc.record(
    {
      contact: dictionary(contactNames),
      company,
      companies: fc.oneof(company, fc.array(company)),
      ...{ event_id: anyValue, occurred_at: anyValue, consent: anyValue },
      ...{ tags: anyValue, note: anyValue, clears: anyValue },
    },
    { requiredKeys: ['contact'] },
  )

  await fc.assert(
    fc.asyncProperty(anyInput, async (input) => {
      const normalised = await normalise(input as SignupInput, context)

      if (normalised.kind === 'signup') z.parse(signupSchema, normalised.signup)
      else expect(normalised.issues.length).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
})

test('normalise loses no value in silence: it is in the signup, left out by name, or refused', async () => {
  const fields = contactNames.filter((name) => !['role', 'custom_attributes'].includes(name))
  const isGiven = (value: unknown) =>
    !isAbsent(value) && !(Array.isArray(value) && value.every(isAbsent))
  const isInvisible = (value: unknown) => typeof value === 'string' && cleanName(value) === ''

  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...fields), anyValue, async (name, value) => {
      fc.pre(isGiven(value) && !isInvisible(value))
      const normalised = await run({ email: 'ada@example.com', [name]: value })

      if (normalised.kind !== 'signup') {
        expect(normalised.issues.map(({ path }) => path)).toContain(name)
        return
      }
      const isKept = Object.hasOwn(normalised.signup.contact ?? {}, name)
      const isListed = normalised.leftOut.some(({ path }) => path === name)
      expect(isKept || isListed).toBe(true)
    }),
    { numRuns: 500 },
  )
})

describe('normalise: the kind of event', () => {
  const email = 'ada@example.com'
  const of = async (event: unknown) => {
    const normalised = await run({ email }, { event })
    return normalised.kind === 'signup' ? (normalised.signup.event ?? 'created') : normalised
  }

  test.each(['created', 'updated', 'deleted'])('%s is one', async (event) => {
    expect(await of(event)).toBe(event)
  })

  test.each([undefined, null, ''])('%j is a signup', async (event) => {
    expect(await of(event)).toBe('created')
  })

  test.each(['renamed', 'Created', 7, {}, ['deleted']])('%j is not guessed', async (event) => {
    expect(await of(event)).toEqual({
      kind: 'event_unknown',
      issues: [{ path: 'event', reason: 'expected created, updated, deleted' }],
    })
  })
})

describe('normalise: an event that is not of a person alone', () => {
  const company = { company_id: 'c-1', name: 'Engines', created_at: start - 1 }
  const companies = [{ company_id: 'c-1', name: 'Engines', remote_created_at: start - 1 }]
  const signupOf = async (rest: Partial<SignupInput>, contact: SignupInput['contact'] = {}) => {
    const normalised = await run(contact, { company, ...rest })
    return normalised.kind === 'signup' ? normalised.signup : normalised
  }

  test.each(['company', 'customer'] as const)('of a %s has no contact', async (about) => {
    expect(await signupOf({ about, occurred_at: start, event: 'updated' })).toEqual({
      ...{ event_id: 'body-digest', occurred_at: start, event: 'updated' },
      companies,
    })
    expect(await signupOf({ about })).toEqual({ event_id: 'body-digest', companies })
  })

  test('of a company stays one, whatever its contact is', async () => {
    expect(await signupOf({ about: 'company' }, { external_id: '1' })).not.toHaveProperty('contact')
  })

  test('of a customer who is a person is a person with that company', async () => {
    expect(await signupOf({ about: 'customer' }, { external_id: '1' })).toMatchObject({
      contact: { external_id: '1' },
      companies,
    })
  })

  test.each([
    ['company', { name: '' }],
    ['company', { company_id: {} }],
    ['customer', {}],
    ['membership', {}],
    ['membership', { plan: 'pro' }],
  ] as const)('of a %s needs the company: %j has none', async (about, given) => {
    const result = await signupOf({ about, company: given }, { external_id: '1', email: 'x' })

    if (about === 'customer') return expect(result).toMatchObject({ contact: { external_id: '1' } })
    expect(result).toMatchObject({ kind: 'no_identity' })
    expect(result).toHaveProperty(
      'issues',
      expect.arrayContaining([{ path: 'company', reason: 'needs a company_id or a name' }]),
    )
  })

  test('of a company that was deleted is none', async () => {
    for (const about of ['company', 'customer'] as const) {
      expect(await signupOf({ about, event: 'deleted' })).toEqual({
        kind: 'company_deleted',
        issues: [],
      })
    }
  })

  test('of a membership has the companies that the person joined or left', async () => {
    const about = 'membership'
    const person = { external_id: '1' }

    expect(await signupOf({ about }, person)).toMatchObject({ isMembership: true, companies })
    const left = await signupOf({ about, leaves: true }, person)
    expect(left).toMatchObject({ isMembership: true, leaves: ['c-1'] })
    expect(left).not.toHaveProperty('companies')
  })

  test.each([
    [[company, { size: 3 }], true],
    [[company, { company_id: {}, name: 'Bolt' }], true],
    [[company, 'Bolt'], true],
    [[company, {}, { name: 'Bolt', size: 'many' }], undefined],
    [[company], undefined],
    [[{ size: 3 }], undefined],
  ])('says if a company could not be read: %j', async (given, hasUnreadCompany) => {
    const signup = await signupOf(
      { company: undefined, companies: given as object[] },
      { external_id: '1' },
    )

    expect(signup).toMatchObject(hasUnreadCompany ? { hasUnreadCompany } : {})
    if (!hasUnreadCompany) expect(signup).not.toHaveProperty('hasUnreadCompany')
  })
})
