import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../src/lib/clock.ts'
import { start } from '../support/clock.ts'
import { createHeap } from './heap.ts'

/** A virtual clock: time passes only during `run` and `advance`, as fast as the machine can. */
export type Time = Clock & {
  /**
   * Lets time pass until the work settles; returns its result or throws its error.
   *
   * @throws Error when no timer is left and the work has not settled
   */
  readonly run: <T>(work: Promise<T>) => Promise<T>
  /** Lets this many milliseconds pass, and fires every timer that falls due. */
  readonly advance: (ms: number) => Promise<void>
}

/** One turn of the event loop: pending promise callbacks run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Creates a virtual clock. As with Node's timers a wait takes whole milliseconds and at least one,
 * and timers that are due at the same time fire in the order they were set.
 *
 * @param patienceMs how long, in real time, `run` waits for work without a timer, such as the import
 *   of a module
 */
export const createTime = (startMs = start * 1_000, patienceMs = 3_000): Time => {
  let nowMs = startMs
  /** When virtual time last moved on, in real time. */
  let steppedAt = 0
  const instants = createHeap<number>((atMs) => atMs)
  const timers = new Map<number, (() => void)[]>()
  // One error for all signals: most are aborted long after their request, and nothing reads it.
  const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError')

  const after = (ms: number, fire: () => void): void => {
    const atMs = nowMs + Math.max(1, Math.trunc(ms))
    const together = timers.get(atMs)
    if (together) {
      together.push(fire)
      return
    }
    timers.set(atMs, [fire])
    instants.push(atMs)
  }

  /** Moves on to the next due time and fires its timers; false when there is none. */
  const step = (): boolean => {
    const atMs = instants.pop()
    if (atMs === undefined) return false
    nowMs = Math.max(nowMs, atMs)
    steppedAt = performance.now()
    const due = timers.get(atMs) ?? []
    timers.delete(atMs)
    for (const fire of due) fire()
    return true
  }

  return {
    now: () => nowMs,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    timeout: (ms) => {
      const controller = new AbortController()
      after(ms, () => controller.abort(timedOut))
      return controller.signal
    },
    run: async (work) => {
      let isSettled = false
      const settle = () => {
        isSettled = true
      }
      work.then(settle, settle)
      const startedAt = performance.now()
      for (;;) {
        await turn()
        if (isSettled) return work
        if (step()) continue
        if (performance.now() - Math.max(startedAt, steppedAt) > patienceMs) {
          throw new Error('no timer is left and the work has not settled')
        }
        await pause(1)
      }
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms
      for (;;) {
        await turn()
        const atMs = instants.peek()
        if (atMs === undefined || atMs > untilMs) break
        step()
      }
      nowMs = Math.max(nowMs, untilMs)
    },
  }
}
