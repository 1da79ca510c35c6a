import type { Bridge } from '../config/config.ts'
import type { Delivered, DeliverSignup } from '../deliver/deliver.ts'
import { BridgeError, delayed, type ErrorCode, renamed, toBridgeError } from '../errors.ts'
import { indexLagSeconds } from '../intercom/recent-contacts.ts'
import { refusal } from '../transform/read.ts'
import type { LeftOut } from '../transform/values.ts'
import { toChains } from './chains.ts'
import type { Parking } from './park.ts'
import type { HandBack } from './queues.ts'
import {
  deliverablesOf,
  eventIdOf,
  newlyLeftOut,
  type Opened,
  open,
  refusalOf,
} from './read-record.ts'
import { ageSecondsOf, groupOf, type QueueRecord, receivesOf } from './record.ts'
import { backoffSeconds, failure } from './retry.ts'

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
  /** Delivered as far as it went; the dead letter brings the rest when it is replayed. */
  | { readonly kind: 'copy_parked'; readonly error: BridgeError }
  | { readonly kind: 'handed_back'; readonly error: BridgeError; readonly retryInSeconds: number }
  /** Not tried: time ran out, the batch was stopped, or an earlier record of the person failed. */
  | { readonly kind: 'untried'; readonly retryInSeconds: number }
)
export type DrainDependencies = {
  readonly bridge: Bridge
  readonly deliver: DeliverSignup
  /** @throws when the dead letter was not taken; the record then stays */
  readonly park: (record: QueueRecord, parking: Parking) => Promise<void>
  /** Best effort: sets when records that are at hand would come again, if this process ended. */
  readonly holdApart: (held: readonly HandBack[]) => Promise<void>
  /** Best effort: a record whose visibility was not changed comes back after the queue's own. */
  readonly setVisibility: (handBacks: readonly HandBack[]) => Promise<void>
  readonly remainingMs: () => number
  readonly random: () => number
  readonly now: () => number
  readonly onResult: (result: RecordResult) => void
}

/** Under this no record is begun: one call may take 8 s, and handing back takes its time too. */
const minRemainingMs = 12_000

/** Once its time is up nobody has a record any more, but for those who act upon the answer. */
const afterTimeSeconds = 30
/** Far enough apart that two do not meet in one batch again. */
const apartSeconds = 15

/**
 * When the records come again if this process crashes or hangs: each person's at another time. One
 * record that ends every process would else take the same nine along each time, until SQS moves all
 * ten to the dead letters.
 */
const apart = (records: readonly QueueRecord[], remainingMs: number): HandBack[] => {
  const groups = [...new Set(records.map(groupOf))]
  const soonestSeconds = Math.ceil(remainingMs / 1_000) + afterTimeSeconds
  return records.map((record) => ({
    record,
    retryInSeconds: soonestSeconds + groups.indexOf(groupOf(record)) * apartSeconds,
  }))
}

/** The seconds after which a record is to come again; `undefined`: it is done. */
type ComesAgain = number | undefined

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
  const { bridge, random, remainingMs, now, onResult } = dependencies
  const handBacks: HandBack[] = []
  let stopped = false
  const ageOf = (record: QueueRecord): number => ageSecondsOf(record, now())

  const deliverOne = async (opened: Opened): Promise<ComesAgain> => {
    const { record, sourceName } = opened
    const startedMs = now()
    const outcomes: Delivered[] = []
    const told = () => ({
      record,
      ...(sourceName !== undefined && { source: sourceName }),
      durationMs: now() - startedMs,
    })

    const park = async (reason: ErrorCode, error: BridgeError): Promise<ComesAgain> => {
      const parking = { reason, code: error.intercomCode, source: sourceName }
      try {
        await dependencies.park(record, { ...parking, event_id: eventIdOf(opened) })
        return undefined
      } catch (thrown) {
        // Not parked is not done: the record stays, however old, to be parked when it comes again.
        if (thrown instanceof BridgeError && thrown.code === 'misconfigured') return fail(thrown, 0)
        const message = 'the dead letters did not take the record: it stays in its queue'
        return fail(new BridgeError('temporarily_unavailable', message, { cause: thrown }), 0)
      }
    }

    const fail = async (given: BridgeError, ageSeconds = ageOf(record)): Promise<ComesAgain> => {
      const madeLead = outcomes.some(({ isNewLead }) => isNewLead)
      const error = madeLead ? delayed(given, indexLagSeconds) : given
      const verdict = failure(error, receivesOf(record), random(), ageSeconds)
      if (verdict.kind === 'retry') {
        const { retryInSeconds, stopBatch } = verdict
        stopped ||= stopBatch
        onResult({ ...told(), kind: 'handed_back', error, retryInSeconds })
        return retryInSeconds
      }
      const comesAgain = await park(verdict.reason, error)
      if (comesAgain === undefined) {
        onResult({
          ...told(),
          kind: 'parked',
          error: renamed(error, verdict.reason, error.message),
        })
      }
      return comesAgain
    }

    try {
      if (opened.error) return await fail(opened.error)
      const failed: BridgeError[] = []
      for (const { signup, policy } of deliverablesOf(opened)) {
        const delivered = await dependencies.deliver(signup, policy).catch(toBridgeError)
        if (!(delivered instanceof BridgeError)) outcomes.push(delivered)
        const error = delivered instanceof BridgeError ? delivered : delivered.pending
        if (!error) continue
        // One signup that can never succeed holds up no other of its record.
        const verdict = failure(error, receivesOf(record), 0, ageOf(record))
        if (verdict.kind === 'retry') return await fail(error)
        failed.push(error)
      }
      if (outcomes.length > 0) {
        onResult({ ...told(), kind: 'delivered', outcomes, leftOut: newlyLeftOut(opened) })
      }
      const refused = refusalOf(opened)
      const [bad] = refused ? [refusal(refused)] : failed
      if (bad) return await fail(bad)
      if (outcomes.length === 0) onResult({ ...told(), kind: 'ignored' })
      const [error] = outcomes.flatMap(({ incomplete }) => incomplete)
      if (!error) return undefined
      // One copy: a replay gives all of the signup again.
      const comesAgain = await park(error.code, error)
      if (comesAgain === undefined) onResult({ ...told(), kind: 'copy_parked', error })
      return comesAgain
    } catch (thrown) {
      return fail(toBridgeError(thrown))
    }
  }

  /** Handing back for lack of time is not a failure: it may come again at once. */
  const secondsToWait = (record: QueueRecord): ComesAgain => {
    if (stopped) return backoffSeconds(receivesOf(record), random())
    return remainingMs() < minRemainingMs ? 0 : undefined
  }

  const deliverChain = async (chain: readonly Opened[]): Promise<void> => {
    let comesAgain: ComesAgain
    for (const opened of chain) {
      const { record } = opened
      comesAgain ??= secondsToWait(record)
      if (comesAgain === undefined) comesAgain = await deliverOne(opened)
      else onResult({ record, durationMs: 0, kind: 'untried', retryInSeconds: comesAgain })
      if (comesAgain !== undefined) handBacks.push({ record, retryInSeconds: comesAgain })
    }
  }

  // A batch that nobody crashed with yet is spared the call.
  if (records.some((record) => receivesOf(record) > 1)) {
    await dependencies.holdApart(apart(records, remainingMs()))
  }
  const openeds = await Promise.all(records.map((record) => open(bridge, record)))
  await Promise.all(toChains(openeds).map(deliverChain))
  if (handBacks.length > 0) await dependencies.setVisibility(handBacks)
  return handBacks.map(({ record }) => record.messageId)
}
