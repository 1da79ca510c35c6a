import { isTooDeep, parseJson } from '../json.ts'
import { asText, isRecord, own } from '../json-access.ts'

/** What another producer sent, without the envelopes of the AWS services it came through. */
export type Unwrapped = {
  readonly body: string
  /** The source that an envelope names. */
  readonly source?: string | undefined
  /** The sender's headers in lower case, if an envelope has them. */
  readonly headers: Readonly<Record<string, string>>
}

/** One envelope less; `undefined` if there is none. */
type Unwrap = (envelope: Record<string, unknown>) => Unwrapped | undefined

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const unwrapSns: Unwrap = ({ Type, Message, MessageAttributes }) =>
  Type === 'Notification' && typeof Message === 'string'
    ? { body: Message, source: asText(own(own(MessageAttributes, 'source'), 'Value')), headers: {} }
    : undefined

/**
 * A record of another queue, as EventBridge Pipes forwards it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
 */
const unwrapSqs: Unwrap = ({ eventSource, body, messageAttributes }) =>
  eventSource === 'aws:sqs' && typeof body === 'string'
    ? { body, source: asText(own(own(messageAttributes, 'source'), 'stringValue')), headers: {} }
    : undefined

/** Those of the content describe the body as it was sent over HTTP, not as it is here. */
const toHeaders = (metadata: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isRecord(metadata) ? metadata : {}).flatMap(([key, value]) => {
      const name = key.toLowerCase()
      return typeof value === 'string' && !name.startsWith('content-') ? [[name, value]] : []
    }),
  )

/**
 * An EventBridge event. A partner's may have what it posts as `detail.payload`, and its headers as
 * `detail.metadata`, as Shopify does.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/get-started?deliveryMethod=eventBridge
 */
const unwrapEvent: Unwrap = ({ 'detail-type': type, detail, source }) => {
  if (typeof type !== 'string' || !isRecord(detail)) return undefined
  const { payload, metadata, ...others } = detail
  const isPartner = typeof source === 'string' && source.startsWith('aws.partner/')
  const isPosted = isRecord(payload) && (isPartner || Object.keys(others).length === 0)
  return isPosted
    ? { body: JSON.stringify(payload), headers: toHeaders(metadata) }
    : { body: JSON.stringify(detail), headers: {} }
}

/** A longer chain of services is not known; each envelope costs a parse of the whole message. */
const maxEnvelopes = 4

/**
 * Takes a message out of the envelopes of SNS, SQS and EventBridge that it came in, one inside the
 * other. The outermost envelope that names a source counts. Never throws; a message without an
 * envelope, or that nests too deep for a parser, is returned unchanged.
 *
 * @param source the source that the transport itself names
 */
export const unwrapMessage = (message: string, source?: string): Unwrapped => {
  let unwrapped: Unwrapped = { body: message, source, headers: {} }
  for (let count = 0; count < maxEnvelopes; count += 1) {
    const { body, headers } = unwrapped
    // JSON.stringify above recurses.
    const envelope = isTooDeep(body) ? undefined : parseJson(body)
    if (!isRecord(envelope)) break
    const inner = unwrapSns(envelope) ?? unwrapSqs(envelope) ?? unwrapEvent(envelope)
    if (!inner) break
    unwrapped = {
      body: inner.body,
      source: unwrapped.source ?? inner.source,
      headers: { ...headers, ...inner.headers },
    }
  }
  return unwrapped
}
