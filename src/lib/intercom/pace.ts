import type { Clock } from '../clock.ts'
import { type RateLimitWindow, windowMs } from './rate-limit.ts'

/** A call's turn; `end` takes what its answer said of the window, if anything. */
export type Turn = { readonly end: (window: RateLimitWindow | undefined) => void }

/** Whose turn it is. */
export type Pace = {
  /**
   * Resolves when it is this call's turn, first come, first served; to `undefined` if that would not
   * be within so many ms.
   */
  readonly turn: (withinMs: number) => Promise<Turn | undefined>
}

/** Kept for what all workers have under way, unseen in the last answer: 300 ms of the window. */
const reservePart = 0.03
/** Calls that may be made at once after a while without any: a batch, where the window is large. */
const maxBurst = 10
const burstPart = 0.006
/** What a process takes for its share at the start of a window, and how soon it knows better. */
const firstShare = 0.25
const doubtPart = 0.02
const minShare = 1 / 64
/** A window is not begun by our own clock alone before so long: Intercom's may be behind it. */
const marginMs = 250
/** Resets that differ by no more name the same window: they are whole seconds. */
const sameMs = 1_000
/** How much longer a window is taken to last that was thought to be over. */
const tooEarlyMs = 1_000

/**
 * Paces the calls of one process, so that many workers stay below Intercom's window together and
 * share it without a store of their own. Every answer says how many calls are left for all; a
 * process spreads its share of them (its own calls of those that were made) over what is left of the
 * window, and when they are used up it waits for the next one.
 *
 * Not knowing any window, the first call goes alone; where its answer tells of none, all go freely.
 */
export const createPace = (clock: Clock, random: () => number): Pace => {
  /** The window that is on: Intercom's name for it, and its end by our own clock. */
  let window:
    | { readonly limit: number; readonly resetMs: number; readonly endMs: number }
    | undefined
  /** Between two calls of this process; infinite where the window is used up. */
  let gapMs = 0
  /** Calls so far, those before this window, and the last whose answer was heeded. */
  let sent = 0
  let sentBefore = 0
  let heeded = 0
  let lastMs = Number.NEGATIVE_INFINITY
  let probe: Promise<void> | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const spread = (calls: number, share: number, untilMs: number): number =>
    calls <= 0
      ? Number.POSITIVE_INFINITY
      : Math.max(untilMs - clock.now(), marginMs) / (share * calls)

  const begin = (limit: number, resetMs: number, endMs: number, before: number): void => {
    window = { limit, resetMs, endMs }
    gapMs = spread(limit * (1 - reservePart), firstShare, endMs)
    sentBefore = before
    heeded = before
  }

  /** A reset that cannot be, by our clock, is no time: then its window is taken to begin now. */
  const endOf = (resetMs: number): number => {
    const leftMs = resetMs - clock.now()
    return leftMs > 0 && leftMs <= windowMs ? resetMs : clock.now() + windowMs
  }

  const heed = (request: number, { limit, remaining, resetMs }: RateLimitWindow): void => {
    // Older than what is known, or of a window that is over.
    if (request <= heeded) return
    if (!window || resetMs - window.resetMs > sameMs) {
      begin(limit, resetMs, endOf(resetMs), request - 1)
    }
    const wasBegunTooEarly = window !== undefined && window.resetMs - resetMs > sameMs
    const endMs = wasBegunTooEarly ? clock.now() + tooEarlyMs : (window?.endMs ?? 0)
    window = { limit, resetMs, endMs }
    heeded = request
    const doubt = limit * doubtPart
    const share = (request - sentBefore + doubt * firstShare) / (limit - remaining + doubt)
    const underWay = sent - request
    const usable = remaining - underWay - limit * reservePart
    gapMs = spread(usable, Math.min(Math.max(share, minShare), 1), endMs)
  }

  const take = (atMs: number): Turn => {
    sent += 1
    lastMs = atMs
    const request = sent
    let ended = () => {}
    if (!window && !probe) {
      probe = new Promise((resolve) => {
        ended = resolve
      })
    }
    return {
      end: (response) => {
        if (response) heed(request, response)
        ended()
      },
    }
  }

  const wait = async (endMs: number): Promise<Turn | undefined> => {
    if (!window) await probe
    for (;;) {
      const nowMs = clock.now()
      if (!window) return take(nowMs)
      if (nowMs >= window.endMs + marginMs) {
        const passedMs = (Math.floor((nowMs - window.endMs) / windowMs) + 1) * windowMs
        begin(window.limit, window.resetMs + passedMs, window.endMs + passedMs, sent)
      }
      const { limit, endMs: windowEndMs } = window
      const isUsedUp = gapMs === Number.POSITIVE_INFINITY
      const burst = Math.min(limit * burstPart, maxBurst)
      const dueMs = isUsedUp ? gapMs : Math.max(lastMs + gapMs, nowMs - burst * gapMs)
      if (dueMs <= nowMs) return take(dueMs)
      const jitterMs = isUsedUp ? (random() * windowMs) / (firstShare * limit) : 0
      const wakeMs = Math.min(dueMs, windowEndMs + marginMs + jitterMs)
      if (wakeMs > endMs) return undefined
      // No credit for time in which nobody might call.
      if (isUsedUp) lastMs = wakeMs
      await clock.sleep(wakeMs - nowMs)
    }
  }

  return {
    turn: (withinMs) => {
      const endMs = clock.now() + withinMs
      const turn = queue.then(() => wait(endMs))
      queue = turn.catch(() => undefined)
      return turn
    },
  }
}
