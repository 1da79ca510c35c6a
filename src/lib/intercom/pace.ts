import type { Clock } from '../clock.ts'
import { type RateLimitWindow, windowMs } from './rate-limit.ts'

/** Permission to send one request; call `end` with the window that its response reports, if any. */
export type Turn = { readonly end: (window: RateLimitWindow | undefined) => void }

/** Decides when each request of a process may be sent. */
export type Pace = {
  /**
   * Resolves when the request may be sent, first come, first served; to `undefined` if that would
   * not be within `withinMs`.
   */
  readonly turn: (withinMs: number) => Promise<Turn | undefined>
}

/** Reserved for requests in flight that the latest response does not count: 300 ms of a window. */
const reserveFraction = 0.03
/** Requests that may be sent immediately after an idle time: a batch, if the limit is large. */
const maxBurst = 10
const burstFraction = 0.006
/** The share that is assumed at the start of a window, unless the last one's was larger. */
const initialShare = 0.25
/** How much weight that assumption has. */
const uncertaintyFraction = 0.02
const minShare = 1 / 64
/** Added to a window's end before our own clock starts the next one: Intercom's may be behind. */
const clockMarginMs = 250
/** Resets that differ by no more name the same window: they are whole seconds. */
const sameWindowMs = 1_000
/** How long the old window is extended if the new one was started too early. */
const extensionMs = 1_000

/**
 * Paces the requests of one process, so that many workers together stay below Intercom's rate limit
 * and share it without a common store. Every response reports how many requests are left for all
 * workers. A process takes its share of them (its own requests out of all that were counted),
 * spreads it over the rest of the window, and waits for the next window when it is used up.
 *
 * While no window is known, the first request is sent alone. If its response reports none, requests
 * are not paced.
 */
export const createPace = (clock: Clock, random: () => number): Pace => {
  /** The current window: its reset by Intercom's clock, and its end by our own. */
  let window:
    | { readonly limit: number; readonly resetMs: number; readonly endMs: number }
    | undefined
  /** Between two requests of this process; infinite when the window is used up. */
  let intervalMs = 0
  /** The share of the window by now, and as it was assumed at the window's start. */
  let share = initialShare
  let assumedShare = initialShare
  /** Requests sent so far, those before this window, and the last whose response was applied. */
  let sentCount = 0
  let sentBeforeWindow = 0
  let lastApplied = 0
  let lastTurnMs = Number.NEGATIVE_INFINITY
  /** Resolves when the request that is sent alone has ended. */
  let probe: Promise<void> | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const intervalFor = (requests: number, share: number, untilMs: number): number =>
    requests <= 0
      ? Number.POSITIVE_INFINITY
      : Math.max(untilMs - clock.now(), clockMarginMs) / (share * requests)

  const startShare = (): number => Math.max(share, initialShare)

  const startWindow = (limit: number, resetMs: number, endMs: number, sent: number): void => {
    window = { limit, resetMs, endMs }
    assumedShare = startShare()
    intervalMs = intervalFor(limit * (1 - reserveFraction), assumedShare, endMs)
    sentBeforeWindow = sent
    lastApplied = sent
  }

  /** If the reset is impossible by our clock, the window is assumed to start now. */
  const endByOurClock = (resetMs: number): number => {
    const leftMs = resetMs - clock.now()
    return leftMs > 0 && leftMs <= windowMs ? resetMs : clock.now() + windowMs
  }

  const applyWindow = (request: number, { limit, remaining, resetMs }: RateLimitWindow): void => {
    // Older than what is known, or from a window that is over.
    if (request <= lastApplied) return
    if (!window || resetMs - window.resetMs > sameWindowMs) {
      startWindow(limit, resetMs, endByOurClock(resetMs), request - 1)
    }
    const startedTooEarly = window !== undefined && window.resetMs - resetMs > sameWindowMs
    const endMs = startedTooEarly ? clock.now() + extensionMs : (window?.endMs ?? 0)
    window = { limit, resetMs, endMs }
    lastApplied = request
    const uncertainty = limit * uncertaintyFraction
    const ownRequests = request - sentBeforeWindow + uncertainty * assumedShare
    const measuredShare = ownRequests / (limit - remaining + uncertainty)
    share = Math.min(Math.max(measuredShare, minShare), 1)
    const inFlight = sentCount - request
    const usable = remaining - inFlight - limit * reserveFraction
    intervalMs = intervalFor(usable, share, endMs)
  }

  const grantTurn = (atMs: number): Turn => {
    sentCount += 1
    lastTurnMs = atMs
    const request = sentCount
    let endProbe = () => {}
    if (!window && !probe) {
      probe = new Promise((resolve) => {
        endProbe = resolve
      })
    }
    return {
      end: (reported) => {
        if (reported) applyWindow(request, reported)
        endProbe()
      },
    }
  }

  const waitForTurn = async (deadlineMs: number): Promise<Turn | undefined> => {
    if (!window) await probe
    for (;;) {
      const nowMs = clock.now()
      if (!window) return grantTurn(nowMs)
      if (nowMs >= window.endMs + clockMarginMs) {
        const passedMs = (Math.floor((nowMs - window.endMs) / windowMs) + 1) * windowMs
        if (passedMs > windowMs) share = initialShare
        startWindow(window.limit, window.resetMs + passedMs, window.endMs + passedMs, sentCount)
      }
      const { limit, endMs } = window
      const isUsedUp = intervalMs === Number.POSITIVE_INFINITY
      const burst = Math.min(limit * burstFraction, maxBurst)
      const dueMs = isUsedUp
        ? intervalMs
        : Math.max(lastTurnMs + intervalMs, nowMs - burst * intervalMs)
      if (dueMs <= nowMs) return grantTurn(dueMs)
      const jitterMs = isUsedUp ? (random() * windowMs) / (startShare() * limit) : 0
      const wakeMs = Math.min(dueMs, endMs + clockMarginMs + jitterMs)
      if (wakeMs > deadlineMs) return undefined
      // Time spent waiting for the next window allows no burst.
      if (isUsedUp) lastTurnMs = wakeMs
      await clock.sleep(wakeMs - nowMs)
    }
  }

  return {
    turn: (withinMs) => {
      const deadlineMs = clock.now() + withinMs
      const turn = queue.then(() => waitForTurn(deadlineMs))
      queue = turn.catch(() => undefined)
      return turn
    },
  }
}
