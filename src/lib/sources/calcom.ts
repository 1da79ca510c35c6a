import * as z from 'zod/mini'
import type { Question } from '../delivery.ts'
import { asText, isRecord, own } from '../json-access.ts'
import { bodyScheme } from '../signature/hmac.ts'
import type { SignupInput } from '../signup.ts'
import { isAbsent } from '../transform/text.ts'
import { nameIn } from './name.ts'
import { findPerson } from './person.ts'
import { defineSource } from './source.ts'

const responses = z.nullish(z.record(z.string(), z.unknown()))
const event = z.looseObject({
  triggerEvent: z.string(),
  payload: z.looseObject({
    attendees: z.nullish(z.array(z.looseObject({}))),
    responses,
    userFieldsResponses: responses,
  }),
})
type Event = z.infer<typeof event>

/**
 * Routing forms: the first is sent for each submission, the second 15 minutes later if nothing was
 * booked; only the second has the submission's id.
 * https://github.com/calcom/cal.com/blob/main/packages/app-store/routing-forms/lib/formSubmissionUtils.ts
 */
const formTriggers = ['FORM_SUBMITTED', 'FORM_SUBMITTED_NO_EVENT']

/**
 * Who books by phone alone gets an address of digits that no person reads; a self-hosted Cal.com may
 * have another domain in it.
 * https://github.com/calcom/cal.com/blob/main/packages/lib/contructEmailFromPhoneNumber.ts
 */
const placeholder = /^[^@]*@sms\.cal\.com$|^\+?\d+@sms\./i

const withoutPlaceholder = (value: unknown): unknown =>
  typeof value === 'string' && placeholder.test(value.trim()) ? undefined : value

/**
 * A response is `{ label, value }`, of a form `{ value, response }`; its value is an object if it is a
 * name in two parts. In `response`, which is to replace `value`, a choice is `{ label, id }`.
 */
const responseValue = (response: unknown): unknown => {
  const value = own(response, 'response') ?? own(response, 'value')
  if (Array.isArray(value)) return value.map((choice) => own(choice, 'label') ?? choice)
  if (!isRecord(value)) return withoutPlaceholder(value)
  return nameIn(value) ?? value.label ?? value.value ?? value
}

const questionsOf = ({ payload }: Event): Question[] =>
  Object.entries({ ...payload.responses, ...payload.userFieldsResponses }).map(
    ([key, response]) => ({
      key,
      label: asText(own(response, 'label')) ?? key,
      value: responseValue(response),
    }),
  )

const toBooking = ({ createdAt, payload }: Event): SignupInput => {
  const [attendee] = payload.attendees ?? []
  const answer = (key: string) => {
    const value = responseValue(own(payload.responses, key))
    return isAbsent(value) || isRecord(value) ? undefined : value
  }
  return {
    occurred_at: createdAt,
    contact: {
      email: answer('email') ?? withoutPlaceholder(attendee?.email),
      name: answer('name') ?? nameIn(attendee),
      phone: answer('attendeePhoneNumber') ?? answer('smsReminderNumber') ?? attendee?.phoneNumber,
      signed_up_at: createdAt,
    },
  }
}

/**
 * A new booking; and a submitted routing form, as a lead, booked or not. Options find an answer by
 * its question's key or label.
 *
 * @example
 * sources: { booking: calcom({ attributes: { 'Team size': 'team_size' } }) }
 */
export const calcom = defineSource({
  docs: 'https://cal.com/docs/developing/guides/automation/webhooks',
  signature: bodyScheme('x-cal-signature-256', 'hex'),
  gives: ['lead'],
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'triggerEvent'),
      created: ['BOOKING_CREATED', ...formTriggers],
    },
    schema: event,
    advice: 'subscribe to Booking created or Form submitted, without a custom payload template',
  },
  eventId: ({ triggerEvent, payload: { uid, formId, responseId } }) => {
    if (!formTriggers.includes(triggerEvent)) return asText(uid) && `${uid} ${triggerEvent}`
    return isAbsent(responseId) ? undefined : `${formId} ${responseId} ${triggerEvent}`
  },
  questions: questionsOf,
  toSignup: (received, _delivery, questions) => {
    if (!formTriggers.includes(received.triggerEvent)) return toBooking(received)
    const { createdAt } = received
    const { contact, guessed } = findPerson(questions)
    return {
      occurred_at: createdAt,
      contact: { ...contact, role: 'lead', signed_up_at: createdAt },
      guessed,
    }
  },
})
