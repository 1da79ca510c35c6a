import { once } from '../memoise.ts'
import { noWords, politeWords, yesWords } from './answer-words.ts'
import { clean, withoutInvisible } from './text.ts'

/** A value that means yes by itself: a ticked box, a switch that is on. */
const plainYes = /^(?:1|true|t|y|x|on|checked|ticked|enabled|✓|✔|☑|✅|👍)$/
/** A value that means no by itself: an unticked box, a switch that is off. */
const plainNo = /^(?:0|false|f|n|off|unchecked|unticked|disabled|✗|❌|☐)$/

/** Whether a text is a no of a box or a switch, as of the hidden input beside a box. */
export const isPlainNo = (text: string): boolean => plainNo.test(text.trim().toLowerCase())

const negativeSigns = /[❌✖✗✘🚫👎⛔🛑❎☐]/gu
const latinOrGreekMarks = /([\p{sc=Latin}\p{sc=Greek}])[\u0300-\u036f]+/gu
const ascii = /^[\t-~]*$/

/** Accents are often left out in capitals, and typed in two ways. */
const withoutAccents = (text: string): string =>
  ascii.test(text)
    ? text
    : withoutInvisible(text)
        .replace(/[‘’ʼ´`]/g, "'")
        .replace(/[‐‑]/g, '-')
        .replace(/["“”„«»¿¡]/g, ' ')
        .normalize('NFD')
        .replace(latinOrGreekMarks, '$1')
        .normalize('NFC')
        .replace(/ı/g, 'i')
        .replace(/ß/g, 'ss')
        .replace(negativeSigns, ' ❌ ')
        .replace(/(?!❌)\p{ExtPict}[\ufe0f\p{EMod}]*/gu, ' ')

/**
 * The words of a text, apart by one blank, in lower case and without accents and emoji: `opt_out`
 * and `Opt-Out` are `opt out`. A dash between blanks and a line end are a semicolon.
 */
export const toWords = (text: string): string =>
  withoutAccents(text.toLowerCase())
    .replace(/\s+-+\s+|\s*\n\s*/g, '; ')
    .replace(/[\s"_-]+/g, ' ')
    .trim()

/** The words of a text, and those of a name in camel case if they differ: `optOut`. */
export const spellingsOf = (text: string): readonly string[] => [
  ...new Set([toWords(text), toWords(text.replace(/([a-z])([A-Z])/g, '$1 $2'))]),
]

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
    .split('|')
    .filter((phrase) => phrase !== '')

/** What each phrase means: yes or no. */
export type Meanings = ReadonlyMap<string, boolean>

export const toMeanings = (yes: string, no = ''): Meanings =>
  new Map([
    ...phrasesOf(no).map((phrase) => [phrase, false] as const),
    ...phrasesOf(yes).map((phrase) => [phrase, true] as const),
  ])

/** The words for yes and no. */
export const answerMeanings = once(() => toMeanings(yesWords, noWords))
const politePhrases = once(() => new Set(phrasesOf(politeWords)))
/** The most words of a phrase; a clause of more than `maxClauseWords` is no plain answer. */
const maxPhraseWords = 6
const maxClauseWords = 20

/**
 * Reads a clause that consists of phrases of `meanings`, which all mean the same, and of polite
 * words: `true` or `false`, `'polite'` if it has no other, `undefined` if it has anything else.
 */
export const readClause = (
  clause: string,
  ...meanings: readonly Meanings[]
): boolean | 'polite' | undefined => {
  const words = clause.split(' ', maxClauseWords + 1)
  if (words.length > maxClauseWords) return undefined
  const meaningOf = (phrase: string, isFirst: boolean): boolean | 'polite' | undefined => {
    const meaning = meanings.find((known) => known.has(phrase))?.get(phrase)
    const isPolite = politePhrases().has(phrase)
    return isPolite && !(isFirst && meaning !== undefined) ? 'polite' : meaning
  }
  let answer: boolean | undefined
  for (let start = 0; start < words.length; ) {
    let length = Math.min(maxPhraseWords, words.length - start)
    let meaning: boolean | 'polite' | undefined
    for (; length > 0; length -= 1) {
      meaning = meaningOf(words.slice(start, start + length).join(' '), start === 0)
      if (meaning !== undefined) break
    }
    if (meaning === undefined) return undefined
    if (meaning !== 'polite') {
      if (answer !== undefined && answer !== meaning) return undefined
      answer = meaning
    }
    start += length
  }
  return answer ?? 'polite'
}

/** The longest word of `answerMeanings`, with room for accents that are typed apart. */
const maxWordLength = 40

/**
 * Reads a plain yes or no: a boolean, 1 or 0, or one word as of a box, a switch or a person, in any
 * case and in the languages of form builders. Returns `undefined` for anything else.
 */
export const readPlainAnswer = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 0) return value === 1
  if (typeof value !== 'string') return undefined
  const word = clean(value)
    .toLowerCase()
    .replace(/\ufe0f/g, '')
  if (word.length > maxWordLength) return undefined
  if (plainYes.test(word)) return true
  return plainNo.test(word) ? false : answerMeanings().get(toWords(word))
}
