import { isRecord, own } from '../../src/lib/json-access.ts'
import { type ApiError, apiErrors, invalid, isApiError } from './api-error.ts'
import type { ContactState } from './contact-state.ts'
import type { Contacts } from './contacts.ts'
import { createObjectId } from './object-id.ts'
import { accepted, type Route } from './route.ts'

type DataEvent = {
  readonly type: 'event'
  readonly id: string
  readonly event_name: string
  readonly created_at: number
  readonly metadata: Readonly<Record<string, unknown>>
}

const maxMetadataKeys = 10
const fields = new Set(['event_name', 'created_at', 'user_id', 'id', 'email', 'metadata'])
const has = (value: Record<string, unknown>, ...keys: readonly string[]): boolean =>
  Object.keys(value).toSorted().join() === keys.join()

/** A text, a number, a rich link or an amount: https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/data-events/createdataevent */
const isMetadataValue = (value: unknown): boolean => {
  if (!isRecord(value)) return typeof value === 'string' || typeof value === 'number'
  if (has(value, 'url', 'value')) {
    return /^https?:/.test(String(value.url)) && typeof value.value === 'string'
  }
  const isCents = Number.isInteger(value.amount) && Number(value.amount) > 0
  return has(value, 'amount', 'currency') && isCents && typeof value.currency === 'string'
}

const isDate = (key: string, value: unknown): boolean =>
  !key.endsWith('_date') || Number.isInteger(value)

/** The event of a body; Intercom's wording of its errors is not known. */
const readEvent = (body: unknown): Omit<DataEvent, 'type' | 'id'> | ApiError => {
  if (!isRecord(body)) return invalid('the body must be an object')
  const { event_name, created_at, metadata = {} } = body
  const unknown = Object.keys(body).find((key) => !fields.has(key))
  if (unknown !== undefined) return invalid(`unknown field ${unknown}`)
  if (typeof event_name !== 'string' || event_name.trim() === '') {
    return invalid('event_name must be a string')
  }
  if (typeof created_at !== 'number' || !Number.isInteger(created_at) || created_at > 1e11) {
    return invalid('created_at must be a unix timestamp in seconds')
  }
  if (!isRecord(metadata)) return invalid('metadata must be an object')
  const entries = Object.entries(metadata)
  const isValid = entries.every(([key, value]) => isMetadataValue(value) && isDate(key, value))
  if (!isValid) return invalid('a metadata value is of no type that Intercom has')
  return {
    event_name,
    created_at,
    metadata: Object.fromEntries(entries.slice(0, maxMetadataKeys)),
  }
}

/** Keeps the data events of contacts, each name and time once for a contact. */
export const createEvents = () => {
  const byContact = new Map<string, DataEvent[]>()
  const of = (contactId: string): readonly DataEvent[] => byContact.get(contactId) ?? []
  const add = (contactId: string, event: DataEvent): void => {
    const isSame = ({ event_name, created_at }: DataEvent) =>
      event_name.toLowerCase() === event.event_name.toLowerCase() && created_at === event.created_at
    if (!of(contactId).some(isSame)) byContact.set(contactId, [...of(contactId), event])
  }
  return {
    /** The events of a contact, in the order in which they were received. */
    of,
    add,
    move: (fromId: string, intoId: string): void => {
      for (const event of of(fromId)) add(intoId, event)
      byContact.delete(fromId)
    },
    clear: (): void => byContact.clear(),
  }
}

/** The routes that submit and list data events. */
export const createEventRoutes = (
  contacts: Contacts,
  events: ReturnType<typeof createEvents>,
  now: () => number,
): readonly Route[] => {
  /** A lead is found by its id alone. */
  const find = (ids: { [id in 'id' | 'user_id' | 'email']?: unknown }): ContactState | ApiError => {
    const { id, user_id, email } = ids
    if (typeof id === 'string') return contacts.get(id)
    if (typeof user_id === 'string') return contacts.findByExternalId(user_id)
    if (typeof email !== 'string') return invalid('id, user_id or email is required')
    const isUser = (contact: ContactState) =>
      contact.role === 'user' && contact.email?.toLowerCase() === email.toLowerCase()
    return contacts.all().find(isUser) ?? apiErrors.userNotFound
  }
  const view = ({ id, email, external_id }: ContactState, event: DataEvent) => ({
    ...event,
    intercom_user_id: id,
    ...(email && { email }),
    ...(external_id && { user_id: external_id }),
  })
  return [
    {
      method: 'POST',
      path: '/events',
      respond: ({ json }) => {
        const body = json()
        const event = readEvent(body)
        if (isApiError(event)) return event
        const contact = find({
          id: own(body, 'id'),
          user_id: own(body, 'user_id'),
          email: own(body, 'email'),
        })
        if (isApiError(contact)) return contact
        events.add(contact.id, { type: 'event', id: createObjectId(now()), ...event })
        return accepted
      },
    },
    {
      method: 'GET',
      path: '/events',
      respond: ({ query }) => {
        if (query.get('type') !== 'user') return invalid('type must be user')
        const contact = find({
          id: query.get('intercom_user_id'),
          user_id: query.get('user_id'),
          email: query.get('email'),
        })
        if (isApiError(contact)) return contact
        const listed = events.of(contact.id).map((event) => view(contact, event))
        return { type: 'event.list', events: listed.toReversed(), pages: {} }
      },
    },
  ]
}
