/** Full jitter before the next attempt of a request, in milliseconds; `attempt` counts from 1. */
export const retryDelayMs = (attempt: number, random: number): number =>
  Math.floor(random * Math.min(4_000, 250 * 2 ** attempt))
