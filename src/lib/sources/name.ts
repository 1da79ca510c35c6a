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

/** The first of these keys that has a text. */
const keyIn = (record: unknown, keys: readonly string[]): string | undefined => {
  for (const key of keys) if (isPresentText(own(record, key))) return key
  return undefined
}

/** The keys of a record that `nameIn` makes the name of: one, or those of its two parts. */
export const nameKeysIn = (record: unknown): readonly string[] => {
  for (const parts of spellings) {
    const keys: string[] = []
    for (const names of parts) {
      const key = keyIn(record, names)
      if (key !== undefined) keys.push(key)
    }
    if (keys.length > 0) return keys
  }
  return []
}

/**
 * The name of a person, from the keys that senders use for it: whole, else in two parts, else as it
 * is displayed. Of several records the first that has one counts; `null` if they only say that there
 * is none.
 */
export const nameIn = (...records: readonly unknown[]): string | null | undefined => {
  for (const record of records) {
    const keys = nameKeysIn(record)
    if (keys.length > 0) return fullName(...keys.map((key) => own(record, key)))
  }
  const saysNone = records.some((record) => nameKeys.some((key) => own(record, key) === null))
  return saysNone ? null : undefined
}
