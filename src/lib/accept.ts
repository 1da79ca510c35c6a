import { type Answer, errorAnswer, json } from './answer.ts'
import { deliverAtOnce } from './at-once.ts'
import { type Bridge, findRecordSource } from './config.ts'
import type { Delivered, DeliverSignup } from './deliver.ts'
import { sha256 } from './digest.ts'
import { type BridgeError, toBridgeError } from './errors.ts'
import { type QueueMessage, toMessages } from './queue.ts'
import { type Reading, type Refusal, read, refusal, strip } from './read.ts'
import type { Delivery, Source } from './sources/source.ts'

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

const unknownSource = (): Refusal => ({
  code: 'invalid_signup',
  message: 'the config has no source of this name',
  issues: [],
})

/**
 * A delivery that AWS vouches for. There is nobody to mend it: what cannot be read, or is for no
 * source, is queued for the worker to park. Never throws; `error` is set where it was not stored.
 */
export const take = async (
  delivery: Delivery,
  { bridge, sink }: { readonly bridge: Bridge; readonly sink: Sink },
): Promise<Received> => {
  const name = delivery.source
  try {
    const source = findRecordSource(bridge, name)
    if (source)
      return {
        ...(await accept(source, delivery, { sink, isForSender: () => false })),
        source: name,
      }
    if (sink.mode === 'direct') throw refusal(unknownSource())
    const refused = {
      kind: 'refused',
      event_id: sha256(delivery.body),
      ...unknownSource(),
    } as const
    return await store(delivery, refused, sink.store)
  } catch (thrown) {
    return notTaken(name, thrown)
  }
}

/** A delivery that was not stored, and why. */
export const notTaken = (source: string, thrown: unknown): Received => {
  const error = toBridgeError(thrown)
  return { source, error, answer: errorAnswer(error) }
}
