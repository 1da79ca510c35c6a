import type { Delivery } from '../delivery.ts'
import { type EventKind, eventKinds } from '../signup.ts'
import { isPresentText } from './text.ts'

/** How a source tells what its sender's events are: the sender's own types of each kind. */
export type EventTypes = { readonly [kind in EventKind]?: readonly string[] } & {
  /** The type of an event as the sender names it; `undefined` if it has none. */
  readonly of: (event: unknown, delivery: Delivery) => unknown
  /** Set if the sender has no other types: one that is not listed is unreadable. */
  readonly isComplete?: true
}

/** `other`: not ours; `unreadable`: it may be ours, so it must not be ignored. */
export type EventClass = EventKind | 'other' | 'unreadable'

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

/** The types of the kinds that a source takes. */
export const typesTaken = (types: EventTypes, kinds: readonly EventKind[]): readonly string[] =>
  kinds.flatMap((kind) => types[kind] ?? [])

/**
 * Classifies an event by its type. An event without a type, or of a type that the source takes in
 * another version or spelling, is `unreadable`: it is parked with its reason, never ignored.
 *
 * @param kinds those that the source takes; an event of another kind is `other`
 */
export const classifyEvent = (
  types: EventTypes,
  event: unknown,
  delivery: Delivery,
  kinds: readonly EventKind[],
): EventClass => {
  const type = types.of(event, delivery)
  if (!isPresentText(type)) return 'unreadable'
  const kind = eventKinds.find((each) => types[each]?.includes(type))
  if (kind !== undefined) return kinds.includes(kind) ? kind : 'other'
  if (types.isComplete) return 'unreadable'
  const words = wordsOf(type)
  return typesTaken(types, kinds).some((taken) => wordsOf(taken) === words) ? 'unreadable' : 'other'
}
