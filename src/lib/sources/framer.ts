import * as z from 'zod/mini'
import { bodyScheme } from '../signature/hmac.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const submission = z.record(z.string(), z.unknown())
const idHeader = 'framer-webhook-submission-id'

/**
 * A form submission. E-mail, phone and name are found by the names of the inputs.
 *
 * @example
 * sources: { waitlist: framer({ role: 'lead', attributes: { Plan: 'plan' } }) }
 */
export const framer = defineSource({
  docs: 'https://www.framer.com/help/articles/framer-form-webhook-setup',
  signature: {
    ...bodyScheme('framer-signature', 'hex', 'sha256='),
    signed: '{body}{id}',
    id: { header: [idHeader] },
  },
  gives: [],
  payload: {
    format: 'json',
    schema: submission,
    advice: 'connect the form’s own webhook',
    headers: [idHeader],
  },
  eventId: (_inputs, { headers }) => headers[idHeader],
  questions: (inputs) => Object.entries(inputs).map(([label, value]) => ({ label, value })),
  toSignup: (_inputs, _delivery, questions) => findPerson(questions),
})
