import { describe, expect, test } from 'vitest'
import { BridgeError, type ErrorCode } from '../../src/lib/errors.ts'
import { backoffSeconds, failure, inPlaceDelayMs } from '../../src/lib/retry.ts'

const judge = (code: ErrorCode, receives = 1, random = 0) =>
  failure(new BridgeError(code, 'text'), receives, random)

describe('a record that failed', () => {
  test.each([
    'contact_archived',
    'identity_conflict',
    'intercom_rejected',
    'invalid_body',
    'invalid_message',
    'invalid_signup',
    'mapping_failed',
    'no_identity',
    'unknown_source',
    'unsupported_media_type',
  ] as const)('for good (%s) is parked', (code) => {
    expect(judge(code)).toEqual({ kind: 'park', reason: code })
  })

  test.each(['intercom_unavailable', 'conflict_unresolved', 'unexpected'] as const)(
    'for now (%s) comes again, and its batch goes on',
    (code) => {
      expect(judge(code)).toEqual({ kind: 'retry', retryInSeconds: 15, stopBatch: false })
    },
  )

  test.each([
    'intercom_forbidden',
    'intercom_rate_limited',
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
  expect(inPlaceDelayMs(1, 0)).toBe(0)
  expect(inPlaceDelayMs(1, 0.999)).toBe(499)
  expect(inPlaceDelayMs(2, 0.999)).toBe(999)
  expect(inPlaceDelayMs(10, 0.999)).toBe(3996)
})
