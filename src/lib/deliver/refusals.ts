import type { Issue } from '../errors.ts'
import type { Signup } from '../signup.ts'
import { explainsRefusal } from './attributes.ts'
import { type History, type StepRequest, type StepResponse, sentAttributes } from './history.ts'

/** How much of a signup is still sent. */
type Extent = 'all' | 'identity' | 'identity_without_email'

/** What is left out after the refusals so far. */
type Omissions = {
  readonly extent: Extent
  /** Fields that a refusal named, and the reason. */
  readonly named: ReadonlyMap<string, string>
  /** Why no custom attribute is sent. */
  readonly attributes?: string
  /** Why a field is left out that no refusal named. */
  readonly reason: string
}

/** The refusals of a signup's writes, and what they leave out. */
export type Refusals = {
  /** Why a contact field has to be left out; `undefined` if it may be sent. */
  readonly whyNotField: (name: string, value: unknown) => string | undefined
  /** Why no custom attribute may be sent; `undefined` if they may. */
  readonly whyNotAttributes: string | undefined
  /** Fields that a refusal named although the signup has none of them. */
  readonly absent: readonly Issue[]
  /** The last refusal leaves nothing to try: the delivery fails with it. */
  readonly isFinal: boolean
}

type Write = Extract<StepRequest, { readonly fields: object }>

/** A refused write, and the list of attributes if it was read because of it. */
type Refusal = {
  readonly request: Write
  readonly response: Extract<StepResponse, { readonly type: 'refused' }>
  readonly relisted?: Extract<StepResponse, { readonly type: 'attributes' }>
}

/** The third refusal in a row says little: only the identity is tried, within the six requests. */
const maxNamedRefusals = 2

const nothing: Omissions = { extent: 'all', named: new Map(), reason: 'refused' }

const refusalsIn = (history: History): Refusal[] =>
  history.flatMap(({ request, response }, index) => {
    if (response.type !== 'refused' || !('fields' in request)) return []
    const next = history[index + 1]?.response
    return [{ request, response, ...(next?.type === 'attributes' && { relisted: next }) }]
  })

const reasonOf = ({ response }: Refusal): string => response.error.intercomCode ?? 'refused'

const isLeadPhone = (name: string, { contact }: Signup): boolean =>
  name === 'phone' && contact.role === 'lead' && contact.phone !== undefined

/** What is sent in any case; an opt-out is as good as an identity. */
const isEssential = (name: string, value: unknown): boolean =>
  name === 'role' ||
  name === 'external_id' ||
  (name === 'unsubscribed_from_emails' && value === true)

const hasUsableEmail = ({ contact }: Signup, named: Omissions['named']): boolean =>
  contact.email !== undefined && !named.has('email')

/** Whether a signup identifies its person without the e-mail. */
const hasOtherIdentity = (signup: Signup, named: Omissions['named']): boolean =>
  signup.contact.external_id !== undefined || (isLeadPhone('phone', signup) && !named.has('phone'))

/** Whether a field that a refusal names may be left out. */
const isOptional = (name: string, signup: Signup, named: Omissions['named']): boolean => {
  if (name === 'email') return hasOtherIdentity(signup, named)
  return hasUsableEmail(signup, named) || !isLeadPhone(name, signup)
}

const whyNotField = (
  name: string,
  value: unknown,
  signup: Signup,
  { extent, named, reason }: Omissions,
): string | undefined => {
  if (isEssential(name, value)) return undefined
  const namedReason = named.get(name)
  if (namedReason !== undefined || extent === 'all') return namedReason
  const sendsEmail = extent === 'identity' && hasUsableEmail(signup, named)
  const isIdentity = sendsEmail ? name === 'email' : isLeadPhone(name, signup)
  return isIdentity ? undefined : reason
}

/** Whether a request has anything that these omissions leave out. */
const isShortened = ({ fields }: Write, signup: Signup, omissions: Omissions): boolean => {
  const { custom_attributes: _attributes, ...rest } = fields
  return (
    (omissions.extent !== 'all' && Object.hasOwn(fields, 'custom_attributes')) ||
    Object.entries(rest).some(
      ([name, value]) => whyNotField(name, value, signup, omissions) !== undefined,
    )
  )
}

/**
 * Adds the fields that a refusal names and that may be left out. One that was not sent counts, too:
 * then the same request is tried again, and the copy names it.
 */
const omitNamed = (refusal: Refusal, signup: Signup, omissions: Omissions): Omissions => {
  const { fields } = refusal.request
  const named = new Map(omissions.named)
  for (const name of refusal.response.fields) {
    const mayBeLeftOut = !isEssential(name, fields[name]) && isOptional(name, signup, named)
    if (mayBeLeftOut) named.set(name, reasonOf(refusal))
  }
  return named.size === omissions.named.size ? omissions : { ...omissions, named }
}

/** The omissions after a refusal that says what it is about; `undefined` if it does not. */
const afterNamed = (
  refusal: Refusal,
  signup: Signup,
  omissions: Omissions,
): Omissions | undefined => {
  const { request, response, relisted } = refusal
  const after = omitNamed(refusal, signup, omissions)
  const isExplained = relisted?.list !== undefined && explainsRefusal(relisted.list, request)
  const isAboutAttributes = isExplained || response.aboutAttributes
  if (!isAboutAttributes || sentAttributes(request).length === 0) {
    return after === omissions ? undefined : after
  }
  // The newest list already leaves out those that it explains.
  if (isExplained) return after
  const attributes =
    relisted && !relisted.list ? 'refused, and the list of attributes could not be read' : 'refused'
  return { ...after, attributes }
}

/** The omissions after a refusal; `undefined` if nothing is left to try. */
const afterRefusal = (
  refusal: Refusal,
  index: number,
  signup: Signup,
  omissions: Omissions,
): Omissions | undefined => {
  const mayBeNamed = index < maxNamedRefusals && omissions.extent === 'all'
  const named = mayBeNamed ? afterNamed(refusal, signup, omissions) : undefined
  if (named) return named
  const { extent } = omissions
  const identity: Omissions = { ...omissions, extent: 'identity', reason: reasonOf(refusal) }
  if (extent === 'all' && isShortened(refusal.request, signup, identity)) return identity
  const withoutEmail: Omissions = { ...identity, extent: 'identity_without_email' }
  return extent !== 'identity_without_email' &&
    hasOtherIdentity(signup, omissions.named) &&
    isShortened(refusal.request, signup, withoutEmail)
    ? withoutEmail
    : undefined
}

/**
 * Returns what to leave out after the refusals of a signup's writes, so that one optional field
 * loses no customer: the fields and attributes that a refusal names; else, or after a third one, all
 * but the identity; then the e-mail too, if the person has another identity.
 */
export const refusalsOf = (signup: Signup, history: History): Refusals => {
  let omissions = nothing
  let isFinal = false
  for (const [index, refusal] of refusalsIn(history).entries()) {
    const next = afterRefusal(refusal, index, signup, omissions)
    isFinal = next === undefined
    omissions = next ?? omissions
  }
  const last = omissions
  return {
    whyNotField: (name, value) => whyNotField(name, value, signup, last),
    whyNotAttributes: last.attributes ?? (last.extent === 'all' ? undefined : 'refused'),
    absent: [...last.named].flatMap(([path, reason]) =>
      Object.hasOwn(signup.contact, path) ? [] : [{ path, reason }],
    ),
    isFinal,
  }
}

/** Whether the list of attributes may explain the last refusal, and was not read again yet. */
export const mayListExplain = (signup: Signup, history: History): boolean => {
  const refusals = refusalsIn(history)
  const last = refusals.at(-1)
  if (!last || sentAttributes(last.request).length === 0) return false
  const wasReadAgain = refusals.some(({ relisted }) => relisted !== undefined)
  const namesFields = omitNamed(last, signup, nothing) !== nothing
  return !wasReadAgain && (last.response.aboutAttributes || !namesFields)
}
