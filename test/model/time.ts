import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../../src/lib/clock.ts'
import { start } from '../support/clock.ts'
import { createHeap } from './heap.ts'

/** Time that passes only while something drives it, and then as fast as the machine can. */
export type Time = Clock & {
  /**
   * Lets time pass until the work settles, and gives what it gives.
   *
   * @throws Error when nothing is left to wait for and the work has not settled
   */
  readonly run: <T>(work: Promise<T>) => Promise<T>
  /** Lets so much time pass, and all that falls due in it happen. */
  readonly advance: (ms: number) => Promise<void>
}

/** One turn of the event loop: all that can go on without time passing does. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * A virtual clock, by default from the start of the tests' year on. As with Node's own timers a
 * wait is of whole milliseconds and at least one; what falls due together fires in the order it
 * was set.
 *
 * @param patienceMs how long, in real time, work may go on that no timer tells of, such as loading
 *   a module
 */
export const createTime = (startMs = start * 1_000, patienceMs = 3_000): Time => {
  let nowMs = startMs
  /** When, in real time, it last moved on, whoever drove it. */
  let steppedAt = 0
  const instants = createHeap<number>((atMs) => atMs)
  const timers = new Map<number, (() => void)[]>()
  // Made once: a signal of a call that was answered long ago is aborted too, and nobody looks.
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

  /** Moves on to the next instant, where there is one, and fires all of its timers. */
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
          throw new Error('time stands still: no timer is left, and the work has not settled')
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
