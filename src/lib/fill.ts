import type { Contact } from './intercom/contact.ts'
import { own } from './own.ts'
import type { ContactFields, Signup } from './signup.ts'

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

const fieldsToFill = [
  'external_id',
  'email',
  'phone',
  'name',
  'signed_up_at',
  'last_seen_at',
  'owner_id',
] as const satisfies readonly (keyof ContactFields)[]

/**
 * What a signup adds to a contact that exists: only what is empty there, custom attributes each on
 * its own; an opt-out, never an opt-in; a lead becomes a user and takes the account's own values, a
 * user never becomes a lead.
 */
export const fill = (signup: Signup, contact: Contact): Partial<ContactFields> => {
  const wanted = signup.contact
  const converts = wanted.role === 'user' && contact.role === 'lead'
  const fills = (current: unknown) => converts || isEmpty(current)
  const fields = fieldsToFill.filter(
    (name) => wanted[name] !== undefined && fills(contact[name]) && wanted[name] !== contact[name],
  )
  const custom_attributes = Object.entries(wanted.custom_attributes ?? {}).filter(
    ([name, value]) => {
      const current = own(contact.custom_attributes, name)
      return fills(current) && value !== current
    },
  )
  return {
    ...(converts && { role: 'user' }),
    ...Object.fromEntries(fields.map((name) => [name, wanted[name]])),
    ...(wanted.avatar !== undefined &&
      fills(contact.avatar?.image_url) &&
      wanted.avatar !== contact.avatar?.image_url && { avatar: wanted.avatar }),
    ...(wanted.unsubscribed_from_emails === true &&
      contact.unsubscribed_from_emails !== true && { unsubscribed_from_emails: true }),
    ...(custom_attributes.length > 0 && {
      custom_attributes: Object.fromEntries(custom_attributes),
    }),
  }
}

/** A box left empty unsubscribes a contact that is created; an explicit value beats the box. */
export const toCreate = ({ contact, consent }: Signup): ContactFields => ({
  ...(consent !== undefined && { unsubscribed_from_emails: !consent }),
  ...contact,
})
