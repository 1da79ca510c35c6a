/**
 * Stands in the bundles for parts of the SDK that the functions never use (see `scripts/trim.ts`):
 * the search for credentials in files, sign-ins and metadata services, and event streams.
 */
export const defaultProvider = () => async (): Promise<never> => {
  throw new Error('the bundle looks for credentials in its environment alone')
}
