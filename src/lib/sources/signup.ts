import * as z from 'zod/mini'
import { isRecord } from '../json-access.ts'
import { attributePrefix, contactFieldNames, type SignupInput } from '../signup.ts'
import { isAbsent } from '../transform/text.ts'
import { fullName } from './name.ts'
import { defineSource } from './source.ts'

/** Any object: one field of another type is left out, and the others are used. */
const payload = z.looseObject({})
type Payload = z.infer<typeof payload>

/** The value of a field by its other names; those that are not used count as unknown fields. */
const readAlias = (field: string, own: unknown, value: unknown, names: Record<string, unknown>) =>
  isAbsent(own) && !isAbsent(value)
    ? { [field]: value }
    : Object.fromEntries(Object.entries(names).filter(([, other]) => !isAbsent(other)))

/** Parts of a name that are no text, which `fullName` does not read. */
const unreadParts = (parts: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(parts).filter(([, part]) => typeof part !== 'string' && !isAbsent(part)),
  )

const olderNames = ['user_id', 'first_name', 'last_name', 'created_at']

/**
 * Reads the names of Intercom's older API and of Segment's traits where the field itself is absent.
 * https://segment.com/docs/connections/spec/identify/#traits
 */
const withAliases = (received: Record<string, unknown>) => {
  if (!olderNames.some((name) => Object.hasOwn(received, name))) return received
  const { user_id, first_name, last_name, created_at, ...contact } = received
  const name = fullName(first_name, last_name)
  return {
    ...contact,
    ...readAlias('external_id', contact.external_id, user_id, { user_id }),
    ...readAlias('name', contact.name, name, { first_name, last_name }),
    ...unreadParts({ first_name, last_name }),
    ...readAlias('signed_up_at', contact.signed_up_at, created_at, { created_at }),
  }
}

/** A company as an object; a text is its name. */
const toCompany = (value: unknown) => (typeof value === 'string' ? { name: value } : value)

/** `company` and `companies`; each may be a list. */
const companiesOf = ({ company, companies }: Payload) => {
  const one = Array.isArray(company) ? undefined : (company ?? undefined)
  const several = [Array.isArray(company) ? company : [], companies ?? []].flat().map(toCompany)
  return {
    company: toCompany(one),
    companies: Array.isArray(company) || Array.isArray(companies) ? several : several[0],
  } as Pick<SignupInput, 'company' | 'companies'> // `normalise` leaves out values of other types.
}

/** What the payload sets to null: contact fields, and custom attributes. */
const clearsOf = (payload: Payload): readonly string[] => {
  const { custom_attributes } = payload
  const attributes = isRecord(custom_attributes) ? custom_attributes : {}
  return [
    ...contactFieldNames.filter((name) => payload[name] === null),
    ...Object.keys(attributes)
      .filter((name) => attributes[name] === null)
      .map((name) => `${attributePrefix}${name}`),
  ]
}

/**
 * Flat JSON from your own back end: the fields of Create contact, and `event_id`, `occurred_at`,
 * `tags`, `company`, `companies` and `note`. It knows `user_id`, `first_name`, `last_name` and
 * `created_at` too. A null empties a field, if the source overwrites.
 *
 * @example
 * sources: { backend: signup({ tags: ['app'] }) }
 */
export const signup = defineSource({
  docs: 'https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact',
  signature: { type: 'bearer' },
  payload: { format: 'json', schema: payload },
  waits: true,
  eventId: ({ event_id }) => event_id,
  toSignup: (body) => {
    const { event_id, occurred_at, tags, note, ...rest } = body
    const { company: _company, companies: _companies, ...contact } = rest
    return {
      event_id,
      occurred_at,
      tags,
      ...companiesOf(body),
      note,
      clears: clearsOf(body),
      // Unknown fields, and attributes of another type, are counted as left out.
      contact: withAliases(contact),
    }
  },
})
