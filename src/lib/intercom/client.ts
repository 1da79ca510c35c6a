import type { Clock } from '../clock.ts'
import type { Cached } from '../config/secret-cache.ts'
import { delayed } from '../errors.ts'
import type { SendHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import { errorCodeOf, intercomError, isBadToken, temporaryCodeOf } from './errors.ts'
import { misconfiguredError } from './misconfigured.ts'
import type { Pace } from './pace.ts'
import { readRateLimitWindow } from './rate-limit.ts'
import type { IntercomRequest, IntercomResponse, SendRequest } from './request-types.ts'
import { retryDelayMs } from './retry-delay.ts'

export type ClientOptions = {
  readonly send: SendHttp
  readonly token: Cached<string>
  readonly version: string
  readonly pace: Pace
  readonly clock: Clock
  readonly random: () => number
  /** After this many seconds search shows what an unclear request may have created. */
  readonly searchLagSeconds: number
  /** Milliseconds left of this invocation. */
  readonly remainingMs: () => number
  /** Called after every response: the request's name, the status (0: none) and the duration. */
  readonly onResponse?: (response: {
    readonly name: string
    readonly status: number
    readonly durationMs: number
  }) => void
}

const maxAttempts = 3
const timeoutMs = 8_000
/** Reserved for SQS after the last request: parking or returning a record, twice 2 s. */
const reserveMs = 5_000

/**
 * Creates the function that sends the requests of one invocation to Intercom: within the rate
 * limit, with the bearer token and the pinned API version. A request has up to three attempts of
 * 8 s with full jitter in between, all within the invocation's time. After a 429 it waits for the
 * next window. After a 401 it reads the token again and, if it has changed, uses the new one.
 *
 * @throws BridgeError (from each request) `intercom_*`, `misconfigured`, `create_unclear` if a request
 *   that must not be repeated may have succeeded, or `out_of_time`
 */
export const createClient = (options: ClientOptions): SendRequest => {
  const { send, token, version, pace, clock, random, remainingMs, onResponse } = options
  const { searchLagSeconds } = options
  const usableMs = () => remainingMs() - reserveMs

  /** Sends a request once; an error of the network is returned. */
  const sendOnce = async <T>(
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
    }).catch((error: unknown) => (error instanceof Error ? error : new Error('no response')))
    const failed = response instanceof Error
    turn.end(failed ? undefined : readRateLimitWindow(response.headers))
    const status = failed ? 0 : response.status
    onResponse?.({ name: request.name, status, durationMs: clock.now() - startedMs })
    return failed ? response : { ...response, body: parseJson(response.body) }
  }

  return async (request) => {
    let bearer = await token.get()
    let tokenReread = false
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await sendOnce(request, bearer)
      const failed = outcome instanceof Error
      const response = failed ? undefined : outcome
      const cause = failed ? outcome : undefined
      const misconfigured = response && misconfiguredError(request, response, searchLagSeconds)
      if (misconfigured) throw misconfigured
      const isTemporary = temporaryCodeOf(response?.body) !== undefined
      const result = response && !isTemporary ? request.read(response) : undefined
      if (result !== undefined) return result

      if (response && isBadToken(response)) {
        const newToken = tokenReread ? bearer : await token.reread()
        if (newToken === bearer) throw intercomError('intercom_unauthorized', response)
        tokenReread = true
        bearer = newToken
        // A rotated token does not cost the request an attempt.
        attempt -= 1
        continue
      }
      const code = response ? errorCodeOf(response) : 'intercom_unavailable'
      if (code === 'intercom_forbidden' || code === 'intercom_rejected') {
        throw intercomError(code, response)
      }
      if (code === 'intercom_unavailable' && !request.repeatable) {
        throw delayed(intercomError('create_unclear', response, cause), searchLagSeconds)
      }
      const waitMs = retryDelayMs(response, { attempt, nowMs: clock.now(), random })
      if (attempt >= maxAttempts || waitMs + timeoutMs > usableMs()) {
        throw intercomError(code, response, cause)
      }
      await clock.sleep(waitMs)
    }
  }
}
