import type { Question } from '../delivery.ts'
import type { ContactField } from '../signup.ts'
import { readEmail } from '../transform/email.ts'
import { cleanName, isAbsent, isPresentText } from '../transform/text.ts'
import { type Asking, meaningOf, type PersonField, personFields } from './label.ts'
import { fullName } from './name.ts'

/** The person of a form, as received, and the fields for which several answers were as good. */
export type FoundPerson = {
  readonly contact: { readonly email: unknown; readonly phone: unknown; readonly name: unknown }
  readonly guessed: readonly ContactField[]
}

const isPlausible: { readonly [field in PersonField]: (value: unknown) => boolean } = {
  email: (value) => typeof value === 'string' && value.includes('@'),
  phone: (value) =>
    (typeof value === 'string' || typeof value === 'number') && /\d(?:\D*\d){5}/.test(`${value}`),
  first: isPresentText,
  last: isPresentText,
  name: isPresentText,
}

/** One spelling of each value: the same address entered twice is no doubt. */
const spellingOf = (field: PersonField, value: unknown): unknown => {
  if (field === 'phone') return `${value}`.replace(/\D/g, '')
  if (typeof value !== 'string') return value
  return ((field === 'email' && readEmail(value)) || cleanName(value)).toLowerCase()
}

/** An answer that may be the person's; the greatest `rank` counts. */
type Answer = { readonly field: PersonField; readonly rank: number; readonly value: unknown }

const ranks: { readonly [asking in Asking]: number } = { mention: 0, plain: 2, own: 4 }

/** Of two that ask alike, the one of the field's own type counts; a hidden field only without an answer. */
const rankOf = (asking: Asking = 'mention', { type, isHidden }: Question): number =>
  ranks[asking] + (type ? 1 : 0) - (isHidden ? 10 : 0)

const answersOf = (question: Question): readonly Answer[] => {
  const { type, label, key, value, isHidden } = question
  if (isAbsent(value)) return []
  const { isAboutOther, asks } = meaningOf(label ?? (isHidden ? key : undefined))
  const answerTo = (field: PersonField) => ({ field, rank: rankOf(asks[field], question), value })
  if (type !== undefined) return isAboutOther && !asks[type] ? [] : [answerTo(type)]
  return personFields.filter((field) => asks[field] && isPlausible[field](value)).map(answerTo)
}

/** The first of the best answers, and whether another one that is as good differs. */
const choose = (answers: readonly Answer[], field: PersonField) => {
  let [best, ...others]: readonly Answer[] = []
  for (const answer of answers) {
    if (answer.field !== field) continue
    if (best === undefined || answer.rank > best.rank) [best, ...others] = [answer]
    else if (answer.rank === best.rank) others.push(answer)
  }
  if (best === undefined) return undefined
  const { rank, value } = best
  const isOther = (other: Answer) => spellingOf(field, other.value) !== spellingOf(field, value)
  return { rank, value, isGuess: others.some(isOther) }
}

/** The whole name, else its parts; parts that are asked for count more than a name brought along. */
const chooseName = (answers: readonly Answer[]) => {
  const whole = choose(answers, 'name')
  const first = choose(answers, 'first')
  const last = choose(answers, 'last')
  const parts = fullName(first?.value, last?.value)
  const rankOfParts = Math.max(...[first, last].flatMap((part) => part?.rank ?? []))
  const isWholeBetter = whole && (whole.rank >= ranks.plain || whole.rank >= rankOfParts)
  if (parts === undefined || isWholeBetter) return whole
  return { value: parts, isGuess: first?.isGuess === true || last?.isGuess === true }
}

/**
 * Finds the person who filled in a form: e-mail, phone number and name. The answer to a question
 * that asks for the reader's own (`Your email`) counts before one that asks for it plainly (`Email`),
 * that before any other of its type, and then a label that mentions it; a hidden field counts last.
 * An answer about another person never counts. Of several that are as good the first is used, and
 * `guessed` names its field. The result is a part of a SignupInput.
 */
export const findPerson = (questions: readonly Question[]): FoundPerson => {
  const answers = questions.flatMap(answersOf)
  const found = {
    email: choose(answers, 'email'),
    phone: choose(answers, 'phone'),
    name: chooseName(answers),
  }
  const { email, phone, name } = found
  return {
    contact: { email: email?.value, phone: phone?.value, name: name?.value },
    guessed: (['email', 'phone', 'name'] as const).filter((field) => found[field]?.isGuess),
  }
}
