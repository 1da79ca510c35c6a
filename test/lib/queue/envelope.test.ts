import { describe, expect, test } from 'vitest'
import { unwrapMessage } from '../../../src/lib/queue/envelope.ts'
import { fromRecord } from '../../../src/lib/queue/message.ts'
import { toDeadLetter } from '../../../src/lib/queue/to-dead-letter.ts'
import { auth0, calcom, shopify, signup, stripe } from '../../../src/lib/sources/index.ts'
import type { Source } from '../../../src/lib/sources/source.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { bytes } from '../../support/deliveries.ts'
import { record } from '../../support/records.ts'

const email = 'ada@example.com'
const body = JSON.stringify({ email })
const json = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** The envelopes of other AWS services, each around a message. */
const sns = (message: unknown, source?: unknown) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:signups',
  Message: json(message),
  ...(source !== undefined && { MessageAttributes: { source: { Type: 'String', Value: source } } }),
})
const sqs = (message: unknown, source?: string) => ({
  messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
  body: json(message),
  attributes: { ApproximateReceiveCount: '1' },
  messageAttributes: source === undefined ? {} : { source: { stringValue: source } },
  eventSource: 'aws:sqs',
})
const event = (detail: unknown, source = 'my.app') => ({
  version: '0',
  id: '17e8dff5-d6cd-3770-ace9-aeac02b6ac3f',
  'detail-type': 'member.joined',
  source,
  account: '123456789012',
  detail,
})

describe('unwrapMessage finds the message inside', () => {
  test.each([
    ['SNS', sns(body)],
    ['EventBridge', event({ email })],
    ['SQS', sqs(body)],
    ['EventBridge in SNS', sns(event({ email }))],
    ['SNS in SNS', sns(sns(body))],
    ['SQS in EventBridge', event(sqs(body))],
    ['SQS in EventBridge in SNS', sns(event(sqs(body)))],
    ['SNS in SQS in EventBridge in SNS', sns(event(sqs(sns(body))))],
  ])('%s', (_services, message) => {
    expect(unwrapMessage(json(message))).toEqual({ body, source: undefined, headers: {} })
  })

  test('at most four envelopes', () => {
    const inner = json(sns(body))

    expect(unwrapMessage(json(sns(sns(sns(sns(inner)))))).body).toBe(inner)
  })
})

describe('unwrapMessage names the source', () => {
  test.each([
    ['of the transport', sns(sns(body, 'inner'), 'outer'), 'clerk', 'clerk'],
    ['of the outermost envelope', sns(sns(body, 'inner'), 'outer'), undefined, 'outer'],
    [
      'of an inner envelope, if no other has one',
      sns(event(sqs(body, 'inner'))),
      undefined,
      'inner',
    ],
    ['of no envelope if it is no text', sns(body, 7), undefined, undefined],
    ['of no EventBridge event, whose source is a service', event({ email }), undefined, undefined],
  ])('%s', (_which, message, named, expected) => {
    expect(unwrapMessage(json(message), named)).toMatchObject({ body, source: expected })
  })
})

describe('unwrapMessage of a partner’s event', () => {
  const partner = 'aws.partner/shopify.com/3737297/source'
  const metadata = { 'X-Shopify-Topic': 'customers/create', 'X-Shopify-Event-Id': 'e-1' }
  const headers = { 'x-shopify-topic': 'customers/create', 'x-shopify-event-id': 'e-1' }

  test.each([
    ['with metadata', event({ payload: { email }, metadata }, partner), headers],
    ['with more keys', event({ payload: { email }, metadata, version: '1' }, partner), headers],
    ['without metadata', event({ payload: { email } }, partner), {}],
    ['forwarded under another name', event({ payload: { email }, metadata }, 'my.app'), headers],
    ['in SNS', sns(event({ payload: { email }, metadata }, partner)), headers],
    ['with metadata of another type', event({ payload: { email }, metadata: ['x'] }, partner), {}],
  ])('has its payload as body, its metadata as headers: %s', (_what, message, expected) => {
    expect(unwrapMessage(json(message))).toMatchObject({ body, headers: expected })
  })

  test('has no header of the content, and only texts', () => {
    const odd = { 'Content-Type': 'a/b', 'content-encoding': 'gzip', 'X-Count': 7, 'X-A': { b: 1 } }
    const message = event({ payload: { email }, metadata: { ...odd, ...metadata } }, partner)

    expect(unwrapMessage(json(message)).headers).toEqual(headers)
  })

  test.each([
    [
      'Cal.com’s, which has a key of that name',
      { triggerEvent: 'BOOKING_CREATED', payload: { email } },
    ],
    ['a payload that is no object', { payload: 'text' }],
    ['a payload of a list', { payload: [{ email }], metadata }],
  ])('but not of %s', (_what, detail) => {
    expect(unwrapMessage(json(event(detail)))).toEqual({ body: json(detail), headers: {} })
  })
})

describe('unwrapMessage leaves unchanged', () => {
  test.each([
    ...['', 'not json', '5', 'null', '[]', '{', '{"email":"ada@example.com"}'],
    json({ Type: 'Notification' }),
    json({ Type: 'SubscriptionConfirmation', Message: 'You have chosen to subscribe' }),
    json({ detail: { email } }),
    json({ 'detail-type': 7, detail: { email } }),
    json({ 'detail-type': 'x', detail: 'text' }),
    json({ eventSource: 'aws:sqs', body: { email } }),
    json({ eventSource: 'aws:s3', body }),
  ])('%s', (message) => {
    expect(unwrapMessage(message, 'clerk')).toEqual({ body: message, source: 'clerk', headers: {} })
  })

  test.each([
    [
      'nests too deep',
      `{"detail-type":"x","detail":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
    ],
    ['is cut off', json(sns(event({ email }))).slice(0, -9)],
  ])('what %s', (_what, message) => {
    expect(unwrapMessage(message).body).toBe(message)
  })

  test('an inner message that nests too deep', () => {
    const inner = `{"detail-type":"x","detail":${'{"a":'.repeat(70)}1${'}'.repeat(70)}}`

    expect(unwrapMessage(json(sns(inner))).body).toBe(inner)
  })
})

describe('an inbox reads', () => {
  const readAs = (source: Source, message: object) =>
    read(source, fromRecord(record(message)).delivery)

  test('a customer of Shopify from its event source', async () => {
    const payload = {
      id: 7064055069303,
      admin_graphql_api_id: 'gid://shopify/Customer/7064055069303',
      email,
      first_name: 'Ada',
      created_at: '2026-01-01T00:00:00Z',
    }
    const from = (topic: string) =>
      event(
        {
          payload,
          metadata: {
            'Content-Type': 'application/json',
            'X-Shopify-Topic': topic,
            'X-Shopify-Hmac-SHA256': 'mac',
            'X-Shopify-Event-Id': 'e-1',
          },
        },
        'aws.partner/shopify.com/3737297/source',
      )

    expect(await readAs(shopify(), from('customers/create'))).toMatchObject({
      event_id: 'e-1',
      signups: [{ contact: { external_id: '7064055069303', email, name: 'Ada' } }],
    })
    expect(await readAs(shopify(), from('customers/delete'))).toEqual({ kind: 'ignored' })
  })

  test('a log entry and an event of Auth0', async () => {
    const log = {
      log_id: 'l-1',
      data: { type: 'ss', user_id: 'auth0|1', user_name: email, date: '2026-01-01T00:00:00Z' },
    }
    const user = { user_id: 'auth0|1', email }
    const stream = { id: 'evt_1', type: 'user.created', data: { object: user } }

    for (const [detail, event_id] of [
      [log, 'l-1'],
      [stream, 'evt_1'],
    ] as const) {
      const message = event(detail, 'aws.partner/auth0.com/example-1/auth0.logs')
      expect(await readAs(auth0(), message)).toMatchObject({
        event_id,
        signups: [{ contact: { external_id: 'auth0|1', email } }],
      })
    }
  })

  test('a customer of Stripe, and a booking of Cal.com', async () => {
    const customer = { id: 'evt_1', type: 'customer.created', data: { object: { email } } }
    const booking = {
      triggerEvent: 'BOOKING_CREATED',
      payload: { uid: 'b-1', responses: {}, attendees: [{ email, name: 'Ada' }] },
    }

    expect(await readAs(stripe(), event(customer, 'aws.partner/stripe.com/ed_1'))).toMatchObject({
      signups: [{ event_id: 'evt_1', contact: { email } }],
    })
    expect(await readAs(calcom(), event(booking))).toMatchObject({
      signups: [{ contact: { email } }],
    })
  })

  test('the same of a message and of its dead letter', () => {
    const metadata = { 'X-Shopify-Topic': 'customers/create' }
    const original = record(sns(event({ payload: { email }, metadata }), 'shop'))
    const { delivery } = fromRecord(original)
    const letter = toDeadLetter(original, { reason: 'no_identity', source: delivery.source })
    const messageAttributes = Object.fromEntries(
      Object.entries(letter.attributes ?? {}).map(([name, stringValue]) => [name, { stringValue }]),
    )

    expect(delivery).toMatchObject({
      source: 'shop',
      headers: { 'x-shopify-topic': 'customers/create' },
      body: bytes(body),
    })
    expect(fromRecord(record(letter.body, { messageAttributes })).delivery).toEqual(delivery)
  })

  test('a signup whatever chain of services it came through', async () => {
    for (const message of [sns(body), sns(event({ email })), event(sqs(sns(body)))]) {
      expect(await readAs(signup(), message)).toMatchObject({ signups: [{ contact: { email } }] })
    }
  })
})
