import * as z from 'zod/mini'
import type { Delivery } from '../delivery.ts'
import { asRecords, asText, isRecord, own } from '../json-access.ts'
import { bodyScheme } from '../signature/hmac.ts'
import { eventKinds } from '../signup.ts'
import { firstOrNull, isPresentText } from '../transform/text.ts'
import { nameIn } from './name.ts'
import { defineSource } from './source.ts'

const customerEvent = z.looseObject({ id: z.optional(z.union([z.number(), z.string()])) }).check(
  z.refine(({ id, email }) => id !== undefined || isPresentText(email), {
    path: ['id'],
    error: 'expected the customer',
  }),
)
type Customer = z.infer<typeof customerEvent>
const topicHeader = 'x-shopify-topic'
const topics = {
  created: ['customers/create'],
  updated: ['customers/update'],
  deleted: ['customers/delete', 'customers/redact'],
}
/** An event has one id for all subscriptions; older API versions send only the second header. */
const idHeaders = ['x-shopify-event-id', 'x-shopify-webhook-id'] as const
const timeHeader = 'x-shopify-triggered-at'

/** The global id of a customer; an order or a draft has one of its own kind. */
const customerGid = /^gid:\/\/shopify\/Customer\/(\d+)$/

/** A resource's global id, which the GraphQL API has as its `id`. */
const gidOf = (body: unknown): string | undefined =>
  [own(body, 'admin_graphql_api_id'), own(body, 'id')]
    .map(asText)
    .find((id) => id?.startsWith('gid://'))

/**
 * The topic, unless the body is not its resource. A delivery without the header, as by a relay, is
 * known by the kind of its global id.
 */
const topicOf = (body: unknown, { headers }: Delivery): unknown => {
  const gid = gidOf(body)
  const isCustomer = gid === undefined ? undefined : customerGid.test(gid)
  const topic = headers[topicHeader] ?? (isCustomer && topics.created[0])
  const isOurs = eventKinds.some((kind) => topics[kind].some((each) => each === topic))
  return isOurs && isCustomer === false ? undefined : topic
}

/**
 * The customer, whom a request to erase them (`customers/redact`) has inside.
 * https://shopify.dev/docs/apps/build/privacy-law-compliance
 */
const customerIn = (body: unknown): unknown => {
  const customer = own(body, 'customer')
  return isRecord(customer) && own(body, 'shop_domain') !== undefined ? customer : body
}

const isDeletion = ({ headers }: Delivery): boolean =>
  topics.deleted.some((topic) => topic === headers[topicHeader])

/** Of a deletion no field of the body has the time, and the header is not signed. */
const timeOf = (customer: Customer, delivery: Delivery): unknown =>
  isDeletion(delivery) ? delivery.headers[timeHeader] : (customer.updated_at ?? customer.created_at)

/** The id at the end of `gid://shopify/Customer/…`: as a JSON number it may be rounded. */
const customerId = (customer: Customer): unknown =>
  customerGid.exec(gidOf(customer) ?? '')?.[1] ?? customer.id

/** The customer's own address; of the others nothing says that they are the customer's. */
const addressOf = ({ default_address, addresses }: Customer): unknown =>
  default_address ?? asRecords(addresses).find((address) => address.default === true)

/**
 * A new customer (`customers/create`); with `on`, one that changed (`customers/update`) or was deleted
 * (`customers/delete`, `customers/redact`), too. The contact's `external_id` is the customer's id.
 *
 * @example
 * sources: { shop: shopify({ tags: ['shop'] }) }
 */
export const shopify = defineSource({
  docs: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
  signature: {
    ...bodyScheme('x-shopify-hmac-sha256', 'base64'),
    otherHeaders: [
      {
        // https://shopify.dev/docs/apps/build/events/verify-deliveries
        header: 'shopify-hmac-sha256',
        message:
          'this is a delivery of a Shopify Events subscription (its headers begin with `shopify-`), which the bridge does not read: subscribe to the webhook topic customers/create instead',
      },
    ],
  },
  gives: ['external_id'],
  isWhole: () => true,
  payload: {
    format: 'json',
    events: (body) => [customerIn(body)],
    types: { of: topicOf, ...topics },
    schema: customerEvent,
    headers: [topicHeader, timeHeader, ...idHeaders],
    advice:
      'subscribe to customers/create (for `on` also customers/update, customers/delete) in JSON, and keep the header X-Shopify-Topic',
  },
  eventId: (_customer, { headers }) => headers[idHeaders[0]] ?? headers[idHeaders[1]],
  toSignup: (customer, delivery) => {
    // The topic is not signed: another delivery must not pass for a deletion, which has no such time.
    if (isDeletion(delivery) && customer.created_at !== undefined) return { contact: {} }
    const address = addressOf(customer)
    return {
      occurred_at: timeOf(customer, delivery),
      contact: {
        external_id: customerId(customer),
        email: customer.email,
        email_verified: customer.verified_email,
        phone: firstOrNull(customer.phone, own(address, 'phone')),
        name: nameIn(customer, address),
        signed_up_at: customer.created_at,
      },
      country: own(address, 'country_code'),
    }
  },
})
