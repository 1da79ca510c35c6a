import { signatureExpired, signatureInvalid } from './errors.ts'

/** Into the past and the future; the Standard Webhooks libraries, Stripe and Svix use the same. */
export const defaultToleranceSeconds = 300

/** How a sender writes the time of its signature, and how far that may be from now. */
export type TimestampAge = {
  readonly unit: 's' | 'ms'
  readonly toleranceSeconds: number
}

/** Digits only: '', ' 12 ' and '1e9' are not timestamps. */
const shapes = { s: /^\d{1,10}$/, ms: /^\d{1,13}$/ }
const toSeconds = (timestamp: string, unit: 's' | 'ms'): number => {
  if (!shapes[unit].test(timestamp)) throw signatureInvalid()
  return unit === 's' ? Number(timestamp) : Number(timestamp) / 1000
}

/**
 * Checks that a signature was made recently, by the timestamp that it signs.
 *
 * @param nowSeconds unix seconds
 * @throws BridgeError `signature_expired` if it is too old or too far ahead; `signature_invalid` if
 *   it is not a timestamp
 */
export const assertRecent = (
  timestamp: string,
  { unit, toleranceSeconds }: TimestampAge,
  nowSeconds: number,
): void => {
  if (Math.abs(nowSeconds - toSeconds(timestamp, unit)) > toleranceSeconds) {
    throw signatureExpired(toleranceSeconds)
  }
}
