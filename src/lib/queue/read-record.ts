import { type Bridge, findRecordSource } from '../config/config.ts'
import { type Arrival, policyOf } from '../deliver/policy.ts'
import { BridgeError, toBridgeError } from '../errors.ts'
import type { Signup } from '../signup.ts'
import type { Source } from '../sources/source.ts'
import { type Reading, type Refusal, read } from '../transform/read.ts'
import type { LeftOut } from '../transform/values.ts'
import { fromRecord, personKey } from './message.ts'
import { groupIdOf, type QueueRecord, receivesOf } from './record.ts'

/** A record as read, or why it could not be. */
export type ReadRecord = {
  readonly record: QueueRecord
  /** Its FIFO group and its person: records that share either run in order. */
  readonly keys: readonly string[]
  readonly sourceName?: string
  readonly source?: Source
  readonly reading?: Reading
  readonly index?: number
  readonly arrival?: Arrival
  readonly error?: BridgeError
}

/** Reads a record. Never throws: what is wrong with it is its `error`. */
export const readRecord = async (bridge: Bridge, record: QueueRecord): Promise<ReadRecord> => {
  const group = groupIdOf(record)
  const alone = { record, keys: [group] }
  try {
    const { delivery, index, replay } = fromRecord(record)
    const source = findRecordSource(bridge, delivery.source)
    const named = { ...alone, sourceName: delivery.source }
    if (!source) {
      const error = new BridgeError(
        'unknown_source',
        'the config has no source of this name: add it, deploy, then replay',
      )
      return { ...named, error }
    }
    const reading = await read(source, delivery)
    const { received_at } = delivery
    const sentAtMs = Number(record.attributes.SentTimestamp)
    const arrival = { received_at, mayBeRetry: receivesOf(record) > 1, replay, sentAtMs }
    const opened = {
      ...named,
      source,
      reading,
      arrival,
      ...(index !== undefined && { index }),
    }
    return { ...opened, keys: [group, ...signupsOf(opened).map(personKey)] }
  } catch (thrown) {
    return { ...alone, error: toBridgeError(thrown) }
  }
}

/** The signups that this record stands for: of a delivery with several, one record each. */
export const signupsOf = ({
  reading,
  index,
}: Pick<ReadRecord, 'reading' | 'index'>): readonly Signup[] => {
  if (reading?.kind !== 'signups') return []
  return index === undefined
    ? reading.signups
    : reading.signups.filter((_signup, at) => reading.indexes[at] === index)
}

/** The signups of a record, each with what decides how it is delivered. */
export const deliverablesOf = (opened: ReadRecord) => {
  const { source, arrival } = opened
  if (!source || !arrival) return []
  return signupsOf(opened).map((signup) => ({
    signup,
    policy: policyOf(source.options, signup, arrival),
  }))
}

/** Why this record, or one signup of it, cannot be used. */
export const refusalOf = ({ reading, index }: ReadRecord): Refusal | undefined => {
  if (reading?.kind === 'refused') return reading
  return reading?.kind === 'signups'
    ? reading.refusals.find((refused) => index === undefined || refused.index === index)
    : undefined
}

/** What nobody told of yet: an index was given where the webhook read the delivery, and told. */
export const newlyLeftOut = ({ reading, index }: ReadRecord): readonly LeftOut[] =>
  reading?.kind === 'signups' && index === undefined ? reading.leftOut : []

export const eventIdOf = ({ reading }: ReadRecord): string | undefined =>
  reading === undefined || reading.kind === 'ignored' ? undefined : reading.event_id
