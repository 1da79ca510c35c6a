/** Files that are mutated, and the tests that should notice. */
export type Part = {
  readonly files: readonly string[]
  readonly tests: readonly string[]
  /** Whether the tests use random values: they then get a fixed seed. */
  readonly isRandom?: true
}

/** The mutated files and their tests, part by part; docs/testing.md has the score of each part. */
export const parts: Readonly<Record<string, Part>> = {
  signature: {
    files: [
      'src/lib/signature/verify.ts',
      'src/lib/signature/compare.ts',
      'src/lib/signature/hmac.ts',
      'src/lib/signature/timestamp.ts',
      'src/lib/signature/jws.ts',
      'src/lib/signature/key.ts',
      'src/lib/signature/errors.ts',
      'src/lib/signature/shared-secret.ts',
    ],
    tests: [
      'test/lib/signature/verify.test.ts',
      // Not sdks.test.ts: SDKs know only their own scheme, and are slow.
      'test/lib/signature/!(sdks).test.ts',
      'test/lib/signature/forgeries.test.ts',
    ],
  },
  retry: {
    files: ['src/lib/queue/retry-or-park.ts', 'src/lib/intercom/retry-delay.ts'],
    tests: ['test/lib/queue/retry-or-park.test.ts', 'test/lib/intercom/retry-delay.test.ts'],
  },
  mapping: {
    files: [
      'src/lib/transform/options.ts',
      'src/lib/transform/mapping-options.ts',
      'src/lib/transform/event-type.ts',
      'src/lib/transform/page-body.ts',
      'src/lib/transform/mapped-keys.ts',
      'src/lib/transform/find-value.ts',
      'src/lib/transform/answer.ts',
      'src/lib/transform/consent.ts',
      'src/lib/transform/opt-out.ts',
      'src/lib/transform/find-consent.ts',
      'src/lib/transform/normalise.ts',
      'src/lib/transform/normalise-values.ts',
      'src/lib/transform/constants.ts',
      'src/lib/transform/custom-attributes.ts',
      'src/lib/transform/company.ts',
      'src/lib/transform/data-event.ts',
      'src/lib/transform/foreign-event.ts',
      'src/lib/transform/email.ts',
      'src/lib/transform/tags-from.ts',
      'src/lib/transform/time.ts',
      'src/lib/transform/text.ts',
    ],
    tests: [
      'test/lib/transform/answer.test.ts',
      'test/lib/transform/consent.test.ts',
      'test/lib/transform/data-event.test.ts',
      'test/lib/transform/event-type.test.ts',
      'test/lib/transform/opt-out.test.ts',
      'test/lib/transform/page-body.test.ts',
      'test/lib/transform/options.test.ts',
      'test/lib/transform/normalise.test.ts',
      'test/lib/transform/company.test.ts',
      'test/lib/transform/email.test.ts',
      'test/lib/transform/tags-from.test.ts',
      'test/lib/transform/time.test.ts',
      'test/lib/transform/text.test.ts',
    ],
    isRandom: true,
  },
  'decision table': {
    files: [
      'src/lib/deliver/next-step.ts',
      'src/lib/deliver/history.ts',
      'src/lib/deliver/step.ts',
      'src/lib/deliver/merge.ts',
      'src/lib/deliver/match-contact.ts',
      'src/lib/deliver/contact-diff.ts',
      'src/lib/deliver/contact-write.ts',
      'src/lib/deliver/fuse.ts',
      'src/lib/deliver/refusals.ts',
      'src/lib/deliver/attributes.ts',
      'src/lib/deliver/fit-attributes.ts',
      'src/lib/deliver/deletion.ts',
      'src/lib/deliver/mark.ts',
      'src/lib/deliver/ownership.ts',
    ],
    tests: [
      'test/lib/deliver/match-contact.test.ts',
      'test/lib/deliver/next-step-*.test.ts',
      'test/lib/deliver/contact-write.test.ts',
      'test/lib/deliver/fuse.test.ts',
      'test/lib/deliver/attributes.test.ts',
      'test/lib/deliver/fit-attributes.test.ts',
      'test/lib/deliver/deletion.test.ts',
      'test/lib/deliver/mark.test.ts',
      'test/lib/deliver/ownership.test.ts',
    ],
    isRandom: true,
  },
  'batch logic': {
    files: [
      'src/lib/queue/batch.ts',
      'src/lib/queue/process-record.ts',
      'src/lib/queue/read-record.ts',
      'src/lib/queue/confirm.ts',
      'src/lib/queue/envelope.ts',
      'src/handlers/worker.ts',
    ],
    tests: [
      'test/lib/queue/batch.test.ts',
      'test/lib/queue/process-record.test.ts',
      'test/lib/queue/envelope.test.ts',
      'test/lib/queue/confirm.test.ts',
      'test/lib/queue/drain-delivered.test.ts',
      'test/lib/queue/drain-held.test.ts',
      'test/lib/queue/drain-reports.test.ts',
      'test/lib/queue/drain-stopped.test.ts',
      'test/lib/queue/drain-parked.test.ts',
      'test/lib/queue/drain-retried.test.ts',
      'test/lib/queue/drain-several.test.ts',
      'test/lib/queue/drain-order.test.ts',
      'test/handlers/worker.test.ts',
    ],
  },
}
