import type { Clock } from '../clock.ts'
import type { Recent } from '../deliver.ts'
import type { Contact } from './contact.ts'

/** "This delay can take a few minutes", says Intercom of its search. */
const keptMs = 5 * 60_000
const maxContacts = 1_000

/** Remembers what this process made or changed in the last minutes, the oldest forgotten first. */
export const createRecent = (clock: Clock): Recent => {
  const kept = new Map<string, { readonly contact: Contact; readonly untilMs: number }>()
  return {
    remember: (contact) => {
      kept.delete(contact.id)
      kept.set(contact.id, { contact, untilMs: clock.now() + keptMs })
      const [oldest] = kept.keys()
      if (kept.size > maxContacts && oldest !== undefined) kept.delete(oldest)
    },
    forget: (id) => {
      kept.delete(id)
    },
    find: (field, value) =>
      [...kept.values()]
        .filter(({ contact, untilMs }) => contact[field] === value && clock.now() < untilMs)
        .map(({ contact }) => contact),
  }
}
