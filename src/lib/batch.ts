import { type Bridge, findRecordSource } from './config.ts'
import type { Outcome } from './deliver.ts'
import { sha256 } from './digest.ts'
import { BridgeError, toBridgeError } from './errors.ts'
import { fromRecord, type Parking, personOf, type QueueRecord, receivesOf } from './queue.ts'
import { type Reading, read, refusal } from './read.ts'
import { failure } from './retry.ts'
import type { Signup } from './signup.ts'
import type { Source } from './sources/source.ts'
import type { LeftOut } from './values.ts'

/** What became of one record; told for the log and the metrics. */
export type RecordResult = {
  readonly record: QueueRecord
  readonly source?: string
  readonly durationMs: number
} & (
  | {
      readonly kind: 'delivered'
      readonly outcomes: readonly Delivered[]
      readonly leftOut: readonly LeftOut[]
    }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'parked'; readonly error: BridgeError }
  | { readonly kind: 'handed_back'; readonly error: BridgeError; readonly retryInSeconds: number }
  /** Not tried: time ran out, the batch was stopped, or an earlier record of the person failed. */
  | { readonly kind: 'untried'; readonly retryInSeconds: number }
)
export type Delivered = Outcome & { readonly calls: number }

/** A record to hand back and when it may come again. */
export type HandBack = { readonly record: QueueRecord; readonly retryInSeconds: number }

export type DrainDependencies = {
  readonly bridge: Bridge
  readonly deliver: (signup: Signup, source: Source) => Promise<Delivered>
  /** @throws when the dead letter was not taken; the record then stays */
  readonly park: (record: QueueRecord, parking: Parking) => Promise<void>
  /** Best effort: a record whose visibility was not changed comes back after the queue's own. */
  readonly setVisibility: (handBacks: readonly HandBack[]) => Promise<void>
  readonly remainingMs: () => number
  readonly random: () => number
  readonly now: () => number
  readonly onResult: (result: RecordResult) => void
}

/** Under this no record is begun: one call may take 8 s, and handing back takes its time too. */
const minRemainingMs = 12_000

/** A record as read, or why it could not be. */
type Opened = {
  readonly record: QueueRecord
  /** Records of one person, or of one FIFO group, run in order. */
  readonly person: string
  readonly sourceName?: string
  readonly source?: Source
  readonly reading?: Reading
  readonly index?: number
  readonly error?: BridgeError
}

const open = async (bridge: Bridge, record: QueueRecord): Promise<Opened> => {
  const group = record.attributes.MessageGroupId
  const alone = { record, person: group ?? sha256(record.messageId) }
  try {
    const { delivery, index } = fromRecord(record)
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
    const [first] = reading.kind === 'signups' ? reading.signups : []
    const person = group ?? (first ? personOf(first) : alone.person)
    return { ...named, person, source, reading, ...(index !== undefined && { index }) }
  } catch (thrown) {
    return { ...alone, error: toBridgeError(thrown) }
  }
}

/** The signups that this record stands for: of a delivery with several, one record each. */
const signupsOf = ({ reading, index }: Opened): readonly Signup[] => {
  if (reading?.kind !== 'signups') return []
  return index === undefined ? reading.signups : reading.signups.slice(index, index + 1)
}

/**
 * Delivers a batch: the records of one person in order, different persons at the same time. What
 * can never succeed is parked with its reason; what may succeed later is handed back, the person's
 * later records with it and at the same time. Never throws for a record's sake.
 *
 * @returns the message ids to hand back, for `batchItemFailures`
 */
export const drain = async (
  records: readonly QueueRecord[],
  dependencies: DrainDependencies,
): Promise<string[]> => {
  const { bridge, park, random, remainingMs, now, onResult } = dependencies
  const handBacks: HandBack[] = []
  let stoppedForSeconds: number | undefined

  const deliverOne = async (opened: Opened): Promise<number | undefined> => {
    const { record, sourceName, source, reading } = opened
    const startedMs = now()
    const told = () => ({
      record,
      ...(sourceName !== undefined && { source: sourceName }),
      durationMs: now() - startedMs,
    })
    const fail = async (error: BridgeError): Promise<number | undefined> => {
      const verdict = failure(error, receivesOf(record), random())
      if (verdict.kind === 'retry') {
        const { retryInSeconds, stopBatch } = verdict
        if (stopBatch) stoppedForSeconds ??= retryInSeconds
        onResult({ ...told(), kind: 'handed_back', error, retryInSeconds })
        return retryInSeconds
      }
      try {
        await park(record, {
          reason: verdict.reason,
          code: error.intercomCode,
          source: sourceName,
          event_id: eventIdOf(opened),
        })
      } catch (thrown) {
        // Not parked is not done: the record stays, to be parked when it comes again.
        if (thrown instanceof BridgeError && thrown.code === 'misconfigured') return fail(thrown)
        const message = 'the dead letters did not take the record: it stays in its queue'
        return fail(new BridgeError('temporarily_unavailable', message, { cause: thrown }))
      }
      onResult({ ...told(), kind: 'parked', error })
      return undefined
    }

    try {
      if (opened.error) return await fail(opened.error)
      if (!source || !reading) return undefined
      if (reading.kind === 'refused') return await fail(refusal(reading))
      const outcomes: Delivered[] = []
      for (const signup of signupsOf(opened)) {
        outcomes.push(await dependencies.deliver(signup, source))
      }
      onResult(
        reading.kind === 'ignored' || outcomes.length === 0
          ? { ...told(), kind: 'ignored' }
          : { ...told(), kind: 'delivered', outcomes, leftOut: reading.leftOut },
      )
      return undefined
    } catch (thrown) {
      return fail(toBridgeError(thrown))
    }
  }

  /** Handing back for lack of time is not a failure: it may come again at once. */
  const reasonToWait = (): number | undefined =>
    stoppedForSeconds ?? (remainingMs() < minRemainingMs ? 0 : undefined)

  const deliverPerson = async (openeds: readonly Opened[]): Promise<void> => {
    let retryInSeconds: number | undefined
    for (const opened of openeds) {
      const { record } = opened
      retryInSeconds ??= reasonToWait()
      if (retryInSeconds === undefined) retryInSeconds = await deliverOne(opened)
      else onResult({ record, durationMs: 0, kind: 'untried', retryInSeconds })
      if (retryInSeconds !== undefined) handBacks.push({ record, retryInSeconds })
    }
  }

  const openeds = await Promise.all(records.map((record) => open(bridge, record)))
  await Promise.all([...Map.groupBy(openeds, ({ person }) => person).values()].map(deliverPerson))
  if (handBacks.length > 0) await dependencies.setVisibility(handBacks)
  return handBacks.map(({ record }) => record.messageId)
}

const eventIdOf = (opened: Opened): string | undefined => {
  const { reading, index } = opened
  if (reading?.kind === 'refused') return reading.event_id
  return reading?.kind === 'signups' ? reading.signups[index ?? 0]?.event_id : undefined
}
