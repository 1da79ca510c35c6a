import * as z from 'zod/mini'
import { own } from '../own.ts'
import { defaultToleranceSeconds, type HmacScheme } from '../signature/hmac.ts'
import {
  assertOptions,
  type Delivery,
  makeSource,
  type Source,
  type SourceOptions,
} from './source.ts'

/**
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * Svix and Clerk send the same under `svix-` names: https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const standardWebhooksScheme: HmacScheme = {
  type: 'hmac',
  header: ['webhook-signature', 'svix-signature'],
  prefix: 'v1,',
  // Supabase sets several apart by ", ", the specification by " ".
  separator: /,? +/,
  algorithm: 'sha256',
  encoding: 'base64',
  signed: '{id}.{timestamp}.{body}',
  id: { header: ['webhook-id', 'svix-id'] },
  timestamp: {
    header: ['webhook-timestamp', 'svix-timestamp'],
    unit: 's',
    toleranceSeconds: defaultToleranceSeconds,
  },
  secret: 'whsec',
}

/** The message's id under both names; it stays the same over the sender's retries. */
export const standardWebhooksHeaders = ['webhook-id', 'svix-id'] as const
export const standardWebhooksId = ({ headers }: Delivery): string | undefined =>
  headers['webhook-id'] ?? headers['svix-id']

const event = z.looseObject({})
export type StandardWebhooksEvent = z.infer<typeof event>

export type StandardWebhooksOptions = SourceOptions<StandardWebhooksEvent> & {
  /** The event types that are signups, such as `user.created`; absent: all. */
  readonly types?: readonly string[]
}

/**
 * Any sender that follows Standard Webhooks. What its payload holds is its own, so `fields` says
 * where an `email` or an `external_id` stands.
 *
 * @throws BridgeError `invalid_config`, naming every fault
 */
export const standardWebhooks = (options: StandardWebhooksOptions): Source => {
  assertOptions('standardWebhooks()', options, {
    types: z.optional(z.readonly(z.array(z.string()))),
  })
  const { types, ...common } = options
  return makeSource(
    {
      docs: 'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
      signature: standardWebhooksScheme,
      payload: {
        format: 'json',
        isSignup: (body) => types === undefined || types.includes(String(own(body, 'type'))),
        schema: event,
        headers: standardWebhooksHeaders,
      },
      eventId: (_event, delivery) => standardWebhooksId(delivery),
      toSignup: ({ timestamp }) => ({ occurred_at: timestamp, contact: {} }),
    },
    common,
  )
}
