import type { BridgeError, ErrorCode } from '../errors.ts'
import { searchLagSeconds } from '../intercom/recent-contacts.ts'

/** A record's fate after a failure; `stopBatch` where no other record could fare better now. */
export type RetryDecision =
  | { readonly kind: 'park'; readonly reason: ErrorCode }
  | { readonly kind: 'retry'; readonly retryInSeconds: number; readonly stopBatch: boolean }

type Fate = 'park' | 'retry' | 'stop'

/** What becomes of a record that failed with a code. What time or an operator mends is not parked. */
const fates: Readonly<Record<ErrorCode, Fate>> = {
  attributes_refused: 'park',
  body_too_large: 'park',
  challenge_failed: 'park',
  conflict_unresolved: 'retry',
  contact_archived: 'park',
  contact_deleted: 'park',
  create_unclear: 'retry',
  extras_failed: 'park',
  extras_unavailable: 'retry',
  identity_conflict: 'park',
  intercom_forbidden: 'stop',
  intercom_rate_limited: 'stop',
  intercom_rejected: 'park',
  intercom_unauthorized: 'stop',
  intercom_unavailable: 'retry',
  invalid_body: 'park',
  invalid_config: 'stop',
  invalid_message: 'park',
  invalid_signup: 'park',
  mapping_failed: 'park',
  method_not_allowed: 'park',
  misconfigured: 'stop',
  no_identity: 'park',
  origin_refused: 'park',
  out_of_time: 'retry',
  restore_failed: 'retry',
  signature_expired: 'park',
  signature_invalid: 'park',
  signature_missing: 'park',
  temporarily_unavailable: 'stop',
  unexpected: 'retry',
  unknown_source: 'park',
  unsupported_media_type: 'park',
}

const baseSeconds = 30
const maxSeconds = 15 * 60
/**
 * random(½…1) × min(15 min, 30 s × 2^(receives−1)): 400 receives last about three days.
 *
 * @param random a number in [0, 1)
 */
export const backoffSeconds = (receives: number, random: number): number =>
  Math.ceil(
    (0.5 + random / 2) * Math.min(maxSeconds, baseSeconds * 2 ** Math.min(receives - 1, 10)),
  )

/** A token is read again 30 s after the last doubt at the earliest: sooner could not fare better. */
const tokenDoubtSeconds = 31

const waitSeconds = (error: BridgeError, receives: number, random: number): number => {
  if (error.code === 'create_unclear') return searchLagSeconds
  // Nothing failed: whoever has time again may go on at once.
  if (error.code === 'out_of_time') return 0
  const backoff = backoffSeconds(receives, random)
  return error.code === 'intercom_unauthorized' ? Math.max(backoff, tokenDoubtSeconds) : backoff
}
/** A contact deleted for good answers to unarchive with 500, as an Intercom in trouble would. */
const restoreReceives = 5

/**
 * SQS deletes a message after seven days, whatever becomes of it. Where so many wait that each is
 * tried seldom, 400 receives last longer: what still fails after five days is parked before.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html
 */
const tooOldSeconds = 5 * 24 * 60 * 60

/**
 * The only judge of errors.
 *
 * @param receives how often the record was received
 * @param random a number in [0, 1)
 * @param ageSeconds how long its queue has had the record
 */
export const decideRetry = (
  error: BridgeError,
  receives: number,
  random: number,
  ageSeconds = 0,
): RetryDecision => {
  const fate = fates[error.code]
  if (error.code === 'restore_failed' && receives >= restoreReceives) {
    return { kind: 'park', reason: 'contact_deleted' }
  }
  const isTooOld = ageSeconds >= tooOldSeconds && error.code !== 'out_of_time'
  if (fate === 'park' || isTooOld) return { kind: 'park', reason: error.code }
  const retryInSeconds = Math.max(
    waitSeconds(error, receives, random),
    error.retryAfterSeconds ?? 0,
  )
  return { kind: 'retry', retryInSeconds, stopBatch: fate === 'stop' }
}
