/** A call that hangs would hold the sender, or the batch: each try has 1 s to connect and 2 s in all. */
export const sdkOptions = {
  maxAttempts: 2,
  // Without the last one the SDK only warns of a request that takes longer.
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    throwOnRequestTimeout: true,
  },
}
