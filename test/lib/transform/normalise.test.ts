import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type SignupInput, signupSchema } from '../../../src/lib/signup.ts'
import { normalise } from '../../../src/lib/transform/normalise.ts'

const run = (contact: SignupInput['contact'], rest: Partial<SignupInput> = {}) =>
  normalise({ contact, ...rest }, { eventId: 'body-digest', country: undefined })

const contactOf = async (contact: SignupInput['contact']) => {
  const normalised = await run({ email: 'ada@example.com', ...contact })
  if (normalised.kind !== 'signup') throw new Error('no identity')
  const { role: _role, email, ...rest } = normalised.signup.contact
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
    ['\u0130stanbul@example.com', '\u0130stanbul@example.com'],
    ['user@[192.0.2.1]', 'user@[192.0.2.1]'],
  ])('cleans %j to %j', async (email, expected) => {
    const normalised = await run({ email })

    expect(normalised).toMatchObject({ signup: { contact: { email: expected } } })
  })

  test.each([
    'ada',
    'ada@',
    '@example.com',
    'a@b@example.com',
    'ada@example.com\r\nBcc: x@example.com',
    'Ada Lovelace ada@example.com',
    'ada@example.com, grace@hopper.com',
    'ada\u0000@example.com',
    `${'a'.repeat(243)}@example.com`,
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

  test('accepts an address of 254 characters', async () => {
    const email = `${'a'.repeat(242)}@example.com`

    expect(await run({ email })).toMatchObject({ signup: { contact: { email } } })
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
      signed_up_at: 0,
      owner_id: 0,
      custom_attributes: { paid: false, seats: 0 },
    })

    expect(contact).toEqual({
      unsubscribed_from_emails: false,
      signed_up_at: 0,
      owner_id: 0,
      custom_attributes: { paid: false, seats: 0 },
    })
  })
})

describe('normalise: phone', () => {
  test.each([
    ['+1 (281) 332-2575', undefined, '+12813322575'],
    ['0170 1234567', 'DE', '+491701234567'],
    ['(281) 332-2575', 'US', '+12813322575'],
    [491701234567, undefined, undefined],
    ['tel:+1-281-332-2575', undefined, '+12813322575'],
    ['TEL:+1-281-332-2575', undefined, '+12813322575'],
    ['call tel:+1-281-332-2575', undefined, undefined],
    [{ number: '+12813322575' }, undefined, undefined],
    ['(281) 332-2575', undefined, undefined],
    ['call Bob at +14155552671 or mail me', undefined, undefined],
    ['ada4155552671@example.com', 'US', undefined],
    ['call me', 'US', undefined],
    ['+1', undefined, undefined],
  ] as const)('reads %j in the country %j as %j', async (phone, country, expected) => {
    const input = { contact: { email: 'ada@example.com', phone } }

    const normalised = await normalise(input, { eventId: 'e', country })

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
  test.each([
    [1_734_537_429, 1_734_537_429],
    [1_734_537_429.9, 1_734_537_429],
    [1_734_537_429_514, 1_734_537_429],
    ['1734537429', 1_734_537_429],
    ['1734537429514', 1_734_537_429],
    ['2024-12-18T15:57:09Z', 1_734_537_429],
    ['2024-12-18T15:57:09.514Z', 1_734_537_429],
    ['2024-12-18T16:57:09+01:00', 1_734_537_429],
    ['2024-12-18T16:57:09+0100', 1_734_537_429],
    ['2024-12-18 15:57:09.093', 1_734_537_429],
    ['2024-12-18 15:57:09.093+00', 1_734_537_429],
    ['2024-12-18 17:57:09+02', 1_734_537_429],
    ['2024-12-18 17:57:09 +02:00', 1_734_537_429],
    ['2024-12-18T10:57:09-05:00', 1_734_537_429],
    ['2024-12-18T15:57:09 Z', 1_734_537_429],
    ['2024-12-18t15:57:09z', 1_734_537_429],
    ['2024-12-18T15:57Z', 1_734_537_420],
    ['2024-12-18T15:57', 1_734_537_420],
    ['2024-12-18', 1_734_480_000],
    [' 2024-12-18 ', 1_734_480_000],
    [' 1734537429.9 ', 1_734_537_429],
    ['1970-01-01', 0],
    [99_999_999_999, 99_999_999_999],
    [100_000_000_000, 100_000_000],
    [99_999_999_999_999, 99_999_999_999],
  ])('reads %j as %j', async (signed_up_at, expected) => {
    expect(await contactOf({ signed_up_at })).toEqual({ signed_up_at: expected })
  })

  test.each([
    'yesterday',
    '2024-13-01',
    '2024-02-30',
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    'on 2024-12-18',
    '2024-12-18 or so',
    '2024-12-18T15',
    '2024-12-18T25:00:00Z',
    '2024-04-31',
    100_000_000_000_000,
    -1,
    8.64e15,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    '1e9',
    true,
    [1_734_537_429],
  ])('leaves out %j and lists it as time_invalid', async (last_seen_at) => {
    expect(await contactOf({ last_seen_at })).toEqual({})
    expect(await leftOutOf({ last_seen_at })).toEqual([
      { path: 'last_seen_at', reason: 'time_invalid' },
    ])
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
    [{ unsubscribed_from_emails: 'yes' }, 'boolean_invalid'],
    [{ unsubscribed_from_emails: 1 }, 'boolean_invalid'],
    [{ avatar: 'javascript:alert(1)' }, 'avatar_invalid'],
    [{ avatar: '/a.png' }, 'avatar_invalid'],
    [{ role: 'admin' }, 'role_invalid'],
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
  ])('reads the role %j as %s and lists nothing', async (role, expected) => {
    expect(await run({ email: 'ada@example.com', role })).toMatchObject({
      signup: { contact: { role: expected } },
      leftOut: [],
    })
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
      list: [1],
      huge: 2 ** 60,
      infinite: Number.POSITIVE_INFINITY,
    }

    expect(await contactOf({ custom_attributes })).toEqual({
      custom_attributes: { plan: 'pro', seats: 3, price: 1.5, paid: true },
    })
    expect(await leftOutOf({ custom_attributes })).toHaveLength(6)
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
    const custom_attributes = { ' plan ': 'pro', ' ': 'x', a$b: 'x', seats: [1], at: {} }

    expect(await contactOf({ custom_attributes })).toEqual({ custom_attributes: { plan: 'pro' } })
    expect(await leftOutOf({ custom_attributes })).toEqual(
      Array.from({ length: 4 }, () => ({ path: 'custom_attributes', reason: 'attribute_invalid' })),
    )
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
      { path: 'custom_attributes', reason: 'text_cut' },
      { path: 'custom_attributes', reason: 'number_inexact' },
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
      { path: 'custom_attributes', reason: 'attribute_limit' },
      { path: 'custom_attributes', reason: 'attribute_limit' },
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

  test('lists unknown fields of the signup and its contact', async () => {
    const misspelt = { ocurred_at: 1 } as Partial<SignupInput>
    const contact = { email: 'ada@example.com', emial: 'x' } as SignupInput['contact']

    expect(await run(contact, misspelt)).toMatchObject({
      leftOut: [
        { path: 'signup', reason: 'field_unknown' },
        { path: 'contact', reason: 'field_unknown' },
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
      { email: 'ada@example.com', last_seen_at: invalid, unsubscribed_from_emails: invalid },
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
        { path: 'unsubscribed_from_emails', reason: 'boolean_invalid' },
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
    ['\u0000', undefined],
    [' ', undefined],
    [null, undefined],
  ])('reads the note %j as %j', async (note, expected) => {
    const normalised = await run({ email: 'ada@example.com' }, { note })

    expect(normalised.kind === 'signup' && normalised.signup.note).toBe(expected)
    expect(normalised).toMatchObject({ leftOut: [] })
  })

  test('returns no company if all its fields are empty', async () => {
    const normalised = await run(
      { email: 'ada@example.com' },
      { company: { name: '', plan: null } },
    )

    expect(normalised).not.toHaveProperty('signup.companies')
    expect(normalised).toMatchObject({ leftOut: [] })
  })

  test('leaves out a company without an id', async () => {
    const normalised = await run({ email: 'ada@example.com' }, { company: { name: 'Engines' } })

    expect(normalised).not.toHaveProperty('signup.companies')
    expect(normalised).toMatchObject({
      leftOut: [{ path: 'company', reason: 'company_without_id' }],
    })
  })
})

test('normalise returns a signup of the schema or no_identity for random input', async () => {
  const loose = fc.dictionary(
    fc.constantFrom(
      ...['role', 'external_id', 'email', 'phone', 'name', 'avatar', 'signed_up_at', 'owner_id'],
      ...['last_seen_at', 'unsubscribed_from_emails', 'custom_attributes'],
    ),
    fc.oneof(fc.anything(), fc.emailAddress(), fc.string({ unit: 'binary' }), fc.double()),
  )

  await fc.assert(
    fc.asyncProperty(loose, fc.anything(), fc.anything(), async (contact, tags, note) => {
      const input = { contact: contact as SignupInput['contact'], tags, note }

      const normalised = await normalise(input, { eventId: 'e', country: undefined })

      if (normalised.kind === 'signup') z.parse(signupSchema, normalised.signup)
      else expect(normalised.issues.length).toBeGreaterThan(0)
    }),
    { numRuns: 500 },
  )
})
