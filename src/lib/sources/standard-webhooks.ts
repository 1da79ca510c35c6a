import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import {
  standardWebhooksHeaders,
  standardWebhooksId,
  standardWebhooksScheme,
} from '../signature/standard-webhooks.ts'
import {
  assertOptions,
  type LifecycleOptions,
  lifecycleOptions,
  makeSource,
  type Source,
  type SourceOptions,
} from './source.ts'
import { readTypes, type TypesOption, typesSchema } from './types-option.ts'

const event = z.looseObject({})
export type StandardWebhooksEvent = z.infer<typeof event>

export type StandardWebhooksOptions = SourceOptions<StandardWebhooksEvent> &
  LifecycleOptions & {
    /**
     * The event types that are signups, such as `user.created`, or those of each kind; absent: all
     * are signups.
     */
    readonly types?: TypesOption
  }

/**
 * Any sender that follows Standard Webhooks. Its payload has no standard shape: `fields` names the
 * dotted path of an `email` or an `external_id`.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 *
 * @example
 * sources: { crm: standardWebhooks({
 *   types: { created: ['user.created'], updated: ['user.updated'], deleted: ['user.deleted'] },
 *   fields: { 'data.email': 'email', 'data.id': 'external_id' },
 * }) }
 */
export const standardWebhooks = (options: StandardWebhooksOptions): Source => {
  assertOptions('standardWebhooks()', options, { ...lifecycleOptions, types: typesSchema })
  const { types: given, ...common } = options
  const typeOf = (body: unknown) => own(body, 'type')
  const { types, on } = readTypes('standardWebhooks()', given, typeOf, options)
  return makeSource(
    {
      docs: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
      signature: standardWebhooksScheme,
      gives: [],
      payload: {
        format: 'json',
        ...(types && { types }),
        typeOf,
        schema: event,
        advice: 'post one event as a JSON object, its `type` written as the option `types` has it',
        headers: standardWebhooksHeaders(standardWebhooksScheme),
      },
      eventId: (_event, delivery) => standardWebhooksId(standardWebhooksScheme, delivery),
      toSignup: ({ timestamp }) => ({ occurred_at: timestamp, contact: {} }),
    },
    { ...common, ...(on && { on }) },
  )
}
