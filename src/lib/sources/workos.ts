import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { timestampedScheme } from '../signature/hmac.ts'
import { nameIn } from './name.ts'
import { defineSource } from './source.ts'

const userEvent = z.looseObject({ data: z.looseObject({ id: z.string() }) })

/**
 * A new user; with `on`, one that changed or was deleted, too. The contact's `external_id` must be
 * the id that your app passes to Intercom's Messenger: WorkOS's user id, or your own, as below. The signature's timestamp is in milliseconds.
 *
 * @example
 * sources: { workos: workos({ fields: { 'data.external_id': 'external_id' } }) }
 */
export const workos = defineSource({
  docs: 'https://workos.com/docs/events/data-syncing/webhooks',
  signature: timestampedScheme('workos-signature', 'ms'),
  gives: ['external_id'],
  isWhole: () => true,
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'event'),
      created: ['user.created'],
      updated: ['user.updated'],
      deleted: ['user.deleted'],
    },
    schema: userEvent,
    advice: 'subscribe the endpoint to user.created (for `on` also user.updated, user.deleted)',
  },
  eventId: ({ id }) => id,
  toSignup: ({ created_at, data }) => ({
    occurred_at: created_at,
    contact: {
      external_id: data.id,
      email: data.email,
      email_verified: data.email_verified,
      name: nameIn(data),
      avatar: data.profile_picture_url,
      signed_up_at: data.created_at,
    },
  }),
})
