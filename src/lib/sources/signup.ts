import * as z from 'zod/mini'
import { defineSource } from './source.ts'

const payload = z.looseObject({
  custom_attributes: z.optional(z.nullable(z.looseObject({}))),
  company: z.optional(z.nullable(z.looseObject({}))),
})

/**
 * Flat JSON from your own back end: the fields of Create contact, and `event_id`, `occurred_at`,
 * `tags`, `company` and `note`.
 *
 * @example
 * sources: { backend: signup({ tags: ['app'] }) }
 */
export const signup = defineSource({
  docs: 'https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact',
  signature: { type: 'bearer' },
  payload: { format: 'json', schema: payload },
  waits: true,
  eventId: ({ event_id }) => event_id,
  toSignup: ({ event_id, occurred_at, tags, company, note, custom_attributes, ...contact }) => ({
    event_id,
    occurred_at,
    tags,
    company: company ?? undefined,
    note,
    // `normalise` counts unknown fields as left out.
    contact: { ...contact, custom_attributes: custom_attributes ?? undefined },
  }),
})
