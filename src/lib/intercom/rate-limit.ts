import type { HttpResponse } from '../http.ts'

/** Intercom counts calls in windows of 10 s. */
export const windowMs = 10_000

/** What Intercom says of the window that a call was counted in. */
export type RateLimitWindow = {
  /** Calls a window, of all that share it. */
  readonly limit: number
  /** Calls that are left, after this one. */
  readonly remaining: number
  /** When the next window begins, unix milliseconds on Intercom's clock. */
  readonly resetMs: number
}

const minWaitMs = 200
/** Windows last 10 s; a reset that is further away is not believed. */
const maxWaitMs = 15_000

const numericHeader = (headers: HttpResponse['headers'], name: string): number | undefined => {
  const value = headers[name]
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : undefined
}

/**
 * Reads the window of an answer's headers; answers to a bad token bear none.
 * https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting
 */
export const readRateLimitWindow = (
  headers: HttpResponse['headers'],
): RateLimitWindow | undefined => {
  const limit = numericHeader(headers, 'x-ratelimit-limit')
  const remaining = numericHeader(headers, 'x-ratelimit-remaining')
  const reset = numericHeader(headers, 'x-ratelimit-reset')
  if (!limit || remaining === undefined || reset === undefined) return undefined
  return { limit, remaining: Math.min(remaining, limit), resetMs: reset * 1000 }
}

/** How long to wait for the next window, whatever the two clocks say: 0.2 s to 15 s. */
export const msUntilReset = ({ resetMs }: RateLimitWindow, nowMs: number): number =>
  Math.min(Math.max(resetMs - nowMs, minWaitMs), maxWaitMs)
