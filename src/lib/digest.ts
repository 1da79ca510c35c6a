import { hash } from 'node:crypto'

/**
 * SHA-256 as lower-case hex: for group ids, deduplication ids, and event ids if a sender has none.
 */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')
