import type { Delivery } from '../delivery.ts'
import { BridgeError } from '../errors.ts'
import { signatureInvalid } from './errors.ts'
import { type HmacScheme, isSignedBy, signHmac, verifyHmac } from './hmac.ts'
import { type JwsScheme, signJws, verifyJws } from './jws.ts'
import { cleanSecret } from './key.ts'
import {
  type BearerScheme,
  type QueryScheme,
  secretParameter,
  verifyBearer,
  verifyQuery,
} from './shared-secret.ts'
import { defaultToleranceSeconds } from './timestamp.ts'
import type { UnsignedDelivery } from './unsigned.ts'

/** Several signatures of one sender, the best first: the first one that is present decides. */
export type PreferredScheme = {
  readonly type: 'preferred'
  readonly schemes: readonly [HmacScheme, ...HmacScheme[]]
}

/** No signature: the form of a browser can hold no secret. */
export type OpenScheme = { readonly type: 'open' }

/** Never over HTTP: an AWS service invokes the function, and IAM controls which one may. */
export type InvokedScheme = { readonly type: 'invoked'; readonly by: 'cognito' }

/** How a source's deliveries prove who sent them. */
export type SignatureScheme =
  | HmacScheme
  | PreferredScheme
  | JwsScheme
  | BearerScheme
  | QueryScheme
  | OpenScheme
  | InvokedScheme

/**
 * Checks the signature of a delivery, over its raw bytes, against each of a source's secrets in
 * constant time. Returns nothing if one of them matches.
 *
 * @example
 * ```ts
 * verify(bodyScheme('x-signature', 'hex'), delivery, ['new secret', 'old secret'], 1767225600)
 * ```
 *
 * @param nowSeconds unix seconds
 * @throws BridgeError `signature_missing`, `signature_invalid`, `signature_expired`;
 *   `misconfigured` if there is no usable secret, whatever the delivery carries
 */
export const verify = (
  scheme: SignatureScheme,
  delivery: Delivery,
  secrets: readonly string[],
  nowSeconds: number,
): void => {
  switch (scheme.type) {
    case 'hmac':
    case 'hash':
      verifyHmac(scheme, delivery, secrets, nowSeconds)
      break
    case 'preferred': {
      const present = scheme.schemes.find((candidate) => isSignedBy(candidate, delivery))
      verifyHmac(present ?? scheme.schemes[0], delivery, secrets, nowSeconds)
      break
    }
    case 'jws':
      verifyJws(scheme, delivery, secrets)
      break
    case 'bearer':
      verifyBearer(delivery, secrets)
      break
    case 'query':
      verifyQuery(delivery, secrets)
      break
    case 'invoked':
      // An invocation is not verified here, so this delivery came over HTTP.
      throw signatureInvalid()
    case 'open':
      break
    default:
      scheme satisfies never
      throw new BridgeError(
        'misconfigured',
        "the source's signature has an unknown type: fix it in the config",
      )
  }
}

/** The parts of a request that a sender signs with. */
export type SignedParts = {
  readonly headers: Readonly<Record<string, string>>
  /** The URL, with the secret in it if the scheme is `query`. */
  readonly url: string
}

/**
 * Signs a delivery as its sender would: for tests, the sandbox and benchmarks.
 *
 * @example
 * ```ts
 * const body = new TextEncoder().encode('{"email":"ada@example.com"}')
 * const { headers } = sign(bodyScheme('x-signature', 'hex'), { timestampSeconds, body }, secret)
 * // headers: { 'x-signature': '…' }
 * ```
 *
 * @throws BridgeError `misconfigured` if the secret is unusable
 */
export const sign = (
  scheme: SignatureScheme,
  unsigned: UnsignedDelivery,
  secret: string,
): SignedParts => {
  const { url = '', body } = unsigned
  switch (scheme.type) {
    case 'hmac':
    case 'hash':
      return { headers: signHmac(scheme, unsigned, secret), url }
    case 'preferred': {
      const headers = scheme.schemes.map((hmac) => signHmac(hmac, unsigned, secret))
      return { headers: Object.assign({}, ...headers), url }
    }
    case 'jws':
      return { headers: signJws(scheme, body, secret), url }
    case 'bearer':
      return { headers: { authorization: `Bearer ${cleanSecret(secret)}` }, url }
    case 'query':
      return { headers: {}, url: withSecret(url, secret) }
    case 'open':
    case 'invoked':
      return { headers: {}, url }
  }
}

/** Adds the secret to a URL, for a sender that can prove itself by nothing else. */
export const withSecret = (url: string, secret: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${secretParameter}=${encodeURIComponent(cleanSecret(secret))}`

/** Whether a scheme needs a secret; false if it proves nothing over HTTP. */
export const schemeNeedsSecret = ({ type }: SignatureScheme): boolean =>
  type !== 'open' && type !== 'invoked'

/** Not with a wider tolerance: within it a captured delivery is accepted again. */
const signsTime = ({ signed, timestamp }: HmacScheme): boolean =>
  signed.includes('{timestamp}') &&
  timestamp !== undefined &&
  timestamp.toleranceSeconds <= defaultToleranceSeconds

/**
 * Whether a verified delivery proves that it was sent when it was received, and is no captured one:
 * its signature covers a time at most 300 s away, or its request carries the secret itself, or it
 * signs a body whose own time is at most 300 s from the receipt.
 *
 * @param occurred_at the event's time in the body, unix seconds
 * @param received_at unix seconds
 */
export const provesTime = (
  scheme: SignatureScheme,
  occurred_at: number | undefined,
  received_at: number,
): boolean => {
  const isRecent =
    occurred_at !== undefined && Math.abs(received_at - occurred_at) <= defaultToleranceSeconds
  switch (scheme.type) {
    case 'hmac':
    case 'hash':
      return signsTime(scheme) || (isRecent && scheme.signed.includes('{body}'))
    // It is not queued which of several signatures was checked.
    case 'preferred':
      return isRecent || scheme.schemes.every(signsTime)
    case 'jws':
      return isRecent
    case 'bearer':
    case 'invoked':
      return true
    // A URL is logged on its way, and whoever saw it has the secret.
    case 'query':
    case 'open':
      return false
    default:
      scheme satisfies never
      return false
  }
}
