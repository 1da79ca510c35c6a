import { randomBytes } from 'node:crypto'
import { toUnixSeconds } from './unix-time.ts'

/** Creates an id like Intercom's: 24 hex characters, the time in seconds and random bytes. */
export const createObjectId = (nowMs: number): string =>
  toUnixSeconds(nowMs).toString(16).padStart(8, '0').slice(-8) + randomBytes(8).toString('hex')
