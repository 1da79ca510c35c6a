import { describe, expect, test } from 'vitest'
import { msUntilReset, readRateLimitWindow } from '../../../src/lib/intercom/rate-limit.ts'
import { start } from '../../support/clock.ts'

const nowMs = start * 1000
const headers = {
  'x-ratelimit-limit': '167',
  'x-ratelimit-remaining': '42',
  'x-ratelimit-reset': String(start + 7),
}
const windowOf = (changed: Readonly<Record<string, string | string[] | undefined>> = {}) =>
  readRateLimitWindow({ ...headers, ...changed })

test('readRateLimitWindow reads the window from the three headers', () => {
  expect(windowOf()).toEqual({ limit: 167, remaining: 42, resetMs: nowMs + 7_000 })
})

describe('readRateLimitWindow returns undefined', () => {
  test('without headers', () => {
    expect(readRateLimitWindow({})).toBeUndefined()
  })

  const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']
  describe.each(names)('for a header %s', (name) => {
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
    ])('with the value %j', (value) => {
      expect(windowOf({ [name]: value })).toBeUndefined()
    })

    test('that is repeated', () => {
      expect(windowOf({ [name]: ['42', '42'] })).toBeUndefined()
    })
  })

  test('for a limit of 0', () => {
    expect(windowOf({ 'x-ratelimit-limit': '0' })).toBeUndefined()
  })
})

describe('resetMs', () => {
  test.each([0, start - 600, start, start + 600, 999_999_999_999])(
    'is the reset by Intercom’s clock, in milliseconds: %i',
    (reset) => {
      expect(windowOf({ 'x-ratelimit-reset': String(reset) })).toMatchObject({
        resetMs: reset * 1000,
      })
    },
  )
})

describe('msUntilReset', () => {
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
  ])('for a reset %s is %i ms', (_name, expected, reset) => {
    expect(waitMs(reset * 1000)).toBe(expected)
  })

  test('in the middle of a second is the time that is left', () => {
    expect(waitMs(nowMs + 7_000, nowMs + 6_600)).toBe(400)
    expect(waitMs(nowMs + 7_000, nowMs + 6_900)).toBe(200)
  })
})

test.each([
  ['0', 0],
  ['167', 167],
  ['168', 167],
  ['999999999999', 167],
])('readRateLimitWindow reads %s remaining of 167 as %i', (remaining, expected) => {
  expect(windowOf({ 'x-ratelimit-remaining': remaining })).toMatchObject({ remaining: expected })
})
