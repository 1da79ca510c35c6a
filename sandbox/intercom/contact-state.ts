import { randomUUID } from 'node:crypto'
import type { ContactRequest, Scalar } from './contact-request.ts'
import { createObjectId } from './object-id.ts'
import { toUnixSeconds } from './unix-time.ts'

/** What Intercom keeps of a contact; times in unix seconds. */
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

/** `null` clears; what is not given stays. */
const replaced = <T>(given: T | null | undefined, before: T | null): T | null =>
  given === undefined ? before : given

/**
 * A contact after a request: attributes are merged one by one, a user's `external_id` is never
 * cleared, `null` as e-mail becomes `""`, and what a lead is given as `external_id` is ignored.
 */
export const changed = (
  before: ContactState,
  request: ContactRequest,
  nowMs: number,
): ContactState => {
  const role = request.role ?? before.role
  const attributes = { ...before.custom_attributes, ...request.custom_attributes }
  return {
    ...before,
    role,
    external_id: (role === 'user' && request.external_id) || before.external_id,
    email: request.email === null ? '' : replaced(request.email, before.email),
    phone: replaced(request.phone, before.phone),
    name: replaced(request.name, before.name),
    avatar: replaced(request.avatar, before.avatar),
    owner_id: replaced(request.owner_id, before.owner_id),
    unsubscribed_from_emails: request.unsubscribed_from_emails ?? before.unsubscribed_from_emails,
    updated_at: toUnixSeconds(nowMs),
    signed_up_at: replaced(request.signed_up_at, before.signed_up_at),
    last_seen_at: replaced(request.last_seen_at, before.last_seen_at),
    custom_attributes: Object.fromEntries(
      Object.entries(attributes).filter((entry): entry is [string, Scalar] => entry[1] !== null),
    ),
  }
}

/** A new contact: a user unless it says lead; a lead gets a UUID as its `external_id`. */
export const created = (request: ContactRequest, nowMs: number): ContactState => {
  const role = request.role ?? 'user'
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
  return { ...changed(blank, request, nowMs), email: request.email ?? null }
}

/** A user after a lead was merged into it: the user's own values stay, the lead's fill what is empty. */
export const merged = (into: ContactState, from: ContactState, nowMs: number): ContactState => ({
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
