import type { Issue } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import type { ContactChanges } from '../intercom/contact-request.ts'
import type { Scalar } from '../intercom/data-attributes.ts'
import { own } from '../json-access.ts'
import {
  attributePrefix,
  type ContactFields,
  isBridgeAttribute,
  markName,
  type Signup,
} from '../signup.ts'
import type { SignupAttributes } from './attributes.ts'
import {
  changesOf,
  clearsOf,
  keeps,
  signedUpAt,
  verifiedEmail,
  type Wanted,
} from './contact-diff.ts'
import { type FittedAttribute, isSameName } from './fit-attributes.ts'
import { appliedTo, isAfterDeletion, isNewer, timeOf } from './mark.ts'
import { isForeignTombstone, mayReplace, ownerOf } from './ownership.ts'
import { isOwn, type Policy } from './policy.ts'
import type { Refusals } from './refusals.ts'

/** What may be sent: the attributes as the workspace takes them, without what Intercom refused. */
export type Sendable = Pick<Refusals, 'whyNotField' | 'whyNotAttributes'> & {
  readonly attributes: SignupAttributes
}

/** The fields to write, and what is left out of them (the bridge's own attributes are not listed). */
export type ContactWrite<Fields> = {
  readonly fields: Fields
  readonly leftOut: readonly Issue[]
  /** Filled instead of overwritten, because the order of events is not known. */
  readonly degraded: boolean
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
        .filter(({ name }) => !isBridgeAttribute(name))
        .map((attribute) => ({
          path: `${attributePrefix}${attribute.name}`,
          reason: whyNot(attribute),
        })),
    ].flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }])),
  }
}

/** A change does not say when a user signed up. */
const signsUp = ({ event, contact }: Signup): boolean =>
  event === undefined && contact.role === 'user'

const markOf = ({ attributes: { mark } }: Sendable, contact?: Contact): FittedAttribute[] =>
  mark && (!contact || own(contact.custom_attributes, mark.sentAs) !== mark.value) ? [mark] : []

/** The owner, of a contact that has none. */
const ownerFor = (
  { attributes: { owner } }: Sendable,
  contact?: Contact,
): readonly FittedAttribute[] =>
  owner && (!contact || ownerOf(contact, owner) === undefined) ? [owner] : []

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
    ...(signsUp(signup) && { signed_up_at: signedUpAt(signup, policy) }),
    ...rest,
  }
  const attributes = [...sendable.attributes.values, ...markOf(sendable), ...ownerFor(sendable)]
  const { fields, leftOut } = split({ fields: Object.entries(wanted), attributes }, sendable)
  return { fields: { role, ...fields }, leftOut, degraded: false }
}

/** Whether a source overwrites a field or attribute of this name, or empties it. */
const replacesBy =
  (policy: Policy) =>
  (name: string): boolean => {
    const { onExisting } = policy
    if (keeps(policy, name)) return false
    if (typeof onExisting === 'string') return onExisting === 'overwrite'
    return onExisting.overwrite.some((listed) => isSameName(listed, name))
  }

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
  const fields = [...changed.fields, ...cleared.fields]
  const attributes = [
    ...changed.attributes,
    ...cleared.attributes,
    ...markOf(sendable, contact),
    ...ownerFor(sendable, contact),
  ]
  // Intercom does not show it, so it never is the reason to write.
  const isBeside =
    (fields.length > 0 || attributes.some(({ problem }) => problem === undefined)) &&
    sendable.whyNotAttributes === undefined &&
    contact.email_verified === undefined &&
    fields.every(([name]) => name !== 'email') &&
    replaces('email_verified')
  return {
    fields: isBeside ? [...fields, ...verifiedEmail(signup, contact)] : fields,
    attributes,
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

/** What a signup that does not overwrite writes; who gives the account id owns the contact. */
const filling = (
  filled: Wanted<Scalar>,
  sendable: Sendable,
  contact: Contact,
  marks: readonly FittedAttribute[],
): Wanted<Scalar> => {
  const givesId = filled.fields.some(([name]) => name === 'external_id')
  const owner = givesId ? ownerFor(sendable, contact) : []
  return { fields: filled.fields, attributes: [...filled.attributes, ...owner, ...marks] }
}

/** The marks of who signs up again after a deletion: no longer deleted. */
const marksOfReturn = (
  signup: Signup,
  policy: Policy,
  { attributes: { mark, personMark } }: Sendable,
): readonly FittedAttribute[] => {
  if (!mark) return [{ name: markName, sentAs: markName, value: timeOf(signup, policy) }]
  return personMark ? [mark, personMark] : [mark]
}

/** The signup may come after a change, or after who signed up before was deleted. */
const withSignedUpAt = (signup: Signup, policy: Policy): Signup =>
  signsUp(signup)
    ? {
        ...signup,
        contact: { signed_up_at: signedUpAt(signup, policy), ...signup.contact },
      }
    : signup

const noneApplied = { at: Number.NEGATIVE_INFINITY, isDeletion: false }

/** Whether the newest event may be this source's: the contact is its own, or nothing says whose. */
const isOfThisSource = (contact: Contact, owner: FittedAttribute | undefined): boolean =>
  owner === undefined || owner.problem !== undefined || ownerOf(contact, owner) === owner.value

const onlyOptOut = ({ fields }: Wanted<Scalar>): Wanted<Scalar> => ({
  fields: fields.filter(([name]) => name === 'unsubscribed_from_emails'),
  attributes: [],
})

/**
 * Returns the fields that a signup writes to an existing contact; empty if there is nothing to
 * write. `fill` writes the fields that are empty there. `overwrite` writes all that differ, empties
 * those that the sender does, and writes the mark, unless an event as new was applied already.
 * `skip` writes only an opt-out, and fills a contact that an earlier receive of this signup created:
 * what Intercom refused then is named again. So does an event that is older than the newest of its
 * source, if each has the whole person. A contact of another account, or of another source, is only filled.
 */
export const fieldsToUpdate = (
  signup: Signup,
  policy: Policy,
  contact: Contact,
  sendable: Sendable,
): ContactWrite<ContactChanges> => {
  const { onExisting } = policy
  const { attributes, whyNotAttributes } = sendable
  const filled = changesOf(
    policy.claim ? withSignedUpAt(signup, policy) : signup,
    policy,
    contact,
    attributes,
    () => false,
  )
  const write = (wanted: Wanted<Scalar | null>, degraded = false) => ({
    ...split(wanted, sendable),
    degraded,
  })
  const { claim } = policy
  const isForeign = isForeignTombstone(contact, attributes.owner, claim)
  const applied = isForeign ? noneApplied : appliedTo(contact, attributes)
  const isLate = applied.at > Number.NEGATIVE_INFINITY && !isNewer(signup, policy, applied)
  const returns =
    isForeign || (claim ? applied.isDeletion && !isLate : isAfterDeletion(signup, policy, contact))
  const marks = returns ? marksOfReturn(signup, policy, sendable) : []
  if (onExisting === 'skip' && !isOwn(signup, policy, contact)) {
    const { fields } = onlyOptOut(filled)
    return write({ fields, attributes: marks })
  }
  if (signup.isWhole && isLate && isOfThisSource(contact, attributes.owner)) {
    return write(onlyOptOut(filled))
  }
  const { external_id } = signup.contact
  const isAccount = !!external_id && contact.external_id === external_id
  const differs = !!external_id && !!contact.external_id && !isAccount
  const isOurs = isForeign || mayReplace(contact, attributes.owner, policy, isAccount)
  const fills =
    onExisting === 'fill' ||
    onExisting === 'skip' ||
    (differs && contact.role === 'user') ||
    !isOurs
  if (fills || Number.isNaN(applied.at) || isLate) {
    // Signed up once more: an older deletion that comes later is not about this one.
    const isAgain = claim?.deletes === true && isOurs && isAccount && !isLate && applied.at > 0
    const written = marks.length === 0 && isAgain ? markOf(sendable, contact) : marks
    const owner = isForeign && attributes.owner ? [attributes.owner] : []
    const wanted = filling(filled, sendable, contact, [...written, ...owner])
    return write(wanted, !fills && Number.isNaN(applied.at))
  }
  const wanted = overwritesOf(signup, policy, contact, sendable)
  return whyNotAttributes === undefined
    ? write(wanted)
    : {
        ...split(wanted, withoutReplacing(sendable, filled, whyNotAttributes)),
        degraded: true,
      }
}
