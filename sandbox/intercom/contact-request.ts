import { isRecord } from '../../src/lib/json-access.ts'
import type { KnownAttributes } from './data-attributes.ts'
import { invalid, isRefusal, type Refusal, refusals } from './refusal.ts'
import { isFrom216, type Version } from './version.ts'

export type Scalar = string | number | boolean

/**
 * What Create contact and Update contact take. Fields that Intercom does not know are ignored.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact
 */
export type ContactRequest = {
  readonly role?: 'user' | 'lead' | null
  readonly external_id?: string | null
  readonly email?: string | null
  readonly phone?: string | null
  readonly name?: string | null
  readonly avatar?: string | null
  readonly signed_up_at?: number | null
  readonly last_seen_at?: number | null
  readonly owner_id?: number | null
  readonly unsubscribed_from_emails?: boolean | null
  readonly custom_attributes?: Readonly<Record<string, Scalar | null>> | null
}

type Check = { readonly is: (value: unknown) => boolean; readonly expected: string }

const text: Check = { is: (value) => typeof value === 'string', expected: 'a string' }
const integer: Check = { is: Number.isInteger, expected: 'an integer' }
const checks: { readonly [field in keyof Required<ContactRequest>]: Check } = {
  role: { is: (value) => value === 'user' || value === 'lead', expected: 'user or lead' },
  external_id: text,
  email: text,
  phone: text,
  name: text,
  avatar: text,
  signed_up_at: integer,
  last_seen_at: integer,
  owner_id: integer,
  unsubscribed_from_emails: { is: (value) => typeof value === 'boolean', expected: 'a boolean' },
  custom_attributes: { is: isRecord, expected: 'an object' },
}

/** The first field that is not what the reference says it is, in words. */
const wrongField = (body: Readonly<Record<string, unknown>>): string | undefined => {
  for (const [field, { is, expected }] of Object.entries(checks)) {
    const value = Object.hasOwn(body, field) ? body[field] : undefined
    if (value !== undefined && value !== null && !is(value)) return `${field} must be ${expected}`
  }
  return undefined
}

const isContactRequest = (body: Readonly<Record<string, unknown>>): body is ContactRequest =>
  wrongField(body) === undefined

/** Whether an admin of that id belongs to the workspace; never so for what is no integer. */
export type IsMember = (adminId: number) => boolean

/** What a request is measured by. */
export type RequestRules = {
  readonly version: Version
  readonly attributes: KnownAttributes
  readonly isMember: IsMember
}

/** The id of an owner is text from 2.16 on, and a number before it and here. */
const withOwnerAsNumber = (
  body: Readonly<Record<string, unknown>>,
  version: Version,
): Readonly<Record<string, unknown>> | Refusal => {
  const { owner_id } = body
  if (!isFrom216(version) || owner_id === undefined || owner_id === null) return body
  if (typeof owner_id !== 'string') return invalid('owner_id must be a string')
  return /^\d+$/.test(owner_id) ? { ...body, owner_id: Number(owner_id) } : refusals.ownerUnknown
}

/** Reads a request, or says why Intercom would not take it. One attribute too many refuses it all. */
export const readContactRequest = (
  json: unknown,
  { version, attributes, isMember }: RequestRules,
): ContactRequest | Refusal => {
  if (!isRecord(json)) return invalid('The request body must be a JSON object')
  const body = withOwnerAsNumber(json, version)
  if (isRefusal(body)) return body
  if (!isContactRequest(body)) return invalid(wrongField(body) ?? 'The request body is invalid')
  if (typeof body.owner_id === 'number' && !isMember(body.owner_id)) return refusals.ownerUnknown
  for (const [name, value] of Object.entries(body.custom_attributes ?? {})) {
    attributes.learn(name, value)
    const wrong = attributes.wrong(name, value)
    if (wrong !== undefined) return invalid(wrong)
  }
  return body
}
