import { type Bridge, findRecordSource } from '../config/config.ts'
import type { DeliverResult, DeliverSignup } from '../deliver/deliver.ts'
import { deliverDirectly } from '../deliver/direct.ts'
import { claimOf } from '../deliver/ownership.ts'
import type { Delivery } from '../delivery.ts'
import { sha256 } from '../digest.ts'
import { BridgeError, type Issue, toBridgeError } from '../errors.ts'
import { type QueueMessage, toMessages } from '../queue/message.ts'
import type { Source } from '../sources/source.ts'
import { type Reading, read, stripDelivery, toRefusalError } from '../transform/read.ts'
import type { Refusal } from '../transform/read-inputs.ts'
import { leftOutOf } from './left-out.ts'
import { acceptedResponse, errorResponse, jsonResponse, type WebhookResponse } from './respond.ts'

/** Where signups are written: to the queue, or directly to Intercom. */
export type Sink =
  | { readonly mode: 'queue'; readonly store: (messages: readonly QueueMessage[]) => Promise<void> }
  | { readonly mode: 'direct'; readonly deliver: DeliverSignup }

/** The response, and what led to it, for the log: the response itself says less. */
export type IngestResult = {
  readonly response: WebhookResponse
  readonly source?: string
  readonly error?: BridgeError
  readonly reading?: Reading
  /** Dedupe ids of the queued messages. */
  readonly ids?: readonly string[]
  readonly results?: readonly DeliverResult[]
}

const storeSignups = async (
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  store: (messages: readonly QueueMessage[]) => Promise<void>,
  leftOut: readonly Issue[] = [],
): Promise<Omit<IngestResult, 'source'>> => {
  const messages = toMessages(delivery, reading)
  await store(messages)
  const ids = messages.map(({ dedupeId }) => dedupeId)
  const response = acceptedResponse({ status: 'accepted', id: ids[0] }, leftOut)
  return { response, reading, ids }
}

const deliverAndRespond = async (
  source: Source,
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  deliver: DeliverSignup,
  bridge: Bridge,
): Promise<Omit<IngestResult, 'source'>> => {
  const claim = claimOf(bridge, delivery.source)
  const results = await deliverDirectly(
    reading,
    source,
    delivery.received_at,
    deliver,
    claim,
    delivery.source,
  )
  const [first] = results
  // A form responds to a person exactly as it does to a bot.
  const body = source.form
    ? { status: 'accepted', id: sha256(delivery.body) }
    : { status: first?.outcome, ...(first?.contact && { contact_id: first.contact.id }) }
  return { response: acceptedResponse(body, leftOutOf(reading, results)), reading, results }
}

const ignoredResponse = (
  { form }: Source,
  { body }: Delivery,
  { isDropped }: Extract<Reading, { kind: 'ignored' }>,
): WebhookResponse =>
  // The response must not show a bot that the honeypot caught it.
  jsonResponse(
    200,
    form && isDropped ? { status: 'accepted', id: sha256(body) } : { status: 'ignored' },
  )

type IngestOptions = {
  readonly bridge: Bridge
  readonly sink: Sink
  /** Whether a refusal is thrown, for the sender to fix; the others are queued for the operator. */
  readonly isForSender: (source: Source, refusal: Refusal) => boolean
  /** The last check before the signups are stored or delivered; if it throws, they are not. */
  readonly beforeSink?: () => Promise<void>
}

/**
 * Reads an authenticated delivery and stores or delivers its signups.
 *
 * @throws BridgeError a refusal that `isForSender` selects
 * @throws what `beforeSink` or the sink throws
 */
export const ingest = async (
  source: Source,
  delivery: Delivery,
  { bridge, sink, isForSender, beforeSink = async () => {} }: IngestOptions,
): Promise<Omit<IngestResult, 'source'>> => {
  const reading = await read(source, delivery)
  if (reading.kind === 'ignored') {
    return { response: ignoredResponse(source, delivery, reading), reading }
  }
  if (reading.kind === 'refused' && isForSender(source, reading)) throw toRefusalError(reading)
  await beforeSink()
  if (sink.mode === 'queue') {
    // Other senders do not read the response.
    const leftOut = source.waits ? leftOutOf(reading) : []
    return storeSignups(stripDelivery(source, delivery), reading, sink.store, leftOut)
  }
  return deliverAndRespond(source, delivery, reading, sink.deliver, bridge)
}

/**
 * Ingests a delivery from an AWS service, which IAM has authorised. No sender could fix it: a
 * delivery that cannot be read, or whose source is not in the config, is queued, and the worker
 * parks it. Never throws; `error` is set if the delivery was not stored.
 */
export const ingestInvocation = async (
  delivery: Delivery,
  { bridge, sink }: { readonly bridge: Bridge; readonly sink: Sink },
): Promise<IngestResult> => {
  const source = findRecordSource(bridge, delivery.source)
  try {
    if (source) {
      const accepted = await ingest(source, delivery, {
        bridge,
        sink,
        isForSender: () => false,
      })
      return { ...accepted, source: delivery.source }
    }
    const message = 'the config has no source of this name: add it and deploy'
    if (sink.mode === 'direct') throw new BridgeError('unknown_source', message)
    const event_id = sha256(delivery.body)
    const refused = {
      kind: 'refused',
      event_id,
      code: 'invalid_signup',
      message,
      issues: [],
    } as const
    return await storeSignups(delivery, refused, sink.store)
  } catch (thrown) {
    // A name that is not in the config is text of the request and must not be logged.
    return notStored(source && delivery.source, thrown)
  }
}

/** The result of a delivery that was not stored because of what was thrown. */
export const notStored = (source: string | undefined, thrown: unknown): IngestResult => {
  const error = toBridgeError(thrown)
  return { error, response: errorResponse(error), ...(source !== undefined && { source }) }
}

/** Whether a refusal is returned to the sender to fix; the others are queued for the operator. */
export const senderCanFix = (source: Source, { code }: Refusal): boolean =>
  code === 'invalid_body' ||
  code === 'unsupported_media_type' ||
  // Only the operator can fix a mapping that throws.
  (source.waits === true && code !== 'mapping_failed')
