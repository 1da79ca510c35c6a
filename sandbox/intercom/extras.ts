import { createCompanies } from './companies.ts'
import type { ContactLinks } from './contact-view.ts'
import { createEvents } from './events.ts'
import { createNotes } from './notes.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createTags } from './tags.ts'

export type Extras = ReturnType<typeof createExtras>

/** Keeps tags, companies, notes, data events and subscriptions, and the contacts they are linked to. */
export const createExtras = (now: () => number, subscriptionTypes: readonly string[]) => {
  const tags = createTags(now)
  const companies = createCompanies(now)
  const notes = createNotes(now)
  const subscriptions = createSubscriptions(now, subscriptionTypes)
  const events = createEvents()
  const all = [tags, companies, notes, events, subscriptions]
  return {
    subscriptions,
    tags,
    companies,
    notes,
    events,
    /** The ids that a contact is linked to. */
    of: (contactId: string): ContactLinks => ({
      tags: tags.of(contactId),
      notes: notes.of(contactId),
      companies: companies.of(contactId),
      optedIn: subscriptions.optedIn(contactId),
      optedOut: subscriptions.optedOut(contactId),
    }),
    /** Moves every link of one contact to another. */
    move: (fromId: string, intoId: string): void => {
      for (const kind of all) kind.move(fromId, intoId)
    },
    clear: (): void => {
      for (const kind of all) kind.clear()
    },
  }
}
