import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { BridgeError, type ErrorCode } from '../errors.ts'
import { parseJson } from '../json.ts'
import { inPlaceDelayMs } from '../retry.ts'
import type { Cached } from '../secrets.ts'
import {
  type ContactAnswer,
  type ContactCall,
  isUnrepeatable,
  toAnswer,
  toRequest,
} from './call.ts'
import { type ErrorList, errorListSchema } from './contact.ts'
import type { HttpAnswer, SendHttp } from './http.ts'

export type CallContact = (call: ContactCall) => Promise<ContactAnswer>

export type ClientOptions = {
  readonly send: SendHttp
  readonly token: Cached<string>
  readonly version: string
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds that this invocation still has. */
  readonly remainingMs: () => number
  /** Told of every answer, for the log: method, path without ids or values, status, time. */
  readonly onAnswer?: (answer: {
    readonly call: ContactCall['type']
    readonly status: number
    readonly durationMs: number
  }) => void
}

const triesPerCall = 3
const timeoutMs = 8_000
/** Kept for parking or handing back after the last call: two tries of 2 s each. */
const reserveMs = 5_000
/** The longest wait for a window that Intercom announces: it counts in windows of 10 s. */
const maxWindowWaitMs = 15_000

/**
 * 401s that another token may mend. `token_unauthorized` is not one: the token is good and lacks a
 * right. https://developers.intercom.com/docs/references/rest-api/errors/error-codes
 */
const isBadToken = (status: number, code: string | undefined): boolean =>
  status === 401 && code !== 'token_unauthorized'

const temporary = new Set([408, 429])

const codeOf = (status: number): ErrorCode => {
  if (status === 401 || status === 402 || status === 403) return 'intercom_forbidden'
  if (status === 429) return 'intercom_rate_limited'
  return status >= 400 && status < 500 && !temporary.has(status)
    ? 'intercom_rejected'
    : 'intercom_unavailable'
}

const messages: { readonly [code in ErrorCode]?: string } = {
  intercom_forbidden:
    "Intercom refuses this token or plan: check the app's permissions to read and write contacts",
  intercom_rate_limited: "Intercom's rate limit is used up: nothing to do, the signup waits",
  intercom_rejected: 'Intercom refuses the contact for good: look up the code, mend, then replay',
  intercom_unauthorized:
    'Intercom refuses the token: put a valid one into Secrets Manager; the signups wait',
  intercom_unavailable: 'Intercom gave no usable answer: nothing to do, the signup waits',
  create_unclear: 'it is unclear whether Intercom made the lead: the signup waits to look again',
}

const toError = (code: ErrorCode, status: number, list: ErrorList | undefined, cause?: unknown) =>
  new BridgeError(code, messages[code] ?? code, {
    ...(status > 0 && { intercomStatus: status }),
    // Its codes are words; anything else might quote what it was sent.
    ...(/^[a-z_]{1,64}$/.test(list?.errors[0]?.code ?? '') && {
      intercomCode: list?.errors[0]?.code ?? '',
    }),
    ...(/^[\w-]{1,64}$/.test(list?.request_id ?? '') && { requestId: list?.request_id ?? '' }),
    cause,
  })

const headerNumber = (answer: HttpAnswer, name: string): number => {
  const value = answer.headers[name]
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN
}

/**
 * Makes the calls of one invocation: bearer token, pinned version, 8 s a try, three tries a call
 * with full jitter, none of them past the invocation's end. A 429 waits for the window that Intercom
 * announces; a 401 reads the token's secret again and goes on where it changed.
 *
 * @throws BridgeError (of the call) `intercom_*`, or `create_unclear` for a lead
 */
export const createClient = (options: ClientOptions): CallContact => {
  const { send, token, version, clock, random, remainingMs, onAnswer } = options

  const attempt = async (call: ContactCall, bearer: string): Promise<HttpAnswer | Error> => {
    const started = clock.now()
    const usableMs = Math.min(timeoutMs, remainingMs() - reserveMs)
    if (usableMs <= 0) throw toError('intercom_unavailable', 0, undefined)
    const request = toRequest(call)
    const answer = await send({
      ...request,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${bearer}`,
        'intercom-version': version,
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
      },
      signal: clock.timeout(usableMs),
    }).catch((error: unknown) => (error instanceof Error ? error : new Error('no answer')))
    const status = answer instanceof Error ? 0 : answer.status
    onAnswer?.({ call: call.type, status, durationMs: clock.now() - started })
    return answer
  }

  /** How long until Intercom's next window, by its own header; a 429 without one waits one out. */
  const windowMs = (answer: HttpAnswer): number => {
    const resetMs = headerNumber(answer, 'x-ratelimit-reset') * 1000 - clock.now()
    const waitMs = Number.isNaN(resetMs) ? 10_000 : resetMs
    return Math.min(Math.max(waitMs, 200), maxWindowWaitMs) + random() * 1_000
  }

  return async (call) => {
    let bearer = await token.get()
    let rereadToken = false
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt(call, bearer)
      const status = answer instanceof Error ? 0 : answer.status
      const body = answer instanceof Error ? undefined : parseJson(answer.body)
      const decided = toAnswer(call, status, body)
      if (decided) return decided

      const parsed = z.safeParse(errorListSchema, body)
      const list = parsed.success ? parsed.data : undefined
      const cause = answer instanceof Error ? answer : undefined
      if (isBadToken(status, list?.errors[0]?.code ?? undefined)) {
        const fresh = rereadToken ? bearer : await token.reread()
        if (fresh === bearer) throw toError('intercom_unauthorized', status, list)
        rereadToken = true
        bearer = fresh
        // A token that was rotated is no failed try of the call.
        tries -= 1
        continue
      }
      const code = codeOf(status)
      if (code !== 'intercom_unavailable' && code !== 'intercom_rate_limited') {
        throw toError(code, status, list)
      }
      if (code === 'intercom_unavailable' && isUnrepeatable(call)) {
        throw toError('create_unclear', status, list, cause)
      }
      const delayMs =
        answer instanceof Error || status !== 429
          ? inPlaceDelayMs(tries, random())
          : windowMs(answer)
      if (tries >= triesPerCall || delayMs + reserveMs + timeoutMs > remainingMs()) {
        throw toError(code, status, list, cause)
      }
      await clock.sleep(delayMs)
    }
  }
}
