import { type Bridge, findRecordSource, inboxMayName } from '../config/config.ts'
import { claimOf } from '../deliver/ownership.ts'
import { type Arrival, policyOf } from '../deliver/policy.ts'
import { BridgeError, toBridgeError } from '../errors.ts'
import type { AnySignup } from '../signup.ts'
import type { Source } from '../sources/source.ts'
import type { LeftOut } from '../transform/normalise-values.ts'
import { type Reading, read } from '../transform/read.ts'
import type { Refusal } from '../transform/read-inputs.ts'
import { fromRecord, personKeys } from './message.ts'
import { groupIdOf, isFifo, type QueueRecord, receivesOf } from './record.ts'

/** A record as read, or with the error that prevented it. */
export type ReadRecord = {
  readonly record: QueueRecord
  /** Its FIFO group, its person and the account: records that share any run in order. */
  readonly keys: readonly string[]
  readonly sourceName?: string
  readonly source?: Source
  readonly reading?: Reading
  readonly index?: number
  readonly arrival?: Arrival
  readonly error?: BridgeError
}

/** Reads a record. Never throws: a failure is the `error` of the result. */
export const readRecord = async (bridge: Bridge, record: QueueRecord): Promise<ReadRecord> => {
  const group = groupIdOf(record)
  const unread = { record, keys: [group] }
  try {
    const { delivery, index, replay } = fromRecord(record)
    const source = findRecordSource(bridge, delivery.source)
    const named = { ...unread, sourceName: delivery.source }
    const mayName = isFifo(record.eventSourceARN) || inboxMayName(bridge, delivery.source)
    if (!source || !mayName) {
      const message = source
        ? 'the inbox may not name this source: list it in inbox.sources of the config, deploy, then replay'
        : 'the config has no source of this name: add it, deploy, then replay'
      return { ...named, error: new BridgeError('unknown_source', message) }
    }
    const reading = await read(source, delivery)
    const { received_at } = delivery
    const sentAtMs = Number(record.attributes.SentTimestamp) || 0
    const claim = claimOf(bridge, delivery.source)
    const arrival = {
      received_at,
      mayBeRetry: receivesOf(record) > 1,
      sourceName: delivery.source,
      replay,
      sentAtMs,
      claim,
    }
    const result = {
      ...named,
      source,
      reading,
      arrival,
      ...(index !== undefined && { index }),
    }
    return { ...result, keys: [group, ...signupsOf(result).flatMap(personKeys)] }
  } catch (thrown) {
    return { ...unread, error: toBridgeError(thrown) }
  }
}

/** The signups that a record is for: one of its delivery's, or without an index all of them. */
export const signupsOf = ({
  reading,
  index,
}: Pick<ReadRecord, 'reading' | 'index'>): readonly AnySignup[] => {
  if (reading?.kind !== 'signups') return []
  return index === undefined
    ? reading.signups
    : reading.signups.filter((_signup, at) => reading.indexes[at] === index)
}

/**
 * The signups of a record, each with its delivery policy.
 *
 * @param confirms whether a contact that an earlier receive created is confirmed
 */
export const deliverablesOf = (
  read: ReadRecord,
  confirms: (signup: AnySignup) => boolean = () => false,
) => {
  const { source, arrival } = read
  if (!source || !arrival) return []
  return signupsOf(read).map((signup) => ({
    signup,
    policy: policyOf(source, signup, { ...arrival, confirms: confirms(signup) }),
  }))
}

/** Of a record with an index: the webhook saw a signup there, so it is parked, never ignored. */
const lostSignup: Refusal = {
  code: 'invalid_signup',
  message:
    'the source no longer finds this signup in its delivery: fix the source, deploy, then replay',
  issues: [],
}

/** Why a record, or one of its signups, cannot be used. */
export const refusalOf = (read: ReadRecord): Refusal | undefined => {
  const { reading, index } = read
  if (reading?.kind === 'refused') return reading
  const refusals = reading?.kind === 'signups' ? reading.refusals : []
  if (index === undefined) return refusals[0]
  const refusal = refusals.find((candidate) => candidate.index === index)
  const isLost = reading !== undefined && signupsOf(read).length === 0
  return refusal ?? (isLost ? lostSignup : undefined)
}

/** Values left out and not reported yet: the webhook reported those of a record with an index. */
export const newlyLeftOut = ({ reading, index }: ReadRecord): readonly LeftOut[] =>
  reading?.kind === 'signups' && index === undefined ? reading.leftOut : []

/** The sender's id of the event, else a digest of the body. */
export const eventIdOf = ({ reading }: ReadRecord): string | undefined =>
  reading === undefined || reading.kind === 'ignored' ? undefined : reading.event_id
