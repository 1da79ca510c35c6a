import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { timestampedScheme } from '../signature/hmac.ts'
import type { SignupInput } from '../signup.ts'
import { firstOrNull, isAbsent } from '../transform/text.ts'
import { defineSource } from './source.ts'

/** What is a customer's, and has an order of its own, by Stripe's name of the object. */
const parts: Readonly<Record<string, string>> = {
  subscription: 'subscription',
  'checkout.session': 'checkout',
}

/** They name the customer by Stripe's own id alone. */
const subscriptionTypes = ['created', 'updated', 'deleted', 'paused', 'resumed'].map(
  (verb) => `customer.subscription.${verb}`,
)

const event = z.looseObject({ data: z.looseObject({ object: z.looseObject({}) }) })

/**
 * The name of a person: `name` is the company's, if the customer gave one, there or elsewhere.
 * https://docs.stripe.com/payments/checkout/name-collection
 */
const namesOf = (records: readonly unknown[]): unknown[] => {
  const companies = records.map((record) => own(record, 'business_name'))
  return records.flatMap((record) => {
    const name = own(record, 'name')
    return [own(record, 'individual_name'), companies.includes(name) ? undefined : name]
  })
}

/**
 * A customer has the fields itself, a checkout in `customer_details`, or only as they were collected;
 * its `shipping_details` moved into those in 2025.
 * https://docs.stripe.com/api/checkout/sessions/object
 * https://docs.stripe.com/changelog/basil/2025-03-31/checkout-session-remove-shipping-details
 */
const contactOf = (object: Readonly<Record<string, unknown>>) => {
  const { customer_details: details, collected_information: collected } = object
  const find = (key: string) =>
    firstOrNull(own(details, key), own(object, key), own(collected, key))
  return {
    email: firstOrNull(find('email'), object.customer_email),
    phone: find('phone'),
    name: firstOrNull(
      ...namesOf([
        ...[details, object, collected],
        ...[own(collected, 'shipping_details'), object.shipping_details],
      ]),
    ),
  }
}

/**
 * The company that a customer is who names no person: the business's name, no individual's, no
 * e-mail.
 * https://docs.stripe.com/changelog/clover/2025-09-30/customer-business-individual-names
 */
const companyOf = (customer: Readonly<Record<string, unknown>>): Partial<SignupInput> => {
  const { id, business_name, individual_name, email, created } = customer
  const isCompany = customer.object === 'customer' && !isAbsent(business_name)
  return isCompany && isAbsent(individual_name) && isAbsent(email)
    ? { about: 'customer', company: { company_id: id, name: business_name, created_at: created } }
    : {}
}

/**
 * A new customer or a completed checkout; with `on`, a customer or a subscription that changed, or a
 * customer who was deleted, too. Stripe's ids are not your users' ids: if you pass yours to Stripe,
 * map it to `external_id`. Of a subscription nothing else says whose it is. With `on`, a customer who
 * names no person but a business is a company.
 *
 * @example
 * sources: { billing: stripe({ fields: { 'data.object.metadata.user_id': 'external_id' } }) }
 */
export const stripe = defineSource({
  docs: 'https://docs.stripe.com/webhooks/signature',
  signature: timestampedScheme('stripe-signature', 's'),
  gives: [],
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'type'),
      created: ['customer.created', 'checkout.session.completed'],
      updated: ['customer.updated', ...subscriptionTypes],
      deleted: ['customer.deleted'],
    },
    schema: event,
    advice: 'set the payload style of the destination to snapshot: a thin event has no customer',
  },
  eventId: ({ id }) => id,
  isWhole: ({ data: { object } }) => object.object === 'customer',
  parts: Object.values(parts),
  toSignup: ({ created, data: { object } }) => ({
    occurred_at: created,
    part: own(parts, String(object.object)),
    ...companyOf(object),
    contact:
      object.object === 'subscription'
        ? {}
        : { ...contactOf(object), signed_up_at: object.created },
  }),
})
