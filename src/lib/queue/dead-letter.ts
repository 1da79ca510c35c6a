import type { Bridge } from '../config/config.ts'
import { sha256 } from '../digest.ts'
import { type ErrorCode, errorCodes, type Issue } from '../errors.ts'
import { personKey, type QueueMessage } from './message.ts'
import { toAttribute } from './park.ts'
import { eventIdOf, readRecord, refusalOf, signupsOf } from './read-record.ts'
import type { QueueRecord } from './record.ts'

/** The reason of what SQS itself moved, after the receives that the queue allows. */
export const receivesExhausted = 'receives_exhausted'

/** A dead letter as an operator looks at it. */
export type DeadLetter = {
  readonly record: QueueRecord
  /** Why the bridge parked it, or `receives_exhausted`. */
  readonly reason: string
  /** Intercom's own code, where it gave one. */
  readonly code: string | undefined
  /** As it is named in the config; a digest of what is no name. */
  readonly source: string | undefined
  readonly event_id: string | undefined
  /** When it was sent to the dead letters, unix milliseconds; when SQS moved it: to its queue. */
  readonly sentMs: number
  /** What this config makes of it today. */
  readonly reads:
    | { readonly kind: 'signup' | 'ignored' }
    | { readonly kind: 'refused'; readonly code: ErrorCode; readonly issues: readonly Issue[] }
  /** The one lock that its person has. */
  readonly groupId: string
}

const attribute = ({ messageAttributes }: QueueRecord, name: string): string | undefined =>
  messageAttributes[name]?.stringValue

/** A reason of ours; another producer may have chosen the same name for an attribute of its own. */
const reasonOf = (record: QueueRecord): ErrorCode | undefined =>
  errorCodes.find((code) => code === attribute(record, 'reason'))

/** Reads a record of the dead letters: its attributes, and its delivery as the worker would. */
export const readDeadLetter = async (bridge: Bridge, record: QueueRecord): Promise<DeadLetter> => {
  const opened = await readRecord(bridge, record)
  const [signup] = signupsOf(opened)
  const refused = opened.error ?? refusalOf(opened)
  const reason = reasonOf(record)
  const told = (name: 'code' | 'source' | 'event_id', read?: string): string | undefined => {
    const text = (reason && attribute(record, name)) ?? read
    return text === undefined ? undefined : toAttribute(name, text)
  }
  return {
    record,
    reason: reason ?? receivesExhausted,
    code: told('code'),
    source: told('source', opened.sourceName),
    event_id: told('event_id', eventIdOf(opened)),
    sentMs: Number(record.attributes.SentTimestamp),
    reads: refused
      ? { kind: 'refused', code: refused.code, issues: refused.issues }
      : { kind: signup ? 'signup' : 'ignored' },
    groupId: signup ? personKey(signup) : sha256(record.body),
  }
}

/** Which dead letters are meant; each that is given must be met. */
export type DeadLetterFilter = {
  readonly reason?: string | undefined
  readonly source?: string | undefined
  /** The sender's id of the event. */
  readonly event?: string | undefined
}

/** Whether a dead letter is one of those that are meant. */
export const matchesFilter = (
  letter: DeadLetter,
  { reason, source, event }: DeadLetterFilter,
): boolean =>
  (reason === undefined || letter.reason === reason) &&
  (source === undefined || letter.source === source) &&
  (event === undefined || letter.event_id === event || letter.event_id === sha256(event))

/**
 * The message that a dead letter goes back as. Group = the person it is read as, so that it takes
 * its turn among what else comes of that person. Dedupe id = SHA-256 of the dead letter's id, so
 * that within five minutes it goes back once. The attribute `replay` makes it fill only; with
 * `restore` it brings an archived contact back.
 */
export const toReplay = ({ record, groupId }: DeadLetter, restore: boolean): QueueMessage => {
  const source = attribute(record, 'source')
  return {
    body: record.body,
    groupId,
    dedupeId: sha256(record.messageId),
    attributes: {
      replay: restore ? 'restore' : 'fill',
      // Of another producer's message nothing else says where it came from.
      ...(source !== undefined && { source }),
    },
  }
}
