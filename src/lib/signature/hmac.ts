import { createHash, createHmac } from 'node:crypto'
import type { Delivery } from '../delivery.ts'
import { BridgeError } from '../errors.ts'
import { memoise } from '../memoise.ts'
import { anyEqual } from './compare.ts'
import { signatureExpired, signatureInvalid, signatureMissing } from './errors.ts'
import { type SecretKind, type SigningKey, strictBase64, toKey, toKeys } from './key.ts'
import type { UnsignedDelivery } from './unsigned.ts'

/**
 * A MAC over a template of the delivery, described by data alone.
 * `signed` is a template over `{id} {timestamp} {method} {url} {body}`.
 */
export type HmacScheme = {
  /** `hash`: no HMAC, but a hash over the secret and, right behind it, the template. */
  readonly type: 'hmac' | 'hash'
  /** Header names that may carry the signature; the first that is there counts. */
  readonly header: readonly string[]
  /** What stands before each signature: `sha256=`, or `v1,` in a list. */
  readonly prefix: string
  /** The parts of the header are set apart by this; absent: it is one signature. */
  readonly separator?: RegExp | string
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly encoding: 'hex' | 'base64'
  readonly signed: string
  /** Escapes that the sender undoes in the address before it signs. */
  readonly unescaped?: RegExp
  readonly id?: { readonly header: readonly string[] }
  readonly timestamp?: {
    readonly header: readonly string[]
    /** Set where the timestamp is a part of the signature's header, behind this. */
    readonly prefix?: string
    readonly unit: 's' | 'ms'
    readonly toleranceSeconds: number
  }
  readonly secret: SecretKind
}

/** Both ways; what the Standard Webhooks libraries, Stripe and Svix use. */
export const defaultToleranceSeconds = 300

/** The scheme of the many senders that sign the body alone. */
export const bodyScheme = (
  header: string,
  encoding: HmacScheme['encoding'],
  prefix = '',
): HmacScheme => ({
  type: 'hmac',
  header: [header],
  prefix,
  algorithm: 'sha256',
  encoding,
  signed: '{body}',
  secret: 'text',
})

/** The scheme that Stripe began and others took up: `t=…,v1=…` in one header, over both. */
export const timestampedScheme = (header: string, unit: 's' | 'ms'): HmacScheme => ({
  ...bodyScheme(header, 'hex', 'v1='),
  separator: ',',
  signed: '{timestamp}.{body}',
  timestamp: { header: [header], prefix: 't=', unit, toleranceSeconds: defaultToleranceSeconds },
})

const strictHex = /^(?:[0-9a-f]{2})+$/i

/** The first of the names that is there; an empty header is none. */
const firstHeader = ({ headers }: Delivery, names: readonly string[]): string | undefined => {
  const name = names.find((each) => headers[each])
  return name === undefined ? undefined : headers[name]
}

/** A template's parts, in order: placeholders such as `{body}`, and the text between them. */
const partsOf = memoise((template) => template.split(/(\{\w+\})/))

type Signed = { id: string; timestamp: string; method: string; url: string; body: Uint8Array }

/** The text that stands for a part of a template; the body is no text. */
const placeholderText = (part: string, signed: Signed, unescaped: RegExp | undefined): string => {
  if (part === '{timestamp}') return signed.timestamp
  if (part === '{id}') return signed.id
  if (part === '{method}') return signed.method
  if (part !== '{url}') return part
  return unescaped ? signed.url.replace(unescaped, decodeURIComponent) : signed.url
}

const mac = (scheme: HmacScheme, key: SigningKey, signed: Signed): Buffer => {
  const { type, algorithm, unescaped } = scheme
  const made = type === 'hmac' ? createHmac(algorithm, key) : createHash(algorithm)
  if (type === 'hash') made.update(typeof key === 'string' ? key : key.export())
  // Each update costs as much as hashing a hundred bytes: texts go in together.
  let text = ''
  for (const part of partsOf(scheme.signed)) {
    if (part !== '{body}') text += placeholderText(part, signed, unescaped)
    else {
      if (text !== '') made.update(text)
      made.update(signed.body)
      text = ''
    }
  }
  if (text !== '') made.update(text)
  // Asked for bytes, Node allocates outside its pool: two microseconds, half of what hashing takes.
  return Buffer.from(made.digest('hex'), 'hex')
}

const afterPrefix = (parts: readonly string[], prefix: string): string[] =>
  parts.flatMap((part) => (part.startsWith(prefix) ? [part.slice(prefix.length)] : []))

/** The presented MACs that are well-formed; junk is passed over, so that one valid one counts. */
const presentedMacs = (scheme: HmacScheme, parts: readonly string[]): Buffer[] => {
  const { encoding } = scheme
  const shape = encoding === 'hex' ? strictHex : strictBase64
  return afterPrefix(parts, scheme.prefix).flatMap((text) =>
    shape.test(text) ? [Buffer.from(text, encoding)] : [],
  )
}

/** The timestamp as it was signed: a header of its own, or a part of the signature's, just once. */
const timestampOf = (
  { timestamp }: HmacScheme,
  delivery: Delivery,
  parts: readonly string[],
): string | undefined => {
  if (!timestamp) return ''
  if (timestamp.prefix === undefined) return firstHeader(delivery, timestamp.header)
  const [only, ...more] = afterPrefix(parts, timestamp.prefix)
  // Of two, nobody knows which one was signed.
  if (only === undefined || more.length > 0) throw signatureInvalid()
  return only
}

/** Digits only, so that '', ' 12 ' and '1e9' are no times. */
const timestampShapes = { s: /^\d{1,10}$/, ms: /^\d{1,13}$/ }
const secondsOf = (text: string, unit: 's' | 'ms'): number => {
  if (!timestampShapes[unit].test(text)) throw signatureInvalid()
  return unit === 's' ? Number(text) : Number(text) / 1000
}

/** Whether the delivery bears this scheme's signature, be it good, bad or empty. */
export const isSignedBy = ({ header }: HmacScheme, { headers }: Delivery): boolean =>
  header.some((name) => headers[name] !== undefined)

/** @throws BridgeError as `verify` */
export const verifyHmac = (
  scheme: HmacScheme,
  delivery: Delivery,
  secrets: readonly string[],
  nowSeconds: number,
): void => {
  const keys = toKeys(scheme.secret, secrets)
  const signature = firstHeader(delivery, scheme.header)
  const id = scheme.id ? firstHeader(delivery, scheme.id.header) : ''
  if (signature === undefined || id === undefined) throw signatureMissing()
  const trimmed = signature.trim()
  const parts = scheme.separator
    ? trimmed.split(scheme.separator).map((part) => part.trim())
    : [trimmed]
  const timestamp = timestampOf(scheme, delivery, parts)
  if (timestamp === undefined) throw signatureMissing()
  // The id stands before a dot in what is signed, so it may hold none.
  if (scheme.id && !/^[^\s.]{1,256}$/.test(id)) throw signatureInvalid()

  const { method, url, body } = delivery
  const expected = keys.map((key) => mac(scheme, key, { id, timestamp, method, url, body }))
  if (!anyEqual(expected, presentedMacs(scheme, parts))) throw signatureInvalid()

  if (!scheme.timestamp) return
  const { unit, toleranceSeconds } = scheme.timestamp
  if (Math.abs(nowSeconds - secondsOf(timestamp, unit)) > toleranceSeconds) {
    throw signatureExpired(toleranceSeconds)
  }
}

/** The headers that a genuine sender adds. */
export const signHmac = (
  scheme: HmacScheme,
  { id = 'msg_1', timestampSeconds: seconds, method = 'POST', url = '', body }: UnsignedDelivery,
  secret: string,
): Record<string, string> => {
  const { timestamp: stamp, header, prefix, encoding } = scheme
  const timestamp = String(stamp?.unit === 'ms' ? seconds * 1000 : seconds)
  const key = toKey(scheme.secret, secret)
  if (key instanceof BridgeError) throw key
  const digest = mac(scheme, key, { id, timestamp, method, url, body }).toString(encoding)
  const { separator = ',' } = scheme
  const between = typeof separator === 'string' ? separator : ','
  const within = stamp?.prefix === undefined ? '' : `${stamp.prefix}${timestamp}${between}`
  const entries: [string | undefined, string][] = [
    [scheme.id?.header[0], id],
    [stamp?.prefix === undefined ? stamp?.header[0] : undefined, timestamp],
    [header[0], `${within}${prefix}${digest}`],
  ]
  return Object.fromEntries(entries.flatMap(([name, value]) => (name ? [[name, value]] : [])))
}
