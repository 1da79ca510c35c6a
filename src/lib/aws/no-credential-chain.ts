/**
 * Stands in the bundles for the SDK's search of credentials in files, sign-ins and metadata services:
 * the functions have them in their environment (see `scripts/build.ts`).
 */
export const defaultProvider = () => async (): Promise<never> => {
  throw new Error('the bundle looks for credentials in its environment alone')
}
