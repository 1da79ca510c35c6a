import { createHmac, timingSafeEqual } from 'node:crypto'
import { BridgeError } from './errors.ts'
import { keyOf, keysOf, type SecretKind, strictBase64 } from './signing-key.ts'
import type { Delivery } from './sources/source.ts'

/**
 * An HMAC over a template of the delivery, described by data alone.
 * `signed` is a template over `{id} {timestamp} {method} {url} {body}`.
 */
export type HmacScheme = {
  readonly type: 'hmac'
  /** Header names that may carry the signature; the first that is there counts. */
  readonly header: readonly string[]
  /** What stands before each signature: `sha256=`, or `v1,` in a list. */
  readonly prefix: string
  /** Signatures in one header are set apart by this; absent: there is one. */
  readonly separator?: RegExp
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly encoding: 'hex' | 'base64'
  readonly signed: string
  readonly id?: { readonly header: readonly string[] }
  readonly timestamp?: {
    readonly header: readonly string[]
    readonly unit: 's' | 'ms'
    readonly toleranceSeconds: number
  }
  readonly secret: SecretKind
}

/** A secret that travels as it is, for senders that cannot sign. */
export type BearerScheme = { readonly type: 'bearer' }

/** Public by nature: a browser's form holds no secret. */
export type OpenScheme = { readonly type: 'open' }

export type SignatureScheme = HmacScheme | BearerScheme | OpenScheme

/** Both ways; what the Standard Webhooks libraries, Stripe and Svix use. */
export const defaultToleranceSeconds = 300

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

const missing = () =>
  new BridgeError(
    'signature_missing',
    'a header that this source signs with is missing: check that the sender has a signing secret set',
  )
const invalid = () =>
  new BridgeError(
    'signature_invalid',
    'no signature matches: check that both sides hold the same secret and that the body arrives unchanged',
  )
const strictHex = /^(?:[0-9a-f]{2})+$/i

/** The first of the names that is there; an empty header is none. */
const firstHeader = (delivery: Delivery, names: readonly string[]): string | undefined =>
  names.map((name) => delivery.headers[name]).find((value) => value)

const mac = (
  scheme: HmacScheme,
  key: Buffer,
  parts: { id: string; timestamp: string; method: string; url: string; body: Uint8Array },
): Buffer => {
  const hmac = createHmac(scheme.algorithm, key)
  for (const part of scheme.signed.split(/(\{\w+\})/)) {
    if (part === '{id}') hmac.update(parts.id)
    else if (part === '{timestamp}') hmac.update(parts.timestamp)
    else if (part === '{method}') hmac.update(parts.method)
    else if (part === '{url}') hmac.update(parts.url)
    else if (part === '{body}') hmac.update(parts.body)
    else hmac.update(part)
  }
  return hmac.digest()
}

/** The presented MACs that are well-formed; junk is passed over, so that one valid one counts. */
const presented = (scheme: HmacScheme, header: string): Buffer[] => {
  const texts = scheme.separator ? header.trim().split(scheme.separator) : [header.trim()]
  const shape = scheme.encoding === 'hex' ? strictHex : strictBase64
  return texts.flatMap((text) => {
    if (!text.startsWith(scheme.prefix)) return []
    const encoded = text.slice(scheme.prefix.length)
    return encoded !== '' && shape.test(encoded) ? [Buffer.from(encoded, scheme.encoding)] : []
  })
}

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

/** Unix seconds of a timestamp header; digits only, so that '', ' 12 ' and '1e9' are no times. */
const timestampSeconds = (text: string, unit: 's' | 'ms'): number => {
  const shape = unit === 's' ? /^\d{10}$/ : /^\d{13}$/
  if (!shape.test(text)) throw invalid()
  return unit === 's' ? Number(text) : Number(text) / 1000
}

const verifyHmac = (
  scheme: HmacScheme,
  delivery: Delivery,
  secrets: readonly string[],
  nowSeconds: number,
): void => {
  const keys = keysOf(scheme.secret, secrets)
  const signature = firstHeader(delivery, scheme.header)
  const id = scheme.id ? firstHeader(delivery, scheme.id.header) : ''
  const timestamp = scheme.timestamp ? firstHeader(delivery, scheme.timestamp.header) : ''
  if (signature === undefined || id === undefined || timestamp === undefined) throw missing()
  // The id stands before a dot in what is signed, so it may hold none.
  if (scheme.id && !/^[^\s.]{1,256}$/.test(id)) throw invalid()
  const sentSeconds = scheme.timestamp ? timestampSeconds(timestamp, scheme.timestamp.unit) : 0

  const { method, url, body } = delivery
  const expected = keys.map((key) => mac(scheme, key, { id, timestamp, method, url, body }))
  let matches = false
  for (const candidate of presented(scheme, signature)) {
    for (const own of expected) matches = equal(own, candidate) || matches
  }
  if (!matches) throw invalid()

  if (scheme.timestamp && Math.abs(nowSeconds - sentSeconds) > scheme.timestamp.toleranceSeconds) {
    throw new BridgeError(
      'signature_expired',
      `the signature is more than ${scheme.timestamp.toleranceSeconds} s away from now: check the sender's clock`,
    )
  }
}

const verifyBearer = (delivery: Delivery, secrets: readonly string[]): void => {
  const expected = keysOf('text', secrets)
  const header = delivery.headers.authorization
  if (!header) {
    throw new BridgeError(
      'signature_missing',
      'the header `Authorization: Bearer <the secret of this source>` is missing: send it',
    )
  }
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1]
  if (token === undefined) throw invalid()
  // A digest of each side has one length, whatever the lengths of the secrets.
  const digest = (text: string | Buffer) => createHmac('sha256', 'bearer').update(text).digest()
  const candidate = digest(token)
  let matches = false
  for (const secret of expected) matches = equal(digest(secret), candidate) || matches
  if (!matches) throw invalid()
}

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
  if (scheme.type === 'open') return
  if (scheme.type === 'bearer') verifyBearer(delivery, secrets)
  else verifyHmac(scheme, delivery, secrets, nowSeconds)
}

export type Unsigned = {
  readonly id?: string
  readonly timestampSeconds: number
  readonly method?: string
  readonly url?: string
  readonly body: Uint8Array
}

/** The headers that a genuine sender adds: for tests, the sandbox and benchmarks. */
export const sign = (
  scheme: SignatureScheme,
  { id = 'msg_1', timestampSeconds: seconds, method = 'POST', url = '', body }: Unsigned,
  secret: string,
): Record<string, string> => {
  if (scheme.type === 'open') return {}
  if (scheme.type === 'bearer') return { authorization: `Bearer ${secret}` }
  const timestamp = String(scheme.timestamp?.unit === 'ms' ? seconds * 1000 : seconds)
  const key = keyOf(scheme.secret, secret)
  if (key instanceof BridgeError) throw key
  const digest = mac(scheme, key, { id, timestamp, method, url, body })
  const entries: [string | undefined, string][] = [
    [scheme.id?.header[0], id],
    [scheme.timestamp?.header[0], timestamp],
    [scheme.header[0], `${scheme.prefix}${digest.toString(scheme.encoding)}`],
  ]
  return Object.fromEntries(entries.flatMap(([name, value]) => (name ? [[name, value]] : [])))
}

/** Whether a source needs a secret at all. */
export const needsSecret = (scheme: SignatureScheme): boolean => scheme.type !== 'open'
