/**
 * Stands in the bundles for the SDK's search for credentials in files, sign-ins and metadata
 * services (see `scripts/trim.ts`).
 */
export const defaultProvider = () => async (): Promise<never> => {
  throw new Error('the bundle looks for credentials in its environment alone')
}
