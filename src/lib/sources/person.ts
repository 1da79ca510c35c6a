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

const asks = {
  email: /\be ?mail\b/,
  phone: /\b(?:phone|mobile|telephone)\b/,
  first: /\b(?:first|given) ?name\b|^fname$/,
  last: /\b(?:last|family) ?name\b|\bsurname\b|^lname$/,
  name: /^\W*(?:(?:what(?:'|’)?s|what is) )?(?:your )?(?:full )?name\W*$/,
} as const
type Asked = keyof typeof asks
const kinds = Object.keys(asks) as Asked[] // keys() forgets what the keys are
/** Longer ones ask for something else that happens to hold such a word. */
const maxLabelLength = 120

/** A form asks the same in every delivery, so what its labels ask for is found out once. */
const known = new Map<string, readonly Asked[]>()
const maxKnown = 1_000
const askedBy = (label: string): readonly Asked[] => {
  const found = known.get(label)
  if (found) return found
  const words = wordsOf(label)
  const asked = label.length > maxLabelLength ? [] : kinds.filter((kind) => asks[kind].test(words))
  if (known.size >= maxKnown) known.clear()
  known.set(label, asked)
  return asked
}

const looksRight: { readonly [asked in Asked]: (value: unknown) => boolean } = {
  email: (value) => typeof value === 'string' && value.includes('@'),
  phone: (value) =>
    typeof value === 'number' || (typeof value === 'string' && /\d(?:\D*\d){4}/.test(value)),
  first: (value) => typeof value === 'string' && !isAbsent(value),
  last: (value) => typeof value === 'string' && !isAbsent(value),
  name: (value) => typeof value === 'string' && !isAbsent(value),
}

/**
 * The person in a form builder's answers: e-mail, phone and name by the question's own type, else
 * by a label that plainly asks for them and an answer that looks like one; a name in one part or two.
 */
export const findPerson = (questions: readonly Question[]) => {
  const typed: { [type in NonNullable<Question['type']>]?: unknown } = {}
  const labelled: { [asked in Asked]?: unknown } = {}
  for (const { type, label, value } of questions) {
    if (type !== undefined) {
      if (!isAbsent(value)) typed[type] ??= value
    } else if (label !== undefined) {
      for (const asked of askedBy(label)) {
        if (looksRight[asked](value)) labelled[asked] ??= value
      }
    }
  }
  return {
    email: typed.email ?? labelled.email,
    phone: typed.phone ?? labelled.phone,
    name: typed.name ?? labelled.name ?? fullName(labelled.first, labelled.last),
  }
}
