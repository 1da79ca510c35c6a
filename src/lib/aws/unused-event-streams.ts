/** Stands in the bundles for the SDK's event streams, which no call of theirs has (see `scripts/trim.ts`). */
export {}
