import type { Delivery } from '../delivery.ts'
import type { HmacScheme } from './hmac.ts'
import { defaultToleranceSeconds } from './timestamp.ts'

/**
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * Svix and Clerk send the same under `svix-` names: https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const standardWebhooksScheme: HmacScheme = {
  type: 'hmac',
  header: ['webhook-signature', 'svix-signature'],
  prefix: 'v1,',
  // Supabase separates several signatures by ", ", the specification by " ".
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

/** The headers of the message id, which is the same in every retry of the sender. */
export const standardWebhooksHeaders = ['webhook-id', 'svix-id'] as const

export const standardWebhooksId = ({ headers }: Delivery): string | undefined =>
  headers['webhook-id'] ?? headers['svix-id']
