import type { Delivery } from '../../src/lib/delivery.ts'
import { type SignatureScheme, verify } from '../../src/lib/signature/verify.ts'

/** The code of the error that `verify` throws; `accepted` when it throws none. */
export const verdict = (
  scheme: SignatureScheme,
  delivery: Delivery,
  secrets: readonly string[],
  nowSeconds: number,
): string => {
  try {
    verify(scheme, delivery, secrets, nowSeconds)
    return 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}
