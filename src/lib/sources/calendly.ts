import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { timestampedScheme } from '../signature/hmac.ts'
import { nameIn } from './name.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const event = z.looseObject({
  event: z.string(),
  payload: z.looseObject({
    uri: z.string(),
    questions_and_answers: z.nullish(
      z.array(z.looseObject({ question: z.string(), answer: z.unknown() })),
    ),
  }),
})

/**
 * Its `submitter` is the URI of the invitee, or null if nothing was booked.
 * https://developer.calendly.com/receive-data-from-scheduled-events-in-real-time-with-webhook-subscriptions
 */
const formSubmitted = 'routing_form_submission.created'

/**
 * A new booking; a reschedule creates a new invitee: the same person, so the same contact. And a
 * submitted routing form, as a lead, booked or not. Options find an answer by its question.
 *
 * @example
 * sources: { demo: calendly({ attributes: { 'payload.tracking.utm_source': 'utm_source' } }) }
 */
export const calendly = defineSource({
  docs: 'https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures',
  signature: timestampedScheme('calendly-webhook-signature', 's'),
  gives: ['lead'],
  payload: {
    format: 'json',
    types: { of: (body) => own(body, 'event'), created: ['invitee.created', formSubmitted] },
    schema: event,
    advice: `subscribe to invitee.created or ${formSubmitted} through API version 2`,
  },
  eventId: ({ payload }) => payload.uri,
  questions: ({ payload }) =>
    (payload.questions_and_answers ?? []).map(({ question, answer }) => ({
      label: question,
      value: answer,
    })),
  toSignup: ({ event: type, created_at, payload }, _delivery, questions) => {
    const { created_at: signed_up_at } = payload
    if (type === formSubmitted) {
      const { contact, guessed } = findPerson(questions)
      return {
        occurred_at: created_at,
        contact: { ...contact, role: 'lead', signed_up_at },
        guessed,
      }
    }
    const { email, text_reminder_number: phone } = payload
    return {
      occurred_at: created_at,
      contact: { email, phone, name: nameIn(payload), signed_up_at },
    }
  },
})
