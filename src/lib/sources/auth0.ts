import * as z from 'zod/mini'
import { asText, isRecord, own } from '../json-access.ts'
import { firstPresent } from '../transform/text.ts'
import { nameIn } from './name.ts'
import { defineSource } from './source.ts'

/** The types of an event stream; its documentation has them in both spellings. */
const streamTypes = (verb: string) => [`user.${verb}`, `com.auth0.user.${verb}`]
/** Log entries have other types: https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes */
const types = {
  created: [...streamTypes('created'), 'ss'],
  updated: [...streamTypes('updated'), 'sce', 'scpn'],
  deleted: [...streamTypes('deleted'), 'sdu'],
}
const hasUser = /^(?:com\.auth0\.)?user\./

const typeOf = (event: unknown): unknown => own(event, 'type') ?? own(own(event, 'data'), 'type')

/** A CloudEvent of an event stream, with the user in `data.object`, or an entry of a log stream. */
const event = z
  .looseObject({
    data: z.looseObject({ object: z.nullish(z.looseObject({ user_id: z.string() })) }),
  })
  .check(
    z.refine((body) => isRecord(body.data.object) || !hasUser.test(String(typeOf(body))), {
      path: ['data', 'object'],
      error: 'expected the user',
    }),
  )
type Log = z.infer<typeof event>['data']
type User = Readonly<Record<string, unknown>>

/**
 * The events of a body: one event, or a log stream's entries by its Content Format. JSON Array is a
 * list, JSON Object is `{ logs }`; JSON Lines are parsed to a list.
 * https://auth0.com/docs/customize/log-streams/custom-log-streams
 */
const eventsOf = (body: unknown): readonly unknown[] =>
  [body].flat().flatMap((value): unknown => {
    const logs = own(value, 'logs')
    return Array.isArray(logs) ? logs : value
  })

const lower = (value: unknown): string | undefined => asText(value)?.toLowerCase()

/**
 * Of a user without a name, Auth0 sends the e-mail address or the phone number in its place; after a
 * change it may be the old one.
 */
const nameOf = (user: User, email: unknown, phone: unknown) => {
  const name = lower(user.name) ?? ''
  const isAddress = /^\S+@\S+$/.test(name) || name === lower(email) || name === lower(phone)
  return nameIn(isAddress ? { ...user, name: undefined } : user, user.user_metadata)
}

const userContact = (user: User) => ({
  external_id: user.user_id,
  email: user.email,
  email_verified: user.email_verified,
  phone: user.phone_number,
  name: nameOf(user, user.email, user.phone_number),
  avatar: user.picture,
  signed_up_at: user.created_at,
})

/**
 * `user_name` is an e-mail address, a phone number or a user name, by the connection; `details.body`
 * is what was posted to Auth0, of a signup that no other identity provider did, or what changed.
 * https://github.com/auth0/auth0-log-schemas/tree/main/schemas/log-types (ss, sce, scpn)
 */
const logContact = ({ type, user_id, user_name, date, details }: Log) => {
  const body = own(details, 'body')
  const posted: User = isRecord(body) ? body : {}
  const called = asText(user_name) ?? ''
  const email = firstPresent(
    ...[posted.newEmail, posted.email],
    called.includes('@') ? called : undefined,
  )
  const phone = firstPresent(
    posted.new_phone_number,
    /^\+\d+$/.test(called) ? called : posted.phone_number,
  )
  return {
    external_id: user_id,
    email,
    phone,
    name: nameOf(posted, email, phone),
    avatar: posted.picture,
    signed_up_at: type === 'ss' ? date : undefined,
  }
}

/**
 * Who was deleted, as the description says: `user_id` may be who deleted them.
 * https://github.com/auth0/auth0-log-schemas/blob/main/schemas/log-types/sdu.schema.json
 */
const deletedContact = ({ description }: Log) => ({
  external_id: /^user_id: (\S.*)$/.exec(asText(description) ?? '')?.[1],
})

const contactOf = (data: Log) => {
  if (data.object) return userContact(data.object)
  return data.type === 'sdu' ? deletedContact(data) : logContact(data)
}

/**
 * A new user; with `on`, one that changed or was deleted, too: an event stream (one event) or a log
 * stream (entries in any Content Format), both with a bearer token. A log stream says of changes only
 * a new e-mail address or phone number.
 *
 * @example
 * sources: { auth0: auth0({ attributes: { 'data.object.nickname': 'nickname' } }) }
 */
export const auth0 = defineSource({
  docs: 'https://auth0.com/docs/customize/events',
  signature: { type: 'bearer' },
  gives: ['external_id'],
  isWhole: ({ data }) => isRecord(data.object),
  payload: {
    format: 'json-lines',
    events: eventsOf,
    types: { of: typeOf, ...types },
    schema: event,
    advice:
      'send the event user.created of an event stream (for `on` also user.updated, user.deleted), or every entry of a log stream',
  },
  eventId: ({ id, log_id }) => id ?? log_id,
  toSignup: ({ time, data }) => ({
    occurred_at: time ?? data.date,
    contact: contactOf(data),
  }),
})
