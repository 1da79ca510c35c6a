import type { Delivery } from '../delivery.ts'
import { isPresentText } from './text.ts'

/** How a source tells the signups among its sender's events. */
export type EventTypes = {
  /** The type of an event as the sender names it; `undefined` if it has none. */
  readonly of: (event: unknown, delivery: Delivery) => unknown
  /** The types that are signups. Every other one is ignored. */
  readonly signups: readonly string[]
}

/** `other`: not a signup; `unreadable`: it may be a signup, so it must not be ignored. */
export type EventKind = 'signup' | 'other' | 'unreadable'

/** A version, such as `v1`, `2026` or `v1beta1`; also what is before a separator: nothing. */
const version = /^(?:v?\d+)?(?:(?:alpha|beta|preview)\d*)?$/

/** The words of a type without its versions: `v1.customer.created` is `customer created`. */
const wordsOf = (type: string): string =>
  type
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => !version.test(word))
    .join(' ')

/**
 * Classifies an event by its type. An event without a type, or of a signup's type in another version
 * or spelling, is `unreadable`: it is parked with its reason, never ignored.
 */
export const classifyEvent = (
  { of, signups }: EventTypes,
  event: unknown,
  delivery: Delivery,
): EventKind => {
  const type = of(event, delivery)
  if (!isPresentText(type)) return 'unreadable'
  if (signups.includes(type)) return 'signup'
  const words = wordsOf(type)
  return signups.some((signup) => wordsOf(signup) === words) ? 'unreadable' : 'other'
}
