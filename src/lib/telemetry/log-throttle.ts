import type { ErrorCode } from '../errors.ts'

/** Codes that strangers cause at will: counted each time, and logged once a minute for a source. */
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
 * Says whether a line that strangers can cause may be logged now: once a minute for a source and a
 * code, so that a wrong secret shows, and strangers do not fill the log.
 */
export const createLogThrottle = (
  now: () => number,
): ((source: string | undefined, code: ErrorCode) => boolean) => {
  const toldAtMs = new Map<string, number>()
  return (source, code) => {
    // Any number of addresses can be made up; sources are few.
    if (source === undefined) return false
    if (!throttledCodes.has(code)) return true
    const key = `${source} ${code}`
    if (now() - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < throttleMs) return false
    toldAtMs.set(key, now())
    return true
  }
}
