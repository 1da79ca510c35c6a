import type { Question } from '../delivery.ts'
import { memoise } from '../memoise.ts'
import { isAbsent } from '../transform/values.ts'
/** A name of several parts, any of which may be missing. */
export const fullName = (...parts: readonly unknown[]): string | undefined => {
  const given = parts.filter((part) => typeof part === 'string' && !isAbsent(part))
  return given.length === 0 ? undefined : given.join(' ')
}

/** `firstName`, `first_name` and `First name (required):` are asked for in the same words. */
const wordsOf = (label: string): string =>
  label
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/\([^)]*\)/g, ' ')
    .replace(/[^\p{L}\p{N}'’]+/gu, ' ')
    .trim()
    .toLowerCase()

/** Somebody else than who fills the form in: `Friend's email`, `Emergency contact`, `Name of boss`. */
const others =
  /\b(?:assistant|boss|child|co ?founder|colleague|emergency|friend|guardian|husband|manager|parent|partner|referee|referral|referrer|spouse|supervisor|wife)(?:['’]?s)?(?: contact)?(?: (?:e ?mail|family|first|full|given|last|mobile|name|number|phone|tel)\b|$)/

/** The words that ask for nothing but this, and those that ask for it among other things. */
const asks = {
  email: {
    plainly:
      /^(?:.*\byour |my |the )?(?:business |company |contact |personal |preferred |work )?e ?mail(?: address| id)?$/,
    also: /\be ?mail\b/,
  },
  phone: {
    plainly:
      /^(?:.*\byour |my |the )?(?:cell |contact |home |mobile |preferred |tele|work )?(?:cell|mobile|phone|tel)(?: ?(?:no|number))?$|^(?:your )?contact number$/,
    also: /\bphone ?number\b|\bmobile ?number\b|\b(?:tele)?phone\b/,
  },
  first: {
    plainly: /^(?:.*\byour |my |the )?(?:first|given) ?names?$|^(?:name )?first$|^fname$/,
    also: /\b(?:first|given) ?name\b/,
  },
  last: {
    plainly:
      /^(?:.*\byour |my |the )?(?:last|family) ?names?$|^(?:your )?surname$|^(?:name )?last$|^lname$/,
    also: /\b(?:last|family) ?name\b|\bsurname\b/,
  },
  name: {
    plainly:
      /^(?:and |(?:please )?enter |(?:what['’]?s|what is) )?(?:your |my )?(?:contact |full ?|legal |preferred )?names?$/,
  },
} satisfies { readonly [asked: string]: { readonly plainly: RegExp; readonly also?: RegExp } }
type Asked = keyof typeof asks
const kinds = Object.keys(asks) as Asked[] // keys() forgets what the keys are
/** Longer ones ask for something else that happens to hold such a word. */
const maxLabelLength = 120

/** What a label asks for, and whether it asks for nothing else; or whether it is of somebody else. */
type Label = {
  readonly isOfOthers: boolean
  readonly asks: readonly { readonly what: Asked; readonly plainly: boolean }[]
}
const unclear: Label = { isOfOthers: false, asks: [] }

const findOut = (label: string): Label => {
  const words = wordsOf(label)
  if (others.test(words)) return { isOfOthers: true, asks: [] }
  const found = kinds.flatMap((what) => {
    const shapes: { readonly plainly: RegExp; readonly also?: RegExp } = asks[what]
    const plainly = shapes.plainly.test(words)
    return plainly || shapes.also?.test(words) ? [{ what, plainly }] : []
  })
  return found.length === 0 ? unclear : { isOfOthers: false, asks: found }
}

/** A form asks the same in every delivery. */
const labelMeaning = memoise(findOut)
const labelOf = (text: string | undefined): Label =>
  text === undefined || text.length > maxLabelLength ? unclear : labelMeaning(text)

const isText = (value: unknown): boolean => typeof value === 'string' && !isAbsent(value)
const looksRight: { readonly [asked in Asked]: (value: unknown) => boolean } = {
  email: (value) => typeof value === 'string' && value.includes('@'),
  phone: (value) =>
    (typeof value === 'string' || typeof value === 'number') && /\d(?:\D*\d){5}/.test(`${value}`),
  first: isText,
  last: isText,
  name: isText,
}

/**
 * The person in a form builder's answers: e-mail, phone and name by the question's own type, else
 * by its label, where it asks for just that before where it asks for it too, and by an answer that
 * looks like one. What is asked of somebody else counts only by its type, and only where there is
 * nothing else.
 */
export const findPerson = (questions: readonly Question[]) => {
  const typed: { [type in NonNullable<Question['type']>]?: unknown } = {}
  const ofOthers: typeof typed = {}
  const plainly: { [asked in Asked]?: unknown } = {}
  const also: typeof plainly = {}
  for (const { type, label, value } of questions) {
    const { isOfOthers, asks } = labelOf(label)
    if (type !== undefined) {
      if (isAbsent(value)) continue
      if (isOfOthers) ofOthers[type] ??= value
      else typed[type] ??= value
      continue
    }
    for (const { what, plainly: isPlain } of asks) {
      if (!looksRight[what](value)) continue
      if (isPlain) plainly[what] ??= value
      else also[what] ??= value
    }
  }
  const asked = (what: Asked): unknown => plainly[what] ?? also[what]
  const parts = fullName(asked('first'), asked('last'))
  return {
    email: typed.email ?? asked('email') ?? ofOthers.email,
    phone: typed.phone ?? asked('phone') ?? ofOthers.phone,
    name: typed.name ?? asked('name') ?? parts ?? ofOthers.name,
  }
}
