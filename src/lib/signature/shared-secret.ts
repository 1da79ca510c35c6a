import type { Delivery } from '../delivery.ts'
import { anyEqual, digestOf } from './compare.ts'
import { signatureInvalid, signatureMissing } from './errors.ts'
import { toKeys } from './key.ts'

/** A secret that travels as `Authorization: Bearer …`, for senders that cannot sign. */
export type BearerScheme = { readonly type: 'bearer' }

/** A secret that travels in the address as `?secret=…`, for senders that can set nothing else. */
export type QueryScheme = { readonly type: 'query' }

/** The parameter that bears the secret of an address. */
export const secretParameter = 'secret'

const assertSecret = (secrets: readonly string[], presented: string | undefined): void => {
  if (presented === undefined) throw signatureInvalid()
  // Around a secret that was pasted there may be a blank or a line break.
  const own = secrets.map((secret) => digestOf(secret.trim()))
  if (!anyEqual(own, [digestOf(presented.trim())])) throw signatureInvalid()
}

/** @throws BridgeError as `verify` */
export const verifyBearer = ({ headers }: Delivery, secrets: readonly string[]): void => {
  const keys = toKeys('text', secrets).map(String)
  const { authorization } = headers
  if (!authorization) {
    throw signatureMissing(
      'the header `Authorization: Bearer <the secret of this source>` is missing: send it',
    )
  }
  assertSecret(keys, /^bearer +(\S.*)$/i.exec(authorization)?.[1])
}

/** @throws BridgeError as `verify` */
export const verifyQuery = ({ url }: Delivery, secrets: readonly string[]): void => {
  const keys = toKeys('text', secrets).map(String)
  const given = URL.parse(url)?.searchParams.getAll(secretParameter) ?? []
  const [only, ...more] = given.filter((value) => value !== '')
  if (only === undefined) {
    throw signatureMissing(
      '`?secret=<the secret of this source>` is missing in the address: give the sender the whole of it',
    )
  }
  assertSecret(keys, more.length > 0 ? undefined : only)
}
