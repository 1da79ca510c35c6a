import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { nameIn } from './name.ts'
import { defineSource } from './source.ts'

const confirmed = z.looseObject({
  userName: z.string(),
  request: z.looseObject({ userAttributes: z.looseObject({}) }),
})

/**
 * A user of a Cognito user pool who confirmed the sign-up; not one that an administrator created, of
 * whom Cognito says nothing. Cognito invokes the function itself, so this source has no secret and
 * no URL. Its event has no time: the time of arrival is used.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 *
 * @example
 * sources: { members: cognito({ attributes: { 'request.userAttributes.custom:plan': 'plan' } }) }
 */
export const cognito = defineSource({
  docs: 'https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html',
  signature: { type: 'invoked', by: 'cognito' },
  gives: ['external_id'],
  payload: {
    format: 'json',
    // PostConfirmation_ConfirmForgotPassword is a new password of an existing user.
    types: {
      of: (body) => own(body, 'triggerSource'),
      created: ['PostConfirmation_ConfirmSignUp'],
    },
    schema: confirmed,
    advice: 'invoke the function by the trigger Post confirmation',
  },
  eventId: () => undefined,
  toSignup: ({ userName, request: { userAttributes } }, { received_at }) => ({
    occurred_at: received_at,
    contact: {
      external_id: userAttributes.sub ?? userName,
      email: userAttributes.email,
      email_verified: userAttributes.email_verified,
      phone: userAttributes.phone_number,
      name: nameIn(userAttributes),
      avatar: userAttributes.picture,
      signed_up_at: received_at,
    },
  }),
})
