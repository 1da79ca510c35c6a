import { readConsent } from './consent.ts'
import { answerOrKey, findQuestion, type Place } from './find-value.ts'
import { consentPlace, type FindConsent } from './mapping-options.ts'

/** `newsletter` of `data.newsletter` and `newsletter[]`: as an input calls itself in its value. */
const inputName = (place: Place): string => place.replace(/\[\]$/, '').replace(/^.*\./, '')

/** Reads the consent box of an event; `'unclear'` counts as no. */
export const findConsent: FindConsent = (body, questions, target) => {
  const place = consentPlace(target)
  const question = findQuestion(questions, place)
  const { key, ref, label, isOnlyBox } = question ?? {}
  return readConsent(answerOrKey(question, body, place), {
    yes: typeof target === 'string' ? [] : target.yes,
    names: [place, inputName(place), key, ref, label],
    isOnlyBox,
  })
}
