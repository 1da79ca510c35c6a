import type { Delivery } from '../delivery.ts'
import type { BridgeError, ErrorCode, Issue } from '../errors.ts'
import type { FormSettings } from '../sources/source.ts'
import { isFormPost } from '../transform/body.ts'

/** The response to the sender. It never contains a value of the request. */
export type WebhookResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The HTTP status of each code that a request can cause; any other is a bug in the bridge, 500. */
const statuses: { readonly [code in ErrorCode]?: number } = {
  body_too_large: 413,
  challenge_failed: 403,
  contact_archived: 422,
  contact_deleted: 422,
  contact_not_owned: 422,
  identity_conflict: 422,
  intercom_rejected: 422,
  invalid_body: 400,
  invalid_signup: 422,
  mapping_failed: 422,
  method_not_allowed: 405,
  misconfigured: 500,
  no_identity: 422,
  origin_refused: 403,
  signature_expired: 401,
  signature_invalid: 401,
  signature_missing: 401,
  unknown_source: 404,
  unsupported_media_type: 415,
  // Temporary: the sender may retry.
  conflict_unresolved: 503,
  create_unclear: 503,
  extras_unavailable: 503,
  intercom_forbidden: 503,
  intercom_rate_limited: 503,
  intercom_refuses_all: 503,
  intercom_unauthorized: 503,
  intercom_unavailable: 503,
  out_of_time: 503,
  restore_failed: 503,
  temporarily_unavailable: 503,
}

/** The code in the response: less specific than the one in the log. */
const publicCode = (error: BridgeError): ErrorCode => {
  const status = statuses[error.code]
  if (error.code === 'no_identity' || error.code === 'mapping_failed') return 'invalid_signup'
  if (status === 503) return 'temporarily_unavailable'
  return status === undefined ? 'unexpected' : error.code
}

const publicMessages: { readonly [code in ErrorCode]?: string } = {
  temporarily_unavailable: 'the signup could not be accepted now: send it again later',
  unexpected: 'unexpected error in the bridge: see its log',
}

const defaultRetryAfterSeconds = 30

export const jsonResponse = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): WebhookResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
})

/** The JSON response to a signup that was stored or delivered; it names what was left out of it. */
export const acceptedResponse = (
  body: Readonly<Record<string, unknown>>,
  leftOut: readonly Issue[],
): WebhookResponse =>
  jsonResponse(200, { ...body, ...(leftOut.length > 0 && { left_out: leftOut }) })

/** The JSON response to an error: code, message and, with 422, the issues and Intercom's code. */
export const errorResponse = (error: BridgeError, allow = 'POST'): WebhookResponse => {
  const status = statuses[error.code] ?? 500
  const code = publicCode(error)
  const { issues, intercomCode } = error
  const message = publicMessages[code] ?? error.message
  return jsonResponse(
    status,
    {
      error: {
        code,
        message,
        ...(status === 422 && issues.length > 0 && { issues }),
        ...(status === 422 && intercomCode && { intercom_code: intercomCode }),
      },
    },
    {
      ...(status === 405 && { allow }),
      ...(status === 503 && {
        'retry-after': String(error.retryAfterSeconds ?? defaultRetryAfterSeconds),
      }),
    },
  )
}

/** The statuses that redirect a browser to the failure page. */
const failurePageStatuses = new Set([400, 403, 413, 415, 422, 503])

/** A script that posts JSON wants JSON, too: `fetch` follows a redirect, which another site refuses. */
const wantsJson = (delivery: Delivery): boolean => {
  const accept = delivery.headers.accept ?? ''
  if (/\btext\/html\b/i.test(accept)) return false
  return /\bapplication\/json\b/i.test(accept) || !isFormPost(delivery)
}

const htmlResponse = (status: number, text: string): WebhookResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text}</title><p>${text}</p></html>`,
})

/**
 * Turns a JSON response into a form's response: 303 to the configured page, or a plain page on
 * success if there is none. It stays JSON if `Accept` asks for it, if a script posted it, or if an
 * error has no page.
 */
export const formResponse = (
  delivery: Delivery,
  form: FormSettings,
  response: WebhookResponse,
): WebhookResponse => {
  if (wantsJson(delivery)) return response
  const succeeded = response.status < 300
  const { success, failure } = form.redirect
  if (succeeded && success === undefined) return htmlResponse(200, 'Thank you.')
  const location = succeeded ? success : failure
  if (location === undefined || !(succeeded || failurePageStatuses.has(response.status)))
    return response
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' }
}
