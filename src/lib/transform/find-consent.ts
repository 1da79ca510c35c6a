import type { Question } from '../delivery.ts'
import { readConsent } from './consent.ts'
import { findQuestion, findValue, type Place } from './find-value.ts'

/** The place of the consent box; `{ place, yes }` lists more answers that mean yes, in any case. */
export type ConsentTarget = Place | { readonly place: Place; readonly yes: readonly string[] }

/** Where a consent box is found. */
export const consentPlace = (target: ConsentTarget): Place =>
  typeof target === 'string' ? target : target.place

/** `newsletter` of `data.newsletter` and `newsletter[]`: as an input calls itself in its value. */
const inputName = (place: Place): string => place.replace(/\[\]$/, '').replace(/^.*\./, '')

/** Reads the consent box of an event; `'unclear'` counts as no. */
export const findConsent = (
  body: unknown,
  questions: readonly Question[],
  target: ConsentTarget,
): boolean | 'unclear' => {
  const place = consentPlace(target)
  const { key, ref, label, isOnlyBox } = findQuestion(questions, place) ?? {}
  return readConsent(findValue(body, questions, place), {
    yes: typeof target === 'string' ? [] : target.yes,
    names: [place, inputName(place), key, ref, label],
    isOnlyBox,
  })
}
