import type { Clock } from '../clock.ts'
import type { Contact } from './contact.ts'
import type { ContactResponse } from './contact-request.ts'

/** The contacts that this process created or updated lately: Intercom's search lags behind. */
export type RecentContacts = {
  readonly remember: (contact: Contact) => void
  readonly forget: (id: string) => void
  /** Those with this e-mail, in any case, or this phone number. */
  readonly find: (person: {
    readonly email?: string
    readonly phone?: string
  }) => readonly Contact[]
}

/** Intercom about its search: "This delay can take a few minutes". */
const rememberMs = 5 * 60_000
const maxContacts = 1_000

type RecentContact = {
  readonly contact: Contact
  readonly email: string | undefined
  readonly phone: string | undefined
  readonly untilMs: number
}

/** Remembers the contacts of the last five minutes, up to 1,000; the oldest is forgotten first. */
export const createRecentContacts = (clock: Clock): RecentContacts => {
  const kept = new Map<string, RecentContact>()
  return {
    remember: (contact) => {
      kept.delete(contact.id)
      const [email, phone] = [contact.email?.toLowerCase(), contact.phone ?? undefined]
      kept.set(contact.id, { contact, email, phone, untilMs: clock.now() + rememberMs })
      const [oldest] = kept.keys()
      if (kept.size > maxContacts && oldest !== undefined) kept.delete(oldest)
    },
    forget: (id) => {
      kept.delete(id)
    },
    find: ({ email, phone }) => {
      const wantedEmail = email?.toLowerCase()
      const nowMs = clock.now()
      const found: Contact[] = []
      for (const recent of kept.values()) {
        const matches =
          (email !== undefined && recent.email === wantedEmail) ||
          (phone !== undefined && recent.phone === phone)
        if (matches && nowMs < recent.untilMs) found.push(recent.contact)
      }
      return found
    },
  }
}

/** The contacts that search found, and the recent ones that it does not show yet. */
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
