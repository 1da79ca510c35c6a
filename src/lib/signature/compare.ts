import { hash, timingSafeEqual } from 'node:crypto'

/** Whether any of the candidates is any of ours; takes as long whichever it is, if any. */
export const anyEqual = (own: readonly Buffer[], candidates: readonly Buffer[]): boolean => {
  let matches = false
  for (const candidate of candidates) {
    for (const each of own) {
      matches = (each.length === candidate.length && timingSafeEqual(each, candidate)) || matches
    }
  }
  return matches
}

/** Texts of any length as bytes of one length, so that comparing tells nothing of theirs. */
export const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer')
