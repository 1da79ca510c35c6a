import type { Question } from '../delivery.ts'
import { memoise } from '../memoise.ts'
import { isAbsent } from '../transform/text.ts'
import { fullName } from './name.ts'

/** Returns the same words for `firstName`, `first_name` and `First name (required):`. */
const wordsOf = (label: string): string =>
  label
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/\([^)]*\)/g, ' ')
    .replace(/[^\p{L}\p{N}'’]+/gu, ' ')
    .trim()
    .toLowerCase()

/** A person other than the one who fills in the form: `Friend's email`, `Emergency contact`. */
const otherPerson =
  /\b(?:assistant|boss|child|co ?founder|colleague|emergency|friend|guardian|husband|manager|parent|partner|referee|referral|referrer|spouse|supervisor|wife)(?:['’]?s)?(?: contact)?(?: (?:e ?mail|family|first|full|given|last|mobile|name|number|phone|tel)\b|$)/

/** Labels that ask for exactly this field, and those that mention it among other words. */
const patterns = {
  email: {
    exact:
      /^(?:.*\byour |my |the )?(?:business |company |contact |personal |preferred |work )?e ?mail(?: address| id)?$/,
    mention: /\be ?mail\b/,
  },
  phone: {
    exact:
      /^(?:.*\byour |my |the )?(?:cell |contact |home |mobile |preferred |tele|work )?(?:cell|mobile|phone|tel)(?: ?(?:no|number))?$|^(?:your )?contact number$/,
    mention: /\bphone ?number\b|\bmobile ?number\b|\b(?:tele)?phone\b/,
  },
  first: {
    exact: /^(?:.*\byour |my |the )?(?:first|given) ?names?$|^(?:name )?first$|^fname$/,
    mention: /\b(?:first|given) ?name\b/,
  },
  last: {
    exact:
      /^(?:.*\byour |my |the )?(?:last|family) ?names?$|^(?:your )?surname$|^(?:name )?last$|^lname$/,
    mention: /\b(?:last|family) ?name\b|\bsurname\b/,
  },
  name: {
    exact:
      /^(?:and |(?:please )?enter |(?:what['’]?s|what is) )?(?:your |my )?(?:contact |full ?|legal |preferred )?names?$/,
  },
} satisfies { readonly [field: string]: Patterns }
type Patterns = { readonly exact: RegExp; readonly mention?: RegExp }
type PersonField = keyof typeof patterns
const personFields = Object.keys(patterns) as PersonField[] // keys() loses the type of the keys

/** Longer labels ask for something else and only happen to contain such a word. */
const maxLabelLength = 120

/** The fields that a label asks for, and whether it is about another person. */
type LabelMeaning = {
  readonly isOtherPerson: boolean
  readonly fields: readonly { readonly field: PersonField; readonly isExact: boolean }[]
}
const noMeaning: LabelMeaning = { isOtherPerson: false, fields: [] }

/** Memoised: the deliveries of a form repeat its labels. */
const interpretLabel = memoise((label: string): LabelMeaning => {
  const words = wordsOf(label)
  if (otherPerson.test(words)) return { isOtherPerson: true, fields: [] }
  const fields = personFields.flatMap((field) => {
    const { exact, mention }: Patterns = patterns[field]
    const isExact = exact.test(words)
    return isExact || mention?.test(words) ? [{ field, isExact }] : []
  })
  return fields.length === 0 ? noMeaning : { isOtherPerson: false, fields }
})

const meaningOf = (label: string | undefined): LabelMeaning =>
  label === undefined || label.length > maxLabelLength ? noMeaning : interpretLabel(label)

const isText = (value: unknown): boolean => typeof value === 'string' && !isAbsent(value)

const isPlausible: { readonly [field in PersonField]: (value: unknown) => boolean } = {
  email: (value) => typeof value === 'string' && value.includes('@'),
  phone: (value) =>
    (typeof value === 'string' || typeof value === 'number') && /\d(?:\D*\d){5}/.test(`${value}`),
  first: isText,
  last: isText,
  name: isText,
}

/**
 * Finds the person who filled in a form: e-mail, phone number and name. It uses the answer to a
 * question of that type, else an answer that looks right under a label that asks for exactly that,
 * else under a label that mentions it. A question about another person counts only by its type, and
 * last.
 */
export const findPerson = (questions: readonly Question[]) => {
  const byType: { [type in NonNullable<Question['type']>]?: unknown } = {}
  const ofOtherPerson: typeof byType = {}
  const byExactLabel: { [field in PersonField]?: unknown } = {}
  const byMention: typeof byExactLabel = {}
  for (const { type, label, value } of questions) {
    const { isOtherPerson, fields } = meaningOf(label)
    if (type !== undefined) {
      if (isAbsent(value)) continue
      if (isOtherPerson) ofOtherPerson[type] ??= value
      else byType[type] ??= value
      continue
    }
    for (const { field, isExact } of fields) {
      if (!isPlausible[field](value)) continue
      if (isExact) byExactLabel[field] ??= value
      else byMention[field] ??= value
    }
  }
  const byLabel = (field: PersonField): unknown => byExactLabel[field] ?? byMention[field]
  const joined = fullName(byLabel('first'), byLabel('last'))
  return {
    email: byType.email ?? byLabel('email') ?? ofOtherPerson.email,
    phone: byType.phone ?? byLabel('phone') ?? ofOtherPerson.phone,
    name: byType.name ?? byLabel('name') ?? joined ?? ofOtherPerson.name,
  }
}
