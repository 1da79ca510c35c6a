import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { fullName } from './person.ts'
import { defineSource } from './source.ts'

const confirmed = z.looseObject({
  userName: z.string(),
  request: z.looseObject({ userAttributes: z.looseObject({}) }),
})

/**
 * A user of a Cognito user pool who confirmed the sign-up. Cognito invokes the function itself, so
 * no secret is needed and no address serves this source; its event holds no time but its arrival.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 */
export const cognito = defineSource({
  docs: 'https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html',
  signature: { type: 'invoked', by: 'cognito' },
  payload: {
    format: 'json',
    // The other one, PostConfirmation_ConfirmForgotPassword, is a new password of somebody known.
    isSignup: (body) => own(body, 'triggerSource') === 'PostConfirmation_ConfirmSignUp',
    schema: confirmed,
  },
  eventId: () => undefined,
  toSignup: ({ userName, request: { userAttributes } }, { received_at }) => ({
    occurred_at: received_at,
    contact: {
      external_id: userAttributes.sub ?? userName,
      email: userAttributes.email,
      phone: userAttributes.phone_number,
      name:
        fullName(userAttributes.name) ??
        fullName(userAttributes.given_name, userAttributes.family_name),
      avatar: userAttributes.picture,
      signed_up_at: received_at,
    },
  }),
})
