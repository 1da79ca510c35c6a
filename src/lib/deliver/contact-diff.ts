import { type Contact, isEmailOf } from '../intercom/contact.ts'
import type { Scalar } from '../intercom/data-attributes.ts'
import { isEmpty, own } from '../json-access.ts'
import { type ContactFields, clearableFields, type Signup } from '../signup.ts'
import type { SignupAttributes } from './attributes.ts'
import { type FittedAttribute, isSameName } from './fit-attributes.ts'
import type { Policy } from './policy.ts'

/** The fields and attributes to write, before any is left out. */
export type Wanted<Value> = {
  readonly fields: readonly (readonly [name: string, value: unknown])[]
  readonly attributes: readonly FittedAttribute<Value>[]
}

/** When a person signed up, if the signup does not say. */
export const signedUpAt = ({ occurred_at }: Signup, { received_at }: Policy): number =>
  Math.min(occurred_at ?? received_at, received_at)

const plainFields = [
  'external_id',
  'email',
  'phone',
  'name',
  'avatar',
  'signed_up_at',
  'last_seen_at',
  'owner_id',
] as const satisfies readonly (keyof ContactFields)[]

const currentValue = (contact: Contact, name: (typeof plainFields)[number]): unknown =>
  name === 'avatar' ? contact.avatar?.image_url : contact[name]

/** Whether what is there under this name stays, whoever wrote it. */
export const keeps = ({ keep = [] }: Policy, name: string): boolean =>
  keep.some((kept) => isSameName(kept, name))

const isLater = (value: Scalar, current: unknown): boolean => Number(value) > Number(current)

/** From API version 2.16 on, Intercom returns owner_id as a string. */
const isSameValue = (name: string, value: Scalar, current: unknown): boolean =>
  value === current || (name === 'owner_id' && String(value) === current)

/**
 * Whether the e-mail is verified, beside the contact's e-mail, without which Intercom refuses it;
 * nothing if the signup does not say it of this e-mail.
 */
export const verifiedEmail = (
  { contact: { email, email_verified } }: Signup,
  contact: Contact,
): Wanted<never>['fields'] =>
  email !== undefined && email_verified !== undefined && isEmailOf(contact, email)
    ? [
        ['email', contact.email],
        ['email_verified', email_verified],
      ]
    : []

/**
 * Returns what a signup changes on an existing contact: what is empty there, and what `replaces`
 * accepts. Custom attributes are compared one by one. `last_seen_at` only becomes later. An opt-out
 * is always written, an opt-in never. A lead becomes a user and gets the account's values; a user
 * never becomes a lead. Whether an e-mail is verified goes with an e-mail that is written, or where
 * Intercom shows something else. What the source keeps is never replaced.
 */
export const changesOf = (
  signup: Signup,
  policy: Policy,
  contact: Contact,
  { values }: SignupAttributes,
  replaces: (name: string) => boolean,
): Wanted<Scalar> => {
  const converts = signup.contact.role === 'user' && contact.role === 'lead'
  const hasSignedUp = !converts || !isEmpty(contact.signed_up_at)
  const wanted = {
    ...(!hasSignedUp && { signed_up_at: signedUpAt(signup, policy) }),
    ...signup.contact,
  }
  const writes = (name: string, value: Scalar | undefined, current: unknown): boolean => {
    if (value === undefined) return false
    if (isEmpty(current)) return true
    if (keeps(policy, name)) return false
    if (name === 'last_seen_at') return isLater(value, current)
    return !isSameValue(name, value, current) && (converts || replaces(name))
  }
  const fields = plainFields.filter((name) =>
    writes(name, wanted[name], currentValue(contact, name)),
  )
  const { email_verified } = wanted
  const verified =
    fields.includes('email') && email_verified !== undefined
      ? [['email_verified', email_verified] as const]
      : (converts || contact.email_verified !== undefined) &&
          writes('email_verified', email_verified, contact.email_verified)
        ? verifiedEmail(signup, contact)
        : []
  const optsOut =
    wanted.unsubscribed_from_emails === true && contact.unsubscribed_from_emails !== true
  return {
    fields: [
      ...(converts ? [['role', 'user'] as const] : []),
      ...fields.map((name) => [name, wanted[name]] as const),
      ...verified,
      ...(optsOut ? [['unsubscribed_from_emails', true] as const] : []),
    ],
    attributes: values.filter(({ sentAs, value }) =>
      writes(sentAs, value, own(contact.custom_attributes, sentAs)),
    ),
  }
}

/** Returns what a signup empties on an existing contact. */
export const clearsOf = (
  { contact: wanted, clears = [] }: Signup,
  contact: Contact,
  { values, clears: attributes }: SignupAttributes,
  replaces: (name: string) => boolean,
): Wanted<null> => ({
  fields: clearableFields
    .filter((name) => clears.includes(name) && wanted[name] === undefined && replaces(name))
    .filter((name) => !isEmpty(currentValue(contact, name)))
    .map((name) => [name, null]),
  attributes: attributes.filter(
    ({ sentAs }) =>
      replaces(sentAs) &&
      !isEmpty(own(contact.custom_attributes, sentAs)) &&
      values.every((value) => value.sentAs !== sentAs),
  ),
})
