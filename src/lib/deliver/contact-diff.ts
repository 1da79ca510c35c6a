import type { Issue } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import type { ContactChanges } from '../intercom/contact-request.ts'
import type { Scalar } from '../intercom/data-attributes.ts'
import { isEmpty, own } from '../json-access.ts'
import {
  attributePrefix,
  type ContactFields,
  clearableFields,
  markName,
  type Signup,
} from '../signup.ts'
import type { SignupAttributes } from './attributes.ts'
import { type FittedAttribute, isSameName } from './fit-attributes.ts'
import type { Policy } from './policy.ts'
import type { Refusals } from './refusals.ts'

/** What may be sent: the attributes as the workspace takes them, without what Intercom refused. */
export type Sendable = Pick<Refusals, 'whyNotField' | 'whyNotAttributes'> & {
  readonly attributes: SignupAttributes
}

/** The fields to write, and what is left out of them (the mark is not listed). */
export type ContactWrite<Fields> = {
  readonly fields: Fields
  readonly leftOut: readonly Issue[]
  /** Filled instead of overwritten, because the order of events is not known. */
  readonly degraded: boolean
}

/** The fields and attributes to write, before any is left out. */
type Wanted<Value> = {
  readonly fields: readonly (readonly [name: string, value: unknown])[]
  readonly attributes: readonly FittedAttribute<Value>[]
}

/** Splits what is wanted into the fields to send and what is left out. */
const split = <Value>({ fields, attributes }: Wanted<Value>, sendable: Sendable) => {
  const whyNot = ({ problem }: FittedAttribute<Value>) => problem ?? sendable.whyNotAttributes
  const accepted = attributes.filter((attribute) => whyNot(attribute) === undefined)
  const entries = fields.filter(([name, value]) => sendable.whyNotField(name, value) === undefined)
  return {
    fields: {
      ...Object.fromEntries(entries),
      ...(accepted.length > 0 && {
        custom_attributes: Object.fromEntries(accepted.map(({ sentAs, value }) => [sentAs, value])),
      }),
    },
    leftOut: [
      ...fields.map(([name, value]) => ({ path: name, reason: sendable.whyNotField(name, value) })),
      ...attributes
        .filter(({ name }) => name !== markName)
        .map((attribute) => ({
          path: `${attributePrefix}${attribute.name}`,
          reason: whyNot(attribute),
        })),
    ].flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }])),
  }
}

const markOf = ({ attributes: { mark } }: Sendable): FittedAttribute[] => (mark ? [mark] : [])

/** When a person signed up, if the signup does not say. */
const signedUpAt = ({ occurred_at }: Signup, { received_at }: Policy): number =>
  occurred_at ?? received_at

/**
 * Returns the fields of a contact to create. A consent of `false` unsubscribes it; an explicit
 * `unsubscribed_from_emails` takes precedence. A user has signed up when the signup says, else when
 * it occurred, else when it was received.
 */
export const fieldsToCreate = (
  signup: Signup,
  policy: Policy,
  sendable: Sendable,
): ContactWrite<ContactFields> => {
  const { contact, consent } = signup
  const { role, custom_attributes: _attributes, ...rest } = contact
  const wanted = {
    ...(consent !== undefined && { unsubscribed_from_emails: !consent }),
    ...(role === 'user' && { signed_up_at: signedUpAt(signup, policy) }),
    ...rest,
  }
  const attributes = [...sendable.attributes.values, ...markOf(sendable)]
  const { fields, leftOut } = split({ fields: Object.entries(wanted), attributes }, sendable)
  return { fields: { role, ...fields }, leftOut, degraded: false }
}

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

const isLater = (value: Scalar, current: unknown): boolean => Number(value) > Number(current)

/** From API version 2.16 on, Intercom returns owner_id as a string. */
const isSameValue = (name: string, value: Scalar, current: unknown): boolean =>
  value === current || (name === 'owner_id' && String(value) === current)

/**
 * Returns what a signup changes on an existing contact: what is empty there, and what `replaces`
 * accepts. Custom attributes are compared one by one. `last_seen_at` only becomes later. An opt-out
 * is always written, an opt-in never. A lead becomes a user and gets the account's values; a user
 * never becomes a lead.
 */
const changesOf = (
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
    if (name === 'last_seen_at') return isLater(value, current)
    return !isSameValue(name, value, current) && (converts || replaces(name))
  }
  const fields = plainFields.filter((name) =>
    writes(name, wanted[name], currentValue(contact, name)),
  )
  const optsOut =
    wanted.unsubscribed_from_emails === true && contact.unsubscribed_from_emails !== true
  return {
    fields: [
      ...(converts ? [['role', 'user'] as const] : []),
      ...fields.map((name) => [name, wanted[name]] as const),
      ...(optsOut ? [['unsubscribed_from_emails', true] as const] : []),
    ],
    attributes: values.filter(({ sentAs, value }) =>
      writes(sentAs, value, own(contact.custom_attributes, sentAs)),
    ),
  }
}

/** Returns what a signup empties on an existing contact. */
const clearsOf = (
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

/** The mark on a contact: -Infinity if it has none, NaN if it is no number or cannot be written. */
const appliedAt = (contact: Contact, mark: SignupAttributes['mark']): number => {
  if (!mark || mark.problem !== undefined) return Number.NaN
  const applied = own(contact.custom_attributes, mark.sentAs)
  return applied === undefined || applied === null ? Number.NEGATIVE_INFINITY : Number(applied)
}

/** Whether a source overwrites a field or attribute of this name. */
const replacesBy =
  ({ onExisting }: Policy) =>
  (name: string): boolean =>
    onExisting === 'overwrite' ||
    (typeof onExisting === 'object' &&
      onExisting.overwrite.some((listed) => isSameName(listed, name)))

/** What an overwriting source writes to an existing contact, the mark included. */
const overwritesOf = (
  signup: Signup,
  policy: Policy,
  contact: Contact,
  sendable: Sendable,
): Wanted<Scalar | null> => {
  const replaces = replacesBy(policy)
  const changed = changesOf(signup, policy, contact, sendable.attributes, replaces)
  const cleared = clearsOf(signup, contact, sendable.attributes, replaces)
  return {
    fields: [...changed.fields, ...cleared.fields],
    attributes: [...changed.attributes, ...cleared.attributes, ...markOf(sendable)],
  }
}

/** Without the mark nothing may be replaced: what is not merely filled is left out. */
const withoutReplacing = (
  sendable: Sendable,
  filled: Wanted<Scalar>,
  reason: string,
): Sendable => ({
  ...sendable,
  whyNotField: (name, value) =>
    sendable.whyNotField(name, value) ??
    (filled.fields.some(([field]) => field === name) ? undefined : reason),
})

/**
 * Returns the fields that a signup writes to an existing contact; empty if there is nothing to
 * write. `fill` writes the fields that are empty there. `overwrite` writes all that differ, empties
 * those that the sender does, and writes the mark, unless an event as new was applied already.
 * `skip` writes only an opt-out. A contact of another account is only filled.
 */
export const fieldsToUpdate = (
  signup: Signup,
  policy: Policy,
  contact: Contact,
  sendable: Sendable,
): ContactWrite<ContactChanges> => {
  const { onExisting } = policy
  const { attributes, whyNotAttributes } = sendable
  const filled = changesOf(signup, policy, contact, attributes, () => false)
  if (onExisting === 'skip') {
    const optOut = filled.fields.filter(([name]) => name === 'unsubscribed_from_emails')
    return { fields: Object.fromEntries(optOut), leftOut: [], degraded: false }
  }
  const { external_id } = signup.contact
  const differs = !!external_id && !!contact.external_id && contact.external_id !== external_id
  const fills = onExisting === 'fill' || (differs && contact.role === 'user')
  const applied = appliedAt(contact, attributes.mark)
  if (fills || Number.isNaN(applied)) return { ...split(filled, sendable), degraded: !fills }
  if (Number(attributes.mark?.value) <= applied) {
    return { ...split(filled, sendable), degraded: false }
  }
  const wanted = overwritesOf(signup, policy, contact, sendable)
  return whyNotAttributes === undefined
    ? { ...split(wanted, sendable), degraded: false }
    : { ...split(wanted, withoutReplacing(sendable, filled, whyNotAttributes)), degraded: true }
}
