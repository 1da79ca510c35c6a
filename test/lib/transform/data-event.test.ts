import { describe, expect, test } from 'vitest'
import {
  auth0,
  clerk,
  shopify,
  signup,
  standardWebhooks,
  stripe,
  typeform,
  webhook,
  workos,
} from '../../../src/lib/index.ts'
import type { DataEventTarget, MetadataTarget } from '../../../src/lib/transform/mapping-options.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { delivery } from '../../support/deliveries.ts'

const paid: DataEventTarget = { name: 'paid' }
const email = 'ada@example.com'

/** The reading of an invoice of Stripe, of which no kind is a signup. */
const readInvoice = (object: object, metadata: Record<string, MetadataTarget> = {}) =>
  read(
    stripe({
      fields: { 'data.object.customer_email': 'email' },
      events: { 'invoice.paid': { name: 'paid', metadata } },
    }),
    delivery({
      id: 'evt_1',
      type: 'invoice.paid',
      created: start - 9,
      data: { object: { id: 'in_1', object: 'invoice', customer_email: email, ...object } },
    }),
  )

describe('the option events', () => {
  test('adds a data event to a signup, with the time of the sender', async () => {
    const source = stripe({ events: { 'customer.created': { name: 'became-customer' } } })
    const customer = { id: 'cus_1', object: 'customer', email, name: 'Ada' }
    const body = { type: 'customer.created', created: start - 9, data: { object: customer } }

    const reading = await read(source, delivery(body))

    expect(reading).toMatchObject({
      signups: [
        {
          contact: { email, name: 'Ada' },
          data_event: { event_name: 'became-customer', created_at: start - 9 },
        },
      ],
      leftOut: [],
    })
    expect(reading).not.toMatchObject({ signups: [{ isKindless: true }] })
  })

  test('takes the time of receipt where the sender says none', async () => {
    const source = signup({ events: { created: paid } })

    expect(await read(source, delivery({ email }))).toMatchObject({
      signups: [{ data_event: { event_name: 'paid', created_at: start } }],
    })
  })

  test('takes a type that is no signup: only the options say whose it is, never its own id', async () => {
    expect(await readInvoice({ email: 'shop@example.com', name: 'Invoice 7' })).toEqual({
      kind: 'signups',
      event_id: 'evt_1',
      signups: [
        {
          event_id: 'evt_1',
          occurred_at: start - 9,
          event: 'updated',
          isKindless: true,
          isByAccount: true,
          contact: { role: 'user', email },
          data_event: { event_name: 'paid', created_at: start - 9 },
        },
      ],
      indexes: [0],
      refusals: [],
      leftOut: [],
    })
  })

  const at = new Date(start * 1_000).toISOString()
  const membership = { id: 'om_1', user_id: 'u-1', public_user_data: { identifier: email } }
  test.each([
    [
      'clerk',
      clerk({
        fields: { 'data.public_user_data.identifier': 'email' },
        events: { 'session.created': paid },
      }),
      { type: 'session.created', timestamp: start * 1_000, data: membership },
      {},
    ],
    [
      'clerk, without the id that its users have',
      clerk({ fields: { 'data.to': 'email' }, events: { 'email.created': paid } }),
      { type: 'email.created', timestamp: start * 1_000, data: { to: email } },
      {},
    ],
    [
      'workos',
      workos({
        fields: { 'data.email': 'email' },
        events: { 'authentication.oauth_succeeded': paid },
      }),
      {
        event: 'authentication.oauth_succeeded',
        created_at: at,
        data: { id: 'x', user_id: 'u-1', email },
      },
      {},
    ],
    [
      'auth0',
      auth0({ fields: { 'data.user_name': 'email' }, events: { s: paid } }),
      { log_id: '9', data: { type: 's', date: at, user_id: 'auth0|1', user_name: email } },
      {},
    ],
    [
      'shopify',
      shopify({ fields: { email: 'email' }, events: { 'orders/paid': paid } }),
      { id: 7, admin_graphql_api_id: 'gid://shopify/Order/7', updated_at: at, email, name: '#7' },
      { 'x-shopify-topic': 'orders/paid' },
    ],
    [
      'standardWebhooks',
      standardWebhooks({
        types: ['user.created'],
        fields: { 'data.email': 'email' },
        events: { 'order.paid': paid },
      }),
      { type: 'order.paid', timestamp: at, data: { id: 'o-1', email } },
      {},
    ],
    [
      'webhook, by a header',
      webhook({
        signature: { type: 'bearer' },
        eventType: { header: 'X-Type' },
        types: ['user.created'],
        occurredAt: 'at',
        fields: { email: 'email' },
        events: { 'order.paid': paid },
      }),
      { id: 'o-1', at, email },
      { 'x-type': 'order.paid' },
    ],
  ])(
    'takes another type of %s, and reads no more than its time',
    async (_of, source, body, more) => {
      const headers = { 'content-type': 'application/json', ...more }

      expect(await read(source, delivery(body, headers))).toMatchObject({
        signups: [
          {
            event: 'updated',
            isKindless: true,
            contact: { role: 'user', email },
            data_event: { event_name: 'paid', created_at: start },
          },
        ],
      })
      const [only] = Object.values(await read(source, delivery(body, headers))).filter(
        Array.isArray,
      )
      expect(Object.keys(only?.[0]?.contact)).toEqual(['role', 'email'])
    },
  )

  test('takes a type of a kind that `on` leaves out, and reads the person by the preset', async () => {
    const source = clerk({ events: { 'user.updated': { name: 'changed-profile' } } })
    const data = { id: 'u-1', email_addresses: [], first_name: 'Ada' }

    expect(
      await read(source, delivery({ type: 'user.updated', timestamp: start * 1_000, data })),
    ).toMatchObject({
      signups: [
        { event: 'updated', isKindless: true, contact: { external_id: 'u-1', name: 'Ada' } },
      ],
    })
  })

  test('takes any `event` of signup(), whose JSON says itself whose it is', async () => {
    const source = signup({ events: { 'plan.chosen': { name: 'chose-plan' } } })

    expect(
      await read(source, delivery({ event: 'plan.chosen', external_id: 'u-1', occurred_at: 7 })),
    ).toMatchObject({
      signups: [
        {
          isKindless: true,
          contact: { external_id: 'u-1' },
          data_event: { event_name: 'chose-plan', created_at: 7 },
        },
      ],
      leftOut: [],
    })
    expect(await read(source, delivery({ event: 'plan.left', external_id: 'u-1' }))).toMatchObject({
      kind: 'refused',
      code: 'invalid_signup',
    })
  })

  test('refuses such an event that says no person, and ignores the types that it does not name', async () => {
    expect(await readInvoice({ customer_email: null })).toMatchObject({
      kind: 'refused',
      code: 'no_identity',
    })
    const source = stripe({ events: { 'invoice.paid': paid, '*': { name: 'any' } } })
    const other = { type: 'invoice.voided', data: { object: { id: 'in_1', email } } }
    expect(await read(source, delivery(other))).toMatchObject({ kind: 'ignored' })
    for (const type of ['constructor', 'toString', '__proto__']) {
      expect(await read(source, delivery({ ...other, type }))).toMatchObject({ kind: 'ignored' })
    }
  })

  test('has `*` for all that the source takes, and a type of its own before it', async () => {
    const events = { '*': { name: 'answered' }, changed: { name: 'changed' } }
    const form_response = { answers: [{ type: 'email', email, field: { id: '1' } }] }
    const bySender = webhook({ signature: { type: 'bearer' }, fields: { email: 'email' }, events })

    expect(
      await read(
        typeform({ events: { '*': { name: 'answered' } } }),
        delivery({ event_type: 'form_response', form_response }),
      ),
    ).toMatchObject({ signups: [{ data_event: { event_name: 'answered' } }] })
    for (const [type, event_name] of [
      ['changed', 'changed'],
      ['other', 'answered'],
      [undefined, 'answered'],
    ]) {
      expect(await read(bySender, delivery({ type, email }))).toMatchObject({
        signups: [{ data_event: { event_name } }],
      })
    }
  })

  test('posts nothing for a deletion', async () => {
    const source = clerk({ on: ['created', 'deleted'], events: { '*': { name: 'any' } } })

    const reading = await read(source, delivery({ type: 'user.deleted', data: { id: 'u-1' } }))

    expect(reading).toMatchObject({ signups: [{ event: 'deleted' }] })
    expect(reading).not.toMatchObject({ signups: [{ data_event: expect.anything() }] })
  })

  test('lets `map` change the data event, or leave it out', async () => {
    const source = (keeps: boolean) =>
      signup({
        events: { created: paid },
        map: ({ data_event, ...input }) =>
          keeps && data_event
            ? {
                ...input,
                data_event: { ...data_event, metadata: { total: { amount: 5, currency: 'eur' } } },
              }
            : input,
      })

    expect(await read(source(true), delivery({ email }))).toMatchObject({
      signups: [{ data_event: { metadata: { total: { amount: 5, currency: 'eur' } } } }],
    })
    expect(await read(source(false), delivery({ email }))).not.toMatchObject({
      signups: [{ data_event: expect.anything() }],
    })
  })
})

describe('metadata', () => {
  const total = (unit?: 'cents' | 'major'): MetadataTarget => ({
    amount: 'data.object.total',
    currency: 'data.object.currency',
    ...(unit && { unit }),
  })
  const eur = (value: unknown) => ({ total: value, currency: 'EUR' })
  const date: MetadataTarget = { date: 'data.object.end' }
  const receipt: MetadataTarget = { url: 'data.object.url', value: 'data.object.number' }
  const plan = 'data.object.plan'

  test.each<[string, Record<string, MetadataTarget>, object, object]>([
    ['a text', { plan }, { plan: ' pro ' }, { plan: 'pro' }],
    ['a number', { plan }, { plan: 3.67 }, { plan: 3.67 }],
    ['zero', { plan }, { plan: 0 }, { plan: 0 }],
    ['a boolean as text: Intercom has no such type', { plan }, { plan: false }, { plan: 'false' }],
    ['a list of texts as one', { plan }, { plan: ['a', 'b'] }, { plan: 'a, b' }],
    ['a link', { plan }, { plan: 'https://example.com' }, { plan: 'https://example.com' }],
    ['a date of ISO 8601', { end_date: date }, { end: '2030-01-01' }, { end_date: 1_893_456_000 }],
    ['a date in seconds', { end_date: date }, { end: 1_893_456_000 }, { end_date: 1_893_456_000 }],
    ['a date in ms', { end_date: date }, { end: 1_893_456_000_000 }, { end_date: 1_893_456_000 }],
    ['cents', { total: total() }, eur(4_999), { total: { amount: 4_999, currency: 'eur' } }],
    [
      'cents as text',
      { total: total('cents') },
      eur('499'),
      { total: { amount: 499, currency: 'eur' } },
    ],
    [
      'units as text',
      { total: total('major') },
      eur('49.99'),
      { total: { amount: 4_999, currency: 'eur' } },
    ],
    [
      'units',
      { total: total('major') },
      eur(1_001.1),
      { total: { amount: 100_110, currency: 'eur' } },
    ],
    [
      'whole units',
      { total: total('major') },
      eur('50'),
      { total: { amount: 5_000, currency: 'eur' } },
    ],
    [
      'a link with a title',
      { receipt },
      { url: ' https://example.com/r?1 ', number: 'R-1' },
      { receipt: { url: 'https://example.com/r?1', value: 'R-1' } },
    ],
    [
      'a link without its title',
      { receipt },
      { url: 'https://example.com/r' },
      { receipt: 'https://example.com/r' },
    ],
  ])('has %s', async (_name, metadata, object, expected) => {
    expect(await readInvoice(object, metadata)).toMatchObject({
      signups: [{ data_event: { metadata: expected } }],
      leftOut: [],
    })
  })

  test.each<[string, Record<string, MetadataTarget>, object, string]>([
    ['nothing there', { plan }, {}, 'field_unmatched'],
    ['null', { plan }, { plan: null }, 'field_unmatched'],
    ['an empty text', { plan }, { plan: '' }, 'field_unmatched'],
    ['neither amount nor currency', { total: total('major') }, {}, 'field_unmatched'],
    ['an object', { plan }, { plan: { a: 1 } }, 'attribute_invalid'],
    ['a number above 2^53', { plan }, { plan: 2 ** 60 }, 'number_inexact'],
    ['no date', { end_date: date }, { end: 'soon' }, 'time_invalid'],
    ['an amount without a currency', { total: total() }, { total: 5 }, 'metadata_invalid'],
    ['a currency alone', { total: total() }, { currency: 'eur' }, 'metadata_invalid'],
    [
      'a currency that is no code',
      { total: total() },
      { total: 5, currency: '€' },
      'metadata_invalid',
    ],
    ['no whole cents', { total: total() }, eur('49.99'), 'metadata_invalid'],
    ['parts of a cent', { total: total('major') }, eur('49.999'), 'metadata_invalid'],
    ['a negative amount', { total: total() }, eur(-5), 'metadata_invalid'],
    ['nothing to pay', { total: total() }, eur(0), 'metadata_invalid'],
    ['an amount in words', { total: total() }, eur('5 EUR'), 'metadata_invalid'],
    [
      'an address that is no link',
      { receipt },
      { url: 'javascript:alert(1)', number: '1' },
      'metadata_invalid',
    ],
    ['a title alone', { receipt }, { number: 'R-1' }, 'metadata_invalid'],
  ])('leaves out and counts %s; the event is posted', async (_name, metadata, object, reason) => {
    const [key] = Object.keys(metadata)
    const reading = await readInvoice(object, metadata)

    expect(reading).toMatchObject({
      signups: [{ data_event: { event_name: 'paid' } }],
      leftOut: [{ path: `metadata.${key}`, reason }],
    })
    expect(reading).not.toMatchObject({ signups: [{ data_event: { metadata: {} } }] })
  })

  test('cuts a text at 255 characters, and counts it', async () => {
    expect(await readInvoice({ plan: 'x'.repeat(300) }, { plan })).toMatchObject({
      signups: [{ data_event: { metadata: { plan: 'x'.repeat(255) } } }],
      leftOut: [{ path: 'metadata.plan', reason: 'text_cut' }],
    })
  })
})
