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
/** What an answer says in the first window after the start. */
const saying = (
  limit: number,
  remaining: number,
  resetMs = startMs + windowMs,
): RateLimitWindow => ({
  limit,
  remaining,
  resetMs,
})
const go = async (pace: Pace): Promise<Turn> => {
  const turn = await pace.turn(60_000)
  if (!turn) throw new Error('no turn')
  return turn
}
/** A process whose first call was answered. */
const begun = async (window: RateLimitWindow | undefined, random = () => 0) => {
  const clock = createClock()
  const pace = createPace(clock, random)
  const first = await go(pace)
  first.end(window)
  return { clock, pace }
}

describe('while no window is known', () => {
  test('the first call goes alone, and the others wait for its answer', async () => {
    const pace = createPace(createClock(), () => 0)
    const first = await go(pace)
    let gone = 0
    const others = [1, 2, 3].map(() => go(pace).then(() => (gone += 1)))

    await new Promise(setImmediate)
    expect(gone).toBe(0)

    first.end(saying(1_000, 999))
    await Promise.all(others)
    expect(gone).toBe(3)
  })

  test('all go freely where an answer tells of none', async () => {
    const { clock, pace } = await begun(undefined)

    const turns = await Promise.all(Array.from({ length: 100 }, () => go(pace)))

    expect(turns).toHaveLength(100)
    expect(clock.slept).toEqual([])
  })

  test('no call waits for a second answer', async () => {
    const { clock, pace } = await begun(undefined)
    await go(pace)

    await go(pace)

    expect(clock.slept).toEqual([])
  })

  test('the first answer that tells of one is heeded', async () => {
    const { clock, pace } = await begun(undefined)
    const [second] = await Promise.all([go(pace), go(pace)])

    second?.end(saying(1_000, 0))
    await go(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + windowMs)
  })
})

describe('after idle time', () => {
  test.each([
    [100_000, 10],
    [1_667, 10],
    [1_000, 6],
    [500, 3],
    [167, 1],
  ])(
    'of a window of %i calls a batch of %i goes at once, and no larger one',
    async (limit, batch) => {
      const { clock, pace } = await begun(saying(limit, limit - 1))
      clock.advance(1_000)

      for (let call = 0; call < batch; call += 1) await go(pace)
      expect(clock.slept).toEqual([])

      for (let call = 0; call < 10; call += 1) await go(pace)
      expect(clock.slept.length).toBeGreaterThanOrEqual(9)
    },
  )

  test.each([1_667, 100_000])('what comes after that batch is spread, of %i', async (limit) => {
    const { clock, pace } = await begun(saying(limit, limit - 1))
    clock.advance(1_000)

    for (let call = 0; call < 30; call += 1) await go(pace)

    expect(clock.slept.length).toBeGreaterThanOrEqual(18)
  })

  test('a batch is spread, where the window is small', async () => {
    const { clock, pace } = await begun(saying(167, 166))
    clock.advance(1_000)

    for (let call = 0; call < 10; call += 1) await go(pace)

    expect(clock.slept.length).toBeGreaterThanOrEqual(8)
  })

  test('of many windows the first call goes at once, even where one was used up', async () => {
    const { clock, pace } = await begun(saying(1_000, 0))
    clock.advance(605_000)

    await go(pace)

    expect(clock.slept).toEqual([])
  })

  test('of many windows what comes after a batch is spread over the one that is', async () => {
    const { clock, pace } = await begun(saying(1_000, 0))
    clock.advance(605_000)

    for (let call = 0; call < 30; call += 1) await go(pace)

    expect(clock.slept.length).toBeGreaterThanOrEqual(20)
  })
})

describe('the pace', () => {
  /** Of the next call, in ms after the one before. */
  const gapAfter = async (window: RateLimitWindow) => {
    const { clock, pace } = await begun(window)
    await go(pace)
    return clock.slept[0] ?? 0
  }

  test('of a window that just began is near a quarter of it: one answer says little', async () => {
    const gapMs = await gapAfter(saying(1_000, 999))

    expect(gapMs).toBeGreaterThan(windowMs / (0.3 * 1_000))
    expect(gapMs).toBeLessThan(windowMs / (0.2 * 1_000))
  })

  test('is a 64th at least, so that none starves beside busy others', async () => {
    expect(await gapAfter(saying(10_000, 5_000))).toBeCloseTo((windowMs * 64) / 4_700)
  })

  test('is that of the next window once that has surely begun, by our own clock', async () => {
    const { clock, pace } = await begun(saying(20, 5, startMs + 4_000))

    await go(pace)

    expect(clock.slept).toEqual([4_250])
  })

  test('is that of the next window at once when an answer tells of it', async () => {
    const { clock, pace } = await begun(saying(1_000, 999, startMs + 4_000))
    const [used, next] = [await go(pace), await go(pace)]
    used.end(saying(1_000, 0, startMs + 4_000))
    clock.advance(3_900)

    next.end(saying(1_000, 999, startMs + 14_000))
    await go(pace)

    expect(clock.now()).toBeLessThan(startMs + 4_000)
  })

  test('of a window that Intercom began first is by the calls that were made in it', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    for (let call = 0; call < 50; call += 1) await go(pace)
    const first = await go(pace)
    const nowMs = clock.now()

    first.end(saying(1_000, 900, nowMs + windowMs))
    for (let call = 0; call < 10; call += 1) await go(pace)

    // A call every 230 ms: one of a hundred was its own. With those before it would be every 24 ms.
    expect(clock.now() - nowMs).toBeGreaterThan(1_500)
  })
})

describe('a window that is used up', () => {
  test('is waited out', async () => {
    const { clock, pace } = await begun(saying(1_000, 0, startMs + 4_000))

    await go(pace)

    expect(clock.slept[0]).toBe(4_250)
  })

  test.each([
    ['long past', -600_000, 10_250],
    ['a second past', -1_000, 10_250],
    ['now', 0, 10_250],
    ['a second ahead', 1_000, 1_250],
    ['ten seconds ahead', 10_000, 10_250],
    ['eleven seconds ahead', 11_000, 10_250],
    ['far ahead', 600_000, 10_250],
  ])(
    'whose reset is %s by our clock (%i ms) is waited out for %i ms',
    async (_name, resetMs, ms) => {
      const { clock, pace } = await begun(saying(1_000, 0, startMs + resetMs))

      await go(pace)

      expect(clock.slept[0]).toBe(ms)
    },
  )

  test('counts as such a little before, for what others have under way', async () => {
    const { clock, pace } = await begun(saying(1_000, 30, startMs + 4_000))

    await go(pace)

    expect(clock.slept[0]).toBe(4_250)
  })

  test('is waited out with jitter, so that not all processes come back at once', async () => {
    const early = await begun(saying(1_000, 0), () => 0)
    const late = await begun(saying(1_000, 0), () => 0.5)

    await Promise.all([go(early.pace), go(late.pace)])

    expect(early.clock.slept[0]).toBe(10_250)
    expect(late.clock.slept[0]).toBe(10_270)
  })

  test('gives no credit to those who waited: they are spread over the next one', async () => {
    const { clock, pace } = await begun(saying(1_000, 0))

    for (let call = 0; call < 10; call += 1) await go(pace)

    const [reset, ...gaps] = clock.slept
    expect(reset).toBe(10_250)
    expect(gaps).toHaveLength(10)
  })
})

describe('a turn that would come too late', () => {
  test('is undefined at once', async () => {
    const { clock, pace } = await begun(saying(1_000, 0, startMs + 4_000))

    expect(await pace.turn(4_249)).toBeUndefined()
    expect(clock.slept).toEqual([])
  })

  test('is one that comes 1 ms too late', async () => {
    const { pace } = await begun(saying(20, 5, startMs + 4_000))

    expect(await pace.turn(4_249)).toBeUndefined()
    expect(await pace.turn(4_250)).toBeDefined()
  })

  test('is undefined at once also within a window that is not used up', async () => {
    const { clock, pace } = await begun(saying(20, 10))

    expect(await pace.turn(100)).toBeUndefined()
    expect(clock.slept).toEqual([])
  })

  test('counts no call', async () => {
    const sleeps = async (tooLate: number) => {
      const { clock, pace } = await begun(saying(20, 10))
      for (let turn = 0; turn < tooLate; turn += 1) await pace.turn(0)
      const second = await go(pace)
      second.end(saying(20, 8))
      await go(pace)
      return clock.slept
    }

    expect(await sleeps(5)).toEqual(await sleeps(0))
  })

  test('keeps no later one from coming', async () => {
    const { clock, pace } = await begun(saying(1_000, 0, startMs + 4_000))

    const [late, inTime] = await Promise.all([pace.turn(0), pace.turn(60_000)])

    expect(late).toBeUndefined()
    expect(inTime).toBeDefined()
    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 4_000)
  })
})

describe('an answer', () => {
  test('to a call of a window that is over is not heeded', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    const slow = await go(pace)
    clock.advance(10_250)
    await go(pace)

    slow.end(saying(1_000, 0))
    await go(pace)

    expect(clock.now()).toBeLessThan(startMs + 11_000)
  })

  test('to a later call that still names the old window opens that again, for a second', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    clock.advance(10_250)
    const early = await go(pace)
    const nowMs = clock.now()

    early.end(saying(1_000, 0))
    await go(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(nowMs + 1_250)
    expect(clock.now()).toBeLessThan(nowMs + 1_350)
  })

  test('that still names the old window keeps nobody from what is left of it', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    clock.advance(10_250)
    const early = await go(pace)

    early.end(saying(1_000, 500))
    for (let call = 0; call < 3; call += 1) await go(pace)

    expect(clock.now()).toBeLessThan(startMs + 11_250)
  })

  test('that names the new window ends the one that was opened again', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    clock.advance(10_250)
    const [early, late] = [await go(pace), await go(pace)]
    early.end(saying(1_000, 0))
    const nowMs = clock.now()

    late.end(saying(1_000, 999, startMs + 20_000))
    await go(pace)

    expect(clock.now()).toBeLessThan(nowMs + 100)
  })

  test('names windows that our clock begins as Intercom does, whatever the two clocks say', async () => {
    const ahead = 600_000
    const { clock, pace } = await begun(saying(1_000, 999, startMs + windowMs + ahead))
    clock.advance(10_250)
    const second = await go(pace)

    second.end(saying(1_000, 0, startMs + 2 * windowMs + ahead))
    await go(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 20_250)
    expect(clock.now()).toBeLessThan(startMs + 20_350)
  })

  test('that is older than what is known is not heeded', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    const [slow, quick] = await Promise.all([go(pace), go(pace)])

    quick?.end(saying(1_000, 0))
    slow?.end(saying(1_000, 998))
    await go(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 10_000)
  })

  test('of a window that begins sooner than was said is heeded', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    const second = await go(pace)
    clock.advance(8_000)

    second.end(saying(1_000, 0, startMs + 18_000))
    await go(pace)

    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 18_250)
    expect(clock.now()).toBeLessThan(startMs + 18_350)
  })

  test('that none came for changes nothing', async () => {
    const sleeps = async (end: (turn: Turn) => void) => {
      const { clock, pace } = await begun(saying(100, 99))
      end(await go(pace))
      await go(pace)
      return clock.slept
    }

    expect(await sleeps((turn) => turn.end(undefined))).toEqual(await sleeps(() => {}))
  })
})

test('turns come in the order they were asked for', async () => {
  const { pace } = await begun(saying(100, 3, startMs + 4_000))
  const order: number[] = []

  await Promise.all(
    [0, 1, 2, 3, 4, 5].map(async (asked) => {
      await go(pace)
      order.push(asked)
    }),
  )

  expect(order).toEqual([0, 1, 2, 3, 4, 5])
})

/**
 * Time that passes only while all wait, and then at once. As with Node's own timers a wait is of
 * whole milliseconds and at least one.
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
        // What falls due together wakes in the order it was set.
        waiting.push({ key: atMs - startMs + waits / 2 ** 24, atMs, wake })
      }),
  }
  /** Lets time pass until nobody waits any more. */
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

/** All that goes on without time passing has: here nothing but promises does. */
const settled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

type Load = {
  /** Calls a window, of all processes. */
  readonly limit: number
  readonly latencyMs: number
  /** How far into a window the first call is made. */
  readonly offsetMs?: number
  readonly processes?: number
  /** Calls that each process has under way at most; it always has more to make. */
  readonly concurrency?: number
  /** Calls that others make for each of its own. */
  readonly others?: number
  /** How far our clock is ahead of Intercom’s. */
  readonly skewMs?: number
}

/** Calls as processes make them until the second whole window is over: when, by process. */
const simulate = async (load: Load) => {
  const { limit, latencyMs, offsetMs = 0, processes = 1, concurrency = 10, others = 0 } = load
  const { clock, run } = createTime()
  const ours: Clock = { ...clock, now: () => clock.now() + (load.skewMs ?? 0) }
  const endMs = startMs + 3 * windowMs
  const server = createRateWindow(clock.now)
  server.setLimit(limit)
  let refused = 0
  const arrive = () => {
    const { headers, refusal } = server.take()
    if (refusal) refused += 1
    return headers
  }
  const call = async (turn: Turn, atMs: number[]): Promise<void> => {
    await clock.sleep(latencyMs / 2)
    atMs.push(clock.now())
    const headers = arrive()
    for (let other = 0; other < others; other += 1) arrive()
    await clock.sleep(latencyMs / 2)
    turn.end(readRateLimitWindow(headers))
  }
  const times = Array.from({ length: processes }, (_, index) => {
    const pace = createPace(ours, () => index / processes)
    const atMs: number[] = []
    for (let one = 0; one < concurrency; one += 1) {
      const loop = async () => {
        await clock.sleep(offsetMs)
        while (clock.now() < endMs) await call(await go(pace), atMs)
      }
      void loop()
    }
    return atMs
  })
  await run()
  /** Those of the second window: by then a process knows its share. */
  const second = times.map((atMs) =>
    atMs.map((each) => each - startMs - windowMs).filter((each) => each >= 0 && each < windowMs),
  )
  return { refused, second }
}

describe('an answer about the end of a window', () => {
  test('that is heard just after it lets nobody burst', async () => {
    const { clock, pace } = await begun(saying(1_000, 900))
    const slow = await go(pace)
    clock.advance(startMs + windowMs + 100 - clock.now())

    slow.end(saying(1_000, 31))
    for (let call = 0; call < 3; call += 1) await go(pace)

    expect(clock.slept.at(-1)).toBeGreaterThanOrEqual(100)
  })

  test('may be a second off: it is the same window', async () => {
    const { clock, pace } = await begun(saying(1_000, 999))
    let calls = 1
    while (clock.now() < startMs + 5_000) {
      const turn = await go(pace)
      calls += 1
      turn.end(saying(1_000, 1_000 - calls, startMs + windowMs - (calls % 2) * 1_000))
    }

    expect(calls).toBeGreaterThan(400)
  })
})

describe('a process alone', () => {
  test('has nearly all of the window', async () => {
    const { second, refused } = await simulate({ limit: 1_000, latencyMs: 100 })

    expect(second[0]?.length).toBeGreaterThan(900)
    expect(refused).toBe(0)
  })

  test('spreads its calls over the window', async () => {
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

describe('a process whose clock is not Intercom’s', () => {
  test.each([-600_000, 600_000])('has nearly all of the window: %i ms ahead', async (skewMs) => {
    const { second, refused } = await simulate({ limit: 1_000, latencyMs: 100, skewMs })

    expect(second[0]?.length).toBeGreaterThan(900)
    expect(refused).toBe(0)
  })

  test('never exceeds the limit in any window, behind by any time or ahead by a window and more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          limit: fc.integer({ min: 20, max: 2_000 }),
          latencyMs: fc.integer({ min: 1, max: 500 }),
          offsetMs: fc.integer({ min: 0, max: windowMs - 1 }),
          concurrency: fc.integer({ min: 1, max: 20 }),
          // Nearer than a window ahead, a small one may be exceeded by a few calls at its end.
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
  ])('with %i of theirs for each call of its own makes about %i of 1000', async (others, calls) => {
    const { second, refused } = await simulate({ limit: 1_000, latencyMs: 100, others })

    const made = second[0]?.length ?? 0
    expect(made).toBeGreaterThan(0.85 * calls)
    expect(made).toBeLessThanOrEqual(calls)
    expect(second[0]?.filter((ms) => ms < windowMs / 2).length).toBeLessThan(0.65 * made)
    expect(refused).toBe(0)
  })

  test('shares the window with an equal', async () => {
    const { second } = await simulate({ limit: 1_000, latencyMs: 100, processes: 2 })

    for (const each of second) {
      expect(each.length).toBeGreaterThan(300)
      expect(each.length).toBeLessThan(700)
    }
  })

  test('exceeds no window of Intercom’s together with an equal, as many workers as are deployed', async () => {
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
