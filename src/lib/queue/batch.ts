import { processRecord, type RecordDependencies } from './process-record.ts'
import type { RecordRetry } from './queues.ts'
import { type ReadRecord, readRecord } from './read-record.ts'
import { groupIdOf, type QueueRecord, receivesOf } from './record.ts'
import { backoffSeconds } from './retry-or-park.ts'

export type DrainDependencies = RecordDependencies & {
  /** Best effort: sets when the records are received again if this process crashes or hangs. */
  readonly setCrashVisibility: (retries: readonly RecordRetry[]) => Promise<void>
  /** Best effort: without it a record is received again after the queue's own timeout. */
  readonly setVisibility: (retries: readonly RecordRetry[]) => Promise<void>
  /** Milliseconds that this invocation still has. */
  readonly remainingMs: () => number
  /** After this many seconds search shows a new contact. */
  readonly searchLagSeconds: number
}

/** With less time no record is started: a request may take 8 s, and returning records some more. */
const minRemainingMs = 12_000

/** After its end an invocation no longer uses its records; Lambda still handles its response. */
const afterInvocationSeconds = 30
/** Far enough apart that the records of two persons are not received in one batch again. */
const apartSeconds = 15

/**
 * When the records are received again if this process crashes or hangs: each group at another time.
 * Otherwise one record that crashes every process would fail the other nine of its batch each time,
 * until SQS moves all ten to the dead letters. None of them earlier than search shows what a record
 * may have created at the end of this invocation: leads never conflict.
 */
export const crashVisibility = (
  records: readonly QueueRecord[],
  remainingMs: number,
  searchLagSeconds: number,
): RecordRetry[] => {
  const groups = [...new Set(records.map(groupIdOf))]
  const soonestSeconds =
    Math.ceil(remainingMs / 1_000) + Math.max(afterInvocationSeconds, searchLagSeconds)
  return records.map((record) => ({
    record,
    retryInSeconds: soonestSeconds + groups.indexOf(groupIdOf(record)) * apartSeconds,
  }))
}

/**
 * Splits records into groups that are processed at the same time. Records that share a key are in
 * one group, also through other records; records and groups keep their order.
 */
export const groupByPerson = (reads: readonly ReadRecord[]): ReadRecord[][] => {
  let groups: { readonly keys: ReadonlySet<string>; readonly reads: ReadRecord[] }[] = []
  for (const read of reads) {
    const joined = groups.filter(({ keys }) => read.keys.some((key) => keys.has(key)))
    const group = {
      keys: new Set([...read.keys, ...joined.flatMap(({ keys }) => [...keys])]),
      reads: [...joined.flatMap((other) => other.reads), read],
    }
    groups = [...groups.filter((other) => !joined.includes(other)), group]
  }
  const position = (read: ReadRecord | undefined) => (read ? reads.indexOf(read) : -1)
  return groups
    .map((group) => group.reads.toSorted((a, b) => position(a) - position(b)))
    .toSorted(([a], [b]) => position(a) - position(b))
}

/** Whether a record is processed now or returned to the queue untried. */
export type RecordTurn =
  | { readonly type: 'process' }
  | { readonly type: 'return'; readonly retryInSeconds: number }

/**
 * Decides whether a record is processed. In a stopped batch it is returned with the backoff of its
 * receives; when time is short it is returned without a delay, since nothing failed.
 */
export const turnOf = (
  record: QueueRecord,
  {
    isStopped,
    remainingMs,
    random,
  }: {
    readonly isStopped: boolean
    readonly remainingMs: number
    readonly random: () => number
  },
): RecordTurn => {
  if (isStopped) {
    return { type: 'return', retryInSeconds: backoffSeconds(receivesOf(record), random()) }
  }
  return remainingMs < minRemainingMs ? { type: 'return', retryInSeconds: 0 } : { type: 'process' }
}

const isSameGroup = (one: QueueRecord, other: QueueRecord): boolean =>
  groupIdOf(one) === groupIdOf(other)

/** Processes the records of a group in order; after one to retry, the later ones get its delay. */
const processGroup = async (
  group: readonly ReadRecord[],
  stop: AbortController,
  dependencies: DrainDependencies,
): Promise<RecordRetry[]> => {
  const { random, remainingMs, onResult } = dependencies
  const retries: RecordRetry[] = []
  const returnUntried = (record: QueueRecord, retryInSeconds: number): void => {
    onResult({ record, durationMs: 0, kind: 'untried', retryInSeconds })
    retries.push({ record, retryInSeconds })
  }
  for (const [at, read] of group.entries()) {
    const { record } = read
    const [earlier] = retries
    if (earlier) {
      returnUntried(record, earlier.retryInSeconds)
      continue
    }
    const turn = turnOf(record, {
      isStopped: stop.signal.aborted,
      remainingMs: remainingMs(),
      random,
    })
    if (turn.type === 'return') {
      returnUntried(record, turn.retryInSeconds)
      continue
    }
    const isFirst = !group.slice(0, at).some((other) => isSameGroup(other.record, record))
    const disposition = await processRecord(read, dependencies, isFirst)
    if (disposition.type === 'done') continue
    if (disposition.stopBatch) stop.abort()
    retries.push({ record, retryInSeconds: disposition.retryInSeconds })
  }
  return retries
}

/**
 * Delivers a batch: the records of one person in order, different persons at the same time. A
 * record that fails permanently is parked with its reason. A record to retry is returned to the
 * queue, the person's later records with it, all with the same delay. No record makes it throw.
 *
 * @returns the message ids to retry, for `batchItemFailures`
 */
export const drain = async (
  records: readonly QueueRecord[],
  dependencies: DrainDependencies,
): Promise<string[]> => {
  const { bridge, remainingMs, searchLagSeconds } = dependencies
  const { setCrashVisibility, setVisibility } = dependencies
  // A second receive is mostly one that confirms a contact; the queue's own timeout is long enough.
  if (records.some((record) => receivesOf(record) > 2)) {
    await setCrashVisibility(crashVisibility(records, remainingMs(), searchLagSeconds))
  }
  const reads = await Promise.all(records.map((record) => readRecord(bridge, record)))
  const stop = new AbortController()
  const retries = await Promise.all(
    groupByPerson(reads).map((group) => processGroup(group, stop, dependencies)),
  )
  const allRetries = retries.flat()
  if (allRetries.length > 0) await setVisibility(allRetries)
  return allRetries.map(({ record }) => record.messageId)
}
