import { createSecretKey, type KeyObject } from 'node:crypto'
import { BridgeError } from '../errors.ts'

/** How a secret's text becomes the key: as it is, base64, or base64 behind `whsec_`. */
export type SecretKind = 'text' | 'base64' | 'whsec'

/** Never bare bytes: Node takes three times as long to make an HMAC with those. */
export type SigningKey = string | KeyObject

const unusable = (why: string) =>
  new BridgeError('misconfigured', `a signing secret of this source ${why}: set it anew`)

/** `Buffer.from` takes any junk for base64; this takes none. */
export const strictBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** The key of a configured secret, or why it is none: with an empty key anybody could sign. */
export const toKey = (kind: SecretKind, secret: string): SigningKey | BridgeError => {
  if (secret.trim() === '') return unusable('is empty')
  if (kind === 'text') return secret
  const text = kind === 'whsec' ? secret.replace(/^(?:v1,)?whsec_/, '') : secret
  if (!strictBase64.test(text)) return unusable('is not base64')
  const key = Buffer.from(text, 'base64')
  return key.length === 0 ? unusable('is empty') : createSecretKey(key)
}

/**
 * The usable keys of the configured secrets. One that is not usable (the placeholder before the
 * first rotation, say) is passed over where another is.
 *
 * @throws BridgeError `misconfigured` where none is usable
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
