import { clean, isAbsent } from './text.ts'

const yesWords = 'yes|ja|oui|s[iíì]|okay|ok|sure'

/** A value that means yes by itself: a ticked box, a switch that is on. */
const plainYes = /^(?:1|true|t|y|x|on|checked|ticked|enabled|✓|✔|☑)$/
/** A value that means no by itself: an unticked box, a switch that is off. */
const plainNo = /^(?:0|false|f|n|off|unchecked|unticked|disabled)$/i

const yesWord = new RegExp(`^(?:${yesWords})$`)
const noWordAlone = /^(?:no|nope|nein|nee|non)$/

/**
 * Reads a plain yes or no: a boolean, 1 or 0, or one word as of a box, a switch or a person, in any
 * case. Returns `undefined` for anything else.
 */
export const readPlainAnswer = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 0) return value === 1
  if (typeof value !== 'string') return undefined
  const word = clean(value).toLowerCase()
  if (plainYes.test(word) || yesWord.test(word)) return true
  return plainNo.test(word) || noWordAlone.test(word) ? false : undefined
}

/** A text that starts with a yes; its later clauses (small print) do not count. */
const startsWithYes = new RegExp(
  `^(?:${yesWords}|i (?:accept|agree|consent|want|would)|accept|agree|consent|keep|notify|please|send|sign|subscribe)(?![\\p{L}\\p{N}])`,
  'u',
)

/** A word that means no, anywhere in a text. */
const noWord =
  /(?<![\p{L}\p{N}])(?:no|nope|not|never|none|nein|nee|nicht|non|keine?|(?:are|ca|did|do|does|is|should|wo|would)n['’]?t|decline[ds]?|den(?:y|ied)|disagree|refuse[ds]?|reject(?:ed|s)?|opt(?:ed|ing)? ?out|unsubscribed?)(?![\p{L}\p{N}])/u

const clauseEnd = /[.,;:!?()–—]/

/** In lower case, the words apart by one blank: `opt_out` and `Opt-Out` are `opt out`. */
const toWords = (text: string): string =>
  text
    .replace(/[\s_-]+/g, ' ')
    .trim()
    .toLowerCase()

/** The words of a text in any case, and those of a name in camel case: `nO`, `optOut`. */
const spellingsOf = (text: string): readonly [string, string] => [
  toWords(text),
  toWords(text.replace(/([a-z])([A-Z])/g, '$1 $2')),
]

/**
 * Whether the value of a consent box means yes: any value does, except an absent or empty one, and
 * one that says no ("No, thanks", `opt_out`). Of several values each must mean yes.
 */
export const isTicked = (value: unknown): boolean => {
  if (!Array.isArray(value)) return isYes(value)
  // Many pages send a hidden input with a no along with the box, whether it is ticked or not.
  const answers = value.filter((part) => typeof part !== 'string' || !plainNo.test(part.trim()))
  return answers.length > 0 && answers.every(isYes)
}

const isYes = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  if (typeof value !== 'string' || isAbsent(value) || plainNo.test(value.trim())) return false
  return spellingsOf(value).every((words) => {
    const [clause = ''] = words.split(clauseEnd, 1)
    return !noWord.test(startsWithYes.test(words) ? clause : words)
  })
}

/** A clear yes and a clear no, as a whole clause. */
const yesClause = new RegExp(
  `^(?:(?:${yesWords})(?: please| thanks?| thank you)?|(?:i )?(?:accept|agree|consent)|accepted|agreed)$`,
)
const noClause = /^(?:no|nope|nein|nee|non)(?: thanks?| thank you| danke| merci)?$/
const outClause =
  /^(?:please )?(?:i (?:want|wish|would like) to )?(?:unsubscribed?|opt(?:ed|ing)? ?out|not subscribed)(?: me)?(?: from (?:all )?(?:e ?mails?|all))?(?: please)?$/
const inClause = /^(?:subscribed?|opt(?:ed|ing)? ?in|not (?:unsubscribed|opted ?out))$/

const startsWithClearYes = new RegExp(`^(?:${yesWords})(?![\\p{L}\\p{N}])`, 'u')
/** Words of a person who wants e-mail: after a yes they leave open what the yes is to. */
const wantsEmail = /(?<![\p{L}\p{N}])(?:keep|send|notify|subscribe|receive)(?![\p{L}\p{N}])/u

const readClause = (clause: string): boolean | undefined => {
  if (yesClause.test(clause) || outClause.test(clause)) return true
  return noClause.test(clause) || inClause.test(clause) ? false : undefined
}

const readWhole = (words: string): boolean | undefined =>
  readPlainAnswer(words) ?? readClause(words)

const readSentence = (words: string): boolean | undefined => {
  const end = words.search(clauseEnd)
  const clause = (end === -1 ? words : words.slice(0, end)).trim()
  const rest = end === -1 ? '' : words.slice(end)
  const answer = readClause(clause)
  if (answer === false) return noWord.test(rest) ? undefined : false
  const isYes = answer ?? (startsWithClearYes.test(clause) && !noWord.test(clause))
  return isYes && !wantsEmail.test(words) ? true : undefined
}

const readAnswer = (value: unknown): boolean | undefined => {
  if (typeof value !== 'string') return readPlainAnswer(value)
  const [words, split] = spellingsOf(clean(value))
  return readWhole(words) ?? readWhole(split) ?? readSentence(words)
}

/**
 * Reads an opt-out in its own sense: `true` unsubscribes. It knows the words that `isTicked` knows
 * and those of an opt-out itself (`unsubscribe`, `opted_out`). A text that leaves it open ("do not
 * e-mail me", "keep me posted") is `unreadable`, never guessed; `undefined` if the value is absent.
 * Of several values, as of a hidden input and its box, one that opts out is enough.
 */
export const readOptOut = (value: unknown): boolean | 'unreadable' | undefined => {
  const given = (Array.isArray(value) ? value : [value]).filter((part) => !isAbsent(part))
  if (given.length === 0) return undefined
  const answers = given.map(readAnswer)
  return answers.includes(undefined) ? 'unreadable' : answers.includes(true)
}
