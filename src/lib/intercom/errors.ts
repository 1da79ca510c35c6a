import * as z from 'zod/mini'
import { BridgeError, type ErrorCode } from '../errors.ts'
import { isPlainPath } from '../field-names.ts'
import { own } from '../json-access.ts'
import { type ErrorList, errorListSchema } from './contact.ts'
import type { IntercomResponse } from './request-types.ts'

const messages: { readonly [code in ErrorCode]?: string } = {
  create_unclear:
    'it is unclear whether Intercom created the lead: nothing to do, the retry searches first',
  intercom_forbidden:
    "Intercom refuses this token or plan: check the app's permissions to read and write contacts",
  intercom_rate_limited: "Intercom's rate limit is used up: nothing to do, the signup is retried",
  intercom_refuses_all:
    'Intercom refused five persons in a row the same way: look up the code, fix the cause; the signups wait',
  intercom_rejected:
    'Intercom rejects the request permanently: look up the code, fix the cause, then replay',
  intercom_unauthorized:
    'Intercom refuses the token: put a valid one into Secrets Manager; the signups wait',
  intercom_unavailable: 'Intercom sent no usable response: nothing to do, the signup is retried',
  out_of_time: "the invocation's time is up: nothing to do, the signup is retried in the next one",
}

/** Intercom's error list; `undefined` if the body is none. */
export const parseErrorList = (body: unknown): ErrorList | undefined => {
  // Asked of every response: a failed parse takes as long as the rest of a request.
  if (own(body, 'errors') === undefined) return undefined
  const parsed = z.safeParse(errorListSchema(), body)
  return parsed.success ? parsed.data : undefined
}

/** Intercom's own error code; `undefined` if it is not one word: it might quote the request. */
export const intercomCodeOf = (body: unknown): string | undefined => {
  const code = parseErrorList(body)?.errors[0]?.code ?? ''
  return /^[a-z_]{1,64}$/.test(code) ? code : undefined
}

/**
 * The first field that Intercom's errors name; `undefined` if none reads like a name: it might quote
 * the request. https://developers.intercom.com/docs/references/rest-api/errors/error-objects
 */
export const intercomFieldOf = (body: unknown): string | undefined =>
  parseErrorList(body)
    ?.errors.map(({ field }) => field ?? '')
    .find(isPlainPath)

/** Whether an entry of Intercom's error list has one of these codes. */
export const hasIntercomCode = (body: unknown, codes: ReadonlySet<string>): boolean =>
  parseErrorList(body)?.errors.some(({ code }) => codes.has(code ?? '')) ?? false

const missingPartCodes: ReadonlySet<string> = new Set([
  'admin_not_found',
  'company_not_found',
  'team_not_found',
])

/** Whether a 404 is about something that the request names: the address itself is right. */
export const namesMissingPart = (body: unknown): boolean => hasIntercomCode(body, missingPartCodes)

const unavailableCodes: ReadonlySet<string> = new Set([
  'request_timeout',
  'server_error',
  'service_error',
  'service_unavailable',
])
const rateLimitCodes: ReadonlySet<string> = new Set(['rate_limit_exceeded', 'too_many_requests'])

/**
 * The temporary error that Intercom's own code names, whatever the status; `undefined` if it names
 * none. https://developers.intercom.com/docs/references/rest-api/errors/error-codes
 */
export const temporaryCodeOf = (
  body: unknown,
): 'intercom_rate_limited' | 'intercom_unavailable' | undefined => {
  // A create that may have failed inside Intercom is unclear, so this comes first.
  if (hasIntercomCode(body, unavailableCodes)) return 'intercom_unavailable'
  return hasIntercomCode(body, rateLimitCodes) ? 'intercom_rate_limited' : undefined
}

/** Whether a request failed at the rate limit, by its status or by Intercom's code. */
export const isRateLimited = ({
  status,
  body,
}: Pick<IntercomResponse, 'status' | 'body'>): boolean =>
  status === 429 || hasIntercomCode(body, rateLimitCodes)

/** The text of Intercom's error messages. It may quote the request: never log or return it. */
export const intercomTextOf = (body: unknown): string =>
  (parseErrorList(body)?.errors ?? []).map(({ message }) => message ?? '').join('\n')

export const isSuccess = ({ status }: Pick<IntercomResponse, 'status'>): boolean =>
  status >= 200 && status < 300

/**
 * An error about a request, with the status, code, field and request id of Intercom's response.
 *
 * @param message default: the code's own
 */
export const intercomError = (
  code: ErrorCode,
  response?: Pick<IntercomResponse, 'status' | 'body'>,
  cause?: unknown,
  message = messages[code] ?? code,
): BridgeError => {
  const intercomCode = intercomCodeOf(response?.body)
  const intercomField = intercomFieldOf(response?.body)
  const requestId = parseErrorList(response?.body)?.request_id ?? ''
  return new BridgeError(code, message, {
    ...(response && { intercomStatus: response.status }),
    ...(intercomCode !== undefined && { intercomCode }),
    ...(intercomField !== undefined && { intercomField }),
    ...(/^[\w-]{1,64}$/.test(requestId) && { requestId }),
    cause,
  })
}

/**
 * Whether a 401 may succeed with another token. Not `token_unauthorized`: that token is valid and
 * lacks a permission. Not with a code of a temporary error. https://developers.intercom.com/docs/references/rest-api/errors/error-codes
 */
export const isBadToken = ({ status, body }: IntercomResponse): boolean =>
  status === 401 &&
  intercomCodeOf(body) !== 'token_unauthorized' &&
  temporaryCodeOf(body) === undefined

const retryableStatuses = new Set([408, 429])

/**
 * The code of a response that has no result: a temporary error or a permanent rejection. Intercom's
 * own code comes before the status.
 */
export const errorCodeOf = ({ status, body }: IntercomResponse): ErrorCode => {
  const temporaryCode = temporaryCodeOf(body)
  if (temporaryCode !== undefined) return temporaryCode
  if (status === 429) return 'intercom_rate_limited'
  // Not JSON: an error page of a gateway, not Intercom's response.
  if (body === undefined || status < 400 || status >= 500 || retryableStatuses.has(status)) {
    return 'intercom_unavailable'
  }
  return status === 401 || status === 402 || status === 403
    ? 'intercom_forbidden'
    : 'intercom_rejected'
}
