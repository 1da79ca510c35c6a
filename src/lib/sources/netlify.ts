import * as z from 'zod/mini'
import { asRecords, asText } from '../json-access.ts'
import { fullName } from './name.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const submissionCreated = z.looseObject({
  data: z.record(z.string(), z.unknown()),
})

/**
 * A form submission. E-mail and name are what Netlify found, else found by the labels and names of
 * the inputs, as is the phone number.
 *
 * @example
 * sources: { contact: netlify({ role: 'lead', consent: 'newsletter', note: 'message' }) }
 */
export const netlify = defineSource({
  docs: 'https://docs.netlify.com/manage/forms/notifications/',
  signature: { type: 'jws', header: 'x-webhook-signature', issuer: 'netlify' },
  payload: { format: 'json', schema: submissionCreated, advice: 'notify of verified submissions' },
  eventId: ({ id }) => id,
  questions: ({ data, ordered_human_fields }) =>
    Object.entries(data).map(([key, value]) => {
      const field = asRecords(ordered_human_fields).find(({ name }) => name === key)
      return { key, label: asText(field?.title) ?? key, value }
    }),
  toSignup: (submission, _delivery, questions) => {
    const found = findPerson(questions)
    return {
      occurred_at: submission.created_at,
      contact: {
        email: submission.email ?? found.email,
        phone: found.phone,
        name:
          submission.name ?? fullName(submission.first_name, submission.last_name) ?? found.name,
        signed_up_at: submission.created_at,
      },
    }
  },
})
