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
const sourcesOf = (event: unknown, given = bridge) =>
  invokedDeliveries(event, given, start).map(({ source }) => source)

describe('who invoked the function', () => {
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
  ])('is %s', (by, event) => {
    expect(invokedBy(event)).toBe(by)
  })

  test('is not said by an HTTP body', () => {
    const body = JSON.stringify(postConfirmation)

    expect(invokedBy({ version: '2.0', requestContext: {}, body })).toBeUndefined()
  })
})

describe('Cognito', () => {
  test('is the source that the config has for it, the event its body', () => {
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

  test('is the source `cognito` where the config has none, so that it is parked and kept', () => {
    expect(sourcesOf(postConfirmation, defineBridge({ sources: { a: signup() } }))).toEqual([
      'cognito',
    ])
  })
})

describe('SNS', () => {
  test('is read as its message, by the source that its attribute names', () => {
    const event = snsEvent('{"email":"ada@example.com"}', {
      source: { Type: 'String', Value: 'clerk' },
    })

    expect(invokedDeliveries(event, bridge, start)).toMatchObject([
      { source: 'clerk', body: bytes('{"email":"ada@example.com"}') },
    ])
  })

  test('is the source `queue` where it names none', () => {
    expect(sourcesOf(snsEvent('{}'))).toEqual(['queue'])
    expect(sourcesOf(snsEvent('{}', { source: { Value: 7 } }))).toEqual(['queue'])
  })

  test('without a message is nothing', () => {
    expect(sourcesOf({ Records: [{ EventSource: 'aws:sns' }] })).toEqual([])
  })
})
