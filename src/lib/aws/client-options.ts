/** A hanging request would block the sender or the batch: a try has 1 s to connect, 2 s in all. */
export const sdkOptions = {
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    // Without this the SDK only logs a warning when a request takes longer.
    throwOnRequestTimeout: true,
  },
}
