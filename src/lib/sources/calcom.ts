import * as z from 'zod/mini'
import { asText, isRecord, own } from '../json-access.ts'
import { bodyScheme } from '../signature/hmac.ts'
import { isAbsent } from '../transform/text.ts'
import { fullName } from './name.ts'
import { defineSource } from './source.ts'

const responses = z.nullish(z.record(z.string(), z.unknown()))
const bookingCreated = z.looseObject({
  triggerEvent: z.string(),
  payload: z.looseObject({
    attendees: z.nullish(z.array(z.looseObject({}))),
    responses,
    userFieldsResponses: responses,
  }),
})

/** A response is `{ label, value }`; its value is an object if it is a name in two parts. */
const responseValue = (response: unknown): unknown => {
  const value = own(response, 'value')
  return isRecord(value)
    ? (fullName(value.firstName, value.lastName) ?? value.value ?? value)
    : value
}

/**
 * A new booking. Options find an answer by its question's key or label.
 *
 * @example
 * sources: { booking: calcom({ attributes: { 'Team size': 'team_size' } }) }
 */
export const calcom = defineSource({
  docs: 'https://cal.com/docs/developing/guides/automation/webhooks',
  signature: bodyScheme('x-cal-signature-256', 'hex'),
  payload: {
    format: 'json',
    types: { of: (body) => own(body, 'triggerEvent'), signups: ['BOOKING_CREATED'] },
    schema: bookingCreated,
    advice: 'subscribe to Booking created, without a custom payload template',
  },
  eventId: ({ triggerEvent, payload: { uid } }) => asText(uid) && `${uid} ${triggerEvent}`,
  questions: ({ payload }) =>
    Object.entries({ ...payload.responses, ...payload.userFieldsResponses }).map(
      ([key, response]) => {
        const label = own(response, 'label')
        return { key, value: responseValue(response), ...(typeof label === 'string' && { label }) }
      },
    ),
  toSignup: ({ createdAt, payload }) => {
    const [attendee] = payload.attendees ?? []
    const answer = (key: string) => {
      const value = responseValue(own(payload.responses, key))
      return isAbsent(value) || isRecord(value) ? undefined : value
    }
    return {
      occurred_at: createdAt,
      contact: {
        email: answer('email') ?? attendee?.email,
        name: answer('name') ?? attendee?.name,
        phone:
          answer('attendeePhoneNumber') ?? answer('smsReminderNumber') ?? attendee?.phoneNumber,
        signed_up_at: createdAt,
      },
    }
  },
})
