/** An hour of signups, or another time, and what delivers them. All rates are per second. */
export type Load = {
  readonly signupsPerSecond: number
  readonly seconds: number
  /** The requests to Intercom that the workers can send. */
  readonly requestsPerSecond: number
  /** The requests that create a contact, and those that confirm it. */
  readonly createRequests: number
  readonly confirmRequests: number
  /** How long a created contact's record stays in flight before it is confirmed. */
  readonly holdSeconds: number
}

/** What became of the signups of a load. */
export type Course = {
  /** Signups without a contact, at most, and at the end of every second. */
  readonly maxQueued: number
  readonly queued: readonly number[]
  /** Records held until they are confirmed, at most. */
  readonly maxInFlight: number
  /** How long half of the signups waited at most for their contact, and the last one. */
  readonly medianWaitSeconds: number
  readonly lastWaitSeconds: number
  /** How long after the last signup every contact is confirmed. */
  readonly drainSeconds: number
}

/** Amounts are sums of fractions: less than this is none. */
const tolerance = 0.001

/** The waits of all signups, from the contacts that there are at the end of every second. */
const waitsOf = (created: readonly number[], { signupsPerSecond, seconds }: Load): number[] => {
  let second = 0
  return Array.from({ length: seconds }, (_, arrival) => {
    const signups = (arrival + 1) * signupsPerSecond
    while ((created[second] ?? Number.POSITIVE_INFINITY) < signups - tolerance) second += 1
    return Math.max(0, second - arrival)
  })
}

/**
 * Simulates a queue second by second, with signups as an amount: what is to be confirmed comes first,
 * as in SQS, which gives out the oldest message first; the rest of the requests create contacts.
 */
export const simulate = (load: Load): Course => {
  const { signupsPerSecond, seconds, requestsPerSecond, createRequests, confirmRequests } = load
  const { holdSeconds } = load
  const total = signupsPerSecond * seconds
  /** Contacts so far, by second; those of `holdSeconds` ago are to be confirmed. */
  const created: number[] = []
  const queued: number[] = []
  let [waiting, confirmed, maxInFlight] = [0, 0, 0]
  for (let second = 0; confirmed < total - tolerance; second += 1) {
    if (second < seconds) waiting += signupsPerSecond
    const createdBefore = created.at(-1) ?? 0
    const due = (created[second - holdSeconds] ?? 0) - confirmed
    const confirms = Math.min(due, requestsPerSecond / confirmRequests)
    const left = requestsPerSecond - confirms * confirmRequests
    const creates = Math.min(waiting, left / createRequests)
    confirmed += confirms
    waiting -= creates
    created.push(createdBefore + creates)
    queued.push(waiting)
    maxInFlight = Math.max(maxInFlight, createdBefore + creates - confirmed)
  }
  const waits = waitsOf(created, load)
  return {
    maxQueued: queued.reduce((most, amount) => Math.max(most, amount), 0),
    queued,
    maxInFlight,
    medianWaitSeconds: waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)] ?? 0,
    lastWaitSeconds: waits.at(-1) ?? 0,
    drainSeconds: queued.length - seconds,
  }
}
