import * as z from 'zod/mini'
import { asRecords, asText, own } from '../json-access.ts'
import { defaultToleranceSeconds } from '../signature/timestamp.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const formSubmission = z.looseObject({
  payload: z.looseObject({ data: z.record(z.string(), z.unknown()) }),
})

/**
 * A form submission. E-mail, phone and name are found by the names of the fields. The signature's
 * timestamp is in milliseconds.
 *
 * @example
 * sources: { site: webflow({
 *   map: (signup, { payload }) => (payload.name === 'Sign up' ? signup : undefined),
 * }) }
 */
export const webflow = defineSource({
  docs: 'https://developers.webflow.com/data/docs/working-with-webhooks',
  signature: {
    type: 'hmac',
    header: ['x-webflow-signature'],
    prefix: '',
    algorithm: 'sha256',
    encoding: 'hex',
    signed: '{timestamp}:{body}',
    timestamp: {
      header: ['x-webflow-timestamp'],
      unit: 'ms',
      toleranceSeconds: defaultToleranceSeconds,
    },
    secret: 'text',
  },
  gives: [],
  payload: {
    format: 'json',
    types: { of: (body) => own(body, 'triggerType'), created: ['form_submission'] },
    schema: formSubmission,
    advice: 'create the webhook form_submission through API version 2',
  },
  eventId: ({ payload }) => payload.id,
  questions: ({ payload: { data, schema } }) =>
    Object.entries(data).map(([label, value]) => {
      const field = asRecords(schema).find(({ fieldName }) => fieldName === label)
      return { id: asText(field?.fieldElementId), label, value }
    }),
  toSignup: ({ payload: { submittedAt } }, _delivery, questions) => {
    const { contact, guessed } = findPerson(questions)
    return { occurred_at: submittedAt, contact: { ...contact, signed_up_at: submittedAt }, guessed }
  },
})
