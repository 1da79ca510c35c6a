import type { Contact } from '../intercom/contact.ts'
import type { Scalar } from '../intercom/data-attributes.ts'
import { isEmpty, own } from '../json-access.ts'
import type { ContactFields, Signup } from '../signup.ts'
import type { Policy } from './policy.ts'

/** The custom attribute that holds the time of the newest event applied; unix seconds. */
export const markName = 'signup_bridge_at'

/** Whether a custom attribute has to be left out because the workspace does not accept it. */
export type IsLeftOut = (name: string, value: Scalar) => boolean

/** The fields to write, and the custom attributes left out of them (the mark is not listed). */
export type ContactWrite<Fields> = {
  readonly fields: Fields
  readonly leftOut: readonly (readonly [name: string, value: Scalar])[]
  /** Filled instead of overwritten, because the order of events is not known. */
  readonly degraded: boolean
}

type Attributes = NonNullable<ContactFields['custom_attributes']>

/** The signup's custom attributes without the mark, which only the bridge writes. */
const signupAttributes = ({ contact }: Signup): Attributes => {
  const { [markName]: _mark, ...attributes } = contact.custom_attributes ?? {}
  return attributes
}

/** Splits attributes into the `custom_attributes` to send, if any, and those left out. */
const splitAttributes = (wanted: Attributes, isLeftOut: IsLeftOut) => {
  const accepted = Object.entries(wanted).filter(([name, value]) => !isLeftOut(name, value))
  return {
    accepted: accepted.length > 0 && { custom_attributes: Object.fromEntries(accepted) },
    leftOut: Object.entries(wanted).filter(
      ([name, value]) => name !== markName && isLeftOut(name, value),
    ),
  }
}

const markAttribute = ({ mark }: Policy): { [markName]?: number } =>
  mark === undefined ? {} : { [markName]: mark }

/**
 * Returns the fields of a contact to create. A consent of `false` unsubscribes it; an explicit
 * `unsubscribed_from_emails` takes precedence.
 */
export const fieldsToCreate = (
  signup: Signup,
  policy: Policy,
  isLeftOut: IsLeftOut,
): ContactWrite<ContactFields> => {
  const { contact, consent } = signup
  const { custom_attributes: _attributes, ...rest } = contact
  const { accepted, leftOut } = splitAttributes(
    { ...signupAttributes(signup), ...markAttribute(policy) },
    isLeftOut,
  )
  const fields = {
    ...(consent !== undefined && { unsubscribed_from_emails: !consent }),
    ...rest,
    ...accepted,
  }
  return { fields, leftOut, degraded: false }
}

const plainFields = [
  'external_id',
  'email',
  'phone',
  'name',
  'signed_up_at',
  'last_seen_at',
  'owner_id',
] as const satisfies readonly (keyof ContactFields)[]

/**
 * Returns the fields that a signup changes on an existing contact: those that are empty there, and
 * those that `replaces` accepts. Custom attributes are compared one by one. An opt-out is always
 * written, an opt-in never. A lead becomes a user and gets the account's values; a user never
 * becomes a lead.
 */
const changedFields = (
  signup: Signup,
  contact: Contact,
  replaces: (name: string) => boolean,
): Partial<ContactFields> => {
  const wanted = signup.contact
  const converts = wanted.role === 'user' && contact.role === 'lead'
  const writes = (name: string, value: Scalar | undefined, current: unknown): boolean => {
    if (value === undefined) return false
    // From API version 2.16 on, Intercom returns owner_id as a string.
    const same = value === current || (name === 'owner_id' && String(value) === current)
    return isEmpty(current) || (!same && (converts || replaces(name)))
  }
  const fields = plainFields.filter((name) => writes(name, wanted[name], contact[name]))
  const custom_attributes = Object.entries(signupAttributes(signup)).filter(([name, value]) =>
    writes(name, value, own(contact.custom_attributes, name)),
  )
  return {
    ...(converts && { role: 'user' }),
    ...Object.fromEntries(fields.map((name) => [name, wanted[name]])),
    ...(wanted.avatar !== undefined &&
      writes('avatar', wanted.avatar, contact.avatar?.image_url) && { avatar: wanted.avatar }),
    ...(wanted.unsubscribed_from_emails === true &&
      contact.unsubscribed_from_emails !== true && { unsubscribed_from_emails: true }),
    custom_attributes: Object.fromEntries(custom_attributes),
  }
}

/** The mark on a contact: -Infinity if it has none, NaN if it is not a number. */
const appliedAt = (contact: Contact): number => {
  const mark = own(contact.custom_attributes, markName)
  return mark === undefined || mark === null ? Number.NEGATIVE_INFINITY : Number(mark)
}

/**
 * Returns the fields that a signup writes to an existing contact; empty if there is nothing to
 * write. `fill` writes the fields that are empty there. `overwrite` writes all that differ, and the
 * mark, unless an event as new was applied already. `skip` writes only an opt-out. A contact of
 * another account is only filled.
 */
export const fieldsToUpdate = (
  signup: Signup,
  policy: Policy,
  contact: Contact,
  isLeftOut: IsLeftOut,
): ContactWrite<Partial<ContactFields>> => {
  const { onExisting, mark } = policy
  const filled = changedFields(signup, contact, () => false)
  if (onExisting === 'skip') {
    const { unsubscribed_from_emails } = filled
    const fields = unsubscribed_from_emails === true ? { unsubscribed_from_emails } : {}
    return { fields, leftOut: [], degraded: false }
  }
  const { external_id } = signup.contact
  const differs = !!external_id && !!contact.external_id && contact.external_id !== external_id
  const fills = onExisting === 'fill' || (differs && contact.role === 'user')
  const applied = appliedAt(contact)
  const degraded =
    !fills && (mark === undefined || isLeftOut(markName, mark) || Number.isNaN(applied))
  const overwrites = !fills && !degraded && mark !== undefined && mark > applied
  const replaces = (name: string) =>
    onExisting === 'overwrite' || (onExisting !== 'fill' && onExisting.overwrite.includes(name))
  const { custom_attributes, ...rest } = overwrites
    ? changedFields(signup, contact, replaces)
    : filled
  const wanted = { ...custom_attributes, ...(overwrites && markAttribute(policy)) }
  const { accepted, leftOut } = splitAttributes(wanted, isLeftOut)
  return { fields: { ...rest, ...accepted }, leftOut, degraded }
}
