import { randomBytes, randomUUID } from 'node:crypto'
import type { ContactRequest, Scalar } from './contact-request.ts'

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

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** 24 hex characters as Intercom's: the time in seconds, then chance. */
const createId = (nowMs: number): string =>
  seconds(nowMs).toString(16).padStart(8, '0').slice(-8) + randomBytes(8).toString('hex')

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
    updated_at: seconds(nowMs),
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
    id: createId(nowMs),
    role,
    external_id: role === 'lead' ? randomUUID() : null,
    email: null,
    phone: null,
    name: null,
    avatar: null,
    owner_id: null,
    unsubscribed_from_emails: false,
    created_at: seconds(nowMs),
    updated_at: seconds(nowMs),
    signed_up_at: null,
    last_seen_at: null,
    custom_attributes: {},
  }
  return { ...changed(blank, request, nowMs), email: request.email ?? null }
}
