import { isAbsent } from '../values.ts'
import type { Question } from './source.ts'

/** A name of two parts, either of which may be missing. */
export const fullName = (...parts: readonly unknown[]): string | undefined => {
  const given = parts.filter((part) => typeof part === 'string' && !isAbsent(part))
  return given.length === 0 ? undefined : given.join(' ')
}

/** `firstName`, `first_name` and `First name:` are asked for in the same words. */
const wordsOf = (label: string): string =>
  label
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[\s_-]+/g, ' ')
    .toLowerCase()

const labels = {
  email: /\be ?mail\b/,
  phone: /\b(?:phone|mobile|telephone)\b/,
  first: /\b(?:first|given) ?name\b|^fname$/,
  last: /\b(?:last|family) ?name\b|\bsurname\b|^lname$/,
  name: /^\W*(?:(?:what(?:'|’)?s|what is) )?(?:your )?(?:full )?name\W*$/,
} as const
/** Longer ones ask for something else that happens to hold such a word. */
const maxLabelLength = 120
const mentions = /name|mail|phone|mobile/i

const isText = (value: unknown): boolean => typeof value === 'string' && !isAbsent(value)
const isAddress = (value: unknown): boolean => typeof value === 'string' && value.includes('@')
const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /\d(?:\D*\d){4}/.test(value))

/**
 * The person in a form builder's answers: e-mail, phone and name by the question's own type, else
 * by a label that plainly asks for them and an answer that looks like one; a name in one part or two.
 */
export const findPerson = (questions: readonly Question[]) => {
  const labelled = questions.flatMap(({ label = '', value }) =>
    label.length <= maxLabelLength && mentions.test(label)
      ? [{ words: wordsOf(label), value }]
      : [],
  )
  const typed = (type: Question['type']): unknown =>
    questions.find((question) => question.type === type && !isAbsent(question.value))?.value
  const asked = (what: keyof typeof labels, looksRight: (value: unknown) => boolean): unknown =>
    labelled.find(({ words, value }) => looksRight(value) && labels[what].test(words))?.value
  return {
    email: typed('email') ?? asked('email', isAddress),
    phone: typed('phone') ?? asked('phone', isNumber),
    name:
      typed('name') ??
      asked('name', isText) ??
      fullName(asked('first', isText), asked('last', isText)),
  }
}
