import { isRecord } from '../../src/lib/json-access.ts'
import { type ApiError, apiErrors, invalid, isApiError } from './api-error.ts'
import { isEmail, isPhone, isWebAddress } from './contact-values.ts'
import type { KnownAttributes } from './data-attributes.ts'
import { isFrom216, type Version } from './version.ts'

export type Scalar = string | number | boolean

/**
 * The body of Create contact and Update contact. Unknown fields are ignored.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact
 */
export type ContactBody = {
  readonly role?: 'user' | 'lead' | null
  readonly external_id?: string | null
  readonly email?: string | null
  /** Known from 2.16 on; no response has it. */
  readonly email_verified?: boolean | null
  readonly phone?: string | null
  readonly name?: string | null
  readonly avatar?: string | null
  readonly signed_up_at?: number | null
  readonly last_seen_at?: number | null
  readonly owner_id?: number | null
  readonly unsubscribed_from_emails?: boolean | null
  readonly custom_attributes?: Readonly<Record<string, Scalar | null>> | null
}

type Check = { readonly isValid: (value: unknown) => boolean; readonly expected: string }

/** Intercom refuses such values with `parameter_invalid`; its wording is not known. */
const string: Check = { isValid: (value) => typeof value === 'string', expected: 'a string' }
const integer: Check = { isValid: Number.isInteger, expected: 'an integer' }
const boolean: Check = { isValid: (value) => typeof value === 'boolean', expected: 'a boolean' }
const checks: { readonly [field in keyof Required<ContactBody>]: Check } = {
  role: { isValid: (value) => value === 'user' || value === 'lead', expected: 'user or lead' },
  external_id: string,
  email: { isValid: isEmail, expected: 'an e-mail address' },
  email_verified: boolean,
  phone: { isValid: isPhone, expected: 'a phone number' },
  name: string,
  avatar: { isValid: isWebAddress, expected: 'a URL that starts with http:// or https://' },
  signed_up_at: integer,
  last_seen_at: integer,
  owner_id: integer,
  unsubscribed_from_emails: boolean,
  custom_attributes: { isValid: isRecord, expected: 'an object' },
}

/** Returns the error for the first invalid field, or undefined. */
const fieldError = (body: Readonly<Record<string, unknown>>): ApiError | undefined => {
  for (const [field, { isValid, expected }] of Object.entries(checks)) {
    const value = Object.hasOwn(body, field) ? body[field] : undefined
    if (isGiven(value) && !isValid(value)) return invalid(`${field} must be ${expected}`, field)
  }
  return undefined
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

const isContactBody = (body: Readonly<Record<string, unknown>>): body is ContactBody =>
  fieldError(body) === undefined

/** Returns whether an admin with that id belongs to the workspace. */
export type IsMember = (adminId: number) => boolean

/** What a contact's body is validated against. */
export type ContactBodyRules = {
  readonly version: Version
  readonly attributes: KnownAttributes
  readonly isMember: IsMember
}

/**
 * Reads what API version 2.16 changed: `owner_id` is a string, and `email_verified` needs an e-mail
 * beside it. Earlier versions ignore the latter as any unknown field.
 */
const fromVersion = (
  received: Readonly<Record<string, unknown>>,
  version: Version,
): Readonly<Record<string, unknown>> | ApiError => {
  const { owner_id, email_verified, ...rest } = received
  if (!isFrom216(version)) return owner_id === undefined ? rest : { ...rest, owner_id }
  if (isGiven(email_verified) && !isGiven(rest.email)) {
    return invalid('email_verified must be supplied together with an email', 'email_verified')
  }
  if (!isGiven(owner_id)) return received
  if (typeof owner_id !== 'string') return invalid('owner_id must be a string', 'owner_id')
  return /^\d+$/.test(owner_id)
    ? { ...received, owner_id: Number(owner_id) }
    : apiErrors.ownerUnknown
}

/**
 * Reads the body of Create contact or Update contact. One invalid custom attribute rejects the
 * whole body.
 */
export const readContactBody = (
  json: unknown,
  { version, attributes, isMember }: ContactBodyRules,
): ContactBody | ApiError => {
  if (!isRecord(json)) return invalid('The request body must be a JSON object')
  const body = fromVersion(json, version)
  if (isApiError(body)) return body
  if (!isContactBody(body)) return fieldError(body) ?? invalid('The request body is invalid')
  if (typeof body.owner_id === 'number' && !isMember(body.owner_id)) return apiErrors.ownerUnknown
  for (const [name, value] of Object.entries(body.custom_attributes ?? {})) {
    const problem = attributes.problem(name, value)
    if (problem !== undefined) return invalid(problem, `custom_attributes.${name}`)
  }
  return body
}
