import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import {
  standardWebhooksHeaders,
  standardWebhooksId,
  svixScheme,
} from '../signature/standard-webhooks.ts'
import { nameIn } from './name.ts'
import { defineSource } from './source.ts'

const addresses = z.nullish(z.array(z.looseObject({ id: z.string() })))
type Addresses = z.infer<typeof addresses>
const userEvent = z.looseObject({
  data: z.looseObject({ id: z.string(), email_addresses: addresses, phone_numbers: addresses }),
})

/** The primary one; where none of them is primary, the only one: of several none is guessed. */
const primaryOf = (among: Addresses, primaryId: unknown) =>
  among?.find(({ id }) => id === primaryId) ?? (among?.length === 1 ? among[0] : undefined)

const isVerified = (address: unknown): boolean | undefined => {
  const status = own(own(address, 'verification'), 'status')
  return typeof status === 'string' ? status === 'verified' : undefined
}

/** `null` where the user has none; of several without a primary one nothing is known. */
const orNone = (value: unknown, among: Addresses, primaryId: unknown): unknown =>
  value ?? (primaryId === null && !among?.length ? null : undefined)

/**
 * A new user; with `on`, one that changed or was deleted, too. The contact's `external_id` must be
 * the id that your app passes to Intercom's Messenger: Clerk's user id, or, with `fields: { 'data.external_id': 'external_id' }`, your own.
 * Clerk's times are unix milliseconds.
 *
 * @example
 * sources: { clerk: clerk({ tags: ['app'] }) }
 */
export const clerk = defineSource({
  docs: 'https://clerk.com/docs/guides/development/webhooks/overview',
  signature: svixScheme,
  gives: ['external_id'],
  isWhole: () => true,
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'type'),
      created: ['user.created'],
      updated: ['user.updated'],
      deleted: ['user.deleted'],
    },
    schema: userEvent,
    advice:
      'subscribe the endpoint to user.created (for `on` also user.updated, user.deleted), without a transformation',
    headers: standardWebhooksHeaders(svixScheme),
  },
  eventId: (_event, delivery) => standardWebhooksId(svixScheme, delivery),
  toSignup: ({ data, timestamp }) => {
    const email = primaryOf(data.email_addresses, data.primary_email_address_id)
    const phone = primaryOf(data.phone_numbers, data.primary_phone_number_id)
    return {
      occurred_at: timestamp ?? data.updated_at ?? data.created_at,
      contact: {
        external_id: data.id,
        email: orNone(email?.email_address, data.email_addresses, data.primary_email_address_id),
        // https://clerk.com/docs/reference/clerkjs/emailaddress
        email_verified: isVerified(email),
        phone: orNone(phone?.phone_number, data.phone_numbers, data.primary_phone_number_id),
        name: nameIn(data),
        avatar: data.image_url,
        signed_up_at: data.created_at,
      },
    }
  },
})
