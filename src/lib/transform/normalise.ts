import type { CountryCode } from 'libphonenumber-js'
import type { Issue } from '../errors.ts'
import { shownKey } from '../field-names.ts'
import { isRecord, withoutUndefined } from '../json-access.ts'
import { once } from '../memoise.ts'
import {
  type AnySignup,
  attributePrefix,
  type Company,
  type ContactFields,
  clearableFields,
  contactFieldNames,
  contactKeys,
  type EventKind,
  eventKinds,
  type Role,
  type Signup,
  type SignupInput,
} from '../signup.ts'
import { hasUnreadCompany, readCompanies } from './company.ts'
import type { Constants } from './constants.ts'
import { readAttributeName, readAttributes } from './custom-attributes.ts'
import { readDataEvent } from './data-event.ts'
import { readEmail } from './email.ts'
import { isFound } from './find-value.ts'
import { createValueReader, type LeftOut, type ValueReader } from './normalise-values.ts'
import { isAbsent, toTagList } from './text.ts'

export type Normalised =
  | { readonly kind: 'signup'; readonly signup: AnySignup; readonly leftOut: readonly LeftOut[] }
  | {
      /** `company_deleted`: at the sender; it stays in Intercom. */
      readonly kind: 'company_deleted' | 'no_identity' | 'opt_out_unreadable' | 'event_unknown'
      readonly issues: readonly Issue[]
    }

/** What normalising depends on beside the input. */
export type NormaliseContext = {
  /** The event's id if the signup has none. */
  readonly eventId: string
  readonly country: CountryCode | undefined
  /** When the delivery was received, unix seconds. */
  readonly receivedAt: number
  readonly constants: Constants
}

const inputNames: ReadonlySet<string> = new Set([
  'event_id',
  'occurred_at',
  'event',
  'isWhole',
  'part',
  'isByAccount',
  'isKindless',
  'about',
  'contact',
  'consent',
  'subscriptions',
  'tags',
  'company',
  'companies',
  'leaves',
  'note',
  'data_event',
  'country',
  'guessed',
  'clears',
] satisfies (keyof SignupInput)[])

/**
 * Turns the loose input of any source into a Signup. A value that cannot be used is left out and
 * listed in `leftOut`, never guessed; times become unix seconds, phone numbers E.164. A user needs
 * an e-mail or an external_id, a lead an e-mail or a phone number: else the result is
 * `no_identity`, with every problem found. An opt-out that is unreadable and an event of an unknown
 * kind are not guessed either.
 */
export const normalise = async (
  input: SignupInput,
  { eventId, country, receivedAt, constants }: NormaliseContext,
): Promise<Normalised> => {
  const event = readKind(input.event)
  if (event === undefined) {
    const reason = `expected ${eventKinds.join(', ')}`
    return { kind: 'event_unknown', issues: [{ path: 'event', reason }] }
  }
  const reader = createValueReader(receivedAt)
  leaveOutUnknownFields(reader, input)
  if (input.about === 'company') return normaliseCompany(reader, input, event, eventId)
  countGuessed(reader, input.guessed)
  const role = reader.role(input.contact.role)
  const identity = await readIdentity(reader, input.contact, role, readCountry(input) ?? country)
  const { email, external_id, phone } = identity
  const isLeadByPhone = role === 'lead' && phone !== undefined && event !== 'deleted'
  if (!email && !external_id && !isLeadByPhone) {
    if (input.about === 'customer') return normaliseCompany(reader, input, event, eventId)
    const issues = reader.leftOut.map(({ path, reason }) => ({ path, reason }))
    const needed =
      role === 'lead' && event !== 'deleted'
        ? 'needs an email or a phone'
        : 'needs an email or an external_id'
    return { kind: 'no_identity', issues: [...issues, { path: '', reason: needed }] }
  }
  const { unsubscribed_from_emails } = input.contact
  const optOut = isFound(unsubscribed_from_emails)
    ? await readGivenOptOut(unsubscribed_from_emails)
    : undefined
  if (optOut === 'unreadable') {
    const issues = [{ path: 'unsubscribed_from_emails', reason: 'boolean_invalid' }]
    return { kind: 'opt_out_unreadable', issues }
  }

  const contact: ContactFields = {
    role,
    ...identity,
    ...readOtherFields(reader, input.contact, constants),
    ...(optOut !== undefined && { unsubscribed_from_emails: optOut }),
  }
  const ofEvent = readEvent(reader, input, event, eventId)
  const companies = readCompanies(reader, input)
  const isMembership = input.about === 'membership' || undefined
  if (isMembership && !companies?.length) return withoutCompany(reader)
  const signup: Signup = {
    ...ofEvent,
    ...withoutUndefined({
      isWhole: input.isWhole === true ? true : undefined,
      part: typeof input.part === 'string' ? input.part : undefined,
      isByAccount: input.isByAccount === true ? true : undefined,
      isKindless: input.isKindless === true ? true : undefined,
    }),
    contact,
    ...withoutUndefined({
      consent:
        input.consent === undefined ? undefined : await readGivenConsent(reader, input.consent),
      subscriptions: readSubscriptions(input.subscriptions),
      tags: readTags(reader, input.tags, constants),
      companies: input.leaves === true ? undefined : companies,
      hasUnreadCompany: companies && hasUnreadCompany(reader),
      isMembership,
      leaves: input.leaves === true ? companies?.map(({ company_id }) => company_id) : undefined,
      note: reader.longText('note', input.note),
      data_event: isRecord(input.data_event)
        ? readDataEvent(reader, input.data_event, ofEvent.occurred_at ?? receivedAt)
        : undefined,
      clears: readClears(input.clears, contact, constants),
    }),
  }
  return { kind: 'signup', signup, leftOut: reader.leftOut }
}

/** Which event it is, when it occurred, and what happened. */
const readEvent = (
  reader: ValueReader,
  input: SignupInput,
  event: EventKind,
  eventId: string,
): Pick<Signup, 'event_id' | 'occurred_at' | 'event'> => ({
  event_id: reader.id('event_id', input.event_id) ?? eventId,
  ...withoutUndefined({
    occurred_at: reader.time('occurred_at', input.occurred_at),
    event: event === 'created' ? undefined : event,
  }),
})

const withoutCompany = ({ leftOut }: ValueReader): Normalised => ({
  kind: 'no_identity',
  issues: [
    ...leftOut.map(({ path, reason }) => ({ path, reason })),
    { path: 'company', reason: 'needs a company_id or a name' },
  ],
})

/** An event of a company alone. */
const normaliseCompany = (
  reader: ValueReader,
  input: SignupInput,
  event: EventKind,
  eventId: string,
): Normalised => {
  const [company] = readCompanies(reader, input) ?? []
  if (!company) return withoutCompany(reader)
  if (event === 'deleted') return { kind: 'company_deleted', issues: [] }
  const signup = { ...readEvent(reader, input, event, eventId), companies: [company] as [Company] }
  return { kind: 'signup', signup, leftOut: reader.leftOut }
}

/** `undefined` if it is none: what happened is never guessed. */
const readKind = (event: unknown): EventKind | undefined =>
  isAbsent(event) ? 'created' : eventKinds.find((kind) => kind === event)

const leaveOutUnknownFields = (reader: ValueReader, input: SignupInput): void => {
  for (const name of Object.keys(input)) {
    if (!inputNames.has(name)) reader.leaveOut(shownKey(name), 'field_unknown')
  }
  for (const name of Object.keys(input.contact)) {
    if (!contactKeys.has(name)) reader.leaveOut(shownKey(name), 'field_unknown')
  }
}

const readCountry = ({ country }: SignupInput): CountryCode | undefined =>
  // A code that libphonenumber does not know counts as none there.
  typeof country === 'string' && /^[A-Z]{2}$/.test(country) ? (country as CountryCode) : undefined

/** A source's own `map` may have changed the list. */
const countGuessed = (reader: ValueReader, guessed: unknown): void => {
  if (!Array.isArray(guessed)) return
  for (const field of contactFieldNames) {
    if (guessed.includes(field)) reader.leaveOut(field, 'person_unclear')
  }
}

/** The fields that identify a person; a lead has no external_id. */
const readIdentity = async (
  reader: ValueReader,
  contact: SignupInput['contact'],
  role: Role,
  country: CountryCode | undefined,
) => {
  const id = reader.id('external_id', contact.external_id)
  if (role === 'lead' && id !== undefined) reader.leaveOut('external_id', 'lead_external_id')
  const email = reader.email(contact.email)
  // An account whose id is its e-mail has one spelling of both.
  const isEmail = email !== undefined && id?.includes('@') && readEmail(id) === email
  return withoutUndefined({
    external_id: role === 'lead' ? undefined : isEmail ? email : id,
    email,
    // It says nothing without the e-mail that it is about.
    email_verified:
      email === undefined ? undefined : reader.boolean('email_verified', contact.email_verified),
    phone: await reader.phone(contact.phone, country),
  })
}

const readOtherFields = (
  reader: ValueReader,
  contact: SignupInput['contact'],
  constants: Constants,
) =>
  withoutUndefined({
    name: reader.name('name', contact.name),
    avatar: reader.avatar(contact.avatar),
    signed_up_at: reader.time('signed_up_at', contact.signed_up_at),
    last_seen_at: reader.time('last_seen_at', contact.last_seen_at),
    owner_id: reader.integer('owner_id', contact.owner_id),
    custom_attributes: readAttributes(
      reader,
      'custom_attributes',
      contact.custom_attributes,
      constants.attribute,
    ),
  })

/** Loaded only for what is no boolean: the readers have long lists of words. */
export const loadAnswerReaders = once(() => import('./answer-readers.ts'))

const readGivenOptOut = async (given: unknown) => {
  if (typeof given === 'boolean') return given
  const { readOptOut } = await loadAnswerReaders()
  return readOptOut(given)
}

/** What is no known yes is a no; the option `consent` has counted what it could not read. */
const readGivenConsent = async (reader: ValueReader, given: unknown): Promise<boolean> => {
  if (typeof given === 'boolean') return given
  const { readConsent } = await loadAnswerReaders()
  const consent = readConsent(given)
  if (consent === 'unclear') reader.leaveOut('consent', 'consent_unclear')
  return consent === true
}

/** A `map` may have changed them: what is no boolean is no answer. */
const readSubscriptions = (input: unknown): Signup['subscriptions'] => {
  if (!isRecord(input)) return undefined
  const answers = Object.entries(input).map(([name, answer]): [string, boolean | null] => [
    name,
    typeof answer === 'boolean' ? answer : null,
  ])
  return answers.length === 0 ? undefined : Object.fromEntries(answers)
}

const readTags = (
  reader: ValueReader,
  input: unknown,
  { tag: constant }: Constants,
): string[] | undefined => {
  const names = toTagList(input).flatMap(
    (tag) => (typeof tag === 'string' && constant(tag)) || (reader.name('tags', tag) ?? []),
  )
  return names.length === 0 ? undefined : [...new Set(names)]
}

/** What the sender empties, without the fields that have a value in the end. */
const readClears = (
  input: unknown,
  contact: ContactFields,
  { attribute }: Constants,
): string[] | undefined => {
  if (!Array.isArray(input)) return undefined
  const clears = input.flatMap((path: unknown) => {
    if (typeof path !== 'string') return []
    const field = clearableFields.find((name) => name === path)
    if (field) return contact[field] === undefined ? [field] : []
    if (!path.startsWith(attributePrefix)) return []
    const name = readAttributeName(path.slice(attributePrefix.length), attribute)
    const hasValue = name === undefined || Object.hasOwn(contact.custom_attributes ?? {}, name)
    return hasValue ? [] : [`${attributePrefix}${name}`]
  })
  return clears.length === 0 ? undefined : [...new Set(clears)]
}
