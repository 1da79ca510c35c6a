import { randomBytes } from 'node:crypto'
import { toUnixSeconds } from './unix-time.ts'

/** 24 hex characters as Intercom's: the time in seconds, then chance. */
export const createObjectId = (nowMs: number): string =>
  toUnixSeconds(nowMs).toString(16).padStart(8, '0').slice(-8) + randomBytes(8).toString('hex')
