import { createContactIndex, type IndexedField } from './contact-index.ts'
import type { ContactRequest } from './contact-request.ts'
import { type ContactState, changed, created, merged } from './contact-state.ts'
import { conflict, invalid, mergedInto, type Refusal, refusals } from './refusal.ts'

type Entry = {
  readonly contact: ContactState
  readonly standing: 'live' | 'archived' | 'deleted' | 'merged'
  /** The contact that a merged one went into. */
  readonly canonicalId?: string
  /** What search saw, sees or will see, oldest first. */
  readonly versions: readonly { readonly contact: ContactState; readonly seenFromMs: number }[]
}

export type Contacts = ReturnType<typeof createContacts>

/**
 * The workspace's contacts and who may stand beside whom. A user's `external_id` is unique; so is
 * the e-mail of users without one. Leads never conflict. Archived, deleted and merged contacts
 * answer to nothing, yet still hold their ids.
 */
export const createContacts = (options: {
  readonly now: () => number
  /** How long search does not see what is written now. */
  readonly indexLagMs: () => number
}) => {
  const { now, indexLagMs } = options
  const entries = new Map<string, Entry>()
  const index = createContactIndex()

  const write = (contact: ContactState): ContactState => {
    const versions = entries.get(contact.id)?.versions ?? []
    const seen = versions.findLastIndex(({ seenFromMs }) => seenFromMs <= now())
    const version = { contact, seenFromMs: now() + indexLagMs() }
    const kept = [...versions.slice(Math.max(seen, 0)), version]
    entries.set(contact.id, { contact, standing: 'live', versions: kept })
    index.add(contact)
    return contact
  }

  const live = (id: string): ContactState | undefined => {
    const entry = entries.get(id)
    return entry?.standing === 'live' ? entry.contact : undefined
  }

  /** Why there is no contact; versions that do not tell a merged one say as of any other. */
  const absence = (entry: Entry | undefined): Refusal =>
    entry?.canonicalId === undefined ? refusals.userNotFound : mergedInto(entry.canonicalId)

  const having = (field: IndexedField, value: string): Entry[] =>
    index.ids(field, value).flatMap((id) => entries.get(id) ?? [])

  /** Beside a new `external_id` a known e-mail is no conflict: two accounts may share it. */
  const conflictOf = (user: ContactState): Refusal | undefined => {
    if (user.role === 'lead') return undefined
    const same = user.external_id
      ? having('external_id', user.external_id).filter(
          ({ contact }) => contact.external_id === user.external_id,
        )
      : having('email', user.email ?? '').filter(
          ({ contact }) => contact.email?.toLowerCase() === user.email?.toLowerCase(),
        )
    const others = same.filter(
      ({ contact, standing }) =>
        contact.id !== user.id &&
        // The id of a merged lead stays taken; its e-mail may well be that of the user it went into.
        (contact.role === 'user' || (standing === 'merged' && user.external_id !== null)),
    )
    const holder = others.find(({ standing }) => standing === 'live') ?? others[0]
    return holder && conflict(holder.contact.id, holder.standing !== 'live')
  }

  /** Takes a contact out of sight; what search had of it goes at once. */
  const withdraw = (id: string, standing: 'archived' | 'deleted'): ContactState | Refusal => {
    const entry = entries.get(id)
    if (!entry || entry.standing === 'deleted' || entry.standing === 'merged') return absence(entry)
    entries.set(id, { contact: entry.contact, standing, versions: [] })
    return entry.contact
  }

  const seen = ({ versions, standing }: Entry): ContactState[] => {
    const version = versions.findLast(({ seenFromMs }) => seenFromMs <= now())
    return version && standing === 'live' ? [version.contact] : []
  }

  return {
    get: (id: string): ContactState | Refusal => live(id) ?? absence(entries.get(id)),

    create: (request: ContactRequest): ContactState | Refusal => {
      const contact = created(request, now())
      // That a user without either is refused is known, the wording is not.
      if (!contact.external_id && !contact.email) {
        return invalid('A user needs an email or an external_id')
      }
      return conflictOf(contact) ?? write(contact)
    },

    update: (id: string, request: ContactRequest): ContactState | Refusal => {
      const before = live(id)
      if (!before) return absence(entries.get(id))
      if (before.role === 'user' && request.role === 'lead') return refusals.userToLead
      const after = changed(before, request, now())
      const sameIdentity =
        before.role === after.role &&
        before.external_id === after.external_id &&
        before.email === after.email
      return (sameIdentity ? undefined : conflictOf(after)) ?? write(after)
    },

    archive: (id: string) => withdraw(id, 'archived'),
    /** For good. */
    remove: (id: string) => withdraw(id, 'deleted'),
    unarchive: (id: string): ContactState | Refusal => {
      const entry = entries.get(id)
      if (!entry) return refusals.userNotFound
      if (entry.standing === 'deleted') return refusals.deletedForGood
      if (entry.standing === 'merged') return refusals.mergedForGood
      return entry.standing === 'live' ? entry.contact : write(entry.contact)
    },

    /** Merges a lead into a user, both live; the lead is gone for good. */
    merge: (from: ContactState, into: ContactState): ContactState | Refusal => {
      if (from.role !== 'lead' || into.role !== 'user') {
        return invalid('Only a lead can be merged, and only into a user')
      }
      const canonicalId = into.id
      entries.set(from.id, { contact: from, standing: 'merged', canonicalId, versions: [] })
      return write(merged(into, from, now()))
    },

    /** Knows users only, and lags behind nothing. */
    findByExternalId: (external_id: string): ContactState | Refusal => {
      const holders = having('external_id', external_id).filter(
        ({ contact }) => contact.external_id === external_id,
      )
      const user = holders.find(
        ({ contact, standing }) => standing === 'live' && contact.role === 'user',
      )
      return user?.contact ?? absence(holders.find(({ standing }) => standing === 'merged'))
    },

    /** Contacts as search sees them, the newest first; with a field, at least those that have it. */
    searchable: (field?: IndexedField, value = ''): ContactState[] =>
      (field ? having(field, value) : [...entries.values()]).flatMap(seen).toReversed(),

    /** Every contact that is neither archived, deleted nor merged, the newest last. */
    all: (): ContactState[] => [...entries.keys()].flatMap((id) => live(id) ?? []),

    clear: (): void => {
      entries.clear()
      index.clear()
    },
  }
}
