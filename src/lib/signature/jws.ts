import { createHmac, hash } from 'node:crypto'
import type { Delivery } from '../delivery.ts'
import { parseJson } from '../json.ts'
import { own } from '../json-access.ts'
import { anyEqual, digestOf } from './compare.ts'
import { signatureInvalid, signatureMissing } from './errors.ts'
import { cleanSecret, toKeys } from './key.ts'

/**
 * A compact JWS (HS256) in a header. Its claims are `sha256`, the SHA-256 of the body in hex, and
 * `iss`, the issuer. https://www.rfc-editor.org/rfc/rfc7515
 */
export type JwsScheme = {
  readonly type: 'jws'
  readonly header: string
  readonly issuer: string
}

const decode = (part: string): unknown => parseJson(Buffer.from(part, 'base64url').toString('utf8'))
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const macOf = (secret: string, content: string): Buffer =>
  createHmac('sha256', secret).update(content).digest()

/** Checks a delivery; throws as `verify` does. */
export const verifyJws = (
  { header, issuer }: JwsScheme,
  { headers, body }: Delivery,
  secrets: readonly string[],
): void => {
  const keys = toKeys('text', secrets).map(String)
  const token = headers[header]?.trim()
  if (!token) throw signatureMissing()
  const [, protectedHeader = '', claims = '', signature = ''] =
    /^([\w-]+)\.([\w-]+)\.([\w-]{43})$/.exec(token) ?? []
  const expected = keys.map((key) => macOf(key, `${protectedHeader}.${claims}`))
  if (!anyEqual(expected, [Buffer.from(signature, 'base64url')])) throw signatureInvalid()

  // The token is authentic; now check its algorithm, issuer and body.
  const payload = decode(claims)
  const digest = String(own(payload, 'sha256')).toLowerCase()
  const matchesBody = anyEqual([digestOf(hash('sha256', body, 'hex'))], [digestOf(digest)])
  const isHs256 = own(decode(protectedHeader), 'alg') === 'HS256'
  if (!isHs256 || own(payload, 'iss') !== issuer || !matchesBody) throw signatureInvalid()
}

/** Returns the header that a sender adds. */
export const signJws = ({ header, issuer }: JwsScheme, body: Uint8Array, secret: string) => {
  const claims = { iss: issuer, sha256: hash('sha256', body, 'hex') }
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return { [header]: `${content}.${macOf(cleanSecret(secret), content).toString('base64url')}` }
}
