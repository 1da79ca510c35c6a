import { expect, test } from 'vitest'
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
    delivery({ email: 'ada@example.com', emial: 'x', phone_number: 1 }),
  )

  expect(reading).toMatchObject({
    kind: 'signups',
    signups: [{ contact: { role: 'user', email: 'ada@example.com' } }],
    leftOut: [
      { path: 'contact', reason: 'field_unknown' },
      { path: 'contact', reason: 'field_unknown' },
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
