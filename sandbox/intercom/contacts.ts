import { createContactIndex, type IndexedField } from './contact-index.ts'
import type { ContactRequest } from './contact-request.ts'
import { type ContactState, changed, created } from './contact-state.ts'
import { conflict, invalid, type Refusal, refusals } from './refusal.ts'

type Entry = {
  readonly contact: ContactState
  readonly standing: 'live' | 'archived' | 'deleted'
  /** What search saw, sees or will see, oldest first. */
  readonly versions: readonly { readonly contact: ContactState; readonly seenFromMs: number }[]
}

export type Contacts = ReturnType<typeof createContacts>

/**
 * The workspace's contacts and who may stand beside whom. A user's `external_id` is unique; so is
 * the e-mail of users without one. Leads never conflict. Archived and deleted contacts answer to
 * nothing, yet still hold their ids.
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
    const others = same.filter(({ contact }) => contact.role === 'user' && contact.id !== user.id)
    const holder = others.find(({ standing }) => standing === 'live') ?? others[0]
    return holder && conflict(holder.contact.id, holder.standing !== 'live')
  }

  /** Takes a contact out of sight; what search had of it goes at once. */
  const withdraw = (id: string, standing: 'archived' | 'deleted'): ContactState | Refusal => {
    const entry = entries.get(id)
    if (!entry || entry.standing === 'deleted') return refusals.userNotFound
    entries.set(id, { contact: entry.contact, standing, versions: [] })
    return entry.contact
  }

  const seen = ({ versions, standing }: Entry): ContactState[] => {
    const version = versions.findLast(({ seenFromMs }) => seenFromMs <= now())
    return version && standing === 'live' ? [version.contact] : []
  }

  return {
    get: (id: string): ContactState | Refusal => live(id) ?? refusals.userNotFound,

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
      if (!before) return refusals.userNotFound
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
      return entry.standing === 'live' ? entry.contact : write(entry.contact)
    },

    /** Knows users only, and lags behind nothing. */
    findByExternalId: (external_id: string): ContactState | Refusal =>
      having('external_id', external_id)
        .flatMap(({ contact }) => live(contact.id) ?? [])
        .find((contact) => contact.role === 'user' && contact.external_id === external_id) ??
      refusals.userNotFound,

    /** Contacts as search sees them, the newest first; with a field, at least those that have it. */
    searchable: (field?: IndexedField, value = ''): ContactState[] =>
      (field ? having(field, value) : [...entries.values()]).flatMap(seen).toReversed(),

    /** Every contact that is neither archived nor deleted, the newest last. */
    all: (): ContactState[] => [...entries.keys()].flatMap((id) => live(id) ?? []),

    clear: (): void => {
      entries.clear()
      index.clear()
    },
  }
}
