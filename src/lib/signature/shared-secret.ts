import type { Delivery } from '../delivery.ts'
import { anyEqual, digestOf } from './compare.ts'
import { invalid, missing } from './errors.ts'
import { keysOf } from './key.ts'

/** A secret that travels as `Authorization: Bearer …`, for senders that cannot sign. */
export type BearerScheme = { readonly type: 'bearer' }

/** A secret that travels in the address as `?secret=…`, for senders that can set nothing else. */
export type QueryScheme = { readonly type: 'query' }

/** The parameter that bears the secret of an address. */
export const secretParameter = 'secret'

const assertSecret = (secrets: readonly string[], presented: string | undefined): void => {
  if (presented === undefined) throw invalid()
  // Around a secret that was pasted there may be a blank or a line break.
  const own = secrets.map((secret) => digestOf(secret.trim()))
  if (!anyEqual(own, [digestOf(presented.trim())])) throw invalid()
}

/** @throws BridgeError as `verify` */
export const verifyBearer = ({ headers }: Delivery, secrets: readonly string[]): void => {
  const keys = keysOf('text', secrets).map(String)
  const { authorization } = headers
  if (!authorization) {
    throw missing(
      'the header `Authorization: Bearer <the secret of this source>` is missing: send it',
    )
  }
  assertSecret(keys, /^bearer +(\S.*)$/i.exec(authorization)?.[1])
}

/** @throws BridgeError as `verify` */
export const verifyQuery = ({ url }: Delivery, secrets: readonly string[]): void => {
  const keys = keysOf('text', secrets).map(String)
  const given = URL.parse(url)?.searchParams.getAll(secretParameter) ?? []
  const [only, ...more] = given.filter((value) => value !== '')
  if (only === undefined) {
    throw missing(
      '`?secret=<the secret of this source>` is missing in the address: give the sender the whole of it',
    )
  }
  assertSecret(keys, more.length > 0 ? undefined : only)
}
