/**
 * Every code that a response, a log line, a metric or a dead letter may have. A closed list in
 * alphabetical order; docs/codes.md describes each code.
 */
export const errorCodes = [
  'attributes_refused',
  'body_too_large',
  'challenge_failed',
  'conflict_unresolved',
  'contact_archived',
  'contact_deleted',
  'contact_not_owned',
  'create_unclear',
  'extras_failed',
  'extras_unavailable',
  'fields_refused',
  'identity_conflict',
  'intercom_forbidden',
  'intercom_rate_limited',
  'intercom_refuses_all',
  'intercom_rejected',
  'intercom_unauthorized',
  'intercom_unavailable',
  'invalid_body',
  'invalid_config',
  'invalid_message',
  'invalid_signup',
  'mapping_failed',
  'method_not_allowed',
  'misconfigured',
  'no_identity',
  'origin_refused',
  'out_of_time',
  'restore_failed',
  'signature_expired',
  'signature_invalid',
  'signature_missing',
  'temporarily_unavailable',
  'unexpected',
  'unknown_source',
  'unsupported_media_type',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** The codes a verified payload may be refused with. */
export const refusalCodes = [
  'invalid_body',
  'invalid_signup',
  'mapping_failed',
  'no_identity',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[]
export type RefusalCode = (typeof refusalCodes)[number]

/** One problem in a signup: its path and the reason, never the value. */
export type Issue = { readonly path: string; readonly reason: string }

/** The issues without those that are equal to an earlier one. */
export const distinctIssues = (issues: readonly Issue[]): Issue[] => [
  ...new Map(
    issues.map(({ path, reason }) => [JSON.stringify([path, reason]), { path, reason }]),
  ).values(),
]

export type ErrorDetails = {
  readonly cause?: unknown
  readonly issues?: readonly Issue[]
  /** Intercom's `errors[0].code`: from its closed list, never its message. */
  readonly intercomCode?: string
  /** The field that Intercom's error is about, if it says so and reads like a name. */
  readonly intercomField?: string
  readonly intercomStatus?: number
  /** Intercom's request id, which its support asks for. */
  readonly requestId?: string
  /** The least delay before a retry, in seconds, whatever the code. */
  readonly retryAfterSeconds?: number
}

/**
 * The one error class. `message` says what failed and what to check, and contains no secret, body,
 * e-mail address, phone number or name. retry-or-park.ts alone decides what to do about a code (retry,
 * park, stop).
 */
export class BridgeError extends Error {
  readonly code: ErrorCode
  readonly issues: readonly Issue[]
  readonly intercomCode: string | undefined
  readonly intercomField: string | undefined
  readonly intercomStatus: number | undefined
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'BridgeError'
    this.code = code
    this.issues = details.issues ?? []
    this.intercomCode = details.intercomCode
    this.intercomField = details.intercomField
    this.intercomStatus = details.intercomStatus
    this.requestId = details.requestId
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}

/** Returns the error with another code and message; its cause and Intercom's details are kept. */
export const renamed = (
  error: BridgeError,
  code: ErrorCode,
  message: string,
  issues: readonly Issue[] = error.issues,
): BridgeError => new BridgeError(code, message, { ...detailsOf(error), issues })

/** Returns the error with at least this delay before a retry, in seconds. */
export const delayed = (error: BridgeError, retryAfterSeconds: number): BridgeError =>
  retryAfterSeconds > (error.retryAfterSeconds ?? 0)
    ? new BridgeError(error.code, error.message, { ...detailsOf(error), retryAfterSeconds })
    : error

const detailsOf = (error: BridgeError): ErrorDetails => {
  const { cause, issues, intercomCode, intercomField, intercomStatus } = error
  const { requestId, retryAfterSeconds } = error
  return {
    cause,
    issues,
    ...(intercomCode !== undefined && { intercomCode }),
    ...(intercomField !== undefined && { intercomField }),
    ...(intercomStatus !== undefined && { intercomStatus }),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}

/** Returns a BridgeError unchanged; anything else is a bug in the bridge, `unexpected`. */
export const toBridgeError = (thrown: unknown): BridgeError =>
  thrown instanceof BridgeError
    ? thrown
    : new BridgeError('unexpected', 'an unexpected error in the bridge: see the stack in the log', {
        cause: thrown,
      })
