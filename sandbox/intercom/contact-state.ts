import { randomUUID } from 'node:crypto'
import type { ContactBody, Scalar } from './contact-body.ts'
import { createObjectId } from './object-id.ts'
import { toUnixSeconds } from './unix-time.ts'

/** A contact as Intercom stores it; times in unix seconds. */
export type ContactState = {
  readonly id: string
  readonly role: 'user' | 'lead'
  readonly external_id: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly name: string | null
  readonly avatar: string | null
  readonly owner_id: number | null
  readonly unsubscribed_from_emails: boolean
  readonly created_at: number
  readonly updated_at: number
  readonly signed_up_at: number | null
  readonly last_seen_at: number | null
  readonly custom_attributes: Readonly<Record<string, Scalar>>
}

/** Returns the new value of a field: `null` clears it, `undefined` keeps the current one. */
const newValue = <T>(value: T | null | undefined, current: T | null): T | null =>
  value === undefined ? current : value

/**
 * Applies the body of Update contact. Attributes are merged one by one, a user's `external_id` is
 * never cleared, an e-mail of `null` becomes `""`, and a lead's `external_id` is ignored.
 */
export const updateState = (
  before: ContactState,
  body: ContactBody,
  nowMs: number,
): ContactState => {
  const role = body.role ?? before.role
  const attributes = { ...before.custom_attributes, ...body.custom_attributes }
  return {
    ...before,
    role,
    external_id: (role === 'user' && body.external_id) || before.external_id,
    email: body.email === null ? '' : newValue(body.email, before.email),
    phone: newValue(body.phone, before.phone),
    name: newValue(body.name, before.name),
    avatar: newValue(body.avatar, before.avatar),
    owner_id: newValue(body.owner_id, before.owner_id),
    unsubscribed_from_emails: body.unsubscribed_from_emails ?? before.unsubscribed_from_emails,
    updated_at: toUnixSeconds(nowMs),
    signed_up_at: newValue(body.signed_up_at, before.signed_up_at),
    last_seen_at: newValue(body.last_seen_at, before.last_seen_at),
    custom_attributes: Object.fromEntries(
      Object.entries(attributes).filter((entry): entry is [string, Scalar] => entry[1] !== null),
    ),
  }
}

/** Creates a contact, by default a user. A lead gets a UUID as its `external_id`. */
export const createState = (body: ContactBody, nowMs: number): ContactState => {
  const role = body.role ?? 'user'
  const blank: ContactState = {
    id: createObjectId(nowMs),
    role,
    external_id: role === 'lead' ? randomUUID() : null,
    email: null,
    phone: null,
    name: null,
    avatar: null,
    owner_id: null,
    unsubscribed_from_emails: false,
    created_at: toUnixSeconds(nowMs),
    updated_at: toUnixSeconds(nowMs),
    signed_up_at: null,
    last_seen_at: null,
    custom_attributes: {},
  }
  return { ...updateState(blank, body, nowMs), email: body.email ?? null }
}

/** Merges a lead into a user: the user's values stay, the lead's fill empty fields. */
export const mergeStates = (
  into: ContactState,
  from: ContactState,
  nowMs: number,
): ContactState => ({
  ...into,
  email: into.email || from.email,
  phone: into.phone ?? from.phone,
  name: into.name ?? from.name,
  avatar: into.avatar ?? from.avatar,
  owner_id: into.owner_id ?? from.owner_id,
  updated_at: toUnixSeconds(nowMs),
  signed_up_at: into.signed_up_at ?? from.signed_up_at,
  last_seen_at: into.last_seen_at ?? from.last_seen_at,
  custom_attributes: { ...from.custom_attributes, ...into.custom_attributes },
})
