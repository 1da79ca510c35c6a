import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { timestampedScheme } from '../signature/hmac.ts'
import { fullName } from './name.ts'
import { defineSource } from './source.ts'

const inviteeCreated = z.looseObject({
  payload: z.looseObject({
    uri: z.string(),
    questions_and_answers: z.nullish(
      z.array(z.looseObject({ question: z.string(), answer: z.unknown() })),
    ),
  }),
})

/**
 * A new booking. A reschedule creates a new invitee: the same person, so the same contact. Options
 * find an answer by its question.
 *
 * @example
 * sources: { demo: calendly({ attributes: { 'payload.tracking.utm_source': 'utm_source' } }) }
 */
export const calendly = defineSource({
  docs: 'https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures',
  signature: timestampedScheme('calendly-webhook-signature', 's'),
  payload: {
    format: 'json',
    types: { of: (body) => own(body, 'event'), signups: ['invitee.created'] },
    schema: inviteeCreated,
    advice: 'subscribe to invitee.created through API version 2',
  },
  eventId: ({ payload }) => payload.uri,
  questions: ({ payload }) =>
    (payload.questions_and_answers ?? []).map(({ question, answer }) => ({
      label: question,
      value: answer,
    })),
  toSignup: ({ created_at, payload }) => ({
    occurred_at: created_at,
    contact: {
      email: payload.email,
      name: fullName(payload.name) ?? fullName(payload.first_name, payload.last_name),
      phone: payload.text_reminder_number,
      signed_up_at: payload.created_at,
    },
  }),
})
