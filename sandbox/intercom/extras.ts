import { createCompanies } from './companies.ts'
import type { Ties } from './contact-view.ts'
import { createNotes } from './notes.ts'
import { createTags } from './tags.ts'

export type Extras = ReturnType<typeof createExtras>

/** What contacts can be tied to, in one place. */
export const createExtras = (now: () => number) => {
  const tags = createTags(now)
  const companies = createCompanies(now)
  const notes = createNotes(now)
  const all = [tags, companies, notes]
  return {
    tags,
    companies,
    notes,
    /** The ids of all that a contact is tied to. */
    of: (contactId: string): Ties => ({
      tags: tags.of(contactId),
      notes: notes.of(contactId),
      companies: companies.of(contactId),
    }),
    /** Gives all that one contact is tied to to another. */
    move: (fromId: string, intoId: string): void => {
      for (const kind of all) kind.move(fromId, intoId)
    },
    clear: (): void => {
      for (const kind of all) kind.clear()
    },
  }
}
