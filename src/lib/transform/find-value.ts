import type { Question } from '../delivery.ts'
import { own, ownPath } from '../json-access.ts'
import { isAbsent } from './text.ts'

/**
 * Where a value is found: a question's id, ref, key or label, or a dotted path from the root of the
 * body (of one event, if a body has several).
 */
export type Place = string

/** Whether a place has a value that counts; an empty one does not. */
export const isFound = (value: unknown): boolean =>
  !(Array.isArray(value) ? value.every(isAbsent) : isAbsent(value))

/**
 * Whether a question's name is the place, trimmed and case-insensitive; `lower` is in lower case.
 */
const isNamed = (name: string | undefined, place: Place, lower: string): boolean => {
  if (name === place) return true
  if (name === undefined || name.length < place.length) return false
  const trimmed = name.trim()
  // Lower case is never shorter.
  return trimmed.length <= lower.length && trimmed.toLowerCase() === lower
}

const questionNames = ['id', 'ref', 'key', 'label'] as const

/**
 * Returns the answered question that a place names by its id, ref, key or label (in that order,
 * trimmed and case-insensitive).
 */
export const findQuestion = (
  questions: readonly Question[],
  place: Place,
): Question | undefined => {
  if (questions.length === 0) return undefined
  const trimmed = place.trim()
  const lower = trimmed.toLowerCase()
  for (const name of questionNames) {
    const answered = questions.find(
      (question) => isNamed(question[name], trimmed, lower) && isFound(question.value),
    )
    if (answered) return answered
  }
  return undefined
}

/**
 * Returns the value at a place. It looks for an answered question, then for an input or key of
 * exactly that name, then for a dotted path from the root of the body.
 */
export const findValue = (body: unknown, questions: readonly Question[], place: Place): unknown =>
  answerOrKey(findQuestion(questions, place), body, place)

/** The value at a place whose question is already found, or is not there. */
export const answerOrKey = (
  question: Question | undefined,
  body: unknown,
  place: Place,
): unknown => {
  if (question) return question.value
  const exact = own(body, place)
  return isFound(exact) ? exact : ownPath(body, place)
}
