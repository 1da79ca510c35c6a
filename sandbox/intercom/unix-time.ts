/** Converts to whole unix seconds, the unit of all of Intercom's times. */
export const toUnixSeconds = (ms: number): number => Math.floor(ms / 1000)
