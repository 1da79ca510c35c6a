import type { CountryCode } from 'libphonenumber-js'
import type { Issue } from '../errors.ts'
import { isRecord } from '../json-access.ts'
import {
  type Company,
  type ContactFields,
  contactKeys,
  type Signup,
  type SignupInput,
} from '../signup.ts'
import { clean, createValueReader, type LeftOut, type ValueReader } from './values.ts'

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

const attributes = (reader: ValueReader, given: unknown): ContactFields['custom_attributes'] => {
  if (given === undefined || given === null) return undefined
  if (!isRecord(given)) return reader.leave('custom_attributes', 'attribute_invalid')
  const usable = Object.entries(given).flatMap(([key, value]) => {
    const name = clean(key)
    if (name === '' || /[.$]/.test(name)) {
      reader.leave('custom_attributes', 'attribute_invalid')
      return []
    }
    const attribute = reader.attribute(value)
    return attribute === undefined ? [] : [[name, attribute] as const]
  })
  for (let over = usable.length; over > maxAttributes; over -= 1) {
    reader.leave('custom_attributes', 'attribute_limit')
  }
  return usable.length === 0 ? undefined : Object.fromEntries(usable.slice(0, maxAttributes))
}

const company = (reader: ValueReader, given: SignupInput['company']): Company | undefined => {
  if (given === undefined) return undefined
  const company_id = reader.id('company.company_id', given.company_id)
  const rest = present({
    name: reader.name('company.name', given.name),
    website: reader.name('company.website', given.website),
    plan: reader.name('company.plan', given.plan),
    industry: reader.name('company.industry', given.industry),
    size: reader.integer('company.size', given.size),
  })
  if (company_id !== undefined) return { company_id, ...rest }
  return Object.keys(rest).length === 0 ? undefined : reader.leave('company', 'company_without_id')
}

const tags = (reader: ValueReader, given: unknown): string[] | undefined => {
  const names = (Array.isArray(given) ? given : [given]).flatMap(
    (tag) => reader.name('tags', tag) ?? [],
  )
  return names.length === 0 ? undefined : [...new Set(names)]
}

type Present<T> = { [key in keyof T]?: Exclude<T[key], undefined> }
/** The object without its absent keys, so that nothing is ever sent as `null`. */
const present = <T extends object>(object: T): Present<T> =>
  // Leaving out the undefined ones is what Present<T> says; Object.fromEntries cannot know it.
  Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Present<T>

/**
 * The one pass that makes a Signup of a loose input, the same for every source. What cannot be used
 * is left out and named in `leftOut`, never guessed; times become unix seconds, phones E.164.
 * Without an e-mail, an external_id or (for a lead) a phone there is nobody to make a contact of:
 * `no_identity`, with what was wrong.
 */
export const normalise = async (
  input: SignupInput,
  { eventId, country }: { readonly eventId: string; readonly country: CountryCode | undefined },
): Promise<Normalised> => {
  const reader = createValueReader()
  const given = input.contact
  for (const name of Object.keys(input)) {
    if (!inputNames.has(name)) reader.leave('signup', 'field_unknown')
  }
  for (const name of Object.keys(given)) {
    if (!contactKeys.has(name)) reader.leave('contact', 'field_unknown')
  }
  const role = reader.role(given.role)
  const external_id = reader.id('external_id', given.external_id)
  if (role === 'lead' && external_id !== undefined) reader.leave('external_id', 'lead_external_id')

  const identity = present({
    external_id: role === 'lead' ? undefined : external_id,
    email: reader.email(given.email),
    phone: await reader.phone(given.phone, country),
  })
  const nobody = !identity.email && !identity.external_id && !(role === 'lead' && identity.phone)
  if (nobody) {
    const issues = reader.leftOut.map(({ path, reason }) => ({ path, reason }))
    const needed =
      role === 'lead' ? 'needs an email or a phone' : 'needs an email or an external_id'
    return { kind: 'no_identity', issues: [...issues, { path: '', reason: needed }] }
  }

  const signup: Signup = {
    event_id: reader.id('event_id', input.event_id) ?? eventId,
    ...present({ occurred_at: reader.time('occurred_at', input.occurred_at) }),
    contact: {
      role,
      ...identity,
      ...present({
        name: reader.name('name', given.name),
        avatar: reader.avatar(given.avatar),
        signed_up_at: reader.time('signed_up_at', given.signed_up_at),
        last_seen_at: reader.time('last_seen_at', given.last_seen_at),
        owner_id: reader.integer('owner_id', given.owner_id),
        unsubscribed_from_emails: reader.boolean(
          'unsubscribed_from_emails',
          given.unsubscribed_from_emails,
        ),
        custom_attributes: attributes(reader, given.custom_attributes),
      }),
    },
    ...present({
      consent: input.consent,
      tags: tags(reader, input.tags),
      company: company(reader, input.company),
      note: reader.longText('note', input.note),
    }),
  }
  return { kind: 'signup', signup, leftOut: reader.leftOut }
}
