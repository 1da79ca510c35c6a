import { shownKey } from '../field-names.ts'
import { isRecord } from '../json-access.ts'
import type { DataEvent, DataEventInput, MetadataValue } from '../signup.ts'
import { maxMetadataKeys } from './mapping-options.ts'
import type { ValueReader } from './normalise-values.ts'
import { clean, isPresentText } from './text.ts'
import { toUnixSeconds } from './time.ts'

const isLink = (url: unknown): url is string => {
  const protocol = typeof url === 'string' ? URL.parse(url.trim())?.protocol : undefined
  return protocol === 'https:' || protocol === 'http:'
}

/** A positive whole number of cents; `undefined` if the amount is none. */
const toCents = (amount: unknown, unit: unknown): number | undefined => {
  const isNumber =
    typeof amount === 'number' ||
    (typeof amount === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(amount))
  const exact = isNumber ? Number(amount) * (unit === 'major' ? 100 : 1) : Number.NaN
  const cents = Math.round(exact)
  // 49.99 * 100 is not exactly 4999.
  const isWhole = Math.abs(cents - exact) < 1e-6
  return isWhole && cents > 0 && Number.isSafeInteger(cents) ? cents : undefined
}

type Read = MetadataValue | undefined

const readValue = (reader: ValueReader, path: string, received: unknown): Read => {
  const invalid = (): undefined => reader.leaveOut(path, 'metadata_invalid')
  const parts = isRecord(received) ? received : { value: received }
  const { date, url, value, amount, currency, unit } = parts
  // Unlike when something happened, it may lie in the future.
  if ('date' in parts) return toUnixSeconds(date) ?? reader.leaveOut(path, 'time_invalid')
  if ('url' in parts) {
    if (!isLink(url)) return invalid()
    const title = reader.name(path, value)
    return title === undefined ? url.trim() : { url: url.trim(), value: title }
  }
  if (!('amount' in parts || 'currency' in parts)) {
    const scalar = reader.attribute(() => path, value)
    // Intercom lists no type for it.
    return typeof scalar === 'boolean' ? String(scalar) : scalar
  }
  const cents = toCents(amount, unit)
  const code = isPresentText(currency) ? clean(currency).toLowerCase() : ''
  return cents !== undefined && /^[a-z]{3}$/.test(code)
    ? { amount: cents, currency: code }
    : invalid()
}

/**
 * Reads the data event of a signup, as Intercom types it: what is absent, or of another type, is left
 * out under `metadata.KEY`.
 *
 * @param created_at when it happened, unix seconds
 */
export const readDataEvent = (
  reader: ValueReader,
  { event_name, metadata = {} }: DataEventInput,
  created_at: number,
): DataEvent | undefined => {
  const name = reader.name('event_name', event_name)
  if (name === undefined) return undefined
  const values = Object.entries(metadata)
    .map(([key, value]) => [key, readValue(reader, `metadata.${shownKey(key)}`, value)] as const)
    .filter((entry): entry is readonly [string, MetadataValue] => entry[1] !== undefined)
    .slice(0, maxMetadataKeys)
  return {
    event_name: name,
    created_at,
    ...(values.length > 0 && { metadata: Object.fromEntries(values) }),
  }
}
