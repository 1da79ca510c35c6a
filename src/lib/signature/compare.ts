import { hash, timingSafeEqual } from 'node:crypto'

/** Whether any candidate equals any expected value, in constant time. */
export const anyEqual = (expected: readonly Buffer[], candidates: readonly Buffer[]): boolean => {
  let matches = false
  for (const candidate of candidates) {
    for (const value of expected) {
      matches = (value.length === candidate.length && timingSafeEqual(value, candidate)) || matches
    }
  }
  return matches
}

/** The SHA-256 of a text: comparing digests does not reveal the text's length. */
export const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer')
