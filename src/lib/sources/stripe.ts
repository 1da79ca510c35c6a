import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { timestampedScheme } from '../signature/hmac.ts'
import { defineSource } from './source.ts'

const event = z.looseObject({
  data: z.looseObject({
    object: z.looseObject({ customer_details: z.nullish(z.looseObject({})) }),
  }),
})

/**
 * A new customer or a completed checkout. Stripe's ids are not your users' ids: if you pass yours
 * to Stripe, map it to `external_id`.
 *
 * @example
 * sources: { billing: stripe({ fields: { 'data.object.metadata.user_id': 'external_id' } }) }
 */
export const stripe = defineSource({
  docs: 'https://docs.stripe.com/webhooks/signature',
  signature: timestampedScheme('stripe-signature', 's'),
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'type'),
      signups: ['customer.created', 'checkout.session.completed'],
    },
    schema: event,
    advice: 'set the payload style of the destination to snapshot: a thin event has no customer',
  },
  eventId: ({ id }) => id,
  toSignup: ({ created, data: { object } }) => {
    const { email = object.customer_email, name, phone } = object.customer_details ?? object
    return {
      occurred_at: created,
      contact: { email: email ?? object.customer_email, name, phone, signed_up_at: object.created },
    }
  },
})
