import type { DeliverResult } from './deliver.ts'

/** The least delay before a record with these results is retried, in seconds. */
export const leastDelaySeconds = (results: readonly DeliverResult[]): number =>
  Math.max(0, ...results.map(({ retryAfterSeconds = 0 }) => retryAfterSeconds))
