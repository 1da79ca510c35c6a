import type { Contact } from '../intercom/contact.ts'
import type { SearchRequest } from '../intercom/contact-request.ts'
import { isEmpty } from '../json-access.ts'
import type { Signup } from '../signup.ts'

const isUser = (contact: Contact): boolean => contact.role !== 'lead'
const latest = (contacts: readonly Contact[], field: 'last_seen_at' | 'created_at') =>
  contacts.toSorted((a, b) => (b[field] ?? 0) - (a[field] ?? 0))[0]

/** Whether a contact is the user with the signup's external_id. */
export const hasSameId = ({ contact: { external_id } }: Signup, contact: Contact): boolean =>
  isUser(contact) && !!external_id && contact.external_id === external_id

/** A user without an id, else (for a signup without one) the user seen last, else the newest lead. */
const matchWithoutId = (
  { contact: { external_id } }: Signup,
  found: readonly Contact[],
): Contact | undefined => {
  const users = found.filter(isUser)
  const candidates = external_id === undefined ? users : []
  return (
    users.find((user) => !user.external_id) ??
    latest(candidates, 'last_seen_at') ??
    latest(
      found.filter((contact) => !isUser(contact)),
      'created_at',
    )
  )
}

/**
 * Returns the contact that belongs to a signup: the user with the same external_id, else a user
 * without one, else (for a signup without one) the user seen last, else the newest lead. Users with
 * other ids are other accounts that share the address. For a signup with an e-mail, contacts without
 * one (found by phone) come last.
 */
export const matchContact = (signup: Signup, found: readonly Contact[]): Contact | undefined => {
  const hasEmail = (contact: Contact) =>
    signup.contact.email === undefined || !isEmpty(contact.email)
  return (
    found.find((contact) => hasSameId(signup, contact)) ??
    matchWithoutId(signup, found.filter(hasEmail)) ??
    matchWithoutId(
      signup,
      found.filter((contact) => !hasEmail(contact)),
    )
  )
}

/**
 * Returns the search for a person: by e-mail, or the phone number if the signup has one too; by
 * phone alone for a lead without an e-mail.
 */
export const lookUpRequest = ({ contact }: Signup): SearchRequest | undefined => {
  const { role, email, phone } = contact
  if (email === undefined && (role === 'user' || phone === undefined)) return undefined
  return {
    type: 'search',
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
  }
}

/**
 * Returns a narrower search, after one that found more contacts than a page has: for the user with
 * the signup's id or without one, then, for a signup without an id, for any user, then, if there is
 * no match, for leads. `undefined` if none is of use.
 *
 * @param last the last search
 */
export const narrowerSearch = (
  signup: Signup,
  last: SearchRequest,
  found: readonly Contact[],
): SearchRequest | undefined => {
  const { email, external_id } = signup.contact
  if (email === undefined || last.only?.role === 'lead') return undefined
  const match = matchContact(signup, found)
  const matchesUser = match !== undefined && isUser(match)
  const search = (only: NonNullable<SearchRequest['only']>) =>
    ({ type: 'search', email, only }) as const
  if (!last.only) {
    const isBest =
      matchesUser && (external_id === undefined ? !match.external_id : hasSameId(signup, match))
    return isBest ? undefined : search({ role: 'user', external_id: external_id ?? null })
  }
  if (last.only.external_id === null && !matchesUser) return search({ role: 'user' })
  return match ? undefined : search({ role: 'lead' })
}

/** Whether a contact is a user without the signup's external_id; false if the signup has none. */
export const isOtherUser = ({ contact: { external_id } }: Signup, contact: Contact): boolean =>
  isUser(contact) && !!external_id && contact.external_id !== external_id
