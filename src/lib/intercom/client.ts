import type { Clock } from '../clock.ts'
import type { Cached } from '../config/secrets.ts'
import type { SendHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import { callError, codeOf, isBadToken } from './errors.ts'
import type { Pace } from './pace.ts'
import { readWindow, waitMsOf, windowMs } from './rate-limit.ts'
import type { Answered, Call, SendCall } from './request.ts'

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
  readonly onAnswer?: (answer: {
    readonly call: string
    readonly status: number
    readonly durationMs: number
  }) => void
}

const triesPerCall = 3
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
export const createClient = (options: ClientOptions): SendCall => {
  const { send, token, version, pace, clock, random, remainingMs, onAnswer } = options
  const usableMs = () => remainingMs() - reserveMs

  const attempt = async <T>(call: Call<T>, bearer: string): Promise<Answered | Error> => {
    const turn = usableMs() > 0 ? await pace.turn(usableMs()) : undefined
    if (!turn || usableMs() <= 0) {
      turn?.end(undefined)
      throw callError('out_of_time')
    }
    const startedMs = clock.now()
    const answer = await send({
      method: call.method,
      path: call.path,
      ...(call.body !== undefined && { body: call.body }),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${bearer}`,
        'intercom-version': version,
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
      },
      signal: clock.timeout(Math.min(timeoutMs, usableMs())),
    }).catch((error: unknown) => (error instanceof Error ? error : new Error('no answer')))
    const failed = answer instanceof Error
    turn.end(failed ? undefined : readWindow(answer.headers))
    const status = failed ? 0 : answer.status
    onAnswer?.({ call: call.name, status, durationMs: clock.now() - startedMs })
    return failed ? answer : { ...answer, body: parseJson(answer.body) }
  }

  /** How long to wait before the next try of a call. */
  const delayMs = (answer: Answered | Error, tries: number): number => {
    if (answer instanceof Error || answer.status !== 429) return inPlaceDelayMs(tries, random())
    // Where none is announced, a whole one is waited out.
    const window = readWindow(answer.headers)
    return (window ? waitMsOf(window, clock.now()) : windowMs) + random() * 1_000
  }

  return async (call) => {
    let bearer = await token.get()
    let rereadToken = false
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt(call, bearer)
      const answered = answer instanceof Error ? undefined : answer
      const cause = answer instanceof Error ? answer : undefined
      const decided = answered && call.read(answered)
      if (decided !== undefined) return decided

      if (answered && isBadToken(answered)) {
        const fresh = rereadToken ? bearer : await token.reread()
        if (fresh === bearer) throw callError('intercom_unauthorized', answered)
        rereadToken = true
        bearer = fresh
        // A token that was rotated is no failed try of the call.
        tries -= 1
        continue
      }
      const code = answered ? codeOf(answered) : 'intercom_unavailable'
      if (code === 'intercom_forbidden' || code === 'intercom_rejected') {
        throw callError(code, answered)
      }
      if (code === 'intercom_unavailable' && !call.repeatable) {
        throw callError('create_unclear', answered, cause)
      }
      const waitMs = delayMs(answer, tries)
      if (tries >= triesPerCall || waitMs + timeoutMs > usableMs()) {
        throw callError(code, answered, cause)
      }
      await clock.sleep(waitMs)
    }
  }
}

/** Full jitter between two tries of one call, in milliseconds. */
export const inPlaceDelayMs = (tries: number, random: number): number =>
  Math.floor(random * Math.min(4_000, 250 * 2 ** tries))
