import type { Bridge } from '../config/config.ts'
import { sha256 } from '../digest.ts'
import { type BridgeError, type ErrorCode, errorCodes } from '../errors.ts'
import { personKey, type QueueMessage, receivedAttribute } from './message.ts'
import { eventIdOf, readRecord, refusalOf, signupsOf } from './read-record.ts'
import type { QueueRecord } from './record.ts'
import { fromLeftOutAttribute, toAttribute } from './to-dead-letter.ts'

/** The reason of a dead letter that SQS itself moved, after the receives that the queue allows. */
export const receivesExhausted = 'receives_exhausted'

/** A dead letter as an operator sees it. */
export type DeadLetter = {
  readonly record: QueueRecord
  /** Why the bridge parked it, or `receives_exhausted`. */
  readonly reason: string
  /** Intercom's own code, if it sent one. */
  readonly code: string | undefined
  /** The field that Intercom's error is about, if it said so. */
  readonly field: string | undefined
  /** The source's name in the config; a digest if it is not a valid name. */
  readonly source: string | undefined
  readonly event_id: string | undefined
  /** Of a copy: the fields and extras that the contact was delivered without. */
  readonly left_out: readonly string[]
  /** When it was sent to the dead letters, or if SQS moved it, to its queue; unix milliseconds. */
  readonly sentMs: number
  /** How the current config reads its delivery. */
  readonly reads:
    | { readonly kind: 'signup' | 'ignored' }
    | ({ readonly kind: 'refused' } & Pick<BridgeError, 'code' | 'message' | 'issues'>)
  /** The FIFO group for its replay: the person's key, else a digest of the body. */
  readonly groupId: string
}

const attribute = ({ messageAttributes }: QueueRecord, name: string): string | undefined =>
  messageAttributes[name]?.stringValue

/** The bridge's own reason; another producer may use an attribute of the same name. */
const reasonOf = (record: QueueRecord): ErrorCode | undefined =>
  errorCodes.find((code) => code === attribute(record, 'reason'))

/** Reads a record of the dead letters: its attributes, and its delivery as the worker reads it. */
export const readDeadLetter = async (bridge: Bridge, record: QueueRecord): Promise<DeadLetter> => {
  // A replay goes to the FIFO queue, which the config's `inbox` does not bound.
  const read = await readRecord({ sources: bridge.sources }, record)
  const [signup] = signupsOf(read)
  const refused = read.error ?? refusalOf(read)
  const reason = reasonOf(record)
  const shown = (
    name: 'code' | 'field' | 'source' | 'event_id',
    fallback?: string,
  ): string | undefined => {
    const text = (reason && attribute(record, name)) ?? fallback
    return text === undefined ? undefined : toAttribute(name, text)
  }
  return {
    record,
    reason: reason ?? receivesExhausted,
    code: shown('code'),
    field: shown('field'),
    source: shown('source', read.sourceName),
    event_id: shown('event_id', eventIdOf(read)),
    left_out: fromLeftOutAttribute((reason && attribute(record, 'left_out')) ?? ''),
    sentMs: Number(record.attributes.SentTimestamp),
    reads: refused
      ? { kind: 'refused', code: refused.code, message: refused.message, issues: refused.issues }
      : { kind: signup ? 'signup' : 'ignored' },
    groupId: signup ? personKey(signup) : sha256(record.body),
  }
}

/** Which dead letters to select; all criteria that are set must match. */
export type DeadLetterFilter = {
  readonly reason?: string | undefined
  readonly source?: string | undefined
  /** The sender's id of the event. */
  readonly event?: string | undefined
}

/** Whether a dead letter matches all criteria of a filter. */
export const matchesFilter = (
  letter: DeadLetter,
  { reason, source, event }: DeadLetterFilter,
): boolean =>
  (reason === undefined || letter.reason === reason) &&
  (source === undefined || letter.source === source) &&
  (event === undefined || letter.event_id === event || letter.event_id === sha256(event))

/**
 * The message that replays a dead letter, also one of the inbox, through the FIFO queue. Group = its
 * person, so that it stays in order with the person's other records. Dedupe id = SHA-256 of the dead
 * letter's id, so that SQS takes it only once within five minutes. The attribute `replay` limits it
 * to `fill`; `restore` also unarchives an archived contact.
 */
export const toReplay = ({ record, groupId }: DeadLetter, restore: boolean): QueueMessage => {
  const source = attribute(record, 'source')
  return {
    body: record.body,
    groupId,
    dedupeId: sha256(record.messageId),
    attributes: {
      replay: restore ? 'restore' : 'fill',
      // A message of another producer names its source only here.
      ...(source !== undefined && { source }),
      ...receivedAttribute(record),
    },
  }
}
