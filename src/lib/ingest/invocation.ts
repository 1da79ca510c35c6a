import { type Bridge, queueSourceName } from '../config/config.ts'
import type { Delivery } from '../delivery.ts'
import { asText, own } from '../json-access.ts'
import { unwrapMessage } from '../queue/envelope.ts'

/** An AWS service that may invoke the webhook without HTTP; IAM authorises it. */
export type Invoker = 'cognito' | 'sns'

const recordsOf = (event: unknown): readonly unknown[] => {
  const records = own(event, 'Records')
  return Array.isArray(records) ? records : []
}

/**
 * The service that invoked the function with this event; `undefined` for an HTTP request.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 */
export const invokedBy = (event: unknown): Invoker | undefined => {
  if (own(event, 'triggerSource') !== undefined && own(event, 'userPoolId') !== undefined) {
    return 'cognito'
  }
  return own(recordsOf(event)[0], 'EventSource') === 'aws:sns' ? 'sns' : undefined
}

const createDelivery = (
  source: string,
  received_at: number,
  body: string,
  headers: Delivery['headers'] = {},
): Delivery => ({
  source,
  received_at,
  method: 'POST',
  url: '',
  headers,
  body: new TextEncoder().encode(body),
})

/** The config's Cognito source; if there is none, events are parked under the name `cognito`. */
const cognitoSourceName = (bridge: Bridge): string => {
  const entry = Object.entries(bridge.sources).find(
    ([, { signature }]) => signature.type === 'invoked' && signature.by === 'cognito',
  )
  return entry?.[0] ?? 'cognito'
}

const snsDelivery = (record: unknown, received_at: number): Delivery[] => {
  const notification = own(record, 'Sns')
  const message = own(notification, 'Message')
  if (typeof message !== 'string') return []
  const named = asText(own(own(own(notification, 'MessageAttributes'), 'source'), 'Value'))
  const { body, source = queueSourceName, headers } = unwrapMessage(message, named)
  return [createDelivery(source, received_at, body, headers)]
}

/**
 * The deliveries in an event that an AWS service invoked the function with. The SNS message is
 * read as a record of the inbox is: its attribute `source` names the source, else it is `queue`.
 *
 * @param received_at unix seconds
 */
export const invokedDeliveries = (
  event: unknown,
  bridge: Bridge,
  received_at: number,
): Delivery[] => {
  if (invokedBy(event) === 'cognito') {
    return [createDelivery(cognitoSourceName(bridge), received_at, JSON.stringify(event))]
  }
  return recordsOf(event).flatMap((record) => snsDelivery(record, received_at))
}
