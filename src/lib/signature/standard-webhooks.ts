import type { Delivery } from '../delivery.ts'
import { type HmacScheme, signatureHeaders } from './hmac.ts'
import { defaultToleranceSeconds } from './timestamp.ts'

/** The scheme with headers of these prefixes; the last complete set of a delivery decides. */
const schemeOf = (...prefixes: readonly string[]) => {
  const namesOf = (name: string) => prefixes.map((prefix) => `${prefix}-${name}`)
  return {
    type: 'hmac',
    header: namesOf('signature'),
    prefix: 'v1,',
    // Supabase separates several signatures by ", ", the specification by " ".
    separator: /,? +/,
    algorithm: 'sha256',
    encoding: 'base64',
    signed: '{id}.{timestamp}.{body}',
    id: { header: namesOf('id') },
    timestamp: {
      header: namesOf('timestamp'),
      unit: 's',
      toleranceSeconds: defaultToleranceSeconds,
    },
    secret: 'whsec',
  } satisfies HmacScheme
}
export type StandardWebhooksScheme = ReturnType<typeof schemeOf>

/**
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * Svix sends the same under `svix-` names, which its library reads first, too: a relay that signs
 * its own hop with `webhook-` names does not hide the sender's.
 * https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const standardWebhooksScheme = schemeOf('webhook', 'svix')

/** Under `svix-` names alone, as Clerk's library reads them. */
export const svixScheme = schemeOf('svix')

/** The headers that `standardWebhooksId` reads. */
export const standardWebhooksHeaders = ({
  header,
  id,
  timestamp,
}: StandardWebhooksScheme): readonly string[] => [...header, ...id.header, ...timestamp.header]

/** The message id that is signed, which is the same in every retry of the sender. */
export const standardWebhooksId = (
  scheme: StandardWebhooksScheme,
  { headers }: Pick<Delivery, 'headers'>,
): string | undefined => {
  const signed = signatureHeaders(scheme, { headers })
  // Queued without the headers of its signature.
  return signed ? signed.id : scheme.id.header.map((name) => headers[name]).findLast(Boolean)
}
