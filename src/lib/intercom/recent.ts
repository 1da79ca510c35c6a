import type { Clock } from '../clock.ts'
import type { Contact } from './contact.ts'
import type { ContactAnswer } from './contact-call.ts'

/** What this process made or changed lately: Intercom's search lags behind it. */
export type Recent = {
  readonly remember: (contact: Contact) => void
  readonly forget: (id: string) => void
  readonly find: (field: 'email' | 'phone', value: string) => readonly Contact[]
}

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

/** Found contacts as this process last saw them, where that is newer, and those not yet indexed. */
export const withRecent = (
  found: readonly Contact[],
  recent: readonly Contact[],
): ContactAnswer => {
  const byId = new Map(found.map((contact) => [contact.id, contact]))
  const unindexed = recent.flatMap(({ id }) => (byId.has(id) ? [] : [id]))
  for (const contact of recent) {
    const indexed = byId.get(contact.id)
    if (!indexed || (contact.updated_at ?? 0) >= (indexed.updated_at ?? 0)) {
      byId.set(contact.id, contact)
    }
  }
  return { type: 'contacts', contacts: [...byId.values()], unindexed }
}
