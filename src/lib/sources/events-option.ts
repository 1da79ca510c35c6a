import * as z from 'zod/mini'
import { BridgeError } from '../errors.ts'
import { own } from '../json-access.ts'
import { type MappingOptions, maxMetadataKeys } from '../transform/mapping-options.ts'
import type { PayloadReader } from '../transform/payload-types.ts'

/** https://www.intercom.com/help/en/articles/175-set-up-event-tracking-in-intercom */
const keyPattern = /^[^.$~`!@#%^&*'{}|\\"\p{Cc}]+$/u
const dateKey = /_date$/i

const text = () => z.string().check(z.minLength(1))
const target = () =>
  z.union(
    [
      text(),
      z.strictObject({ date: text() }),
      z.strictObject({ url: text(), value: text() }),
      z.strictObject({
        amount: text(),
        currency: text(),
        unit: z.optional(z.enum(['cents', 'major'])),
      }),
    ],
    { error: 'expected a place, or { date }, { url, value } or { amount, currency } with places' },
  )

type Metadata = Readonly<Record<string, unknown>>

const hasDistinctKeys = (metadata: Metadata): boolean => {
  const keys = Object.keys(metadata).map((key) => key.toLowerCase())
  return new Set(keys).size === keys.length
}

/** Intercom shows a number as a date only under such a key, and everything under it as a date. */
const hasDateKeys = (metadata: Metadata): boolean =>
  Object.entries(metadata).every(
    ([key, place]) => dateKey.test(key) === (own(place, 'date') !== undefined),
  )

const metadataSchema = () =>
  z.record(z.string(), target()).check(
    z.refine(
      (metadata) => Object.keys(metadata).every((key) => keyPattern.test(key)),
      'a key has no . $ ~ ` ! @ # % ^ & * \' { } | \\ or "',
    ),
    z.refine(
      (metadata) => Object.keys(metadata).length <= maxMetadataKeys,
      `Intercom keeps ${maxMetadataKeys} keys`,
    ),
    z.refine(hasDistinctKeys, 'Intercom does not tell keys apart by case'),
    z.refine(hasDateKeys, 'the key of a { date } ends with _date, and no other key does'),
  )

/** The schema of the option `events`. */
export const eventsSchema = () =>
  z.record(text(), z.strictObject({ name: text(), metadata: z.optional(metadataSchema()) }))

/**
 * Checks the types that `events` names against those of the preset.
 *
 * @throws BridgeError `invalid_config`
 */
export const assertEvents = (
  docs: string,
  { types, typeOf = types?.of }: Pick<PayloadReader<never>['payload'], 'types' | 'typeOf'>,
  { events = {} }: Pick<MappingOptions, 'events'>,
): void => {
  for (const type of Object.keys(events)) {
    const problem = types?.deleted?.includes(type)
      ? 'of who is deleted no event is posted'
      : type !== '*' && !typeOf && "this sender's events have no type: use '*'"
    if (problem) {
      throw new BridgeError(
        'invalid_config',
        `the source documented at ${docs}: events.${type}: ${problem}`,
      )
    }
  }
}
