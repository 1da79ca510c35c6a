/** Whole unix seconds, as every time of Intercom's is given. */
export const toUnixSeconds = (ms: number): number => Math.floor(ms / 1000)
