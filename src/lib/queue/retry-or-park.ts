import { rereadMs } from '../config/secret-cache.ts'
import type { BridgeError, ErrorCode } from '../errors.ts'

/** What happens to a record after an error; `stopBatch` if every other record would fail too. */
export type RetryDecision =
  | { readonly kind: 'park'; readonly reason: ErrorCode }
  | { readonly kind: 'retry'; readonly retryInSeconds: number; readonly stopBatch: boolean }

type Action = 'park' | 'retry' | 'stop'

/** What to do after an error. An error that passes, or that an operator fixes, is not parked. */
const actions: Readonly<Record<ErrorCode, Action>> = {
  attributes_refused: 'park',
  body_too_large: 'park',
  challenge_failed: 'park',
  conflict_unresolved: 'retry',
  contact_archived: 'park',
  contact_deleted: 'park',
  contact_not_owned: 'park',
  create_unclear: 'retry',
  extras_failed: 'park',
  extras_unavailable: 'retry',
  fields_refused: 'park',
  identity_conflict: 'park',
  intercom_forbidden: 'stop',
  intercom_rate_limited: 'stop',
  intercom_refuses_all: 'stop',
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
 * How long a record waits before its next try, in seconds:
 * random(½…1) × min(15 min, 30 s × 2^(receives−1)): 400 receives last about three days.
 *
 * @param random a number in [0, 1)
 */
export const backoffSeconds = (receives: number, random: number): number =>
  Math.ceil(
    (0.5 + random / 2) * Math.min(maxSeconds, baseSeconds * 2 ** Math.min(receives - 1, 10)),
  )

/** The secret is not read again sooner: a try before that would fail with the same token. */
const tokenRereadSeconds = rereadMs / 1_000 + 1

const waitSeconds = (error: BridgeError, receives: number, random: number): number => {
  // Nothing failed: the next invocation can continue immediately.
  if (error.code === 'out_of_time') return 0
  const backoff = backoffSeconds(receives, random)
  if (error.code === 'create_unclear') return error.retryAfterSeconds ?? backoff
  return error.code === 'intercom_unauthorized' ? Math.max(backoff, tokenRereadSeconds) : backoff
}

/**
 * From this receive on, at least 225 s after the first, these errors will not pass. Unarchiving a
 * permanently deleted contact fails with 500, as it does during an outage. Search shows by then a
 * contact that a conflict did not name.
 */
const lastReceive = 5
const lastReasons: { readonly [code in ErrorCode]?: ErrorCode } = {
  conflict_unresolved: 'conflict_unresolved',
  restore_failed: 'contact_deleted',
}

/**
 * SQS deletes a message after seven days. In a long backlog 400 receives may take longer than that,
 * so a record that still fails after five days is parked.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html
 */
const tooOldSeconds = 5 * 24 * 60 * 60

/**
 * Decides whether a record that failed is retried or parked. Nothing else decides that.
 *
 * @param receives how often the record was received
 * @param random a number in [0, 1)
 * @param ageSeconds how long the record has been in its queue
 */
export const decideRetry = (
  error: BridgeError,
  receives: number,
  random: number,
  ageSeconds = 0,
): RetryDecision => {
  const action = actions[error.code]
  const lastReason = lastReasons[error.code]
  if (lastReason && receives >= lastReceive) return { kind: 'park', reason: lastReason }
  const isTooOld = ageSeconds >= tooOldSeconds && error.code !== 'out_of_time'
  if (action === 'park' || isTooOld) return { kind: 'park', reason: error.code }
  const retryInSeconds = Math.max(
    waitSeconds(error, receives, random),
    error.retryAfterSeconds ?? 0,
  )
  return { kind: 'retry', retryInSeconds, stopBatch: action === 'stop' }
}
