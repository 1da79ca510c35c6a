import { describe, expect, test } from 'vitest'
import { msUntilReset, readRateLimitWindow } from '../../../src/lib/intercom/rate-limit.ts'
import { start } from '../../support/clock.ts'

const nowMs = start * 1000
const announced = {
  'x-ratelimit-limit': '167',
  'x-ratelimit-remaining': '42',
  'x-ratelimit-reset': String(start + 7),
}
const windowOf = (headers: Readonly<Record<string, string | string[] | undefined>> = {}) =>
  readRateLimitWindow({ ...announced, ...headers })

test('a window is what its three headers say', () => {
  expect(windowOf()).toEqual({ limit: 167, remaining: 42, resetMs: nowMs + 7_000 })
})

describe('there is no window', () => {
  test('without headers', () => {
    expect(readRateLimitWindow({})).toBeUndefined()
  })

  const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']
  describe.each(names)('by a %s', (name) => {
    test.each([
      undefined,
      '',
      ' ',
      'soon',
      '-1',
      '1.5',
      '1e3',
      '0x10',
      '9999999999999',
      'Infinity',
      '42, 42',
    ])('that is %j', (value) => {
      expect(windowOf({ [name]: value })).toBeUndefined()
    })

    test('that comes twice', () => {
      expect(windowOf({ [name]: ['42', '42'] })).toBeUndefined()
    })
  })

  test('of no calls at all', () => {
    expect(windowOf({ 'x-ratelimit-limit': '0' })).toBeUndefined()
  })
})

describe('the reset', () => {
  test.each([0, start - 600, start, start + 600, 999_999_999_999])(
    'is told as Intercom’s clock has it: %i',
    (reset) => {
      expect(windowOf({ 'x-ratelimit-reset': String(reset) })).toMatchObject({
        resetMs: reset * 1000,
      })
    },
  )
})

describe('the wait for the next window', () => {
  const waitMs = (resetMs: number, atMs = nowMs) =>
    msUntilReset({ limit: 167, remaining: 0, resetMs }, atMs)

  test.each([
    ['long ago', 200, 0],
    ['a second ago', 200, start - 1],
    ['now', 200, start],
    ['in a second', 1_000, start + 1],
    ['in 15 s', 15_000, start + 15],
    ['in 16 s', 15_000, start + 16],
    ['in the year 33658', 15_000, 999_999_999_999],
  ])('that begins %s is %i ms', (_name, expected, reset) => {
    expect(waitMs(reset * 1000)).toBe(expected)
  })

  test('in the middle of a second is as long as it is', () => {
    expect(waitMs(nowMs + 7_000, nowMs + 6_600)).toBe(400)
    expect(waitMs(nowMs + 7_000, nowMs + 6_900)).toBe(200)
  })
})

test.each([
  ['0', 0],
  ['167', 167],
  ['168', 167],
  ['999999999999', 167],
])('%s remaining of 167 are %i', (remaining, calls) => {
  expect(windowOf({ 'x-ratelimit-remaining': remaining })).toMatchObject({ remaining: calls })
})
