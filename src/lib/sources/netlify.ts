import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { asRecords, asText } from '../json-access.ts'
import { isAbsent } from '../transform/text.ts'
import { fullName } from './name.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const submissionCreated = z.looseObject({
  data: z.record(z.string(), z.unknown()),
})
type Submission = z.infer<typeof submissionCreated>

/** What Netlify found an answer to be. */
const typeOf = (value: unknown, { email, name }: Submission): Question['type'] => {
  if (isAbsent(value)) return undefined
  if (value === email) return 'email'
  return value === name ? 'name' : undefined
}

/** What Netlify found and is no answer; of an answer, the label says whose it is. */
const ifNoAnswer = (value: unknown, questions: readonly Question[]): unknown =>
  questions.some((question) => question.value === value) ? undefined : value

/**
 * A form submission. E-mail, phone and name are found by the labels and names of the inputs, and by
 * what Netlify found.
 *
 * @example
 * sources: { contact: netlify({ role: 'lead', consent: 'newsletter', note: 'message' }) }
 */
export const netlify = defineSource({
  docs: 'https://docs.netlify.com/manage/forms/notifications/',
  signature: { type: 'jws', header: 'x-webhook-signature', issuer: 'netlify' },
  gives: [],
  payload: { format: 'json', schema: submissionCreated, advice: 'notify of verified submissions' },
  eventId: ({ id }) => id,
  questions: (submission) =>
    Object.entries(submission.data).map(([key, value]) => {
      const field = asRecords(submission.ordered_human_fields).find(({ name }) => name === key)
      return { key, label: asText(field?.title) ?? key, value, type: typeOf(value, submission) }
    }),
  toSignup: (submission, _delivery, questions) => {
    const { created_at, email, name, first_name, last_name } = submission
    const { contact, guessed } = findPerson(questions)
    return {
      occurred_at: created_at,
      contact: {
        email: contact.email ?? ifNoAnswer(email, questions),
        phone: contact.phone,
        name: contact.name ?? ifNoAnswer(name, questions) ?? fullName(first_name, last_name),
        signed_up_at: created_at,
      },
      guessed,
    }
  },
})
