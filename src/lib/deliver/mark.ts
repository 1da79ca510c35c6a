import type { Contact } from '../intercom/contact.ts'
import { own } from '../json-access.ts'
import type { Signup } from '../signup.ts'
import type { SignupAttributes } from './attributes.ts'
import type { Policy } from './policy.ts'

/** The newest event that was applied to a contact. */
export type Applied = {
  /** Unix seconds: -Infinity if there is none, NaN if the mark is no number or cannot be written. */
  readonly at: number
  /** That event deleted the person: the contact is archived, or about to be. */
  readonly isDeletion: boolean
}

/** Reads the mark on a contact. */
export const appliedTo = (contact: Contact, { mark }: SignupAttributes): Applied => {
  if (!mark || mark.problem !== undefined) return { at: Number.NaN, isDeletion: false }
  const value = own(contact.custom_attributes, mark.sentAs)
  if (value === undefined || value === null) {
    return { at: Number.NEGATIVE_INFINITY, isDeletion: false }
  }
  return { at: Math.abs(Number(value)), isDeletion: Number(value) < 0 }
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

/**
 * Where an event stands on the contact that it was applied to: its mark is the newest, or one that is
 * newer was applied. `undefined` if neither is known.
 */
export type Standing = 'newest' | 'late' | undefined

/** Returns the standing of an event after its contact was written. */
export const standingOf = (
  contact: Contact,
  { mark = Number.NaN }: Pick<Policy, 'mark'>,
  attributes: SignupAttributes,
): Standing => {
  const { at } = appliedTo(contact, attributes)
  if (at === mark) return 'newest'
  return at > mark ? 'late' : undefined
}
