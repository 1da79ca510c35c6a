import { createSecretKey, type KeyObject } from 'node:crypto'
import { BridgeError } from '../errors.ts'

/** How a secret becomes a key: its text unchanged, base64, or base64 after `whsec_`. */
export type SecretKind = 'text' | 'base64' | 'whsec'

/** Not a `Buffer`: with one, an HMAC takes Node three times as long. */
export type SigningKey = string | KeyObject

const unusable = (why: string) =>
  new BridgeError('misconfigured', `a signing secret of this source ${why}: set it again`)

/** `Buffer.from` ignores characters that are not base64; this does not match them. */
export const strictBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** The same with the url-safe alphabet, in which `whsec_` would be base64, too. */
const urlSafeBase64 =
  /^(?!.*whsec_)(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/

/**
 * Returns a secret without what is pasted with it: outer blanks and line breaks, and a prefix `v1,`
 * (as Supabase shows it) or `Bearer `. It may be empty then.
 */
export const cleanSecret = (secret: string): string =>
  secret.trim().replace(/^(?:v1,|bearer(?:\s+|$))\s*/i, '')

/** Returns a secret's key, or an error if it is unusable: with an empty key anyone could sign. */
export const toKey = (kind: SecretKind, secret: string): SigningKey | BridgeError => {
  const cleaned = cleanSecret(secret)
  if (cleaned === '') return unusable('is empty')
  if (kind === 'text') return cleaned
  const text = kind === 'whsec' ? cleaned.replace(/^whsec_/, '') : cleaned
  if (!strictBase64.test(text) && !urlSafeBase64.test(text)) return unusable('is not base64')
  // Node reads both alphabets.
  const key = Buffer.from(text, 'base64')
  return key.length === 0 ? unusable('is empty') : createSecretKey(key)
}

/**
 * Returns the keys of the usable secrets. An unusable one, such as a placeholder, is ignored if
 * another one is usable.
 *
 * @throws BridgeError `misconfigured` if none is usable
 */
export const toKeys = (kind: SecretKind, secrets: readonly string[]): SigningKey[] => {
  const keys = secrets.map((secret) => toKey(kind, secret))
  const usable = keys.flatMap((key) => (key instanceof BridgeError ? [] : [key]))
  if (usable.length > 0) return usable
  throw (
    keys.find((key) => key instanceof BridgeError) ??
    new BridgeError(
      'misconfigured',
      'this source has no signing secret: add it to the signing secret in Secrets Manager',
    )
  )
}
