import { describe, expect, test } from 'vitest'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { backoffSeconds, decideRetry } from '../../../src/lib/queue/retry-or-park.ts'

const decide = (code: ErrorCode, receives = 1, random = 0) =>
  decideRetry(new BridgeError(code, 'text'), receives, random)

describe('decideRetry', () => {
  test.each([
    'attributes_refused',
    'body_too_large',
    'challenge_failed',
    'contact_archived',
    'contact_deleted',
    'extras_failed',
    'fields_refused',
    'identity_conflict',
    'intercom_rejected',
    'invalid_body',
    'invalid_message',
    'invalid_signup',
    'mapping_failed',
    'method_not_allowed',
    'no_identity',
    'origin_refused',
    'signature_expired',
    'signature_invalid',
    'signature_missing',
    'unknown_source',
    'unsupported_media_type',
  ] as const)('parks a record after a permanent error: %s', (code) => {
    expect(decide(code)).toEqual({ kind: 'park', reason: code })
  })

  test.each([
    'conflict_unresolved',
    'extras_unavailable',
    'intercom_unavailable',
    'restore_failed',
    'unexpected',
  ] as const)(
    'retries a record after a temporary error, without stopping the batch: %s',
    (code) => {
      expect(decide(code)).toEqual({ kind: 'retry', retryInSeconds: 15, stopBatch: false })
    },
  )

  test.each([
    'create_unclear',
    'extras_unavailable',
    'intercom_unavailable',
    'out_of_time',
    'unexpected',
  ] as const)('never parks a record after a temporary error, even at receive 400: %s', (code) => {
    expect(decide(code, 400)).toMatchObject({ kind: 'retry', stopBatch: false })
  })

  test.each([
    'intercom_forbidden',
    'intercom_rate_limited',
    'intercom_refuses_all',
    'invalid_config',
    'misconfigured',
    'temporarily_unavailable',
  ] as const)('retries a record and stops the batch when every record would fail: %s', (code) => {
    expect(decide(code)).toEqual({ kind: 'retry', retryInSeconds: 15, stopBatch: true })
    expect(decide(code, 400)).toMatchObject({ kind: 'retry' })
  })

  test('retries a record after a bad token once the secret may be read again, and never parks it', () => {
    expect(decide('intercom_unauthorized')).toEqual({
      kind: 'retry',
      retryInSeconds: 31,
      stopBatch: true,
    })
    expect(decide('intercom_unauthorized', 400)).toMatchObject({
      kind: 'retry',
      retryInSeconds: 450,
    })
  })

  test('retries a record once the index shows a lead that may have been created', () => {
    const error = new BridgeError('create_unclear', 'text', { retryAfterSeconds: 180 })

    expect(decideRetry(error, 5, 0.9)).toEqual({
      kind: 'retry',
      retryInSeconds: 180,
      stopBatch: false,
    })
  })

  test.each([1, 2, 400])(
    'retries a record that ran out of time without a delay at receive %i, without stopping the batch',
    (receives) => {
      expect(decide('out_of_time', receives, 0.9)).toEqual({
        kind: 'retry',
        retryInSeconds: 0,
        stopBatch: false,
      })
    },
  )

  test.each([1, 2, 3, 4])(
    'retries a record whose contact cannot be restored, or found, at receive %i',
    (receives) => {
      for (const code of ['restore_failed', 'conflict_unresolved'] as const) {
        expect(decide(code, receives)).toMatchObject({ kind: 'retry', stopBatch: false })
      }
    },
  )

  test.each([5, 6, 400])(
    'parks a record whose contact search does not find at receive %i, past the lag of its index',
    (receives) => {
      expect(decide('conflict_unresolved', receives)).toEqual({
        kind: 'park',
        reason: 'conflict_unresolved',
      })
    },
  )

  test.each([5, 6, 400])(
    'parks a record whose contact cannot be restored as contact_deleted at receive %i',
    (receives) => {
      expect(decide('restore_failed', receives)).toEqual({
        kind: 'park',
        reason: 'contact_deleted',
      })
    },
  )

  test.each([
    ['out_of_time', 1, 180],
    ['extras_unavailable', 1, 180],
    ['intercom_unauthorized', 1, 180],
    ['create_unclear', 1, 180],
    ['extras_unavailable', 10, 450],
  ] as const)(
    'respects retryAfterSeconds: retries after %s at receive %i in %i s',
    (code, receives, retryInSeconds) => {
      const error = new BridgeError(code, 'text', { retryAfterSeconds: 180 })

      expect(decideRetry(error, receives, 0)).toMatchObject({ kind: 'retry', retryInSeconds })
    },
  )

  test('parks a record after a permanent error, whatever its retryAfterSeconds', () => {
    const error = new BridgeError('intercom_rejected', 'text', { retryAfterSeconds: 180 })

    expect(decideRetry(error, 1, 0)).toEqual({ kind: 'park', reason: 'intercom_rejected' })
  })

  test('does not park a record after another error at its fifth receive', () => {
    expect(decide('intercom_unavailable', 5)).toMatchObject({ kind: 'retry' })
  })
})

test('the fifth receive is later than search lags', () => {
  const earliest = [1, 2, 3, 4].reduce((sum, receives) => sum + backoffSeconds(receives, 0), 0)

  expect(earliest).toBe(225)
  expect(earliest).toBeGreaterThan(180)
})

describe('backoffSeconds', () => {
  test.each([
    [1, 15, 30],
    [2, 30, 60],
    [3, 60, 120],
    [5, 240, 480],
    [6, 450, 900],
    [400, 450, 900],
  ])('at receive %i is between %i and %i s', (receives, least, most) => {
    expect(backoffSeconds(receives, 0)).toBe(least)
    expect(backoffSeconds(receives, 0.999_999)).toBe(most)
  })

  test('adds up to about three days over 400 receives', () => {
    const seconds = Array.from({ length: 400 }, (_, index) => backoffSeconds(index + 1, 0.5))
    const days = seconds.reduce((sum, value) => sum + value, 0) / 86_400

    expect(days).toBeGreaterThan(3)
    expect(days).toBeLessThan(3.5)
  })
})

describe('decideRetry with a record that is five days old', () => {
  const old = (code: ErrorCode, ageSeconds = 5 * 86_400) =>
    decideRetry(new BridgeError(code, 'text'), 1, 0, ageSeconds)

  test.each([
    'intercom_unavailable',
    'intercom_unauthorized',
    'create_unclear',
    'misconfigured',
  ] as const)('parks it with the error that it still has, before SQS deletes it: %s', (code) => {
    expect(old(code)).toEqual({ kind: 'park', reason: code })
    expect(old(code, 5 * 86_400 - 1)).toMatchObject({ kind: 'retry' })
  })

  test('retries it when it ran out of time', () => {
    expect(old('out_of_time')).toMatchObject({ kind: 'retry', retryInSeconds: 0 })
  })
})
