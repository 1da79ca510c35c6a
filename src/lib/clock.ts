import { setTimeout as wait } from 'node:timers/promises'

/** Time as a parameter, so that tests run on a clock of their own. */
export type Clock = {
  /** Unix milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** A signal that aborts after so long. */
  readonly timeout: (ms: number) => AbortSignal
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await wait(ms)
  },
  timeout: (ms) => AbortSignal.timeout(ms),
}

export const nowSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000)
