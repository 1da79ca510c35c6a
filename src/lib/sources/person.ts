import type { Question } from '../delivery.ts'
import type { ContactField } from '../signup.ts'
import { readEmail } from '../transform/email.ts'
import { cleanName, isAbsent } from '../transform/text.ts'
import { type Asking, meaningOf, type PersonField } from './label.ts'
import { fullName } from './name.ts'

/** The person of a form, as received, and the fields for which several answers were as good. */
export type FoundPerson = {
  readonly contact: { readonly email: unknown; readonly phone: unknown; readonly name: unknown }
  readonly guessed: readonly ContactField[]
}

const isText = (value: unknown): boolean => typeof value === 'string' && !isAbsent(value)

const isPlausible: { readonly [field in PersonField]: (value: unknown) => boolean } = {
  email: (value) => typeof value === 'string' && value.includes('@'),
  phone: (value) =>
    (typeof value === 'string' || typeof value === 'number') && /\d(?:\D*\d){5}/.test(`${value}`),
  first: isText,
  last: isText,
  name: isText,
}

/** One spelling of each value: the same address entered twice is no doubt. */
const spellingOf = (field: PersonField, value: unknown): unknown => {
  if (field === 'phone') return `${value}`.replace(/\D/g, '')
  if (typeof value !== 'string') return value
  return ((field === 'email' && readEmail(value)) || cleanName(value)).toLowerCase()
}

/** An answer that may be the person's; the greatest `kind` counts. */
type Answer = { readonly field: PersonField; readonly kind: number; readonly value: unknown }

const kinds = { mention: 1, typed: 2, plain: 3, own: 5 } as const
/** A hidden field is no answer: it counts only without one. */
const hiddenOffset = -10

/** Of two questions that ask alike, the one of the field's own type counts. */
const kindOf = (asking: Asking | undefined, { type, isHidden }: Question): number => {
  const offset = isHidden ? hiddenOffset : 0
  if (asking === undefined || asking === 'mention') {
    return offset + (type ? kinds.typed : kinds.mention)
  }
  return offset + kinds[asking] + (type ? 1 : 0)
}

const answersOf = (question: Question): readonly Answer[] => {
  const { type, label, key, value, isHidden } = question
  if (isAbsent(value)) return []
  const { isAboutOther, asks } = meaningOf(label ?? (isHidden ? key : undefined))
  if (type !== undefined) {
    const asking = asks[type]
    return asking === undefined && isAboutOther
      ? []
      : [{ field: type, kind: kindOf(asking, question), value }]
  }
  return Object.entries(asks).flatMap(([name, asking]) => {
    const field = name as PersonField // entries() loses the type of the keys.
    return isPlausible[field](value) ? [{ field, kind: kindOf(asking, question), value }] : []
  })
}

/** The first of the best answers, and whether another one that is as good differs. */
const choose = (answers: readonly Answer[], field: PersonField) => {
  const candidates = answers.filter((answer) => answer.field === field)
  const kind = Math.max(...candidates.map((answer) => answer.kind))
  const [best, ...rest] = candidates.filter((answer) => answer.kind === kind)
  if (best === undefined) return undefined
  const spelling = spellingOf(field, best.value)
  return {
    kind,
    value: best.value,
    isGuess: rest.some(({ value }) => spellingOf(field, value) !== spelling),
  }
}

/** The whole name, else its parts; parts that are asked for count more than a name brought along. */
const chooseName = (answers: readonly Answer[]) => {
  const whole = choose(answers, 'name')
  const first = choose(answers, 'first')
  const last = choose(answers, 'last')
  const parts = fullName(first?.value, last?.value)
  const kindOfParts = Math.max(...[first, last].flatMap((part) => part?.kind ?? []))
  const isWholeBetter = whole && (whole.kind >= kinds.plain || whole.kind >= kindOfParts)
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
