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
      'src/lib/signature/verify.ts',
      'src/lib/signature/compare.ts',
      'src/lib/signature/hmac.ts',
      'src/lib/signature/jws.ts',
      'src/lib/signature/key.ts',
      'src/lib/signature/errors.ts',
      'src/lib/signature/shared-secret.ts',
    ],
    tests: [
      'test/lib/signature/verify.test.ts',
      'test/lib/signature/*.test.ts',
      'test/lib/signature/forgeries.test.ts',
    ],
  },
  retry: { files: ['src/lib/queue/retry.ts'], tests: ['test/lib/queue/retry.test.ts'] },
  mapping: {
    files: [
      'src/lib/transform/options.ts',
      'src/lib/transform/consent.ts',
      'src/lib/transform/normalise.ts',
      'src/lib/transform/values.ts',
    ],
    tests: ['test/lib/transform/options.test.ts', 'test/lib/transform/normalise.test.ts'],
    isRandom: true,
  },
  'decision table': {
    files: [
      'src/lib/deliver/decide.ts',
      'src/lib/deliver/history.ts',
      'src/lib/deliver/steps.ts',
      'src/lib/deliver/match-contact.ts',
      'src/lib/deliver/contact-diff.ts',
    ],
    tests: ['test/lib/deliver/decide.test.ts', 'test/lib/deliver/contact-diff.test.ts'],
    isRandom: true,
  },
  'batch logic': {
    files: [
      'src/lib/queue/batch.ts',
      'src/lib/queue/process-record.ts',
      'src/lib/queue/read-record.ts',
      'src/handlers/worker.ts',
    ],
    tests: ['test/lib/queue/batch.test.ts', 'test/handlers/worker.test.ts'],
  },
}
