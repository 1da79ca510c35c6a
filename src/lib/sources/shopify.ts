import * as z from 'zod/mini'
import { bodyScheme } from '../signature/hmac.ts'
import { fullName } from './person.ts'
import { defineSource } from './source.ts'

const customer = z.looseObject({ id: z.union([z.number(), z.string()]) })
const topicHeader = 'x-shopify-topic'
/** The same for every subscription to an event; older versions of the API send the second alone. */
const idHeaders = ['x-shopify-event-id', 'x-shopify-webhook-id'] as const

/** As a number an id may be rounded; at the end of `gid://shopify/Customer/…` it stands as text. */
const customerId = ({ id, admin_graphql_api_id }: z.infer<typeof customer>): unknown =>
  /\/(\d+)$/.exec(String(admin_graphql_api_id))?.[1] ?? id

/** A new customer of a shop (`customers/create`); the contact's external_id is the customer's id. */
export const shopify = defineSource({
  docs: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
  signature: bodyScheme('x-shopify-hmac-sha256', 'base64'),
  payload: {
    format: 'json',
    isSignup: (_body, { headers }) =>
      (headers[topicHeader] ?? 'customers/create') === 'customers/create',
    schema: customer,
    headers: [topicHeader, ...idHeaders],
  },
  eventId: (_customer, { headers }) => headers[idHeaders[0]] ?? headers[idHeaders[1]],
  toSignup: (given) => ({
    occurred_at: given.created_at,
    contact: {
      external_id: customerId(given),
      email: given.email,
      phone: given.phone,
      name: fullName(given.first_name, given.last_name),
      signed_up_at: given.created_at,
    },
  }),
})
