import { type ApiError, rateLimited } from './api-error.ts'

/** 10,000 requests a minute, which Intercom spreads evenly over windows of 10 s. */
const defaultLimit = 1_667
const windowMs = 10_000

export type Quota = {
  readonly headers: Readonly<Record<string, string>>
  /** Set if the window is used up. */
  readonly error: ApiError | undefined
}

/**
 * Counts requests in windows that begin at every tenth second of unix time.
 * https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting
 */
export const createRateWindow = (now: () => number) => {
  let limit = defaultLimit
  let startMs = 0
  let used = 0

  const headers = (remaining: number): Quota['headers'] => ({
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String((startMs + windowMs) / 1000),
  })

  return {
    limit: (): number => limit,
    setLimit: (requests: number): void => {
      limit = requests
    },
    /** Counts one request. */
    take: (): Quota => {
      const currentMs = Math.floor(now() / windowMs) * windowMs
      if (currentMs !== startMs) {
        startMs = currentMs
        used = 0
      }
      used += 1
      return {
        headers: headers(Math.max(limit - used, 0)),
        error: used > limit ? rateLimited(limit) : undefined,
      }
    },
    /** The headers of a window that is used up. */
    exhausted: (): Quota['headers'] => headers(0),
    reset: (): void => {
      limit = defaultLimit
      used = 0
    },
  }
}
