import type { Delivery } from '../delivery.ts'
import { anyEqual, digestOf } from './compare.ts'
import { signatureInvalid, signatureMissing } from './errors.ts'
import { cleanSecret, toKeys } from './key.ts'

/** A secret in `Authorization: Bearer …`, for senders that cannot sign. */
export type BearerScheme = { readonly type: 'bearer' }

/** A secret in the URL, as `?secret=…`, for senders that can set nothing else. */
export type QueryScheme = { readonly type: 'query' }

/** The query parameter of the secret. */
export const secretParameter = 'secret'

/** Checks that one of the texts, which are readings of one that was received, is a secret. */
const assertSecret = (secrets: readonly string[], received: readonly string[]): void => {
  // The sender's side may be pasted with the same prefix.
  const candidates = received.map((text) => digestOf(cleanSecret(text)))
  if (!anyEqual(secrets.map(digestOf), candidates)) throw signatureInvalid()
}

/** Checks a delivery; throws as `verify` does. */
export const verifyBearer = ({ headers }: Delivery, secrets: readonly string[]): void => {
  const keys = toKeys('text', secrets).map(String)
  const { authorization } = headers
  if (!authorization) {
    throw signatureMissing(
      'the header `Authorization: Bearer <the secret of this source>` is missing: send it',
    )
  }
  assertSecret(keys, /^bearer +(\S.*)$/i.exec(authorization)?.slice(1) ?? [])
}

/** Checks a delivery; throws as `verify` does. */
export const verifyQuery = ({ url }: Delivery, secrets: readonly string[]): void => {
  const keys = toKeys('text', secrets).map(String)
  const values = URL.parse(url)?.searchParams.getAll(secretParameter) ?? []
  const [only, ...more] = values.filter((value) => value !== '')
  if (only === undefined) {
    throw signatureMissing(
      '`?secret=<the secret of this source>` is missing in the URL: give the sender the whole URL',
    )
  }
  // A `+`, as base64 has it, is a blank in a URL unless it was encoded.
  assertSecret(keys, more.length > 0 ? [] : [only, only.replaceAll(' ', '+')])
}
