import * as z from 'zod/mini'
import { timestampedScheme } from '../signature/hmac.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const submitted = z.looseObject({ submission: z.record(z.string(), z.unknown()) })

/**
 * A form submission. E-mail, phone and name are found by the names of the inputs.
 *
 * @example
 * sources: { contact: formspree({ role: 'lead', note: 'message' }) }
 */
export const formspree = defineSource({
  docs: 'https://help.formspree.io/hc/en-us/articles/360015130174-Webhooks',
  signature: timestampedScheme('formspree-signature', 's'),
  gives: [],
  payload: { format: 'json', schema: submitted, advice: 'connect the form’s own webhook' },
  eventId: () => undefined,
  questions: ({ submission }) =>
    Object.entries(submission).map(([label, value]) => ({ label, value })),
  toSignup: ({ submission: { _date, _replyto } }, _delivery, questions) => {
    const { contact, guessed } = findPerson(questions)
    const email = contact.email ?? _replyto
    return { occurred_at: _date, contact: { ...contact, email, signed_up_at: _date }, guessed }
  },
})
