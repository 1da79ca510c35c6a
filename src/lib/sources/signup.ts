import * as z from 'zod/mini'
import { defineSource } from './source.ts'

const payload = z.looseObject({
  custom_attributes: z.optional(z.nullable(z.looseObject({}))),
  company: z.optional(z.nullable(z.looseObject({}))),
})

/** Our own JSON, flat: the fields of Create contact, with event_id, occurred_at, tags, company, note. */
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
    // A field of another name is counted as left out when this is normalised.
    contact: { ...contact, custom_attributes: custom_attributes ?? undefined },
  }),
})
