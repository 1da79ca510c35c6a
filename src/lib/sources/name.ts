import { own } from '../json-access.ts'
import { isPresentText } from '../transform/text.ts'

/** Joins the parts of a name that are present; returns `undefined` if none is. */
export const fullName = (...parts: readonly unknown[]): string | undefined => {
  const present = parts.filter(isPresentText)
  return present.length === 0 ? undefined : present.join(' ')
}

/** What senders call a name, in the order in which it counts: whole, in two parts, as displayed. */
const spellings: readonly (readonly (readonly string[])[])[] = [
  [['full_name', 'fullName', 'name']],
  [
    ['first_name', 'firstName', 'firstname', 'given_name', 'givenName'],
    ['last_name', 'lastName', 'lastname', 'family_name', 'familyName'],
  ],
  [['display_name', 'displayName']],
]

/** Every key that `nameIn` reads. */
export const nameKeys: readonly string[] = spellings.flat(2)

/** The keys of a record that `nameIn` makes the name of: one, or those of its two parts. */
export const nameKeysIn = (record: unknown): readonly string[] => {
  const hasText = (key: string) => isPresentText(own(record, key))
  for (const parts of spellings) {
    const keys = parts.flatMap((names) => names.find(hasText) ?? [])
    if (keys.length > 0) return keys
  }
  return []
}

/**
 * The name of a person, from the keys that senders use for it: whole, else in two parts, else as it
 * is displayed. Of several records the first that has one counts.
 */
export const nameIn = (...records: readonly unknown[]): string | undefined => {
  for (const record of records) {
    const name = fullName(...nameKeysIn(record).map((key) => own(record, key)))
    if (name !== undefined) return name
  }
  return undefined
}
