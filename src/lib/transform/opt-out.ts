import { once } from '../memoise.ts'
import {
  clausesOf,
  maxAnswerLength,
  readClause,
  readPlainAnswer,
  toMeanings,
  toWords,
} from './answer.ts'
import { agreedWords, listedWords, noWords, unlistedWords, yesWords } from './answer-words.ts'
import { isAbsent } from './text.ts'

const notOut = 'keep me subscribed|not unsubscribed|not opted out'
const meanings = once(() =>
  toMeanings([yesWords, agreedWords, unlistedWords], [noWords, listedWords, notOut]),
)

/** Reads an answer whose clauses are all known and mean the same, beside polite ones. */
const readAnswer = (value: unknown): boolean | undefined => {
  const plain = readPlainAnswer(value)
  if (plain !== undefined || typeof value !== 'string') return plain
  if (value.length > maxAnswerLength) return undefined
  const answers = clausesOf(toWords(value))
    .map((clause) => readClause(clause, meanings()))
    .filter((answer) => answer !== 'polite')
  return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined
}

/**
 * Reads an opt-out in its own sense: `true` unsubscribes. It knows the words for yes and no that
 * `readConsent` knows and those of an opt-out itself (`unsubscribe`, `opted_out`). A text that
 * leaves it open ("do not e-mail me", "keep me posted") is `unreadable`, never guessed; `undefined`
 * if the value is absent. Of several values, as of a hidden input and its box, one that opts out is
 * enough.
 */
export const readOptOut = (value: unknown): boolean | 'unreadable' | undefined => {
  const given = (Array.isArray(value) ? value : [value]).filter((part) => !isAbsent(part))
  if (given.length === 0) return undefined
  const answers = given.map(readAnswer)
  return answers.includes(undefined) ? 'unreadable' : answers.includes(true)
}
