import type { Delivery } from '../delivery.ts'
import { defaultToleranceSeconds, type HmacScheme } from './hmac.ts'

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
