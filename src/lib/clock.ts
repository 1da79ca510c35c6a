import { setTimeout as wait } from 'node:timers/promises'

/** The current time, sleep and timeouts: a parameter, so that tests can set the time. */
export type Clock = {
  /** Unix milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** A signal that aborts after `ms` milliseconds. */
  readonly timeout: (ms: number) => AbortSignal
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await wait(ms)
  },
  timeout: (ms) => AbortSignal.timeout(ms),
}

/** The current time in unix seconds. */
export const nowSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000)
