import * as z from 'zod/mini'
import { asRecords, asText } from '../json-access.ts'
import { findPerson, fullName } from './person.ts'
import { defineSource } from './source.ts'

const submission = z.looseObject({
  data: z.record(z.string(), z.unknown()),
})

/** What Netlify itself found of the person, else by the inputs' labels and names. */
export const netlify = defineSource({
  docs: 'https://docs.netlify.com/manage/forms/notifications/',
  signature: { type: 'jws', header: 'x-webhook-signature', issuer: 'netlify' },
  payload: { format: 'json', schema: submission },
  eventId: ({ id }) => id,
  questions: ({ data, ordered_human_fields }) =>
    Object.entries(data).map(([key, value]) => {
      const field = asRecords(ordered_human_fields).find(({ name }) => name === key)
      return { key, label: asText(field?.title) ?? key, value }
    }),
  toSignup: (given, _delivery, questions) => {
    const found = findPerson(questions)
    return {
      occurred_at: given.created_at,
      contact: {
        email: given.email ?? found.email,
        phone: found.phone,
        name: given.name ?? fullName(given.first_name, given.last_name) ?? found.name,
        signed_up_at: given.created_at,
      },
    }
  },
})
