import type { Delivery } from '../../src/lib/delivery.ts'
import { sign } from '../../src/lib/signature/verify.ts'
import type { Source } from '../../src/lib/sources/source.ts'
import { start } from './clock.ts'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A delivery to the source `test`, unsigned unless its headers say otherwise. */
export const delivery = (
  body: string | Uint8Array | object,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Delivery => ({
  source: 'test',
  received_at: start,
  method: 'POST',
  url: 'https://bridge.example.com/webhooks/test',
  headers,
  body:
    body instanceof Uint8Array
      ? body
      : bytes(typeof body === 'string' ? body : JSON.stringify(body)),
})

/** A delivery signed by the scheme of its source. */
export const signed = (source: Source, body: string | object, secret: string): Delivery => {
  const unsigned = delivery(body)
  const { headers, url } = sign(
    source.signature,
    { timestampSeconds: start, url: unsigned.url, body: unsigned.body },
    secret,
  )
  return { ...unsigned, url, headers: { ...unsigned.headers, ...headers } }
}

export const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' }
