import { expect, test } from 'vitest'
import { retryDelayMs } from '../../../src/lib/intercom/retry-delay.ts'

test('retryDelayMs has full jitter under a rising cap', () => {
  expect(retryDelayMs(1, 0)).toBe(0)
  expect(retryDelayMs(1, 0.999)).toBe(499)
  expect(retryDelayMs(2, 0.999)).toBe(999)
  expect(retryDelayMs(10, 0.999)).toBe(3996)
})
