import type { Bridge } from '../config/config.ts'
import type { DeliverResult, DeliverSignup } from '../deliver/deliver.ts'
import { leastDelaySeconds } from '../deliver/least-delay.ts'
import {
  BridgeError,
  delayed,
  distinctIssues,
  type ErrorCode,
  type Issue,
  renamed,
  toBridgeError,
} from '../errors.ts'
import type { AnySignup, Signup } from '../signup.ts'
import type { LeftOut } from '../transform/normalise-values.ts'
import { toRefusalError } from '../transform/read.ts'
import { isToConfirm, isUnconfirmed } from './confirm.ts'
import {
  deliverablesOf,
  eventIdOf,
  newlyLeftOut,
  type ReadRecord,
  refusalOf,
} from './read-record.ts'
import { ageSecondsOf, type QueueRecord, receivesOf } from './record.ts'
import { decideRetry } from './retry-or-park.ts'
import type { Parking } from './to-dead-letter.ts'

/** What became of one record, for the log and the metrics. */
export type RecordOutcome =
  | {
      readonly kind: 'delivered'
      readonly results: readonly DeliverResult[]
      readonly leftOut: readonly LeftOut[]
    }
  /** Created; the record stays in flight until search shows the contact, and is then confirmed. */
  | {
      readonly kind: 'held'
      readonly results: readonly DeliverResult[]
      readonly confirmInSeconds: number
    }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'parked'; readonly error: BridgeError }
  /** Delivered in part, without `leftOut`; a replay of the dead letter delivers the rest. */
  | {
      readonly kind: 'copy_parked'
      readonly error: BridgeError
      readonly leftOut: readonly Issue[]
    }
  /** Failed, and returned to the queue. */
  | { readonly kind: 'handed_back'; readonly error: BridgeError; readonly retryInSeconds: number }
  /** Not tried: time ran out, the batch was stopped, or an earlier record of the person failed. */
  | { readonly kind: 'untried'; readonly retryInSeconds: number }

export type RecordReport = RecordOutcome & {
  readonly record: QueueRecord
  readonly source?: string
  readonly durationMs: number
}

/** What happens to a record in its queue: it is deleted, or received again after some seconds. */
export type Disposition =
  | { readonly type: 'done' }
  | { readonly type: 'retry'; readonly retryInSeconds: number; readonly stopBatch: boolean }

const done: Disposition = { type: 'done' }

export type RecordDependencies = {
  readonly bridge: Bridge
  /** After this many seconds search shows a new contact; 0: none is confirmed. */
  readonly confirmAfterSeconds: number
  /** Whether a record is held whose contact search does not show: once by each process. */
  readonly mayHold: (messageId: string) => boolean
  readonly deliver: DeliverSignup
  /** @throws when the dead letter was not stored; the record then stays in its queue */
  readonly park: (record: QueueRecord, parking: Parking) => Promise<void>
  /** A number in [0, 1). */
  readonly random: () => number
  /** Unix milliseconds. */
  readonly now: () => number
  readonly onResult: (report: RecordReport) => void
}

/** A record in progress. */
type Work = RecordDependencies & {
  readonly read: ReadRecord
  /** The results of the signups delivered so far. */
  readonly results: DeliverResult[]
  readonly isFirst: boolean
  readonly report: (outcome: RecordOutcome) => void
}

/**
 * Delivers the signups of one record. After a permanent error the record is parked; after a
 * retryable error it is returned to the queue. Reports each outcome to `onResult`; never throws.
 *
 * @param isFirst whether it is the first of its group in the batch: a later one waited for it, so an
 *   earlier receive created no contact for it
 */
export const processRecord = async (
  read: ReadRecord,
  dependencies: RecordDependencies,
  isFirst = true,
): Promise<Disposition> => {
  const { now, onResult } = dependencies
  const startedMs = now()
  const { record, sourceName } = read
  const report = (outcome: RecordOutcome): void =>
    onResult({
      record,
      ...(sourceName !== undefined && { source: sourceName }),
      durationMs: now() - startedMs,
      ...outcome,
    })
  const work: Work = { ...dependencies, read, isFirst, results: [], report }
  try {
    return await process(work)
  } catch (thrown) {
    return settle(work, toBridgeError(thrown))
  }
}

const process = async (work: Work): Promise<Disposition> => {
  const { read, results, report } = work
  if (read.error) return settle(work, read.error)

  const { retryable, permanent, isHeld } = await deliverAll(work)
  if (retryable) return settle(work, retryable)
  if (isHeld && work.mayHold(read.record.messageId)) {
    const { confirmAfterSeconds } = work
    report({ kind: 'held', results, confirmInSeconds: confirmAfterSeconds })
    return { type: 'retry', retryInSeconds: confirmAfterSeconds, stopBatch: false }
  }
  if (results.length > 0) report({ kind: 'delivered', results, leftOut: newlyLeftOut(read) })

  const refusal = refusalOf(read)
  const error = refusal ? toRefusalError(refusal) : permanent
  if (error) return settle(work, error)
  if (results.length === 0) report({ kind: 'ignored' })

  return parkCopy(work)
}

/** Delivers the signups in order, up to the first retryable error. */
const deliverAll = async (work: Work) => {
  const { read, isFirst, results, deliver, now, bridge, confirmAfterSeconds } = work
  const { record } = read
  const holds = (signup: AnySignup): signup is Signup =>
    confirmAfterSeconds > 0 && isToConfirm(bridge, record, signup)
  let permanent: BridgeError | undefined
  let isHeld = false
  for (const { signup, policy } of deliverablesOf(read, (signup) => isFirst && holds(signup))) {
    const result = await deliver(signup, policy).catch(toBridgeError)
    if (!(result instanceof BridgeError)) {
      results.push(result)
      const isFirstReceive = receivesOf(record) === 1
      const lag = { nowMs: now(), searchLagSeconds: confirmAfterSeconds, isFirstReceive }
      isHeld ||= holds(signup) && isUnconfirmed(result, signup, lag)
    }
    const error = result instanceof BridgeError ? result : result.pending
    if (!error) continue
    const decision = decideRetry(error, receivesOf(record), 0, ageSecondsOf(record, now()))
    if (decision.kind === 'retry') return { retryable: error }
    // A permanent error does not stop the record's other signups.
    permanent ??= error
  }
  return { permanent, isHeld }
}

/** Returns a failed record to its queue, or parks it. */
const settle = async (
  work: Work,
  failed: BridgeError,
  ageSeconds = ageSecondsOf(work.read.record, work.now()),
): Promise<Disposition> => {
  const { read, results, random, report } = work
  const error = delayed(failed, leastDelaySeconds(results))
  const decision = decideRetry(error, receivesOf(read.record), random(), ageSeconds)
  if (decision.kind === 'retry') {
    const { retryInSeconds, stopBatch } = decision
    report({ kind: 'handed_back', error, retryInSeconds })
    return { type: 'retry', retryInSeconds, stopBatch }
  }
  const { reason } = decision
  const parked = { kind: 'parked', error: renamed(error, reason, error.message) } as const
  return (await park(work, reason, error)) ?? reported(report, parked)
}

/**
 * Parks one copy of a record that was delivered in part: a replay delivers the signup again. It has
 * the first error's code, and names what all of them left out.
 */
const parkCopy = async (work: Work): Promise<Disposition> => {
  const errors = work.results.flatMap(({ incomplete }) => incomplete)
  const [error] = errors
  if (!error) return done
  const leftOut = distinctIssues(errors.flatMap(({ issues }) => issues))
  return (
    (await park(work, error.code, error, leftOut)) ??
    reported(work.report, { kind: 'copy_parked', error, leftOut })
  )
}

const reported = (report: Work['report'], outcome: RecordOutcome): Disposition => {
  report(outcome)
  return done
}

/** Stores the dead letter of a record. If that fails, returns the disposition to retry it. */
const park = async (
  work: Work,
  reason: ErrorCode,
  { intercomCode, intercomField }: BridgeError,
  leftOut: readonly Issue[] = [],
): Promise<Disposition | undefined> => {
  const { read } = work
  try {
    await work.park(read.record, {
      reason,
      code: intercomCode,
      field: intercomField,
      source: read.sourceName,
      event_id: eventIdOf(read),
      ...(leftOut.length > 0 && { left_out: leftOut.map(({ path }) => path) }),
    })
    return undefined
  } catch (thrown) {
    // Age 0: a record that is neither delivered nor parked is retried, however old it is.
    const ageSeconds = 0
    if (thrown instanceof BridgeError && thrown.code === 'misconfigured') {
      return settle(work, thrown, ageSeconds)
    }
    const message = 'the dead letter was not stored: the record stays in its queue and is retried'
    const error = new BridgeError('temporarily_unavailable', message, { cause: thrown })
    return settle(work, error, ageSeconds)
  }
}
