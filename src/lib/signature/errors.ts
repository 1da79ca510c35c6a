import { BridgeError } from '../errors.ts'

export const signatureMissing = (
  message = 'a header of the signature is missing: check that the sender has a signing secret set',
) => new BridgeError('signature_missing', message)

/** One message whatever is wrong with the signature: it does not help a forger. */
export const signatureInvalid = () =>
  new BridgeError(
    'signature_invalid',
    'no signature matches: check that both sides hold the same secret and that the body arrives unchanged',
  )

/** The signature matches, and the id that it covers could be read in two ways. */
export const signedIdInvalid = () =>
  new BridgeError(
    'signature_invalid',
    'the signature matches, but the id that it signs has a dot, a blank or over 256 characters: have the sender use ids without them',
  )

export const signatureExpired = (toleranceSeconds: number) =>
  new BridgeError(
    'signature_expired',
    `the signature is more than ${toleranceSeconds} s away from now: check the sender's clock, and the unit of the source's timestamp`,
  )
