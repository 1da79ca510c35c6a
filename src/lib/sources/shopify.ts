import * as z from 'zod/mini'
import { bodyScheme } from '../signature/hmac.ts'
import { fullName } from './person.ts'
import { defineSource } from './source.ts'

const customerCreated = z.looseObject({ id: z.union([z.number(), z.string()]) })
const topicHeader = 'x-shopify-topic'
/** An event has one id for all subscriptions; older API versions send only the second header. */
const idHeaders = ['x-shopify-event-id', 'x-shopify-webhook-id'] as const

/** The id at the end of `gid://shopify/Customer/…`: as a JSON number it may be rounded. */
const customerId = ({ id, admin_graphql_api_id }: z.infer<typeof customerCreated>): unknown =>
  /\/(\d+)$/.exec(String(admin_graphql_api_id))?.[1] ?? id

/**
 * A new customer (`customers/create`); the contact's `external_id` is the customer's id.
 *
 * @example
 * sources: { shop: shopify({ consent: 'email_marketing_consent.state' }) }
 */
export const shopify = defineSource({
  docs: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
  signature: bodyScheme('x-shopify-hmac-sha256', 'base64'),
  payload: {
    format: 'json',
    isSignup: (_body, { headers }) =>
      (headers[topicHeader] ?? 'customers/create') === 'customers/create',
    schema: customerCreated,
    headers: [topicHeader, ...idHeaders],
  },
  eventId: (_customer, { headers }) => headers[idHeaders[0]] ?? headers[idHeaders[1]],
  toSignup: (customer) => ({
    occurred_at: customer.created_at,
    contact: {
      external_id: customerId(customer),
      email: customer.email,
      phone: customer.phone,
      name: fullName(customer.first_name, customer.last_name),
      signed_up_at: customer.created_at,
    },
  }),
})
