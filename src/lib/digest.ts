import { createHash } from 'node:crypto'

/** SHA-256 in lower-case hex: group ids, dedupe ids, and event ids that a sender did not give. */
export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')
