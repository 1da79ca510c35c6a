import type { Contact } from '../intercom/contact.ts'
import type { Scalar } from '../intercom/data-attributes.ts'
import { isEmpty, own } from '../json-access.ts'
import type { ContactFields, Signup } from '../signup.ts'
import type { Policy } from './policy.ts'

/** The custom attribute that says when the newest event happened that was applied; unix seconds. */
export const markName = 'signup_bridge_at'

/** Whether a custom attribute has to be left out, since the workspace does not take it. */
export type IsLeftOut = (name: string, value: Scalar) => boolean

/** What to write, and the custom attributes that were left out of it, the mark aside. */
export type ContactWrite<Fields> = {
  readonly fields: Fields
  readonly leftOut: readonly (readonly [name: string, value: Scalar])[]
  /** Filled where it was to overwrite: newer cannot be told from older. */
  readonly degraded: boolean
}

type Attributes = NonNullable<ContactFields['custom_attributes']>

/** A signup's own attributes: the mark is ours alone to write. */
const signupAttributes = ({ contact }: Signup): Attributes => {
  const { [markName]: _mark, ...attributes } = contact.custom_attributes ?? {}
  return attributes
}

/** The attributes that are taken, as a field of a request, and those that are left out. */
const splitAttributes = (wanted: Attributes, leavesOut: IsLeftOut) => {
  const taken = Object.entries(wanted).filter(([name, value]) => !leavesOut(name, value))
  return {
    taken: taken.length > 0 && { custom_attributes: Object.fromEntries(taken) },
    leftOut: Object.entries(wanted).filter(
      ([name, value]) => name !== markName && leavesOut(name, value),
    ),
  }
}

const markAttribute = ({ mark }: Policy): { [markName]?: number } =>
  mark === undefined ? {} : { [markName]: mark }

/**
 * A contact to create. A box left empty unsubscribes it; an explicit value beats the box.
 */
export const fieldsToCreate = (
  signup: Signup,
  policy: Policy,
  leavesOut: IsLeftOut,
): ContactWrite<ContactFields> => {
  const { contact, consent } = signup
  const { custom_attributes: _attributes, ...rest } = contact
  const { taken, leftOut } = splitAttributes(
    { ...signupAttributes(signup), ...markAttribute(policy) },
    leavesOut,
  )
  const fields = {
    ...(consent !== undefined && { unsubscribed_from_emails: !consent }),
    ...rest,
    ...taken,
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
 * What changes on a contact that exists, field by field, custom attributes each on its own. Written
 * is what is empty there, and what `replaces` names. An opt-out always, an opt-in never; a lead
 * becomes a user and takes the account's own values, a user never becomes a lead.
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
    // From API version 2.16 on, an owner_id comes as text.
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

/** When the newest event happened that was applied to a contact. */
const appliedAt = (contact: Contact): number => {
  const mark = own(contact.custom_attributes, markName)
  return mark === undefined || mark === null ? Number.NEGATIVE_INFINITY : Number(mark)
}

/**
 * What a signup writes to a contact that exists; no fields for nothing. `fill` writes what is empty;
 * `overwrite` all that differs, and the mark, unless something as new was applied; `skip` nothing
 * but an opt-out. Another account's contact is only ever filled.
 */
export const fieldsToUpdate = (
  signup: Signup,
  policy: Policy,
  contact: Contact,
  leavesOut: IsLeftOut,
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
  const fill = onExisting === 'fill' || (differs && contact.role === 'user')
  const applied = appliedAt(contact)
  const degraded =
    !fill && (mark === undefined || leavesOut(markName, mark) || Number.isNaN(applied))
  const overwrites = !fill && !degraded && mark !== undefined && mark > applied
  const replaces = (name: string) =>
    onExisting === 'overwrite' || (onExisting !== 'fill' && onExisting.overwrite.includes(name))
  const { custom_attributes, ...rest } = overwrites
    ? changedFields(signup, contact, replaces)
    : filled
  const wanted = { ...custom_attributes, ...(overwrites && markAttribute(policy)) }
  const { taken, leftOut } = splitAttributes(wanted, leavesOut)
  return { fields: { ...rest, ...taken }, leftOut, degraded }
}
