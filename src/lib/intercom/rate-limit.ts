import type { HttpResponse } from '../http.ts'

/** Intercom counts requests in windows of 10 s. */
export const windowMs = 10_000

/** The rate limit window that a request was counted in, as Intercom reports it. */
export type RateLimitWindow = {
  /** Requests per window, for all that share it. */
  readonly limit: number
  /** Requests that are left after this one. */
  readonly remaining: number
  /** When the next window starts, in unix milliseconds by Intercom's clock. */
  readonly resetMs: number
}

const minWaitMs = 200
/** A window lasts 10 s; a reset further away is wrong. */
const maxWaitMs = 15_000

const numericHeader = (headers: HttpResponse['headers'], name: string): number | undefined => {
  const value = headers[name]
  return typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : undefined
}

/**
 * Reads the window from the headers of a response. Responses to a bad token have none.
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

/** How long to wait for the next window: 0.2 s to 15 s, however far the two clocks are apart. */
export const msUntilReset = ({ resetMs }: RateLimitWindow, nowMs: number): number =>
  Math.min(Math.max(resetMs - nowMs, minWaitMs), maxWaitMs)
