import { type Bridge, findRecordSource } from '../config/config.ts'
import type { Delivered, DeliverSignup } from '../deliver/deliver.ts'
import { deliverAtOnce } from '../deliver/direct.ts'
import type { Delivery } from '../delivery.ts'
import { sha256 } from '../digest.ts'
import { BridgeError, toBridgeError } from '../errors.ts'
import { type QueueMessage, toMessages } from '../queue/message.ts'
import type { Source } from '../sources/source.ts'
import { type Reading, type Refusal, read, refusal, strip } from '../transform/read.ts'
import { type Answer, errorAnswer, json } from './respond.ts'

/** Where signups go: into the queue, or straight to Intercom. */
export type Sink =
  | { readonly mode: 'queue'; readonly store: (messages: readonly QueueMessage[]) => Promise<void> }
  | { readonly mode: 'direct'; readonly deliver: DeliverSignup }

/** What happened, for the log: the answer itself says less. */
export type Received = {
  readonly answer: Answer
  readonly source?: string
  readonly error?: BridgeError
  readonly reading?: Reading
  /** Dedupe ids of what was queued. */
  readonly ids?: readonly string[]
  readonly outcomes?: readonly Delivered[]
}

const store = async (
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  send: (messages: readonly QueueMessage[]) => Promise<void>,
): Promise<Omit<Received, 'source'>> => {
  const messages = toMessages(delivery, reading)
  await send(messages)
  const ids = messages.map(({ dedupeId }) => dedupeId)
  return { answer: json(200, { status: 'accepted', id: ids[0] }), reading, ids }
}

const deliverAndAnswer = async (
  source: Source,
  delivery: Delivery,
  reading: Exclude<Reading, { kind: 'ignored' }>,
  deliver: DeliverSignup,
): Promise<Omit<Received, 'source'>> => {
  const outcomes = await deliverAtOnce(reading, source, delivery.received_at, deliver)
  const [first] = outcomes
  // A form tells a person what it tells a bot.
  const body = source.form
    ? { status: 'accepted', id: sha256(delivery.body) }
    : { status: first?.outcome, contact_id: first?.contact.id }
  return { answer: json(200, body), reading, outcomes }
}

type AcceptOptions = {
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
export const accept = async (
  source: Source,
  delivery: Delivery,
  { sink, isForSender, beforeSink = async () => {} }: AcceptOptions,
): Promise<Omit<Received, 'source'>> => {
  const reading = await read(source, delivery)
  if (reading.kind === 'ignored') {
    // A bot that filled the honeypot learns nothing.
    const spam = { status: 'accepted', id: sha256(delivery.body) }
    return { answer: json(200, source.form ? spam : { status: 'ignored' }), reading }
  }
  if (reading.kind === 'refused' && isForSender(source, reading)) throw refusal(reading)
  await beforeSink()
  if (sink.mode === 'queue') return store(strip(source, delivery), reading, sink.store)
  return deliverAndAnswer(source, delivery, reading, sink.deliver)
}

/**
 * A delivery that AWS vouches for. There is nobody to mend it: what cannot be read, or is for no
 * source, is queued for the worker to park. Never throws; `error` is set where it was not stored.
 */
export const take = async (
  delivery: Delivery,
  { bridge, sink }: { readonly bridge: Bridge; readonly sink: Sink },
): Promise<Received> => {
  const source = findRecordSource(bridge, delivery.source)
  try {
    if (source) {
      const accepted = await accept(source, delivery, { sink, isForSender: () => false })
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
    return await store(delivery, refused, sink.store)
  } catch (thrown) {
    // A name that the config does not have is somebody's text, and nothing for the log.
    return notTaken(source && delivery.source, thrown)
  }
}

/** A delivery that was not stored, and why. */
export const notTaken = (source: string | undefined, thrown: unknown): Received => {
  const error = toBridgeError(thrown)
  return { error, answer: errorAnswer(error), ...(source !== undefined && { source }) }
}
