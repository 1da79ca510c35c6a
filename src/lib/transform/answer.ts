import { once } from '../memoise.ts'
import { compiled } from '../pattern.ts'
import { noWords, politeWords, yesWords } from './answer-words.ts'
import { clean, withoutInvisible } from './text.ts'

/** A value that means yes by itself: a ticked box, a switch that is on. */
const plainYes = /^(?:1|true|t|y|x|on|checked|ticked|enabled|✓|✔|☑|✅|👍)$/
/** A value that means no by itself: an unticked box, a switch that is off. */
const plainNo = /^(?:0|false|f|n|off|unchecked|unticked|disabled|✗|✘|✖|❌|☐|👎|🚫)$/

/** Whether a text is a no of a box or a switch, as of the hidden input beside a box. */
export const isPlainNo = (text: string): boolean => plainNo.test(text.trim().toLowerCase())

/** Longer texts are no answers. */
export const maxAnswerLength = 2_000

/** Accents are often left out in capitals, and typed in two ways. */
const withoutAccents = (text: string): string =>
  withoutInvisible(text)
    .normalize('NFKD')
    .replace(/([\p{sc=Latin}\p{sc=Greek}])[\u0300-\u036f]+|[\u064b-\u0655]+/gu, '$1')
    .normalize('NFC')
    .replace(/ı/g, 'i')
    .replace(/ß/g, 'ss')

/**
 * The words of a text, apart by one blank, in lower case, without accents, quotation marks and
 * emoji (but `❌`): `optOut`, `opt_out` and `Opt-Out` are `opt out`. A dash between blanks and a line
 * end are a semicolon.
 */
export const toWords = (text: string): string => {
  const lower = text.replace(/(?<=[a-z])(?=[A-Z][a-z])/g, ' ').toLowerCase()
  return (isAscii(lower) ? lower.replaceAll('`', "'").replaceAll('"', ' ') : toPlain(lower))
    .replace(/\s+-+\s+|\s*\n\s*/g, '; ')
    .replace(/[\s"_‐‑-]+/g, ' ')
    .trim()
}

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

/** Without accents, typographic quotation marks and emoji: ASCII has none. */
const toPlain = (text: string): string =>
  withoutAccents(text)
    .replace(/[‘’ʼ´`]/g, "'")
    .replace(/["“”„«»¿¡]/g, ' ')
    .replace(/[❌✖✗✘🚫👎⛔🛑❎☐]/gu, ' ❌ ')
    .replace(/(?!❌)[\p{ExtPict}✓][\ufe0f\p{EMod}]*/gu, ' ')

const clauseEnds = /[.,;:!?()[\]–—/|…、。，；：！？（）।،؛؟]+/

/** The clauses of a text that is spelled as words. */
export const clausesOf = (words: string): string[] =>
  words
    .split(clauseEnds)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')

/** The phrases of a list, as `toWords` spells them. */
export const phrasesOf = (list: string): string[] =>
  toWords(list.replaceAll('\n', '|'))
    .split(/ ?\| ?/)
    .filter((phrase) => phrase !== '')

/** What each phrase means: yes or no. */
export type Meanings = ReadonlyMap<string, boolean>

/** What the phrases of these lists mean; yes, if one is in both. */
export const toMeanings = (yes: readonly string[], no: readonly string[]): Meanings =>
  new Map([
    ...no.flatMap(phrasesOf).map((phrase) => [phrase, false] as const),
    ...yes.flatMap(phrasesOf).map((phrase) => [phrase, true] as const),
  ])

// The lists are read when a text is first read, so that the functions start quickly.
const plainMeanings = once(() => toMeanings([yesWords], [noWords]))
const polite = once(() => {
  const phrases = phrasesOf(politeWords)
  const any = `(?:${phrases.join('|')})`
  return {
    phrases: new Set(phrases),
    atStart: compiled(new RegExp(`^(?:${any} )+`)),
    atEnd: compiled(new RegExp(`(?: ${any})+$`)),
  }
})

/**
 * Reads a clause that is a phrase of `meanings`, with polite words before and after it; `'polite'`
 * if it has no other words, `undefined` if it is anything else.
 */
export const readClause = (clause: string, meanings: Meanings): boolean | 'polite' | undefined => {
  const { phrases, atStart, atEnd } = polite()
  const start = clause.replace(atEnd, '')
  const answer =
    meanings.get(clause) ?? meanings.get(start) ?? meanings.get(start.replace(atStart, ''))
  return answer ?? (phrases.has(start) ? 'polite' : undefined)
}

/**
 * Reads a plain yes or no: a boolean, 1 or 0, or one word as of a box, a switch or a person, in any
 * case and in the languages of form builders. Returns `undefined` for anything else.
 */
export const readPlainAnswer = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 0) return value === 1
  if (typeof value !== 'string' || value.length > maxAnswerLength) return undefined
  const word = clean(value)
    .toLowerCase()
    .replace(/[\ufe0f\p{EMod}]/gu, '')
  if (plainYes.test(word)) return true
  return plainNo.test(word) ? false : plainMeanings().get(toWords(word))
}
