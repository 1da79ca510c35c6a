import { own } from '../json-access.ts'
import { isAbsent } from '../transform/text.ts'

/** Joins the parts of a name that are present; returns `undefined` if none is. */
export const fullName = (...parts: readonly unknown[]): string | undefined => {
  const present = parts.filter((part) => typeof part === 'string' && !isAbsent(part))
  return present.length === 0 ? undefined : present.join(' ')
}

const wholes = ['full_name', 'fullName', 'name']
const firsts = ['first_name', 'firstName', 'firstname', 'given_name', 'givenName']
const lasts = ['last_name', 'lastName', 'lastname', 'family_name', 'familyName']
const displayed = ['display_name', 'displayName']

/** The text of the first of these keys that has one. */
const textOf = (record: unknown, keys: readonly string[]): string | undefined =>
  keys.map((key) => fullName(own(record, key))).find((text) => text !== undefined)

/**
 * The name of a person, from the keys that senders use for it: whole, else in two parts, else as it
 * is displayed. Of several records the first that has one counts.
 */
export const nameIn = (...records: readonly unknown[]): string | undefined =>
  records
    .map(
      (record) =>
        textOf(record, wholes) ??
        fullName(textOf(record, firsts), textOf(record, lasts)) ??
        textOf(record, displayed),
    )
    .find((name) => name !== undefined)
