import { BridgeError } from '../errors.ts'

/** What a delivery is refused with: the same words whatever is wrong with it. */
export const signatureMissing = (
  what = 'a header that this source signs with is missing: check that the sender has a signing secret set',
) => new BridgeError('signature_missing', what)

export const signatureInvalid = () =>
  new BridgeError(
    'signature_invalid',
    'no signature matches: check that both sides hold the same secret and that the body arrives unchanged',
  )

export const signatureExpired = (toleranceSeconds: number) =>
  new BridgeError(
    'signature_expired',
    `the signature is more than ${toleranceSeconds} s away from now: check the sender's clock, and whether the source's unit is its own`,
  )
