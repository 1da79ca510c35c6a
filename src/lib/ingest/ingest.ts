import { type Bridge, findRecordSource } from '../config/config.ts'
import type { DeliverResult, DeliverSignup } from '../deliver/deliver.ts'
import { deliverDirectly } from '../deliver/direct.ts'
import type { Delivery } from '../delivery.ts'
import { sha256 } from '../digest.ts'
import { BridgeError, toBridgeError } from '../errors.ts'
import { type QueueMessage, toMessages } from '../queue/message.ts'
import type { Source } from '../sources/source.ts'
import {
  type Reading,
  type Refusal,
  read,
  stripDelivery,
  toRefusalError,
} from '../transform/read.ts'
import { errorResponse, jsonResponse, type WebhookResponse } from './respond.ts'

/** Where signups go: into the queue, or straight to Intercom. */
export type Sink =
  | { readonly mode: 'queue'; readonly store: (messages: readonly QueueMessage[]) => Promise<void> }
  | { readonly mode: 'direct'; readonly deliver: DeliverSignup }

/** What happened, for the log: the answer itself says less. */
export type IngestResult = {
  readonly response: WebhookResponse
  readonly source?: string
  readonly error?: BridgeError
  readonly reading?: Reading
  /** Dedupe ids of what was queued. */
  readonly ids?: readonly string[]
  readonly results?: readonly DeliverResult[]
}

const storeSignups = async (
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  send: (messages: readonly QueueMessage[]) => Promise<void>,
): Promise<Omit<IngestResult, 'source'>> => {
  const messages = toMessages(delivery, reading)
  await send(messages)
  const ids = messages.map(({ dedupeId }) => dedupeId)
  return { response: jsonResponse(200, { status: 'accepted', id: ids[0] }), reading, ids }
}

const deliverAndRespond = async (
  source: Source,
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  deliver: DeliverSignup,
): Promise<Omit<IngestResult, 'source'>> => {
  const results = await deliverDirectly(reading, source, delivery.received_at, deliver)
  const [first] = results
  // A form tells a person what it tells a bot.
  const body = source.form
    ? { status: 'accepted', id: sha256(delivery.body) }
    : { status: first?.outcome, contact_id: first?.contact.id }
  return { response: jsonResponse(200, body), reading, results }
}

type IngestOptions = {
  readonly sink: Sink
  /** Whether a refusal goes back to a sender who waits; all others are queued for the operator. */
  readonly isForSender: (source: Source, refusal: Refusal) => boolean
  /** What must hold before anything is handed on, and nothing before it. */
  readonly beforeSink?: () => Promise<void>
}

/**
 * Reads a delivery whose sender is known and hands its signups on.
 *
 * @throws BridgeError where a sender waits who can mend it; what the sink throws
 */
export const ingest = async (
  source: Source,
  delivery: Delivery,
  { sink, isForSender, beforeSink = async () => {} }: IngestOptions,
): Promise<Omit<IngestResult, 'source'>> => {
  const reading = await read(source, delivery)
  if (reading.kind === 'ignored') {
    // A bot that filled the honeypot learns nothing.
    const spam = { status: 'accepted', id: sha256(delivery.body) }
    return { response: jsonResponse(200, source.form ? spam : { status: 'ignored' }), reading }
  }
  if (reading.kind === 'refused' && isForSender(source, reading)) throw toRefusalError(reading)
  await beforeSink()
  if (sink.mode === 'queue')
    return storeSignups(stripDelivery(source, delivery), reading, sink.store)
  return deliverAndRespond(source, delivery, reading, sink.deliver)
}

/**
 * A delivery that AWS vouches for. There is nobody to mend it: what cannot be read, or is for no
 * source, is queued for the worker to park. Never throws; `error` is set where it was not stored.
 */
export const ingestInvocation = async (
  delivery: Delivery,
  { bridge, sink }: { readonly bridge: Bridge; readonly sink: Sink },
): Promise<IngestResult> => {
  const source = findRecordSource(bridge, delivery.source)
  try {
    if (source) {
      const accepted = await ingest(source, delivery, { sink, isForSender: () => false })
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
    // A name that the config does not have is somebody's text, and nothing for the log.
    return notStored(source && delivery.source, thrown)
  }
}

/** A delivery that was not stored, and why. */
export const notStored = (source: string | undefined, thrown: unknown): IngestResult => {
  const error = toBridgeError(thrown)
  return { error, response: errorResponse(error), ...(source !== undefined && { source }) }
}
