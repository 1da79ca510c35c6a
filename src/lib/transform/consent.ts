import { memoise, once } from '../memoise.ts'
import { compiled } from '../pattern.ts'
import {
  clausesOf,
  isPlainNo,
  maxAnswerLength,
  phrasesOf,
  readClause,
  readPlainAnswer,
  toMeanings,
  toWords,
} from './answer.ts'
import {
  agreedWords,
  agreements,
  consentStates,
  contraryParts,
  contraryWords,
  listedWords,
  noWords,
  refusalStates,
  refusals,
  unlistedWords,
  yesWords,
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

// The lists and patterns are made when a text is first read, so that the functions start quickly.
const meanings = once(() =>
  toMeanings(
    [yesWords, agreedWords, listedWords, consentStates, agreements],
    [noWords, unlistedWords, refusalStates, refusals],
  ),
)
const agreementPhrases = once(() => new Set(phrasesOf(agreements)))
const refusalPhrases = once(() => new Set(phrasesOf(refusals)))
const maxPhraseWords = 6

/** Whether a clause starts with an agreement or a refusal: its object follows. */
const startsWith = (clause: string, phrases: ReadonlySet<string>): boolean =>
  clause
    .split(' ', maxPhraseWords)
    .some((_, index, words) => phrases.has(words.slice(0, index + 1).join(' ')))

/** Whatever takes a yes back, or makes a text a no. */
const contrary = once(() => {
  const letter = '[\\p{L}\\p{M}\\p{N}]'
  const words = phrasesOf(`${noWords}|${contraryWords}`).join('|').replaceAll('*', '[^ ]{0,20}')
  return compiled(new RegExp(`(?<!${letter})(?:${words})(?!${letter})|${contraryParts}`, 'u'))
})

/**
 * What takes no yes back: what a form promises in English beside the question, and other ways to
 * write that are named along with e-mail.
 */
const smallPrint = once(() => {
  const start = '(?<=^|[^a-z ] ?|and |can |may )'
  const by = '(?:by |via |per |par |por )?'
  const way = `${by}(?:sms|text messages?|texts?|(?:tele)?phone|(?:phone )?calls?|whatsapp|post|telefon[oe]?)`
  const and = '(?: ?[,/&+]| (?:and|or|und|oder|et|ou|y|e|o|en|of|och|eller|og))+ ?'
  const parts = [
    `${start}(?:no|zero|never) spam(?= please| ever| ?[^a-z ]|$)`,
    `${start}(?:unsubscribe|opt out|(?:withdraw|revoke) (?:my|your|this) consent)(?: (?:from|of) [a-z ]{1,40})? (?:at )?any ?time`,
    "we(?: will|'ll)? (?:never|not|do not|don't|won't) (?:share|sell|spam)",
    '(?:not|never|none of (?:my|your) data is) (?:be )?(?:shared|sold)',
    `(?<=e ?mails?)(?:${and}${way}(?![a-z]))+|(?:${way}${and})+(?=${by}e ?mail)`,
  ]
  return compiled(new RegExp(parts.join('|'), 'g'))
})

/** Reads a text; `undefined` if it says neither yes nor no. */
const readSentence = memoise((text): boolean | 'unclear' | undefined => {
  const clauses = clausesOf(toWords(text).replace(smallPrint(), ';')).filter(
    (clause) => readClause(clause, meanings()) !== 'polite',
  )
  const [first] = clauses
  if (first === undefined) return 'unclear'
  const answer = readClause(first, meanings())
  if (answer === false || startsWith(first, refusalPhrases())) return false
  if (clauses.some((clause) => contrary().test(clause))) return 'unclear'
  return answer === true || startsWith(first, agreementPhrases()) || undefined
})

/** Memoised: the deliveries of a form repeat the names of its box. */
const wordsOfName = memoise(toWords)

const isNamed = (text: string, names: readonly (string | undefined)[]): boolean => {
  const words = toWords(text)
  return names.some((name = '') => name.length <= maxAnswerLength && wordsOfName(name) === words)
}

const readText = (text: string, { names = [], isOnlyBox }: ConsentBox): boolean | 'unclear' => {
  const plain = readPlainAnswer(text)
  if (plain !== undefined) return plain
  if (text.length > maxAnswerLength) return 'unclear'
  return readSentence(text) ?? (isOnlyBox || isNamed(text, names) || 'unclear')
}

const comparable = (text: string): string => clean(text).toLowerCase()

/** Whether a value is one of the answers that the user lists as a yes. */
const isListed = (value: unknown, yes: readonly string[] = []): boolean =>
  (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
  yes.some((each) => comparable(each) === comparable(String(value)))

const isSilent = (value: unknown): boolean =>
  isAbsent(value) || (typeof value === 'string' && isPlainNo(value))

/** What a box says; many pages send a hidden input with a no along with it, ticked or not. */
const givenParts = (value: unknown, yes?: readonly string[]): readonly unknown[] =>
  (Array.isArray(value) ? value : [value]).filter((part) => isListed(part, yes) || !isSilent(part))

/** Whether a box says nothing: no value, or only the plain no of a hidden input. */
export const isUnanswered = (value: unknown, yes?: readonly string[]): boolean =>
  givenParts(value, yes).length === 0

/**
 * Reads the value of a consent box or question. Yes is only what is known to say so: `true`, 1,
 * `on`, a yes in the languages of form builders, a state such as `subscribed`, one of `yes`, the
 * box's own name, or the text of the only box, unless that says no. A known no and an absent value
 * are `false`; everything else is `'unclear'`, which counts as no. Of several values each must mean
 * yes, beside the empty or plain no of a hidden input.
 */
export const readConsent = (value: unknown, box: ConsentBox = {}): boolean | 'unclear' => {
  const given = givenParts(value, box.yes)
  if (given.length === 0) return false
  const answers = given.map((part): boolean | 'unclear' => {
    if (isListed(part, box.yes)) return true
    return typeof part === 'string' ? readText(part, box) : (readPlainAnswer(part) ?? 'unclear')
  })
  if (answers.includes(false)) return false
  return answers.includes('unclear') ? 'unclear' : true
}
