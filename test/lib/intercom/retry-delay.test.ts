import { describe, expect, test } from 'vitest'
import { jitterMs, retryDelayMs } from '../../../src/lib/intercom/retry-delay.ts'

test('jitterMs has full jitter under a rising cap', () => {
  expect(jitterMs(1, 0)).toBe(0)
  expect(jitterMs(1, 0.999)).toBe(499)
  expect(jitterMs(2, 0.999)).toBe(999)
  expect(jitterMs(10, 0.999)).toBe(3996)
})

describe('retryDelayMs', () => {
  const options = { attempt: 2, nowMs: 1_000_000, random: () => 0.5 }
  const headers = {
    'x-ratelimit-limit': '167',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '1004',
  }

  test('waits after a 429 until the window resets, and up to a second longer', () => {
    expect(retryDelayMs({ status: 429, headers, body: {} }, options)).toBe(4_000 + 500)
  })

  test.each([
    [400, 'rate_limit_exceeded'],
    [401, 'too_many_requests'],
    [503, 'rate_limit_exceeded'],
  ])('waits for the window after a %i with Intercom’s code %s, too', (status, code) => {
    const body = { type: 'error.list', errors: [{ code }] }

    expect(retryDelayMs({ status, headers, body }, options)).toBe(4_000 + 500)
  })

  test('waits a whole window after a 429 without rate limit headers', () => {
    expect(retryDelayMs({ status: 429, headers: {}, body: undefined }, options)).toBe(10_000 + 500)
  })

  test('waits the jitter after any other response, and without one', () => {
    expect(retryDelayMs({ status: 503, headers, body: {} }, options)).toBe(500)
    expect(retryDelayMs(undefined, options)).toBe(500)
  })
})
