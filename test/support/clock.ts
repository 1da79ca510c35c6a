import type { Clock } from '../../src/lib/clock.ts'

/** Thursday, 2026-01-01T00:00:00Z, in unix seconds. */
export const start = 1_767_225_600

export type VirtualClock = Clock & {
  readonly advance: (ms: number) => void
  /** The length of every sleep so far, in milliseconds. */
  readonly slept: readonly number[]
}

/** A clock that stands still until `advance`; `sleep` resolves immediately and advances it. */
export const createClock = (): VirtualClock => {
  let nowMs = start * 1000
  const slept: number[] = []
  const timers = new Set<{ readonly atMs: number; readonly abort: () => void }>()
  const advance = (ms: number) => {
    nowMs += ms
    for (const timer of timers) {
      if (timer.atMs > nowMs) continue
      timers.delete(timer)
      timer.abort()
    }
  }
  return {
    now: () => nowMs,
    advance,
    slept,
    sleep: async (ms) => {
      slept.push(ms)
      nowMs += ms
    },
    timeout: (ms) => {
      const controller = new AbortController()
      timers.add({ atMs: nowMs + ms, abort: () => controller.abort() })
      return controller.signal
    },
  }
}
