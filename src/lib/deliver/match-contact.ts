import type { Contact } from '../intercom/contact.ts'
import type { ContactRequest } from '../intercom/contact-request.ts'
import type { Signup } from '../signup.ts'

const isUser = (contact: Contact): boolean => contact.role !== 'lead'
const latest = (contacts: readonly Contact[], field: 'last_seen_at' | 'created_at') =>
  contacts.toSorted((a, b) => (b[field] ?? 0) - (a[field] ?? 0))[0]

/**
 * Returns the contact that belongs to a signup: the user with the same external_id, else a user
 * without one, else (for a signup without one) the user seen last, else the newest lead. Users with
 * other ids are other accounts that share the address.
 */
export const matchContact = (signup: Signup, found: readonly Contact[]): Contact | undefined => {
  const { external_id } = signup.contact
  const users = found.filter(isUser)
  const candidates = external_id === undefined ? users : []
  return (
    users.find((user) => external_id !== undefined && user.external_id === external_id) ??
    users.find((user) => !user.external_id) ??
    latest(candidates, 'last_seen_at') ??
    latest(
      found.filter((contact) => !isUser(contact)),
      'created_at',
    )
  )
}

/** Returns the search for a person: by e-mail, or by phone for a lead without an e-mail. */
export const lookUpRequest = ({ contact }: Signup): ContactRequest | undefined => {
  if (contact.email !== undefined) return { type: 'search', field: 'email', value: contact.email }
  return contact.role === 'lead' && contact.phone !== undefined
    ? { type: 'search', field: 'phone', value: contact.phone }
    : undefined
}

/** Whether a contact is a user without the signup's external_id; false if the signup has none. */
export const isOtherUser = ({ contact: { external_id } }: Signup, contact: Contact): boolean =>
  isUser(contact) && !!external_id && contact.external_id !== external_id

/** Whether a contact has both the external_id and the e-mail of a signup. */
export const isSameAccount = ({ contact: wanted }: Signup, contact: Contact): boolean =>
  !!wanted.external_id &&
  contact.external_id === wanted.external_id &&
  !!wanted.email &&
  contact.email?.toLowerCase() === wanted.email
