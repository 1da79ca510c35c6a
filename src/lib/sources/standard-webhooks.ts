import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import {
  standardWebhooksHeaders,
  standardWebhooksId,
  standardWebhooksScheme,
} from '../signature/standard-webhooks.ts'
import { assertOptions, makeSource, type Source, type SourceOptions } from './source.ts'

const event = z.looseObject({})
export type StandardWebhooksEvent = z.infer<typeof event>

export type StandardWebhooksOptions = SourceOptions<StandardWebhooksEvent> & {
  /** The event types that are signups, such as `user.created`; absent: all. */
  readonly types?: readonly string[]
}

/**
 * Any sender that follows Standard Webhooks. Its payload has no standard shape: `fields` names the
 * dotted path of an `email` or an `external_id`.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 *
 * @example
 * sources: { crm: standardWebhooks({
 *   types: ['user.created'],
 *   fields: { 'data.email': 'email', 'data.id': 'external_id' },
 * }) }
 */
export const standardWebhooks = (options: StandardWebhooksOptions): Source => {
  assertOptions('standardWebhooks()', options, {
    types: () => z.readonly(z.array(z.string()).check(z.minLength(1))),
  })
  const { types, ...common } = options
  return makeSource(
    {
      docs: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
      signature: standardWebhooksScheme,
      gives: [],
      payload: {
        format: 'json',
        ...(types && { types: { of: (body: unknown) => own(body, 'type'), signups: types } }),
        schema: event,
        advice: 'post one event as a JSON object, its `type` written as the option `types` has it',
        headers: standardWebhooksHeaders(standardWebhooksScheme),
      },
      eventId: (_event, delivery) => standardWebhooksId(standardWebhooksScheme, delivery),
      toSignup: ({ timestamp }) => ({ occurred_at: timestamp, contact: {} }),
    },
    common,
  )
}
