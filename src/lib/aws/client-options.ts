const silent = () => {}
/** The SDK's own lines are text, and no query finds them: what fails is thrown and logged here. */
const logger = { debug: silent, info: silent, warn: silent, error: silent }

/** A hanging request would block the sender or the batch: a try has 1 s to connect, 2 s in all. */
export const sdkOptions = {
  logger,
  maxAttempts: 2,
  requestHandler: {
    logger,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    // Without this the SDK only logs a warning when a request takes longer.
    throwOnRequestTimeout: true,
  },
}
