import { type Bridge, findRecordSource } from './config.ts'
import type { Outcome } from './deliver.ts'
import { BridgeError, toBridgeError } from './errors.ts'
import { fromRecord, type Parking, personOf, type QueueRecord, receivesOf } from './queue.ts'
import { type Reading, type Refusal, read, refusal } from './read.ts'
import { backoffSeconds, failure } from './retry.ts'
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
  /** Its FIFO group and its person: records that share either run in order. */
  readonly keys: readonly string[]
  readonly sourceName?: string
  readonly source?: Source
  readonly reading?: Reading
  readonly index?: number
  readonly error?: BridgeError
}

const open = async (bridge: Bridge, record: QueueRecord): Promise<Opened> => {
  const group = record.attributes.MessageGroupId ?? record.messageId
  const alone = { record, keys: [group] }
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
    const opened = { ...named, source, reading, ...(index !== undefined && { index }) }
    return { ...opened, keys: [group, ...signupsOf(opened).map(personOf)] }
  } catch (thrown) {
    return { ...alone, error: toBridgeError(thrown) }
  }
}

/** The signups that this record stands for: of a delivery with several, one record each. */
const signupsOf = ({ reading, index }: Pick<Opened, 'reading' | 'index'>): readonly Signup[] => {
  if (reading?.kind !== 'signups') return []
  return index === undefined
    ? reading.signups
    : reading.signups.filter((_signup, at) => reading.indexes[at] === index)
}

/** Why this record, or one signup of it, cannot be used. */
const refusalOf = ({ reading, index }: Opened): Refusal | undefined => {
  if (reading?.kind === 'refused') return reading
  return reading?.kind === 'signups'
    ? reading.refusals.find((refused) => index === undefined || refused.index === index)
    : undefined
}

/** What nobody told of yet: an index was given where the webhook read the delivery, and told. */
const newlyLeftOut = ({ reading, index }: Opened): readonly LeftOut[] =>
  reading?.kind === 'signups' && index === undefined ? reading.leftOut : []

/** Records in chains that may run side by side: two that share a key stand in one, in order. */
const toChains = (openeds: readonly Opened[]): Opened[][] => {
  let chains: { readonly keys: ReadonlySet<string>; readonly openeds: Opened[] }[] = []
  for (const opened of openeds) {
    const joined = chains.filter(({ keys }) => opened.keys.some((key) => keys.has(key)))
    const chain = {
      keys: new Set([...opened.keys, ...joined.flatMap(({ keys }) => [...keys])]),
      openeds: [...joined.flatMap((each) => each.openeds), opened],
    }
    chains = [...chains.filter((each) => !joined.includes(each)), chain]
  }
  const position = (opened: Opened | undefined) => (opened ? openeds.indexOf(opened) : -1)
  return chains
    .map((chain) => chain.openeds.toSorted((a, b) => position(a) - position(b)))
    .toSorted(([a], [b]) => position(a) - position(b))
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
  let stopped = false

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
        stopped ||= stopBatch
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
      const outcomes: Delivered[] = []
      for (const signup of signupsOf(opened)) {
        outcomes.push(await dependencies.deliver(signup, source))
      }
      const refused = refusalOf(opened)
      if (refused) return await fail(refusal(refused))
      onResult(
        reading.kind !== 'signups' || outcomes.length === 0
          ? { ...told(), kind: 'ignored' }
          : { ...told(), kind: 'delivered', outcomes, leftOut: newlyLeftOut(opened) },
      )
      return undefined
    } catch (thrown) {
      return fail(toBridgeError(thrown))
    }
  }

  /** Handing back for lack of time is not a failure: it may come again at once. */
  const secondsToWait = (record: QueueRecord): number | undefined => {
    if (stopped) return backoffSeconds(receivesOf(record), random())
    return remainingMs() < minRemainingMs ? 0 : undefined
  }

  const deliverChain = async (chain: readonly Opened[]): Promise<void> => {
    let retryInSeconds: number | undefined
    for (const opened of chain) {
      const { record } = opened
      retryInSeconds ??= secondsToWait(record)
      if (retryInSeconds === undefined) retryInSeconds = await deliverOne(opened)
      else onResult({ record, durationMs: 0, kind: 'untried', retryInSeconds })
      if (retryInSeconds !== undefined) handBacks.push({ record, retryInSeconds })
    }
  }

  const openeds = await Promise.all(records.map((record) => open(bridge, record)))
  await Promise.all(toChains(openeds).map(deliverChain))
  if (handBacks.length > 0) await dependencies.setVisibility(handBacks)
  return handBacks.map(({ record }) => record.messageId)
}

const eventIdOf = ({ reading }: Opened): string | undefined =>
  reading === undefined || reading.kind === 'ignored' ? undefined : reading.event_id
