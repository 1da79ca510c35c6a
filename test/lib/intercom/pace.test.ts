import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRateWindow } from '../../../sandbox/intercom/rate-window.ts'
import type { Clock } from '../../../src/lib/clock.ts'
import { createPace, type Pace, type Turn } from '../../../src/lib/intercom/pace.ts'
import { type RateLimitWindow, readRateLimitWindow } from '../../../src/lib/intercom/rate-limit.ts'
import { createHeap } from '../../model/heap.ts'
import { createClock, start } from '../../support/clock.ts'

const startMs = start * 1000
const windowMs = 10_000
/** A window that a response reports, by default the first one after the start. */
const windowOf = (
  limit: number,
  remaining: number,
  resetMs = startMs + windowMs,
): RateLimitWindow => ({
  limit,
  remaining,
  resetMs,
})
const takeTurn = async (pace: Pace): Promise<Turn> => {
  const turn = await pace.turn(60_000)
  if (!turn) throw new Error('no turn')
  return turn
}
/** A process whose first request had a response with this window. */
const startPace = async (window: RateLimitWindow | undefined, random = () => 0) => {
  const clock = createClock()
  const pace = createPace(clock, random)
  const first = await takeTurn(pace)
  first.end(window)
  return { clock, pace }
}

describe('a pace without a known window', () => {
  test('lets the first request go alone, and the others wait for its response', async () => {
    const pace = createPace(createClock(), () => 0)
    const first = await takeTurn(pace)
    let turns = 0
    const others = [1, 2, 3].map(() => takeTurn(pace).then(() => (turns += 1)))

    await new Promise(setImmediate)
    expect(turns).toBe(0)

    first.end(windowOf(1_000, 999))
    await Promise.all(others)
    expect(turns).toBe(3)
  })

  test('does not delay requests if a response reports no window', async () => {
    const { clock, pace } = await startPace(undefined)

    const turns = await Promise.all(Array.from({ length: 100 }, () => takeTurn(pace)))

    expect(turns).toHaveLength(100)
    expect(clock.slept).toEqual([])
  })

  test('does not wait for a second response', async () => {
    const { clock, pace } = await startPace(undefined)
    await takeTurn(pace)

    await takeTurn(pace)

    expect(clock.slept).toEqual([])
  })

  test('applies the first window that a response reports', async () => {
    const { clock, pace } = await startPace(undefined)
    const [second] = await Promise.all([takeTurn(pace), takeTurn(pace)])

    second?.end(windowOf(1_000, 0))
    await takeTurn(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + windowMs)
  })
})

describe('a pace after an idle time', () => {
  test.each([
    [100_000, 10],
    [1_667, 10],
    [1_000, 6],
    [500, 3],
    [167, 1],
  ])(
    'with a limit of %i a burst of %i requests is not delayed, and no larger one',
    async (limit, size) => {
      const { clock, pace } = await startPace(windowOf(limit, limit - 1))
      clock.advance(1_000)

      for (let request = 0; request < size; request += 1) await takeTurn(pace)
      expect(clock.slept).toEqual([])

      for (let request = 0; request < 10; request += 1) await takeTurn(pace)
      expect(clock.slept.length).toBeGreaterThanOrEqual(9)
    },
  )

  test.each([1_667, 100_000])(
    'with a limit of %i the requests after the burst are spread',
    async (limit) => {
      const { clock, pace } = await startPace(windowOf(limit, limit - 1))
      clock.advance(1_000)

      for (let request = 0; request < 30; request += 1) await takeTurn(pace)

      expect(clock.slept.length).toBeGreaterThanOrEqual(18)
    },
  )

  test('with a small limit the requests are spread', async () => {
    const { clock, pace } = await startPace(windowOf(167, 166))
    clock.advance(1_000)

    for (let request = 0; request < 10; request += 1) await takeTurn(pace)

    expect(clock.slept.length).toBeGreaterThanOrEqual(8)
  })

  test('of many windows the first request is not delayed, although a window was used up', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 0))
    clock.advance(605_000)

    await takeTurn(pace)

    expect(clock.slept).toEqual([])
  })

  test('of many windows the requests after the burst are spread over the current window', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 0))
    clock.advance(605_000)

    for (let request = 0; request < 30; request += 1) await takeTurn(pace)

    expect(clock.slept.length).toBeGreaterThanOrEqual(20)
  })
})

describe('the interval between requests', () => {
  const intervalAfter = async (window: RateLimitWindow) => {
    const { clock, pace } = await startPace(window)
    await takeTurn(pace)
    return clock.slept[0] ?? 0
  }

  test('in a window that just started is near that of a quarter of the limit', async () => {
    const intervalMs = await intervalAfter(windowOf(1_000, 999))

    expect(intervalMs).toBeGreaterThan(windowMs / (0.3 * 1_000))
    expect(intervalMs).toBeLessThan(windowMs / (0.2 * 1_000))
  })

  test('is that of a 64th of the limit at most, beside other busy processes', async () => {
    expect(await intervalAfter(windowOf(10_000, 5_000))).toBeCloseTo((windowMs * 64) / 4_700)
  })

  /** The next one after a window with this share of all requests, and so many idle windows. */
  const intervalAfterShare = async (share: number, idleWindows: number) => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    for (let sent = 2; clock.now() < startMs + windowMs - 500; sent += 1) {
      const turn = await takeTurn(pace)
      turn.end(windowOf(1_000, 1_000 - sent / share))
    }
    clock.advance(startMs + windowMs * (1 + idleWindows) + 250 - clock.now())
    for (let request = 0; request < 10; request += 1) await takeTurn(pace)
    return clock.slept.at(-1) ?? 0
  }

  test.each([
    [1, 0, 1],
    [0.5, 0, 0.5],
    [0.25, 0, 0.25],
    [0.1, 0, 0.25],
    [0.02, 0, 0.25],
    [1, 1, 0.25],
    [1, 60, 0.25],
  ])(
    'after a share of %f and %i idle windows starts as that of %f',
    async (share, idleWindows, assumed) => {
      const expectedMs = windowMs / (0.97 * 1_000 * assumed)

      const intervalMs = await intervalAfterShare(share, idleWindows)

      expect(intervalMs).toBeGreaterThan(0.9 * expectedMs)
      expect(intervalMs).toBeLessThan(1.1 * expectedMs)
    },
  )

  test('is that of the next window once it has started by our own clock', async () => {
    const { clock, pace } = await startPace(windowOf(20, 5, startMs + 4_000))

    await takeTurn(pace)

    expect(clock.slept).toEqual([4_250])
  })

  test('is that of the next window as soon as a response reports it', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999, startMs + 4_000))
    const [old, next] = [await takeTurn(pace), await takeTurn(pace)]
    old.end(windowOf(1_000, 0, startMs + 4_000))
    clock.advance(3_900)

    next.end(windowOf(1_000, 999, startMs + 14_000))
    await takeTurn(pace)

    expect(clock.now()).toBeLessThan(startMs + 4_000)
  })

  test('in a window that Intercom started first counts only the requests of that window', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    for (let request = 0; request < 50; request += 1) await takeTurn(pace)
    const first = await takeTurn(pace)
    const nowMs = clock.now()

    first.end(windowOf(1_000, 900, nowMs + windowMs))
    for (let request = 0; request < 10; request += 1) await takeTurn(pace)

    // 230 ms: 1 request of 100 was its own. Counting those before the window it would be 24 ms.
    expect(clock.now() - nowMs).toBeGreaterThan(1_500)
  })
})

describe('a window that is used up', () => {
  test('is waited for until it ends', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 0, startMs + 4_000))

    await takeTurn(pace)

    expect(clock.slept[0]).toBe(4_250)
  })

  test.each([
    ['far in the past', -600_000, 10_250],
    ['a second ago', -1_000, 10_250],
    ['now', 0, 10_250],
    ['in a second', 1_000, 1_250],
    ['in ten seconds', 10_000, 10_250],
    ['in eleven seconds', 11_000, 10_250],
    ['far in the future', 600_000, 10_250],
  ])(
    'with a reset %s by our own clock (%i ms) is waited for during %i ms',
    async (_name, resetMs, ms) => {
      const { clock, pace } = await startPace(windowOf(1_000, 0, startMs + resetMs))

      await takeTurn(pace)

      expect(clock.slept[0]).toBe(ms)
    },
  )

  test('counts as used up with a reserve for requests in flight', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 30, startMs + 4_000))

    await takeTurn(pace)

    expect(clock.slept[0]).toBe(4_250)
  })

  test('is waited for with jitter, so that not all processes continue at the same time', async () => {
    const early = await startPace(windowOf(1_000, 0), () => 0)
    const late = await startPace(windowOf(1_000, 0), () => 0.5)

    await Promise.all([takeTurn(early.pace), takeTurn(late.pace)])

    expect(early.clock.slept[0]).toBe(10_250)
    expect(late.clock.slept[0]).toBe(10_270)
  })

  test('allows no burst after it: the requests are spread over the next window', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 0))

    for (let request = 0; request < 10; request += 1) await takeTurn(pace)

    const [reset, ...gaps] = clock.slept
    expect(reset).toBe(10_250)
    expect(gaps).toHaveLength(10)
  })
})

describe('a turn that would come too late', () => {
  test('is undefined immediately', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 0, startMs + 4_000))

    expect(await pace.turn(4_249)).toBeUndefined()
    expect(clock.slept).toEqual([])
  })

  test('is undefined if it comes 1 ms too late', async () => {
    const { pace } = await startPace(windowOf(20, 5, startMs + 4_000))

    expect(await pace.turn(4_249)).toBeUndefined()
    expect(await pace.turn(4_250)).toBeDefined()
  })

  test('is undefined immediately within a window that is not used up', async () => {
    const { clock, pace } = await startPace(windowOf(20, 10))

    expect(await pace.turn(100)).toBeUndefined()
    expect(clock.slept).toEqual([])
  })

  test('does not count as a request', async () => {
    const sleeps = async (tooLate: number) => {
      const { clock, pace } = await startPace(windowOf(20, 10))
      for (let turn = 0; turn < tooLate; turn += 1) await pace.turn(0)
      const second = await takeTurn(pace)
      second.end(windowOf(20, 8))
      await takeTurn(pace)
      return clock.slept
    }

    expect(await sleeps(5)).toEqual(await sleeps(0))
  })

  test('does not block a later turn', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 0, startMs + 4_000))

    const [late, inTime] = await Promise.all([pace.turn(0), pace.turn(60_000)])

    expect(late).toBeUndefined()
    expect(inTime).toBeDefined()
    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 4_000)
  })
})

describe('a response', () => {
  test('to a request of a window that is over is ignored', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    const slow = await takeTurn(pace)
    clock.advance(10_250)
    await takeTurn(pace)

    slow.end(windowOf(1_000, 0))
    await takeTurn(pace)

    expect(clock.now()).toBeLessThan(startMs + 11_000)
  })

  test('to a later request that still reports the old window extends that by a second', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    clock.advance(10_250)
    const early = await takeTurn(pace)
    const nowMs = clock.now()

    early.end(windowOf(1_000, 0))
    await takeTurn(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(nowMs + 1_250)
    expect(clock.now()).toBeLessThan(nowMs + 1_350)
  })

  test('that still reports the old window allows the requests that are left in it', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    clock.advance(10_250)
    const early = await takeTurn(pace)

    early.end(windowOf(1_000, 500))
    for (let request = 0; request < 3; request += 1) await takeTurn(pace)

    expect(clock.now()).toBeLessThan(startMs + 11_250)
  })

  test('that reports the new window ends an extended one', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    clock.advance(10_250)
    const [early, late] = [await takeTurn(pace), await takeTurn(pace)]
    early.end(windowOf(1_000, 0))
    const nowMs = clock.now()

    late.end(windowOf(1_000, 999, startMs + 20_000))
    await takeTurn(pace)

    expect(clock.now()).toBeLessThan(nowMs + 100)
  })

  test('can report a window that our own clock started, although the two clocks differ', async () => {
    const aheadMs = 600_000
    const { clock, pace } = await startPace(windowOf(1_000, 999, startMs + windowMs + aheadMs))
    clock.advance(10_250)
    const second = await takeTurn(pace)

    second.end(windowOf(1_000, 0, startMs + 2 * windowMs + aheadMs))
    await takeTurn(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 20_250)
    expect(clock.now()).toBeLessThan(startMs + 20_350)
  })

  test('to an older request than the one last applied is ignored', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    const [slow, quick] = await Promise.all([takeTurn(pace), takeTurn(pace)])

    quick?.end(windowOf(1_000, 0))
    slow?.end(windowOf(1_000, 998))
    await takeTurn(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 10_000)
  })

  test('that reports the next window before the reset of the current one is applied', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    const second = await takeTurn(pace)
    clock.advance(8_000)

    second.end(windowOf(1_000, 0, startMs + 18_000))
    await takeTurn(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 18_250)
    expect(clock.now()).toBeLessThan(startMs + 18_350)
  })

  test('without a window changes nothing', async () => {
    const sleeps = async (end: (turn: Turn) => void) => {
      const { clock, pace } = await startPace(windowOf(100, 99))
      end(await takeTurn(pace))
      await takeTurn(pace)
      return clock.slept
    }

    expect(await sleeps((turn) => turn.end(undefined))).toEqual(await sleeps(() => {}))
  })
})

test('a pace grants turns in the order of the calls', async () => {
  const { pace } = await startPace(windowOf(100, 3, startMs + 4_000))
  const order: number[] = []

  await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (index) => {
      await takeTurn(pace)
      order.push(index)
    }),
  )

  expect(order).toEqual([0, 1, 2, 3, 4, 5])
})

/**
 * A clock that advances to the next timer when all code waits. As with Node's timers, a wait is
 * truncated to whole milliseconds and lasts at least one.
 */
const createTime = () => {
  let nowMs = startMs
  let waits = 0
  const waiting = createHeap<{
    readonly key: number
    readonly atMs: number
    readonly wake: () => void
  }>(({ key }) => key)
  const clock: Pick<Clock, 'now' | 'sleep'> = {
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((wake) => {
        const atMs = nowMs + Math.max(1, Math.trunc(ms))
        waits += 1
        // Timers that are due at the same time fire in the order they were set.
        waiting.push({ key: atMs - startMs + waits / 2 ** 24, atMs, wake })
      }),
  }
  /** Advances the clock until no timer is left. */
  const run = async (): Promise<void> => {
    for (;;) {
      await settled()
      const next = waiting.pop()
      if (!next) return
      nowMs = next.atMs
      next.wake()
    }
  }
  return { clock: { ...clock, timeout: () => new AbortController().signal }, run }
}

/** Resolves when all pending promises have settled. */
const settled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

type Load = {
  /** Requests per window, for all processes. */
  readonly limit: number
  readonly latencyMs: number
  /** How far into a window the first request is sent. */
  readonly offsetMs?: number
  readonly processes?: number
  /** Requests in flight per process; there are always more to send. */
  readonly concurrency?: number
  /** Requests of other applications for each request of a process. */
  readonly others?: number
  /** How far our clock is ahead of Intercom’s. */
  readonly skewMs?: number
}

/** Simulates processes until the second whole window is over; returns when each sent requests. */
const simulate = async (load: Load) => {
  const { limit, latencyMs, offsetMs = 0, processes = 1, concurrency = 10, others = 0 } = load
  const { clock, run } = createTime()
  const ownClock: Clock = { ...clock, now: () => clock.now() + (load.skewMs ?? 0) }
  const endMs = startMs + 3 * windowMs
  const server = createRateWindow(clock.now)
  server.setLimit(limit)
  let refused = 0
  const arrive = () => {
    const { headers, error } = server.take()
    if (error) refused += 1
    return headers
  }
  const send = async (turn: Turn, atMs: number[]): Promise<void> => {
    await clock.sleep(latencyMs / 2)
    atMs.push(clock.now())
    const headers = arrive()
    for (let other = 0; other < others; other += 1) arrive()
    await clock.sleep(latencyMs / 2)
    turn.end(readRateLimitWindow(headers))
  }
  const times = Array.from({ length: processes }, (_, index) => {
    const pace = createPace(ownClock, () => index / processes)
    const atMs: number[] = []
    for (let started = 0; started < concurrency; started += 1) {
      const loop = async () => {
        await clock.sleep(offsetMs)
        while (clock.now() < endMs) await send(await takeTurn(pace), atMs)
      }
      void loop()
    }
    return atMs
  })
  await run()
  /** In the second window a process knows its share. */
  const second = times.map((atMs) =>
    atMs.map((ms) => ms - startMs - windowMs).filter((ms) => ms >= 0 && ms < windowMs),
  )
  return { refused, second }
}

describe('a response near the end of a window', () => {
  test('that arrives just after the end allows no burst', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 900))
    const slow = await takeTurn(pace)
    clock.advance(startMs + windowMs + 100 - clock.now())

    slow.end(windowOf(1_000, 31))
    for (let request = 0; request < 3; request += 1) await takeTurn(pace)

    expect(clock.slept.at(-1)).toBeGreaterThanOrEqual(100)
  })

  test('may report a reset that is a second off: it is the same window', async () => {
    const { clock, pace } = await startPace(windowOf(1_000, 999))
    let requests = 1
    while (clock.now() < startMs + 5_000) {
      const turn = await takeTurn(pace)
      requests += 1
      turn.end(windowOf(1_000, 1_000 - requests, startMs + windowMs - (requests % 2) * 1_000))
    }

    expect(requests).toBeGreaterThan(400)
  })
})

describe('a process alone', () => {
  test('uses nearly the whole window', async () => {
    const { second, refused } = await simulate({ limit: 1_000, latencyMs: 100 })

    expect(second[0]?.length).toBeGreaterThan(900)
    expect(refused).toBe(0)
  })

  test('spreads its requests over the window', async () => {
    const { second } = await simulate({ limit: 1_000, latencyMs: 100 })

    const bySecond = Array.from(
      { length: 10 },
      (_, at) => second[0]?.filter((ms) => Math.floor(ms / 1000) === at).length ?? 0,
    )
    expect(Math.max(...bySecond)).toBeLessThan(150)
    expect(Math.min(...bySecond)).toBeGreaterThan(50)
  })

  test('never exceeds the limit in any window', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          limit: fc.integer({ min: 20, max: 2_000 }),
          latencyMs: fc.integer({ min: 1, max: 500 }),
          offsetMs: fc.integer({ min: 0, max: windowMs - 1 }),
          concurrency: fc.integer({ min: 1, max: 20 }),
        }),
        async (load) => {
          expect(await simulate(load)).toMatchObject({ refused: 0 })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a process whose clock differs from Intercom’s', () => {
  test.each([-600_000, 600_000])('uses nearly the whole window, %i ms ahead', async (skewMs) => {
    const { second, refused } = await simulate({ limit: 1_000, latencyMs: 100, skewMs })

    expect(second[0]?.length).toBeGreaterThan(900)
    expect(refused).toBe(0)
  })

  test('never exceeds the limit in any window, if it is behind or at least a window ahead', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          limit: fc.integer({ min: 20, max: 2_000 }),
          latencyMs: fc.integer({ min: 1, max: 500 }),
          offsetMs: fc.integer({ min: 0, max: windowMs - 1 }),
          concurrency: fc.integer({ min: 1, max: 20 }),
          // Less than a window ahead, a small limit may be exceeded by a few requests at its end.
          skewMs: fc.oneof(
            fc.integer({ min: -windowMs, max: 0 }),
            fc.integer({ min: -600_000, max: 0 }),
            fc.integer({ min: windowMs, max: 600_000 }),
          ),
        }),
        async (load) => {
          expect(await simulate(load)).toMatchObject({ refused: 0 })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a process among others', () => {
  test.each([
    [1, 1_000 / 2],
    [3, 1_000 / 4],
  ])(
    'with %i of their requests for each of its own sends about %i of 1000',
    async (others, expected) => {
      const { second, refused } = await simulate({ limit: 1_000, latencyMs: 100, others })

      const sent = second[0]?.length ?? 0
      expect(sent).toBeGreaterThan(0.85 * expected)
      expect(sent).toBeLessThanOrEqual(expected)
      expect(second[0]?.filter((ms) => ms < windowMs / 2).length).toBeLessThan(0.65 * sent)
      expect(refused).toBe(0)
    },
  )

  test('shares the window equally with another one', async () => {
    const { second } = await simulate({ limit: 1_000, latencyMs: 100, processes: 2 })

    for (const atMs of second) {
      expect(atMs.length).toBeGreaterThan(300)
      expect(atMs.length).toBeLessThan(700)
    }
  })

  test('never exceeds the limit together with another one, as many workers as are deployed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          limit: fc.constantFrom(167, 334, 500, 1_667),
          latencyMs: fc.integer({ min: 1, max: 500 }),
          offsetMs: fc.integer({ min: 0, max: windowMs - 1 }),
          concurrency: fc.integer({ min: 1, max: 10 }),
        }),
        async (load) => {
          expect(await simulate({ ...load, processes: 2 })).toMatchObject({ refused: 0 })
        },
      ),
      { numRuns: 100 },
    )
  })
})
