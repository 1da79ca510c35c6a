import type { Clock } from '../clock.ts'
import type { Cached } from '../config/secrets.ts'
import type { SendHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import { errorCodeOf, intercomError, isBadToken } from './errors.ts'
import type { Pace } from './pace.ts'
import { msUntilReset, readRateLimitWindow, windowMs } from './rate-limit.ts'
import type { IntercomRequest, IntercomResponse, SendRequest } from './request.ts'

export type ClientOptions = {
  readonly send: SendHttp
  readonly token: Cached<string>
  readonly version: string
  readonly pace: Pace
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds that this invocation still has. */
  readonly remainingMs: () => number
  /** Told of every answer, for the log: the call's name, its status (0: none) and its time. */
  readonly onResponse?: (response: {
    readonly name: string
    readonly status: number
    readonly durationMs: number
  }) => void
}

const maxAttempts = 3
const timeoutMs = 8_000
/** Kept for parking or handing back after the last call: two tries of 2 s each. */
const reserveMs = 5_000

/**
 * Makes the calls of one invocation: in the pace of Intercom's window, with bearer token and pinned
 * version, 8 s a try, three tries a call with full jitter, none of them past the invocation's end. A
 * 429 waits for the next window; a 401 reads the token's secret again and goes on where it changed.
 *
 * @throws BridgeError (of the call) `intercom_*`, `create_unclear` for what may not be repeated, or
 *   `out_of_time`
 */
export const createClient = (options: ClientOptions): SendRequest => {
  const { send, token, version, pace, clock, random, remainingMs, onResponse } = options
  const usableMs = () => remainingMs() - reserveMs

  const attempt = async <T>(
    request: IntercomRequest<T>,
    bearer: string,
  ): Promise<IntercomResponse | Error> => {
    const turn = usableMs() > 0 ? await pace.turn(usableMs()) : undefined
    if (!turn || usableMs() <= 0) {
      turn?.end(undefined)
      throw intercomError('out_of_time')
    }
    const startedMs = clock.now()
    const response = await send({
      method: request.method,
      path: request.path,
      ...(request.body !== undefined && { body: request.body }),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${bearer}`,
        'intercom-version': version,
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
      },
      signal: clock.timeout(Math.min(timeoutMs, usableMs())),
    }).catch((error: unknown) => (error instanceof Error ? error : new Error('no answer')))
    const failed = response instanceof Error
    turn.end(failed ? undefined : readRateLimitWindow(response.headers))
    const status = failed ? 0 : response.status
    onResponse?.({ name: request.name, status, durationMs: clock.now() - startedMs })
    return failed ? response : { ...response, body: parseJson(response.body) }
  }

  /** How long to wait before the next try of a call. */
  const delayMs = (response: IntercomResponse | Error, tries: number): number => {
    if (response instanceof Error || response.status !== 429) return retryDelayMs(tries, random())
    // Where none is announced, a whole one is waited out.
    const window = readRateLimitWindow(response.headers)
    return (window ? msUntilReset(window, clock.now()) : windowMs) + random() * 1_000
  }

  return async (request) => {
    let bearer = await token.get()
    let rereadToken = false
    for (let tries = 1; ; tries += 1) {
      const response = await attempt(request, bearer)
      const answered = response instanceof Error ? undefined : response
      const cause = response instanceof Error ? response : undefined
      const decided = answered && request.read(answered)
      if (decided !== undefined) return decided

      if (answered && isBadToken(answered)) {
        const fresh = rereadToken ? bearer : await token.reread()
        if (fresh === bearer) throw intercomError('intercom_unauthorized', answered)
        rereadToken = true
        bearer = fresh
        // A token that was rotated is no failed try of the call.
        tries -= 1
        continue
      }
      const code = answered ? errorCodeOf(answered) : 'intercom_unavailable'
      if (code === 'intercom_forbidden' || code === 'intercom_rejected') {
        throw intercomError(code, answered)
      }
      if (code === 'intercom_unavailable' && !request.repeatable) {
        throw intercomError('create_unclear', answered, cause)
      }
      const waitMs = delayMs(response, tries)
      if (tries >= maxAttempts || waitMs + timeoutMs > usableMs()) {
        throw intercomError(code, answered, cause)
      }
      await clock.sleep(waitMs)
    }
  }
}

/** Full jitter between two tries of one call, in milliseconds. */
export const retryDelayMs = (tries: number, random: number): number =>
  Math.floor(random * Math.min(4_000, 250 * 2 ** tries))
