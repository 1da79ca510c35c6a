import type { Delivery } from '../../src/lib/delivery.ts'
import { type SignatureScheme, verify } from '../../src/lib/signature/verify.ts'
/** What verify throws, as its code; `accepted` when it throws nothing. */
export const verdict = (
  scheme: SignatureScheme,
  given: Delivery,
  secrets: readonly string[],
  nowSeconds: number,
): string => {
  try {
    verify(scheme, given, secrets, nowSeconds)
    return 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}
