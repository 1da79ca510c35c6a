/** Files that are mutated, and the tests that are to notice. */
export type Part = {
  readonly files: readonly string[]
  readonly tests: readonly string[]
  /** Whether random values are among what they are tested with. */
  readonly isRandom?: true
}

/** What is mutated, and by which tests it is held: docs/testing.md tells the score of each part. */
export const parts: Readonly<Record<string, Part>> = {
  signature: {
    files: [
      'src/lib/signature.ts',
      'src/lib/signature/compare.ts',
      'src/lib/signature/hmac.ts',
      'src/lib/signature/jws.ts',
      'src/lib/signature/key.ts',
      'src/lib/signature/refusal.ts',
      'src/lib/signature/shared-secret.ts',
    ],
    tests: [
      'test/lib/signature.test.ts',
      'test/lib/signature/*.test.ts',
      'test/lib/forgeries.test.ts',
    ],
  },
  retry: { files: ['src/lib/retry.ts'], tests: ['test/lib/retry.test.ts'] },
  mapping: {
    files: ['src/lib/mapping.ts', 'src/lib/normalise.ts', 'src/lib/values.ts'],
    tests: ['test/lib/mapping.test.ts', 'test/lib/normalise.test.ts'],
    isRandom: true,
  },
  'decision table': {
    files: [
      'src/lib/decide.ts',
      'src/lib/history.ts',
      'src/lib/steps.ts',
      'src/lib/who.ts',
      'src/lib/write.ts',
    ],
    tests: ['test/lib/decide.test.ts', 'test/lib/write.test.ts'],
    isRandom: true,
  },
  'batch logic': {
    files: ['src/lib/batch.ts', 'src/lib/opened.ts', 'src/handlers/worker.ts'],
    tests: ['test/lib/batch.test.ts', 'test/handlers/worker.test.ts'],
  },
}
