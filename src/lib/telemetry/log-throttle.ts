import type { ErrorCode } from '../errors.ts'

/** Codes that anyone can cause without a secret. Always counted; logged at most once a minute. */
const throttledCodes: ReadonlySet<ErrorCode> = new Set([
  'body_too_large',
  'challenge_failed',
  'method_not_allowed',
  'origin_refused',
  'signature_expired',
  'signature_invalid',
  'signature_missing',
])

const throttleMs = 60_000

/**
 * Creates a function that decides whether to log a refusal. Codes that anyone can cause are logged
 * once a minute per source and code: a wrong secret shows, and forged requests do not fill the log.
 * Without a source (an unknown address) nothing is logged.
 *
 * @param now unix milliseconds
 */
export const createLogThrottle = (
  now: () => number,
): ((source: string | undefined, code: ErrorCode) => boolean) => {
  const loggedAtMs = new Map<string, number>()
  return (source, code) => {
    // Addresses can be made up without end; the config has few sources.
    if (source === undefined) return false
    if (!throttledCodes.has(code)) return true
    const key = `${source} ${code}`
    if (now() - (loggedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < throttleMs) return false
    loggedAtMs.set(key, now())
    return true
  }
}
