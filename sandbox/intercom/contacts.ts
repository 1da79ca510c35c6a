import { type ApiError, apiErrors, conflict, invalid, mergedInto } from './api-error.ts'
import type { ContactBody } from './contact-body.ts'
import { createContactIndex, type IndexedField } from './contact-index.ts'
import { type ContactState, createState, mergeStates, updateState } from './contact-state.ts'

type Entry = {
  readonly contact: ContactState
  readonly status: 'live' | 'archived' | 'blocked' | 'deleted' | 'merged'
  /** The contact that a merged contact was merged into. */
  readonly canonicalId?: string
  /** The versions that search sees, now or after its lag, oldest first. */
  readonly versions: readonly { readonly contact: ContactState; readonly visibleFromMs: number }[]
}

export type Contacts = ReturnType<typeof createContacts>

/**
 * Keeps the workspace's contacts and detects conflicts. A user's `external_id` is unique; so is the
 * e-mail of users without one. Leads never conflict. Archived, blocked, deleted and merged contacts are not
 * found, but their ids stay taken.
 */
export const createContacts = (options: {
  readonly now: () => number
  /** How long search does not see a change that is written now. */
  readonly indexLagMs: () => number
}) => {
  const { now, indexLagMs } = options
  const entries = new Map<string, Entry>()
  const index = createContactIndex()

  const write = (contact: ContactState): ContactState => {
    const versions = entries.get(contact.id)?.versions ?? []
    const visible = versions.findLastIndex(({ visibleFromMs }) => visibleFromMs <= now())
    const version = { contact, visibleFromMs: now() + indexLagMs() }
    const kept = [...versions.slice(Math.max(visible, 0)), version]
    entries.set(contact.id, { contact, status: 'live', versions: kept })
    index.add(contact)
    return contact
  }

  const live = (id: string): ContactState | undefined => {
    const entry = entries.get(id)
    return entry?.status === 'live' ? entry.contact : undefined
  }

  /** The error for a contact that is not live: 410 if it was merged, else 404. */
  const notFound = (entry: Entry | undefined): ApiError =>
    entry?.canonicalId === undefined ? apiErrors.userNotFound : mergedInto(entry.canonicalId)

  const entriesWith = (field: IndexedField, value: string): Entry[] =>
    index.ids(field, value).flatMap((id) => entries.get(id) ?? [])

  /** With a new `external_id`, a known e-mail is no conflict: two accounts may share it. */
  const findConflict = (user: ContactState): ApiError | undefined => {
    if (user.role === 'lead') return undefined
    const same = user.external_id
      ? entriesWith('external_id', user.external_id).filter(
          ({ contact }) => contact.external_id === user.external_id,
        )
      : entriesWith('email', user.email ?? '').filter(
          ({ contact }) => contact.email?.toLowerCase() === user.email?.toLowerCase(),
        )
    const others = same.filter(
      ({ contact, status }) =>
        contact.id !== user.id &&
        // The id of a merged lead stays taken; its e-mail may belong to the user it was merged
        // into.
        (contact.role === 'user' || (status === 'merged' && user.external_id !== null)),
    )
    const existing = others.find(({ status }) => status === 'live') ?? others[0]
    return existing && conflict(existing.contact.id, existing.status !== 'live')
  }

  /** Hides a contact from everything but unarchive, from search without lag. */
  const hide = (
    id: string,
    status: 'archived' | 'blocked' | 'deleted',
  ): ContactState | ApiError => {
    const entry = entries.get(id)
    if (!entry || entry.status === 'deleted' || entry.status === 'merged') return notFound(entry)
    if (entry.status === 'blocked' && status !== 'deleted') return notFound(entry)
    entries.set(id, { contact: entry.contact, status, versions: [] })
    return entry.contact
  }

  const visibleState = ({ versions, status }: Entry): ContactState[] => {
    const version = versions.findLast(({ visibleFromMs }) => visibleFromMs <= now())
    return version && status === 'live' ? [version.contact] : []
  }

  return {
    get: (id: string): ContactState | ApiError => live(id) ?? notFound(entries.get(id)),

    create: (body: ContactBody): ContactState | ApiError => {
      const contact = createState(body, now())
      // Intercom rejects a user without either; its wording is not known.
      if (!contact.external_id && !contact.email) {
        return invalid('A user needs an email or an external_id')
      }
      return findConflict(contact) ?? write(contact)
    },

    update: (id: string, body: ContactBody): ContactState | ApiError => {
      const before = live(id)
      if (!before) return notFound(entries.get(id))
      if (before.role === 'user' && body.role === 'lead') return apiErrors.userToLead
      const after = updateState(before, body, now())
      const sameIdentity =
        before.role === after.role &&
        before.external_id === after.external_id &&
        before.email === after.email
      return (sameIdentity ? undefined : findConflict(after)) ?? write(after)
    },

    archive: (id: string) => hide(id, 'archived'),
    block: (id: string) => hide(id, 'blocked'),
    /** Deletes permanently. */
    remove: (id: string) => hide(id, 'deleted'),
    unarchive: (id: string): ContactState | ApiError => {
      const entry = entries.get(id)
      if (!entry) return apiErrors.userNotFound
      if (entry.status === 'deleted') return apiErrors.userDeleted
      if (entry.status === 'merged') return apiErrors.userMerged
      if (entry.status === 'blocked') return apiErrors.userBlocked
      return entry.status === 'live' ? entry.contact : write(entry.contact)
    },

    /** Merges a lead into a user, both live. The lead cannot be restored. */
    merge: (from: ContactState, into: ContactState): ContactState | ApiError => {
      if (from.role !== 'lead' || into.role !== 'user') {
        return invalid('Only a lead can be merged, and only into a user')
      }
      const canonicalId = into.id
      entries.set(from.id, { contact: from, status: 'merged', canonicalId, versions: [] })
      return write(mergeStates(into, from, now()))
    },

    /** Finds users only, without lag. */
    findByExternalId: (external_id: string): ContactState | ApiError => {
      const matches = entriesWith('external_id', external_id).filter(
        ({ contact }) => contact.external_id === external_id,
      )
      const user = matches.find(
        ({ contact, status }) => status === 'live' && contact.role === 'user',
      )
      return user?.contact ?? notFound(matches.find(({ status }) => status === 'merged'))
    },

    /**
     * Contacts as search sees them, the newest first. With a field and value, at least the contacts
     * that match it.
     */
    searchable: (field?: IndexedField, value = ''): ContactState[] =>
      (field ? entriesWith(field, value) : [...entries.values()])
        .flatMap(visibleState)
        .toReversed(),

    /** Every live contact, the newest last. */
    all: (): ContactState[] => [...entries.keys()].flatMap((id) => live(id) ?? []),

    clear: (): void => {
      entries.clear()
      index.clear()
    },
  }
}
