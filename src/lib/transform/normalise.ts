import type { CountryCode } from 'libphonenumber-js'
import type { Issue } from '../errors.ts'
import { isRecord } from '../json-access.ts'
import {
  type Company,
  type ContactFields,
  contactKeys,
  type Role,
  type Signup,
  type SignupInput,
} from '../signup.ts'
import { clean, createValueReader, type LeftOut, type ValueReader } from './normalise-values.ts'

export type Normalised =
  | { readonly kind: 'signup'; readonly signup: Signup; readonly leftOut: readonly LeftOut[] }
  | { readonly kind: 'no_identity'; readonly issues: readonly Issue[] }

/** https://www.intercom.com/help/en/articles/179-send-custom-user-attributes-to-intercom */
const maxAttributes = 250
const inputNames: ReadonlySet<string> = new Set([
  'event_id',
  'occurred_at',
  'contact',
  'consent',
  'tags',
  'company',
  'note',
] satisfies (keyof SignupInput)[])

/**
 * Turns the loose input of any source into a Signup. A value that cannot be used is left out and
 * listed in `leftOut`, never guessed; times become unix seconds, phone numbers E.164. A user needs
 * an e-mail or an external_id, a lead an e-mail or a phone number: else the result is
 * `no_identity`, with every problem found.
 */
export const normalise = async (
  input: SignupInput,
  { eventId, country }: { readonly eventId: string; readonly country: CountryCode | undefined },
): Promise<Normalised> => {
  const reader = createValueReader()
  leaveOutUnknownFields(reader, input)
  const role = reader.role(input.contact.role)
  const identity = await readIdentity(reader, input.contact, role, country)
  const { email, external_id, phone } = identity
  if (!email && !external_id && !(role === 'lead' && phone)) {
    const issues = reader.leftOut.map(({ path, reason }) => ({ path, reason }))
    const needed =
      role === 'lead' ? 'needs an email or a phone' : 'needs an email or an external_id'
    return { kind: 'no_identity', issues: [...issues, { path: '', reason: needed }] }
  }

  const signup: Signup = {
    event_id: reader.id('event_id', input.event_id) ?? eventId,
    ...withoutUndefined({ occurred_at: reader.time('occurred_at', input.occurred_at) }),
    contact: { role, ...identity, ...readOtherFields(reader, input.contact) },
    ...withoutUndefined({
      consent: input.consent,
      tags: readTags(reader, input.tags),
      companies: readCompanies(reader, input.company),
      note: reader.longText('note', input.note),
    }),
  }
  return { kind: 'signup', signup, leftOut: reader.leftOut }
}

const leaveOutUnknownFields = (reader: ValueReader, input: SignupInput): void => {
  for (const name of Object.keys(input)) {
    if (!inputNames.has(name)) reader.leaveOut('signup', 'field_unknown')
  }
  for (const name of Object.keys(input.contact)) {
    if (!contactKeys.has(name)) reader.leaveOut('contact', 'field_unknown')
  }
}

/** The fields that identify a person; a lead has no external_id. */
const readIdentity = async (
  reader: ValueReader,
  contact: SignupInput['contact'],
  role: Role,
  country: CountryCode | undefined,
) => {
  const external_id = reader.id('external_id', contact.external_id)
  if (role === 'lead' && external_id !== undefined) {
    reader.leaveOut('external_id', 'lead_external_id')
  }
  return withoutUndefined({
    external_id: role === 'lead' ? undefined : external_id,
    email: reader.email(contact.email),
    phone: await reader.phone(contact.phone, country),
  })
}

const readOtherFields = (reader: ValueReader, contact: SignupInput['contact']) =>
  withoutUndefined({
    name: reader.name('name', contact.name),
    avatar: reader.avatar(contact.avatar),
    signed_up_at: reader.time('signed_up_at', contact.signed_up_at),
    last_seen_at: reader.time('last_seen_at', contact.last_seen_at),
    owner_id: reader.integer('owner_id', contact.owner_id),
    unsubscribed_from_emails: reader.boolean(
      'unsubscribed_from_emails',
      contact.unsubscribed_from_emails,
    ),
    custom_attributes: readAttributes(reader, contact.custom_attributes),
  })

const readAttributes = (
  reader: ValueReader,
  input: unknown,
): ContactFields['custom_attributes'] => {
  if (input === undefined || input === null) return undefined
  if (!isRecord(input)) return reader.leaveOut('custom_attributes', 'attribute_invalid')
  const usable = Object.entries(input).flatMap(([key, value]) => {
    const name = clean(key)
    if (name === '' || /[.$]/.test(name)) {
      reader.leaveOut('custom_attributes', 'attribute_invalid')
      return []
    }
    const attribute = reader.attribute(value)
    return attribute === undefined ? [] : [[name, attribute] as const]
  })
  for (let over = usable.length; over > maxAttributes; over -= 1) {
    reader.leaveOut('custom_attributes', 'attribute_limit')
  }
  return usable.length === 0 ? undefined : Object.fromEntries(usable.slice(0, maxAttributes))
}

const readCompany = (reader: ValueReader, input: SignupInput['company']): Company | undefined => {
  if (input === undefined) return undefined
  const company_id = reader.id('company.company_id', input.company_id)
  const rest = withoutUndefined({
    name: reader.name('company.name', input.name),
    website: reader.name('company.website', input.website),
    plan: reader.name('company.plan', input.plan),
    industry: reader.name('company.industry', input.industry),
    size: reader.integer('company.size', input.size),
  })
  if (company_id !== undefined) return { company_id, ...rest }
  return Object.keys(rest).length === 0
    ? undefined
    : reader.leaveOut('company', 'company_without_id')
}

const readCompanies = (
  reader: ValueReader,
  input: SignupInput['company'],
): Company[] | undefined => {
  const company = readCompany(reader, input)
  return company && [company]
}

const readTags = (reader: ValueReader, input: unknown): string[] | undefined => {
  const names = (Array.isArray(input) ? input : [input]).flatMap(
    (tag) => reader.name('tags', tag) ?? [],
  )
  return names.length === 0 ? undefined : [...new Set(names)]
}

type WithoutUndefined<T> = { [key in keyof T]?: Exclude<T[key], undefined> }

/** Returns the object without its undefined properties. */
const withoutUndefined = <T extends object>(object: T): WithoutUndefined<T> =>
  // Object.fromEntries() loses the types of the properties.
  Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as WithoutUndefined<T>
