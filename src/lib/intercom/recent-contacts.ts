import type { Clock } from '../clock.ts'
import type { Contact } from './contact.ts'
import type { ContactResponse } from './contact-request.ts'

/** What this process made or changed lately: Intercom's search lags behind it. */
export type RecentContacts = {
  readonly remember: (contact: Contact) => void
  readonly forget: (id: string) => void
  readonly find: (field: 'email' | 'phone', value: string) => readonly Contact[]
}

/** "This delay can take a few minutes", says Intercom of its search. */
const keptMs = 5 * 60_000
const maxContacts = 1_000

type Remembered = {
  readonly contact: Contact
  readonly email: string | undefined
  readonly phone: string | undefined
  readonly untilMs: number
}

/** Remembers what this process made or changed in the last minutes, the oldest forgotten first. */
export const createRecentContacts = (clock: Clock): RecentContacts => {
  const kept = new Map<string, Remembered>()
  return {
    remember: (contact) => {
      kept.delete(contact.id)
      const [email, phone] = [contact.email?.toLowerCase(), contact.phone?.toLowerCase()]
      kept.set(contact.id, { contact, email, phone, untilMs: clock.now() + keptMs })
      const [oldest] = kept.keys()
      if (kept.size > maxContacts && oldest !== undefined) kept.delete(oldest)
    },
    forget: (id) => {
      kept.delete(id)
    },
    find: (field, value) => {
      const wanted = value.toLowerCase()
      const nowMs = clock.now()
      const found: Contact[] = []
      for (const each of kept.values()) {
        if (each[field] === wanted && nowMs < each.untilMs) found.push(each.contact)
      }
      return found
    },
  }
}

/** What search found, and what this process made or changed that search does not show yet. */
export const addRecentContacts = (
  found: readonly Contact[],
  recent: readonly Contact[],
): ContactResponse => {
  const unindexed = recent.filter(({ id }) => found.every((contact) => contact.id !== id))
  return {
    type: 'contacts',
    contacts: [...found, ...unindexed],
    unindexed: unindexed.map(({ id }) => id),
  }
}

/** By then Intercom's search has surely seen what an unclear create may have made. */
export const searchLagSeconds = 180
