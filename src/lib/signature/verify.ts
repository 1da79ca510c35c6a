import type { Delivery } from '../delivery.ts'
import { BridgeError } from '../errors.ts'
import { signatureInvalid } from './errors.ts'
import { type HmacScheme, isSignedBy, signHmac, verifyHmac } from './hmac.ts'
import { type JwsScheme, signJws, verifyJws } from './jws.ts'
import {
  type BearerScheme,
  type QueryScheme,
  secretParameter,
  verifyBearer,
  verifyQuery,
} from './shared-secret.ts'
import type { UnsignedDelivery } from './unsigned.ts'
/** Several that one sender signs with at once, the best first: the first that is there decides. */
export type PreferredScheme = {
  readonly type: 'preferred'
  readonly schemes: readonly [HmacScheme, ...HmacScheme[]]
}

/** Public by nature: a browser's form holds no secret. */
export type OpenScheme = { readonly type: 'open' }

/** Never over HTTP: a service of AWS invokes the function, and IAM says who may. */
export type InvokedScheme = { readonly type: 'invoked'; readonly by: 'cognito' }

/** How a source's deliveries prove who sent them: all data. */
export type SignatureScheme =
  | HmacScheme
  | PreferredScheme
  | JwsScheme
  | BearerScheme
  | QueryScheme
  | OpenScheme
  | InvokedScheme

/**
 * Checks a delivery's raw bytes against any of a source's secrets, in constant time.
 *
 * @param nowSeconds unix seconds
 * @throws BridgeError `signature_missing`, `signature_invalid`, `signature_expired`;
 *   `misconfigured` where there is no usable secret, whatever the delivery carries
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
      const borne = scheme.schemes.find((each) => isSignedBy(each, delivery))
      verifyHmac(borne ?? scheme.schemes[0], delivery, secrets, nowSeconds)
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
      // IAM vouches for an invocation; whoever comes here came another way.
      throw signatureInvalid()
    case 'open':
      break
    default:
      scheme satisfies never
      throw new BridgeError('misconfigured', "the source's signature is of no known type: mend it")
  }
}

/** What a genuine sender adds to a request: headers, and to its address. */
export type SignedParts = {
  readonly headers: Readonly<Record<string, string>>
  /** The address with the secret in it, where it travels there. */
  readonly url: string
}

/** What a genuine sender sends: for tests, the sandbox and benchmarks. */
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
      const headers = scheme.schemes.map((each) => signHmac(each, unsigned, secret))
      return { headers: Object.assign({}, ...headers), url }
    }
    case 'jws':
      return { headers: signJws(scheme, body, secret), url }
    case 'bearer':
      return { headers: { authorization: `Bearer ${secret}` }, url }
    case 'query':
      return { headers: {}, url: withSecret(url, secret) }
    case 'open':
    case 'invoked':
      return { headers: {}, url }
  }
}

/** An address as a sender is given it that can prove itself by nothing else. */
export const withSecret = (url: string, secret: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${secretParameter}=${encodeURIComponent(secret)}`

/** Whether a scheme proves anything, and so needs a secret. */
export const schemeNeedsSecret = ({ type }: SignatureScheme): boolean =>
  type !== 'open' && type !== 'invoked'
