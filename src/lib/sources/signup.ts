import * as z from 'zod/mini'
import { isRecord, own } from '../json-access.ts'
import { attributePrefix, contactFieldNames, type SignupInput } from '../signup.ts'
import { isAbsent } from '../transform/text.ts'
import { fullName, nameKeys, nameKeysIn } from './name.ts'
import { defineSource } from './source.ts'

/** Any object: one field of another type is left out, and the others are used. */
const payload = z.looseObject({})
type Payload = z.infer<typeof payload>

/** The value of a field by its other name; one that is not used counts as an unknown field. */
const readAlias = (field: string, own: unknown, name: string, value: unknown) =>
  isAbsent(value) ? {} : { [isAbsent(own) ? field : name]: value }

/** What the name is made of where there is no `name`; parts that are not used count as unknown. */
const readName = (own: unknown, parts: Record<string, unknown>) => {
  const used = isAbsent(own) ? nameKeysIn(parts) : []
  const unused = Object.entries(parts).filter(
    ([key, part]) => !used.includes(key) && !isAbsent(part),
  )
  const name = fullName(...used.map((key) => parts[key]))
  return { ...Object.fromEntries(unused), ...(name !== undefined && { name }) }
}

const nameParts: ReadonlySet<string> = new Set(nameKeys.filter((key) => key !== 'name'))
const aliases: ReadonlySet<string> = new Set([...nameParts, 'user_id', 'created_at'])

/**
 * Reads the names of Intercom's older API, of Segment's traits and of OpenID's claims where the field
 * itself is absent.
 * https://segment.com/docs/connections/spec/identify/#traits
 * https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
 */
const withAliases = (received: Record<string, unknown>) => {
  const keys = Object.keys(received)
  if (!keys.some((key) => aliases.has(key))) return received
  const { user_id, created_at, ...rest } = received
  const { external_id, name, signed_up_at } = rest
  const entries = Object.entries(rest)
  return {
    ...Object.fromEntries(entries.filter(([key]) => !nameParts.has(key))),
    ...readAlias('external_id', external_id, 'user_id', user_id),
    ...readName(name, Object.fromEntries(entries.filter(([key]) => nameParts.has(key)))),
    ...readAlias('signed_up_at', signed_up_at, 'created_at', created_at),
  }
}

/** A company as an object; a text is its name. */
const toCompany = (value: unknown) => (typeof value === 'string' ? { name: value } : value)

/** `company` and `companies`; each may be a list. */
const companiesOf = ({ company, companies }: Payload) => {
  const one = Array.isArray(company) ? undefined : (company ?? undefined)
  // PHP writes an object without keys as a list: of lists only an empty one of `companies` says none.
  const saysNone = company === null || companies === null
  const isList =
    saysNone || Array.isArray(companies) || (Array.isArray(company) && company.length > 0)
  const several = [Array.isArray(company) ? company : [], companies ?? []].flat().map(toCompany)
  return {
    company: toCompany(one),
    companies: isList ? several : several[0],
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
 * `event` (`created`, `updated` or `deleted`), `tags`, `company`, `companies` and `note`. It knows
 * `user_id`, `created_at` and the usual parts of a name (`first_name`, `given_name`, `fullName`, …)
 * too. A null empties a field, if the source overwrites.
 *
 * @example
 * sources: { backend: signup({ tags: ['app'] }) }
 */
export const signup = defineSource({
  docs: 'https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact',
  signature: { type: 'bearer' },
  gives: ['external_id', 'lead'],
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'event') ?? 'created',
      created: ['created'],
      updated: ['updated'],
      deleted: ['deleted'],
      isComplete: true,
    },
    schema: payload,
    advice: 'post one signup as a JSON object; its `event` is created, updated or deleted',
  },
  waits: true,
  eventId: ({ event_id }) => event_id,
  toSignup: (body) => {
    const { event_id, occurred_at, event: _event, tags, note, ...rest } = body
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
