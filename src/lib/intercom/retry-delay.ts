import { isRateLimited } from './errors.ts'
import { msUntilReset, readRateLimitWindow, windowMs } from './rate-limit.ts'
import type { IntercomResponse } from './request-types.ts'

/** Full jitter before the next attempt of a request, in milliseconds; `attempt` counts from 1. */
export const jitterMs = (attempt: number, random: number): number =>
  Math.floor(random * Math.min(4_000, 250 * 2 ** attempt))

/**
 * How long a request waits before its next attempt, in milliseconds: after a 429, or Intercom's code
 * of one, until the rate limit window resets, otherwise the jitter.
 *
 * @param response of the failed attempt; `undefined` if there was none
 */
export const retryDelayMs = (
  response: IntercomResponse | undefined,
  {
    attempt,
    nowMs,
    random,
  }: { readonly attempt: number; readonly nowMs: number; readonly random: () => number },
): number => {
  if (!response || !isRateLimited(response)) return jitterMs(attempt, random())
  // Without rate limit headers, wait for a whole window.
  const window = readRateLimitWindow(response.headers)
  return (window ? msUntilReset(window, nowMs) : windowMs) + random() * 1_000
}
