import { isUnanswered, readConsent } from './consent.ts'
import { answerOrKey, findQuestion, type Place } from './find-value.ts'
import { consentPlace, type FindConsent } from './mapping-options.ts'

/** `newsletter` of `data.newsletter` and `newsletter[]`: as an input calls itself in its value. */
const inputName = (place: Place): string => place.replace(/\[\]$/, '').replace(/^.*\./, '')

/**
 * Reads a consent box of an event; `'unclear'` counts as no. `'empty'`: it is not there, or all that is
 * there is the no of an unticked box's hidden input.
 */
export const findConsent: FindConsent = (body, questions, target) => {
  const place = consentPlace(target)
  const question = findQuestion(questions, place)
  const { key, ref, label, isOnlyBox } = question ?? {}
  const yes = typeof target === 'string' ? [] : target.yes
  const value = answerOrKey(question, body, place)
  if (isUnanswered(value, yes)) return 'empty'
  return readConsent(value, {
    yes,
    names: [place, inputName(place), key, ref, label],
    isOnlyBox,
  })
}
