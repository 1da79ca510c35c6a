import { once } from '../memoise.ts'
import {
  answerMeanings,
  clausesOf,
  readClause,
  readPlainAnswer,
  spellingsOf,
  toMeanings,
} from './answer.ts'
import { patterns, saysNo } from './answer-patterns.ts'
import { agreedWords } from './answer-words.ts'
import { isAbsent } from './text.ts'

const agreed = once(() => toMeanings(agreedWords))

const outClause =
  /^(?:please )?(?:i (?:want|wish|would like) to )?(?:unsubscribed?|opt(?:ed|ing)? ?out|not subscribed)(?: me)?(?: from (?:all )?(?:e ?mails?|all))?(?: please)?$/
const inClause =
  /^(?:subscribed?|keep me subscribed|opt(?:ed|ing)? ?in|not (?:unsubscribed|opted ?out))$/

const readOwnClause = (clause: string): boolean | 'polite' | undefined => {
  const answer = readClause(clause, answerMeanings(), agreed())
  if (answer !== undefined) return answer
  if (outClause.test(clause)) return true
  return inClause.test(clause) ? false : undefined
}

/** What follows a yes or a no is read in English alone. */
const startsWithEnglishYes = /^(?:yes|ok|okay|sure)(?![\p{L}\p{N}])/u
const startsWithEnglishNo = /^(?:no|nope)(?: thanks?| thank you)?$/
/** Words of a person who wants e-mail: after a yes they leave open what the yes is to. */
const wantsEmail =
  /(?<![\p{L}\p{N}])(?:keep|send|notify|subscribe|receive|newsletters?|news)(?![\p{L}\p{N}])/u

const readEnglish = (first: string, rest: string): boolean | undefined => {
  if (startsWithEnglishNo.test(first)) return saysNo(rest) ? undefined : false
  const isYes = startsWithEnglishYes.test(first) && !patterns().negation.test(first)
  return isYes && !wantsEmail.test(`${first} ${rest}`) ? true : undefined
}

const readSentence = (words: string): boolean | undefined => {
  const clauses = clausesOf(words)
  const start = clauses.findIndex((clause) => readOwnClause(clause) !== 'polite')
  const [first, ...rest] = start === -1 ? [] : clauses.slice(start)
  if (first === undefined) return undefined
  const answer = readOwnClause(first)
  const others = new Set(rest.map(readOwnClause))
  if (answer !== undefined && answer !== 'polite') {
    if (others.has(!answer)) return undefined
    if (!others.has(undefined)) return answer
  }
  return readEnglish(first, rest.join(' ; '))
}

const readAnswer = (value: unknown): boolean | undefined => {
  const plain = readPlainAnswer(value)
  if (plain !== undefined || typeof value !== 'string') return plain
  if (value.length > maxTextLength) return undefined
  for (const words of spellingsOf(value)) {
    const answer = readSentence(words)
    if (answer !== undefined) return answer
  }
  return undefined
}
/** Longer texts are no answers. */
const maxTextLength = 2_000

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
