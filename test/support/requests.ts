import type { IncomingRequest } from '../../src/lib/ingest/receive.ts'
import { type SignatureScheme, sign } from '../../src/lib/signature/verify.ts'
import { type Fixture, toBytes } from './fixture.ts'

/** A request as a sender, or a stranger, sends it. */
export type Request = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The names of the headers that carry a scheme's proof. */
export const proofNames = (scheme: SignatureScheme): string[] => {
  if (scheme.type === 'preferred') return scheme.schemes.flatMap(proofNames)
  if (scheme.type === 'bearer') return ['authorization']
  if (scheme.type === 'jws') return [scheme.header]
  if (scheme.type !== 'hmac' && scheme.type !== 'hash') return []
  return [...scheme.header, ...(scheme.id?.header ?? []), ...(scheme.timestamp?.header ?? [])]
}

/** The fixture's delivery as a request without its proof headers. */
export const unsignedRequest = (name: string, { source, delivery }: Fixture): Request => {
  const proofs = new Set(proofNames(source.signature))
  return {
    url: `https://bridge.example.com/${source.form ? 'forms' : 'webhooks'}/${name}`,
    headers: Object.fromEntries(
      Object.entries(delivery.headers).filter(([header]) => !proofs.has(header)),
    ),
    body: toBytes(delivery.body),
  }
}

/** The request, signed by the scheme. */
export const signRequest = (
  scheme: SignatureScheme,
  request: Request,
  secret: string,
  timestampSeconds: number,
): Request => {
  const { url, body } = request
  const signed = sign(scheme, { id: 'id-1', timestampSeconds, url, body }, secret)
  return { ...request, url: signed.url, headers: { ...request.headers, ...signed.headers } }
}

/** The request as the handler passes it to `receive`. */
export const toIncomingRequest = (
  { url, headers, body }: Request,
  received_at: number,
): IncomingRequest => ({
  path: new URL(url).pathname,
  method: 'POST',
  received_at,
  url,
  headers,
  encodedBytes: body.length,
  body: () => body,
})
