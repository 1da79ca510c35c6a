import { describe, expect, test } from 'vitest'
import { signup } from '../../../src/lib/sources/index.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { delivery } from '../../support/deliveries.ts'

test('signup reads every field of Create contact, the event, tags, a company and a note', async () => {
  const contact = {
    role: 'user',
    external_id: '42',
    email: 'ada@example.com',
    phone: '+12813322575',
    name: 'Ada',
    avatar: 'https://example.com/a.png',
    signed_up_at: 1_734_537_429,
    last_seen_at: 1_734_537_430,
    owner_id: 7,
    unsubscribed_from_emails: false,
    custom_attributes: { plan: 'pro' },
  }
  const more = {
    event_id: 'evt_1',
    occurred_at: 1_734_537_431,
    tags: ['beta'],
    company: { company_id: 'c1', name: 'Engines' },
    note: 'Called twice',
  }

  const { company, ...others } = more

  expect(await read(signup(), delivery({ ...contact, ...more }))).toEqual({
    kind: 'signups',
    event_id: 'evt_1',
    indexes: [0],
    refusals: [],
    signups: [{ ...others, companies: [company], contact }],
    leftOut: [],
  })
})

test('signup leaves out and lists an unknown field', async () => {
  const reading = await read(
    signup(),
    delivery({ email: 'ada@example.com', emial: 'x', phone_number: 1, 'x@y': null }),
  )

  expect(reading).toMatchObject({
    kind: 'signups',
    signups: [{ contact: { role: 'user', email: 'ada@example.com' } }],
    leftOut: [
      { path: 'emial', reason: 'field_unknown' },
      { path: 'phone_number', reason: 'field_unknown' },
      { path: '…', reason: 'field_unknown' },
    ],
  })
})

test('signup maps an unknown field by its options', async () => {
  const source = signup({ fields: { emial: 'email' }, role: 'lead' })

  expect(await read(source, delivery({ emial: 'ada@example.com' }))).toMatchObject({
    signups: [{ contact: { role: 'lead', email: 'ada@example.com' } }],
    leftOut: [],
  })
})

test.each([[[]], ['text'], [null], [5]])(
  'signup refuses the body %j, which is not an object',
  async (body) => {
    expect(await read(signup(), delivery(JSON.stringify(body)))).toMatchObject({
      kind: 'refused',
      code: 'invalid_signup',
    })
  },
)

test('signup refuses a signup without identity, with the issues', async () => {
  expect(await read(signup(), delivery({ name: 'Ada', email: 'no address' }))).toMatchObject({
    kind: 'refused',
    code: 'no_identity',
    issues: [
      { path: 'email', reason: 'email_invalid' },
      { path: '', reason: 'needs an email or an external_id' },
    ],
  })
})

describe('signup reads older names', () => {
  const older = { user_id: '42', first_name: 'Ada', last_name: 'Byron', created_at: 1_700_000_000 }
  const readOne = async (body: object) => {
    const reading = await read(signup(), delivery({ email: 'ada@example.com', ...body }))
    if (reading.kind !== 'signups') throw new Error(reading.kind)
    const [{ contact: received }] = reading.signups
    if (!received) throw new Error('no contact')
    const { role: _role, email: _email, ...contact } = received
    return { contact, leftOut: reading.leftOut.map(({ path, reason }) => `${path} ${reason}`) }
  }

  test.each([
    [older, { external_id: '42', name: 'Ada Byron', signed_up_at: 1_700_000_000 }],
    [{ user_id: 42, external_id: null }, { external_id: '42' }],
    [{ first_name: 'Ada', last_name: '' }, { name: 'Ada' }],
    [{ last_name: 'Byron', name: ' ' }, { name: 'Byron' }],
    [{ created_at: '2023-11-14T22:13:20Z', signed_up_at: null }, { signed_up_at: 1_700_000_000 }],
    [{ user_id: null, first_name: '', created_at: 'null' }, {}],
    [{ given_name: 'Ada', family_name: 'Byron' }, { name: 'Ada Byron' }],
    [{ firstName: 'Ada', lastName: 'Byron' }, { name: 'Ada Byron' }],
    [{ full_name: 'Ada Byron' }, { name: 'Ada Byron' }],
    [{ fullName: 'Ada Byron', first_name: null }, { name: 'Ada Byron' }],
    [{ display_name: 'Ada', name: null }, { name: 'Ada' }],
    [{ displayName: 'Ada', lastName: ' ' }, { name: 'Ada' }],
  ])('of %j as %j', async (body, contact) => {
    expect(await readOne(body)).toEqual({ contact, leftOut: [] })
  })

  test('only where the field itself is absent: else they count as unknown', async () => {
    const own = { external_id: '1', name: 'Grace', signed_up_at: 1_600_000_000 }

    expect(await readOne({ ...own, ...older })).toEqual({
      contact: own,
      leftOut: Object.keys(older).map((name) => `${name} field_unknown`),
    })
  })

  test.each([
    [
      { full_name: 'Ada Byron', first_name: 'Ada', last_name: 'Byron' },
      ['first_name', 'last_name'],
    ],
    [{ first_name: 'Ada Byron', given_name: 'Ada' }, ['given_name']],
    [{ given_name: 'Ada', family_name: 'Byron', display_name: 'ada' }, ['display_name']],
    [{ name: 'Ada Byron', full_name: 'Ada', displayName: 'ada' }, ['full_name', 'displayName']],
    [{ full_name: ['Ada'], display_name: 'Ada Byron' }, ['full_name']],
  ])('and counts what a name of %j is not made of', async (body, unused) => {
    const { contact, leftOut } = await readOne(body)

    expect(contact.name).toMatch(/^Ada Byron$/)
    expect(leftOut).toEqual(unused.map((name) => `${name} field_unknown`))
  })

  test('and counts a part of a name that is no text', async () => {
    expect(await readOne({ first_name: 'Ada', last_name: 5 })).toEqual({
      contact: { name: 'Ada' },
      leftOut: ['last_name field_unknown'],
    })
    expect(await readOne({ first_name: {}, created_at: 'soon' })).toEqual({
      contact: {},
      leftOut: ['first_name field_unknown', 'signed_up_at time_invalid'],
    })
  })

  test('unless an option maps them: then a shadowed one does not count', async () => {
    const source = signup({ attributes: { user_id: 'crm_id' } })
    const body = { email: 'ada@example.com', external_id: '1', user_id: '42' }

    expect(await read(source, delivery(body))).toMatchObject({
      signups: [{ contact: { external_id: '1', custom_attributes: { crm_id: '42' } } }],
      leftOut: [],
    })
  })
})

describe('signup reads companies', () => {
  const acme = { company_id: '7', name: 'Acme' }
  const bolt = { company_id: '8', name: 'Bolt' }

  test.each([
    [{ company: acme }, [acme]],
    [{ companies: [acme, bolt] }, [acme, bolt]],
    [{ company: acme, companies: [bolt] }, [acme, bolt]],
    [{ companies: bolt }, [bolt]],
    [{ company: null, companies: null }, []],
    [{ company: { name: 'Acme' } }, [{ company_id: 'name:acme', name: 'Acme' }]],
    [{ company: 'Acme' }, [{ company_id: 'name:acme', name: 'Acme' }]],
    [{ company: [acme, 'Bolt'] }, [acme, { company_id: 'name:bolt', name: 'Bolt' }]],
    [{ company: [acme], companies: bolt }, [acme, bolt]],
    [{ companies: 'Acme' }, [{ company_id: 'name:acme', name: 'Acme' }]],
    [{ company: '', companies: [] }, undefined],
  ])('of %j', async (body, companies) => {
    const reading = await read(signup(), delivery({ email: 'ada@example.com', ...body }))

    expect(reading).toMatchObject({ kind: 'signups', leftOut: [] })
    expect(reading.kind === 'signups' && reading.signups[0].companies).toEqual(companies)
  })

  test('and an empty list of attributes says nothing there either', async () => {
    const body = { email: 'ada@example.com', company: { ...acme, custom_attributes: [] } }

    expect(await read(signup(), delivery(body))).toMatchObject({
      signups: [{ companies: [acme] }],
      leftOut: [],
    })
  })

  test.each([
    [{ company: 7 }, ['company']],
    [{ company: [7, acme] }, ['companies.0']],
    [{ companies: true }, ['companies']],
    [{ companies: [null, 5, acme, [acme]] }, ['companies.1', 'companies.3']],
  ])('and leaves out the one of %j that is none', async (body, paths) => {
    const reading = await read(signup(), delivery({ email: 'ada@example.com', ...body }))
    const hasAcme = JSON.stringify(body).includes('Acme')

    expect(reading).toMatchObject({
      signups: [{ contact: { email: 'ada@example.com' }, ...(hasAcme && { companies: [acme] }) }],
      leftOut: paths.map((path) => ({ path, reason: 'company_without_id' })),
    })
  })

  test('and leaves out one that is none beside the fields of an option', async () => {
    const source = signup({ company: { org: 'name' } })
    const body = { email: 'ada@example.com', company: 7, org: 'Acme' }

    expect(await read(source, delivery(body))).toMatchObject({
      signups: [{ companies: [{ company_id: 'name:acme', name: 'Acme' }] }],
      leftOut: [{ path: 'company', reason: 'company_without_id' }],
    })
  })

  test('and names what no option maps of an unknown key beside what one maps', async () => {
    const source = signup({ attributes: { 'address.city': 'city', 'company.boss.name': 'boss' } })
    const body = {
      ...{ email: 'ada@example.com', address: { city: 'Paris', zip: '75001' } },
      company: { ...acme, boss: { name: 'Grace', id: 7 } },
    }

    expect(await read(source, delivery(body))).toMatchObject({
      signups: [{ contact: { custom_attributes: { city: 'Paris', boss: 'Grace' } } }],
      leftOut: [
        { path: 'address.zip', reason: 'field_unknown' },
        { path: 'company.boss.id', reason: 'field_unknown' },
      ],
    })
  })

  test('and names unknown keys inside them, unless an option maps them', async () => {
    const body = {
      email: 'ada@example.com',
      company: { ...acme, foo: 1, boss: { id: 7 } },
      companies: [bolt, { ...bolt, foo: 1 }],
    }
    const source = signup({ fields: { 'company.boss.id': 'owner_id' } })

    expect(await read(source, delivery(body))).toMatchObject({
      signups: [{ contact: { owner_id: 7 } }],
      leftOut: [
        { path: 'company.foo', reason: 'field_unknown' },
        { path: 'companies.1.foo', reason: 'field_unknown' },
      ],
    })
  })
})

test('signup lists what the payload empties with null', async () => {
  const body = {
    email: 'ada@example.com',
    external_id: null,
    phone: null,
    name: null,
    owner_id: '',
    custom_attributes: { plan: null, seats: 3, empty: '' },
  }

  expect(await read(signup(), delivery(body))).toMatchObject({
    signups: [{ clears: ['phone', 'name', 'custom_attributes.plan'] }],
    leftOut: [],
  })
  expect(await read(signup(), delivery({ ...body, first_name: 'Ada' }))).toMatchObject({
    signups: [{ contact: { name: 'Ada' }, clears: ['phone', 'custom_attributes.plan'] }],
  })
  expect(
    await read(signup({ fields: { tel: 'phone' } }), delivery({ ...body, tel: '+12813322575' })),
  ).toMatchObject({ signups: [{ clears: ['name', 'custom_attributes.plan'] }] })
})

test('signup empties what a null stands for at the place of an option', async () => {
  const options = {
    fields: { tel: 'phone', 'profile.avatar': 'avatar' },
    attributes: { tier: 'plan', seats: 'team size', level: { to: 'level', type: 'integer' } },
  } as const
  const body = {
    ...{ external_id: '1', email: null, tel: null, tier: null, level: null, seats: 3 },
    profile: { avatar: null },
  }

  expect(await read(signup(options), delivery(body))).toMatchObject({
    signups: [
      {
        clears: ['email', 'phone', 'avatar', 'custom_attributes.plan', 'custom_attributes.level'],
      },
    ],
  })
})

test('signup empties an e-mail that the payload sets to null beside an id', async () => {
  expect(await read(signup(), delivery({ external_id: '1', email: null }))).toMatchObject({
    signups: [{ contact: { external_id: '1' }, clears: ['email'] }],
    leftOut: [],
  })
})

test.each([
  ['x', true],
  [5, true],
  [[{ name: 'plan', value: 'pro' }], true],
  // PHP's empty array.
  [[], false],
  [null, false],
  ['', false],
])('signup without attributes in custom_attributes: %j', async (custom_attributes, isLeftOut) => {
  const source = signup({ attributes: { plan: 'plan' } })
  const body = { email: 'ada@example.com', plan: 'pro', custom_attributes }

  expect(await read(source, delivery(body))).toMatchObject({
    signups: [{ contact: { email: 'ada@example.com', custom_attributes: { plan: 'pro' } } }],
    leftOut: isLeftOut ? [{ path: 'custom_attributes', reason: 'attribute_invalid' }] : [],
  })
})

test.each([
  [{ tags: [] }],
  [{ company: [] }],
  [{ company: {} }],
  [{ tags: [], company: [], custom_attributes: [] }],
  [{ tags: null, custom_attributes: null, note: null, occurred_at: null }],
])('signup without anything in %j counts nothing', async (body) => {
  const reading = await read(signup(), delivery({ email: 'ada@example.com', ...body }))

  expect(reading).toMatchObject({ kind: 'signups', leftOut: [] })
  expect(reading).toHaveProperty('signups.0', {
    event_id: expect.any(String),
    contact: { role: 'user', email: 'ada@example.com' },
  })
})

test.each([
  { companies: [] },
  { companies: [], company: [] },
  { companies: [], company: null },
  { company: null },
])('signup says with %j that the person has no company', async (body) => {
  const reading = await read(signup(), delivery({ email: 'ada@example.com', ...body }))

  expect(reading).toMatchObject({ signups: [{ companies: [] }], leftOut: [] })
})

test.each([
  [{ tags: {} }, { path: 'tags', reason: 'text_invalid' }],
  [{ note: [] }, { path: 'note', reason: 'text_invalid' }],
  [{ name: [] }, { path: 'name', reason: 'text_invalid' }],
  [{ phone: {} }, { path: 'phone', reason: 'phone_invalid' }],
  [{ external_id: [] }, { path: 'external_id', reason: 'id_invalid' }],
  [{ occurred_at: [] }, { path: 'occurred_at', reason: 'time_invalid' }],
  [{ role: [] }, { path: 'role', reason: 'role_invalid' }],
])('signup leaves out %j and is read', async (body, leftOut) => {
  expect(await read(signup(), delivery({ email: 'ada@example.com', ...body }))).toMatchObject({
    signups: [{ contact: { email: 'ada@example.com' } }],
    leftOut: [leftOut],
  })
})

test('signup without a null empties nothing', async () => {
  expect(
    await read(signup(), delivery({ email: 'ada@example.com', custom_attributes: null })),
  ).not.toHaveProperty('signups.0.clears')
})

test.each([1, '1', 'yes', 'TRUE', 'on', 'opted_out'])(
  'signup reads the opt-out %j as true',
  async (unsubscribed_from_emails) => {
    const body = { email: 'ada@example.com', unsubscribed_from_emails }

    expect(await read(signup(), delivery(body))).toMatchObject({
      signups: [{ contact: { unsubscribed_from_emails: true } }],
      leftOut: [],
    })
  },
)

test('signup refuses an opt-out that cannot be read, and says which field to fix', async () => {
  const body = { email: 'ada@example.com', unsubscribed_from_emails: 'do not email me' }

  expect(await read(signup(), delivery(body))).toEqual({
    kind: 'refused',
    event_id: expect.any(String),
    code: 'invalid_signup',
    message: expect.stringContaining('send unsubscribed_from_emails as true or false'),
    issues: [{ path: 'unsubscribed_from_emails', reason: 'boolean_invalid' }],
  })
})
