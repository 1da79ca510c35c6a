import * as z from 'zod/mini'
import { BridgeError, type ErrorCode } from '../errors.ts'
import { type ErrorList, errorListSchema } from './contact.ts'
import type { IntercomResponse } from './request.ts'

const messages: { readonly [code in ErrorCode]?: string } = {
  create_unclear: 'it is unclear whether Intercom made the lead: the signup waits to look again',
  intercom_forbidden:
    "Intercom refuses this token or plan: check the app's permissions to read and write contacts",
  intercom_rate_limited: "Intercom's rate limit is used up: nothing to do, the signup waits",
  intercom_rejected: 'Intercom refuses the contact for good: look up the code, mend, then replay',
  intercom_unauthorized:
    'Intercom refuses the token: put a valid one into Secrets Manager; the signups wait',
  intercom_unavailable: 'Intercom gave no usable answer: nothing to do, the signup waits',
  out_of_time: "the invocation's time is up: nothing to do, the signup goes on in the next",
}

const parseErrorList = (body: unknown): ErrorList | undefined => {
  const parsed = z.safeParse(errorListSchema, body)
  return parsed.success ? parsed.data : undefined
}

/** Intercom's own code; a word of its closed list, since anything else might quote what was sent. */
export const intercomCodeOf = (body: unknown): string | undefined => {
  const code = parseErrorList(body)?.errors[0]?.code ?? ''
  return /^[a-z_]{1,64}$/.test(code) ? code : undefined
}

/** Intercom's text: to be read for what stands nowhere else, and never shown. */
export const intercomTextOf = (body: unknown): string =>
  (parseErrorList(body)?.errors ?? []).map(({ message }) => message ?? '').join('\n')

export const isSuccess = ({ status }: Pick<IntercomResponse, 'status'>): boolean =>
  status >= 200 && status < 300

/** An error about a call, with what Intercom calls it. */
export const intercomError = (
  code: ErrorCode,
  response?: Pick<IntercomResponse, 'status' | 'body'>,
  cause?: unknown,
): BridgeError => {
  const intercomCode = intercomCodeOf(response?.body)
  const requestId = parseErrorList(response?.body)?.request_id ?? ''
  return new BridgeError(code, messages[code] ?? code, {
    ...(response && { intercomStatus: response.status }),
    ...(intercomCode !== undefined && { intercomCode }),
    ...(/^[\w-]{1,64}$/.test(requestId) && { requestId }),
    cause,
  })
}

/**
 * 401s that another token may mend. `token_unauthorized` is not one: the token is good and lacks a
 * right. https://developers.intercom.com/docs/references/rest-api/errors/error-codes
 */
export const isBadToken = ({ status, body }: IntercomResponse): boolean =>
  status === 401 && intercomCodeOf(body) !== 'token_unauthorized'

const retryableStatuses = new Set([408, 429])

/** What an answer that decides nothing stands for: trouble that passes, or a refusal for good. */
export const errorCodeOf = ({ status, body }: IntercomResponse): ErrorCode => {
  if (status === 429) return 'intercom_rate_limited'
  // A page instead of JSON is a gateway's word, not Intercom's.
  if (body === undefined || status < 400 || status >= 500 || retryableStatuses.has(status)) {
    return 'intercom_unavailable'
  }
  return status === 401 || status === 402 || status === 403
    ? 'intercom_forbidden'
    : 'intercom_rejected'
}
