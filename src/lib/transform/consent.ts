import { memoise, once } from '../memoise.ts'
import {
  answerMeanings,
  clausesOf,
  isPlainNo,
  phrasesOf,
  readClause,
  readPlainAnswer,
  spellingsOf,
  toMeanings,
  toWords,
} from './answer.ts'
import { patterns, saysNo } from './answer-patterns.ts'
import {
  agreedWords,
  agreements,
  consentStates,
  refusalStates,
  startsOfYes,
} from './answer-words.ts'
import { clean, isAbsent } from './text.ts'

/** What is known of the box beside its value. */
export type ConsentBox = {
  /** The answers that mean yes, of the user's own. */
  readonly yes?: readonly string[] | undefined
  /** The names of the box: one alone as its value means that it is ticked. */
  readonly names?: readonly (string | undefined)[]
  /** Whether the value is the text of the only box of a question, which is sent if it is ticked. */
  readonly isOnlyBox?: boolean | undefined
}

/** Longer texts are no answers. */
const maxTextLength = 2_000

// The lists and patterns are made when a text is first read, so that the functions start quickly.
const agreementPhrases = once(() => phrasesOf(agreements))
const states = once(() => {
  const known = toMeanings(`${agreedWords}|${consentStates}`, refusalStates)
  return new Map([...known, ...agreementPhrases().map((phrase) => [phrase, true] as const)])
})
/** Agreements that may have an object behind them. */
const starts = once(() => new Set([...agreementPhrases(), ...phrasesOf(startsOfYes)]))

const leavesOpen = (words: string): boolean =>
  patterns().doubt.test(words) ||
  (patterns().otherChannel.test(words) && !patterns().mail.test(words))

/** That the person may change their mind at any time takes nothing back. */
const isRightToEnd = (clause: string): boolean =>
  patterns().ending.test(clause) &&
  patterns().anyTime.test(clause) &&
  !patterns().negation.test(clause)

/** The words of clauses without those that take nothing back. */
const tellingWords = (clauses: readonly string[]): string =>
  clauses
    .filter((clause) => !isRightToEnd(clause))
    .join(' ; ')
    .replace(patterns().notShared, ' ')

const maxStartWords = 6

/** What follows the agreement that a clause starts with; `undefined` if it starts with none. */
const afterAgreement = (clause: string): string | undefined => {
  const words = clause.replace(/^please /, '').split(' ')
  for (let length = Math.min(maxStartWords, words.length); length > 0; length -= 1) {
    if (starts().has(words.slice(0, length).join(' '))) return words.slice(length).join(' ')
  }
  return undefined
}

/** A wish for news in English: `Send me your monthly updates`, `I'd like to receive …`. */
const wish =
  /^(?:please )?(?:send|e ?mail) me (?:\p{L}+ ){0,3}(?:news|newsletters?|updates|offers|e ?mails?)$|^i(?: want|'d like| would like) (?:to )?(?:receive|subscribe|sign up|join|be (?:notified|informed)|hear (?:from you|about|more)|stay (?:informed|updated|up to date|in touch)|(?:get )?(?:the |your )?(?:updates|news|newsletter|e ?mails))(?!\p{L})/u

const withoutSmallPrint = (words: string): string =>
  words
    .replace(patterns().smallPrint, ' ')
    .replace(patterns().notMissed, ' news ')
    .replace(/ +/g, ' ')

/** Reads the words of a text; `undefined` if they say neither yes nor no. */
const readWords = (words: string, isOnlyBox: boolean): boolean | 'unclear' | undefined => {
  const clauses = clausesOf(withoutSmallPrint(words))
  const read = (clause: string) => readClause(clause, answerMeanings(), states())
  const start = clauses.findIndex((clause) => read(clause) !== 'polite')
  const [first, ...rest] = start === -1 ? [] : clauses.slice(start)
  if (first === undefined) return 'unclear'
  const answer = read(first)
  if (answer === false) return false
  const after = answer === true ? '' : wish.test(first) ? first : afterAgreement(first)
  if (after === undefined) {
    const isRight = isOnlyBox && isRightToEnd(first) && first.search(patterns().ending) > 0
    return (saysNo(first) && !isRight) || saysNo(tellingWords(rest)) ? false : undefined
  }
  if (saysNo(tellingWords([after]))) return false
  const more = tellingWords([after, ...rest])
  return saysNo(more) || (!isOnlyBox && leavesOpen(more)) ? 'unclear' : true
}

const readSpellings = (text: string, isOnlyBox: boolean): boolean | 'unclear' | undefined => {
  for (const words of spellingsOf(text)) {
    const answer = readWords(words, isOnlyBox)
    if (answer !== undefined) return answer
  }
  return undefined
}
/** Memoised: the answers to a question repeat. */
const readSentence = memoise((text) => readSpellings(text, false))
const readOnlyBox = memoise((text) => readSpellings(text, true) ?? true)

const isNamed = (text: string, names: readonly (string | undefined)[]): boolean => {
  const words = toWords(text)
  const isSame = (name = '') => name.length <= maxTextLength && toWords(name) === words
  return words !== '' && names.some(isSame)
}

const readText = (text: string, { names = [], isOnlyBox }: ConsentBox): boolean | 'unclear' => {
  const plain = readPlainAnswer(text)
  if (plain !== undefined) return plain
  if (text.length > maxTextLength) return 'unclear'
  if (isOnlyBox) return readOnlyBox(text)
  return readSentence(text) ?? (isNamed(text, names) || 'unclear')
}

const comparable = (text: string): string => clean(text).toLowerCase()

/** Whether a value is one of the answers that the user lists as a yes. */
const isListed = (value: unknown, yes: readonly string[] = []): boolean =>
  (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
  yes.some((each) => comparable(each) === comparable(String(value)))

const isSilent = (value: unknown): boolean =>
  isAbsent(value) || (typeof value === 'string' && isPlainNo(value))

/**
 * Reads the value of a consent box or question. Yes is only what is known to say so: `true`, 1,
 * `on`, a yes in the languages of form builders, a state such as `subscribed`, one of `yes`, the
 * box's own name, or the text of the only box, unless that says no. A known no and an absent value
 * are `false`; everything else is `'unclear'`, which counts as no. Of several values each must mean
 * yes, beside the empty or plain no of a hidden input.
 */
export const readConsent = (value: unknown, box: ConsentBox = {}): boolean | 'unclear' => {
  // Many pages send a hidden input with a no along with the box, whether it is ticked or not.
  const given = (Array.isArray(value) ? value : [value]).filter(
    (part) => isListed(part, box.yes) || !isSilent(part),
  )
  if (given.length === 0) return false
  const answers = given.map((part): boolean | 'unclear' => {
    if (isListed(part, box.yes)) return true
    return typeof part === 'string' ? readText(part, box) : (readPlainAnswer(part) ?? 'unclear')
  })
  if (answers.includes(false)) return false
  return answers.includes('unclear') ? 'unclear' : true
}
