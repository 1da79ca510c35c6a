import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { fullName } from './name.ts'
import { defineSource } from './source.ts'

/** A CloudEvent of an event stream, with the user in `data.object`, or an entry of a log stream. */
const event = z.looseObject({
  data: z.looseObject({ object: z.nullish(z.looseObject({ user_id: z.string() })) }),
})
type Log = z.infer<typeof event>['data']
type User = NonNullable<Log['object']>

/** `ss` is "Success signup": https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes */
const signups = ['user.created', 'com.auth0.user.created', 'ss']

const userContact = (user: User) => ({
  external_id: user.user_id,
  email: user.email,
  phone: user.phone_number,
  // Without a name, Auth0 sends the e-mail address.
  name:
    user.name === user.email ? fullName(user.given_name, user.family_name) : fullName(user.name),
  avatar: user.picture,
  signed_up_at: user.created_at,
})

const logContact = ({ user_id, user_name, date }: Log) => ({
  external_id: user_id,
  email: typeof user_name === 'string' && user_name.includes('@') ? user_name : undefined,
  signed_up_at: date,
})

/**
 * A new user: an event stream (one event) or a log stream (an array of entries), both with a bearer
 * token.
 *
 * @example
 * sources: { auth0: auth0({ attributes: { 'data.object.nickname': 'nickname' } }) }
 */
export const auth0 = defineSource({
  docs: 'https://auth0.com/docs/customize/events',
  signature: { type: 'bearer' },
  payload: {
    format: 'json',
    events: (body) => (Array.isArray(body) ? body : [body]),
    types: { of: (body) => own(body, 'type') ?? own(own(body, 'data'), 'type'), signups },
    schema: event,
    advice: 'send the event user.created of an event stream, or every entry of a log stream',
  },
  eventId: ({ id, log_id }) => id ?? log_id,
  toSignup: ({ time, data }) => ({
    occurred_at: time ?? data.date,
    contact: data.object ? userContact(data.object) : logContact(data),
  }),
})
