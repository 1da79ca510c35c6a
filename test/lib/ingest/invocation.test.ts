import { describe, expect, test } from 'vitest'
import { clerk, cognito, defineBridge, signup } from '../../../src/lib/index.ts'
import { invokedBy, invokedDeliveries } from '../../../src/lib/ingest/invocation.ts'
import { start } from '../../support/clock.ts'
import { bytes } from '../../support/deliveries.ts'
import { postConfirmation } from '../../support/payloads.ts'

const snsEvent = (Message: string, MessageAttributes = {}) => ({
  Records: [
    {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      Sns: { Type: 'Notification', Message, MessageAttributes },
    },
  ],
})
const bridge = defineBridge({ sources: { clerk: clerk(), members: cognito() } })
const sourcesOf = (event: unknown, config = bridge) =>
  invokedDeliveries(event, config, start).map(({ source }) => source)

describe('invokedBy', () => {
  test.each([
    ['cognito', postConfirmation],
    ['sns', snsEvent('{}')],
    [undefined, { version: '2.0', rawPath: '/webhooks/x', requestContext: {} }],
    [undefined, { Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
    [undefined, { Records: [] }],
    [undefined, { Records: 'aws:sns' }],
    [undefined, {}],
    [undefined, null],
    [undefined, 'text'],
  ])('returns %s for the event %j', (by, event) => {
    expect(invokedBy(event)).toBe(by)
  })

  test('returns undefined for an HTTP request whose body is a Cognito event', () => {
    const body = JSON.stringify(postConfirmation)

    expect(invokedBy({ version: '2.0', requestContext: {}, body })).toBeUndefined()
  })
})

describe('invokedDeliveries of a Cognito event', () => {
  test('has the config’s Cognito source, and the event as its body', () => {
    const [delivery] = invokedDeliveries(postConfirmation, bridge, start)

    expect(delivery).toEqual({
      source: 'members',
      received_at: start,
      method: 'POST',
      url: '',
      headers: {},
      body: bytes(JSON.stringify(postConfirmation)),
    })
  })

  test('has the source `cognito` if the config has none, so that it is parked', () => {
    expect(sourcesOf(postConfirmation, defineBridge({ sources: { a: signup() } }))).toEqual([
      'cognito',
    ])
  })
})

describe('invokedDeliveries of an SNS event', () => {
  test('has the message as its body, and the source that the message attribute names', () => {
    const event = snsEvent('{"email":"ada@example.com"}', {
      source: { Type: 'String', Value: 'clerk' },
    })

    expect(invokedDeliveries(event, bridge, start)).toMatchObject([
      { source: 'clerk', body: bytes('{"email":"ada@example.com"}') },
    ])
  })

  test('has the source `queue` if no attribute names one', () => {
    expect(sourcesOf(snsEvent('{}'))).toEqual(['queue'])
    expect(sourcesOf(snsEvent('{}', { source: { Value: 7 } }))).toEqual(['queue'])
  })

  test('is read as a message of the inbox is, out of its envelopes', () => {
    const metadata = { 'X-Shopify-Topic': 'customers/create' }
    const event = JSON.stringify({
      'detail-type': 'shopifyWebhook',
      source: 'aws.partner/shopify.com/1/shop',
      detail: { payload: { email: 'ada@example.com' }, metadata },
    })
    const nested = JSON.stringify({
      Type: 'Notification',
      Message: event,
      MessageAttributes: { source: { Type: 'String', Value: 'inner' } },
    })
    const content = {
      headers: { 'x-shopify-topic': 'customers/create' },
      body: bytes('{"email":"ada@example.com"}'),
    }

    expect(invokedDeliveries(snsEvent(event), bridge, start)).toMatchObject([
      { source: 'queue', ...content },
    ])
    expect(invokedDeliveries(snsEvent(nested), bridge, start)).toMatchObject([
      { source: 'inner', ...content },
    ])
    expect(
      invokedDeliveries(snsEvent(nested, { source: { Value: 'outer' } }), bridge, start),
    ).toMatchObject([{ source: 'outer', ...content }])
  })

  test('is empty without a message', () => {
    expect(sourcesOf({ Records: [{ EventSource: 'aws:sns' }] })).toEqual([])
  })
})
