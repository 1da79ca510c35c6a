import { describe, expect, test } from 'vitest'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { retryDelayMs } from '../../../src/lib/intercom/client.ts'
import { backoffSeconds, decideRetry } from '../../../src/lib/queue/retry.ts'

const judge = (code: ErrorCode, receives = 1, random = 0) =>
  decideRetry(new BridgeError(code, 'text'), receives, random)

describe('a record that failed', () => {
  test.each([
    'attributes_refused',
    'body_too_large',
    'challenge_failed',
    'contact_archived',
    'contact_deleted',
    'extras_failed',
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
  ] as const)('for good (%s) is parked', (code) => {
    expect(judge(code)).toEqual({ kind: 'park', reason: code })
  })

  test.each([
    'conflict_unresolved',
    'extras_unavailable',
    'intercom_unavailable',
    'restore_failed',
    'unexpected',
  ] as const)('for now (%s) comes again, and its batch goes on', (code) => {
    expect(judge(code)).toEqual({ kind: 'retry', retryInSeconds: 15, stopBatch: false })
  })

  test.each([
    'conflict_unresolved',
    'create_unclear',
    'extras_unavailable',
    'intercom_unavailable',
    'out_of_time',
    'unexpected',
  ] as const)('for now (%s) is never parked, however often it comes', (code) => {
    expect(judge(code, 400)).toMatchObject({ kind: 'retry', stopBatch: false })
  })

  test.each([
    'intercom_forbidden',
    'intercom_rate_limited',
    'invalid_config',
    'misconfigured',
    'temporarily_unavailable',
  ] as const)('for all (%s) comes again and stops its batch, and is never parked', (code) => {
    expect(judge(code)).toEqual({ kind: 'retry', retryInSeconds: 15, stopBatch: true })
    expect(judge(code, 400)).toMatchObject({ kind: 'retry' })
  })

  test('by a bad token comes again once the secret may be read anew, and is never parked', () => {
    expect(judge('intercom_unauthorized')).toEqual({
      kind: 'retry',
      retryInSeconds: 31,
      stopBatch: true,
    })
    expect(judge('intercom_unauthorized', 400)).toMatchObject({
      kind: 'retry',
      retryInSeconds: 450,
    })
  })

  test('with a lead that may have been made comes again when the index has caught up', () => {
    expect(judge('create_unclear', 5, 0.9)).toEqual({
      kind: 'retry',
      retryInSeconds: 180,
      stopBatch: false,
    })
  })

  test.each([1, 2, 400])(
    'for lack of time comes again at once at receive %i, and its batch goes on',
    (receives) => {
      expect(judge('out_of_time', receives, 0.9)).toEqual({
        kind: 'retry',
        retryInSeconds: 0,
        stopBatch: false,
      })
    },
  )

  test.each([1, 2, 3, 4])('to restore its contact comes again at receive %i', (receives) => {
    expect(judge('restore_failed', receives)).toMatchObject({ kind: 'retry', stopBatch: false })
  })

  test.each([5, 6, 400])(
    'to restore its contact is parked at receive %i: it was deleted for good',
    (receives) => {
      expect(judge('restore_failed', receives)).toEqual({ kind: 'park', reason: 'contact_deleted' })
    },
  )

  test.each([
    ['out_of_time', 1, 180],
    ['extras_unavailable', 1, 180],
    ['intercom_unauthorized', 1, 180],
    ['create_unclear', 1, 180],
    ['extras_unavailable', 10, 450],
  ] as const)(
    'and is not to come again too soon (%s at receive %i) comes again after %i s',
    (code, receives, retryInSeconds) => {
      const error = new BridgeError(code, 'text', { retryAfterSeconds: 180 })

      expect(decideRetry(error, receives, 0)).toMatchObject({ kind: 'retry', retryInSeconds })
    },
  )

  test('for good is parked, however late it might come again', () => {
    const error = new BridgeError('intercom_rejected', 'text', { retryAfterSeconds: 180 })

    expect(decideRetry(error, 1, 0)).toEqual({ kind: 'park', reason: 'intercom_rejected' })
  })

  test('of any other kind is not parked for the fifth receive’s sake', () => {
    expect(judge('intercom_unavailable', 5)).toMatchObject({ kind: 'retry' })
  })
})

describe('the backoff', () => {
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

  test('of 400 receives lasts about three days', () => {
    const seconds = Array.from({ length: 400 }, (_, index) => backoffSeconds(index + 1, 0.5))
    const days = seconds.reduce((sum, each) => sum + each, 0) / 86_400

    expect(days).toBeGreaterThan(3)
    expect(days).toBeLessThan(3.5)
  })
})

test('tries in place are apart by full jitter under a rising cap', () => {
  expect(retryDelayMs(1, 0)).toBe(0)
  expect(retryDelayMs(1, 0.999)).toBe(499)
  expect(retryDelayMs(2, 0.999)).toBe(999)
  expect(retryDelayMs(10, 0.999)).toBe(3996)
})

describe('a record that its queue has had for five days', () => {
  const old = (code: ErrorCode, ageSeconds = 5 * 86_400) =>
    decideRetry(new BridgeError(code, 'text'), 1, 0, ageSeconds)

  test.each([
    'intercom_unavailable',
    'intercom_unauthorized',
    'create_unclear',
    'misconfigured',
  ] as const)('is parked with why it still fails (%s), before SQS drops it', (code) => {
    expect(old(code)).toEqual({ kind: 'park', reason: code })
    expect(old(code, 5 * 86_400 - 1)).toMatchObject({ kind: 'retry' })
  })

  test('is not, where there was no time to try it', () => {
    expect(old('out_of_time')).toMatchObject({ kind: 'retry', retryInSeconds: 0 })
  })
})
