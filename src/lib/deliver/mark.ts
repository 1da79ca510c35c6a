import type { Contact } from '../intercom/contact.ts'
import { own } from '../json-access.ts'
import { markName, type Signup } from '../signup.ts'
import type { SignupAttributes } from './attributes.ts'
import type { Policy } from './policy.ts'

/** The newest event that was applied to a contact. */
export type Applied = {
  /** Unix seconds: -Infinity if there is none, NaN if the mark is no number or cannot be written. */
  readonly at: number
  /** That event deleted the person: the contact is archived, or about to be. */
  readonly isDeletion: boolean
}

/** Reads the mark on a contact: that of the source, or of the part, unless the person was deleted. */
export const appliedTo = (
  contact: Contact,
  { mark, personMark }: Pick<SignupAttributes, 'mark' | 'personMark'>,
): Applied => {
  if (personMark) {
    const person = appliedTo(contact, { mark: personMark })
    return person.isDeletion ? person : appliedTo(contact, mark ? { mark } : {})
  }
  if (!mark || mark.problem !== undefined) return { at: Number.NaN, isDeletion: false }
  const value = own(contact.custom_attributes, mark.sentAs)
  if (value === undefined || value === null) {
    return { at: Number.NEGATIVE_INFINITY, isDeletion: false }
  }
  return { at: Math.abs(Number(value)), isDeletion: Number(value) < 0 }
}

/**
 * An event among those that were applied to a contact: `level` is a signup of the newest one's second,
 * maybe the same again; `unknown` if there is no mark to compare.
 */
export type Standing = 'newest' | 'level' | 'late' | 'unknown'

/** Where an event stands once its contact is written. */
export const standingOf = (
  { event }: Pick<Signup, 'event'>,
  { mark, claim }: Pick<Policy, 'mark' | 'claim'>,
  { at }: Applied,
  wasUnchanged: boolean,
): Standing => {
  if (mark === undefined || !(at >= mark)) return 'unknown'
  if (at > mark) return 'late'
  // Within the same second a change counts after a signup.
  return claim !== undefined && event === undefined && wasUnchanged ? 'level' : 'newest'
}

/**
 * Whether an event is newer than the newest that was applied. Within the same second a change counts
 * after a signup or another change, and a deletion after both.
 */
export const isNewer = (
  { event }: Pick<Signup, 'event'>,
  { mark = Number.NaN }: Pick<Policy, 'mark'>,
  { at, isDeletion }: Applied,
): boolean => (event === 'deleted' || (event === 'updated' && !isDeletion) ? mark >= at : mark > at)

/** When a signup happened, as far as is known: never after its receipt. */
export const timeOf = (
  { occurred_at }: Pick<Signup, 'occurred_at'>,
  { received_at }: Pick<Policy, 'received_at'>,
): number => Math.min(occurred_at ?? received_at, received_at)

/** The time at which the person was deleted, by the common mark; NaN if not. */
const deletedAt = (contact: Contact): number => {
  const mark = Number(own(contact.custom_attributes, markName) ?? Number.NaN)
  return mark < 0 ? -mark : Number.NaN
}

/** Whether a person was deleted after a signup of a source that has no marks. */
export const isBeforeDeletion = (signup: Signup, policy: Policy, contact: Contact): boolean =>
  timeOf(signup, policy) <= deletedAt(contact)

/** Whether such a signup came after the deletion. */
export const isAfterDeletion = (signup: Signup, policy: Policy, contact: Contact): boolean =>
  timeOf(signup, policy) > deletedAt(contact)
