import { once } from '../memoise.ts'

/** Scripts whose words may need a joiner: ZWNJ in Persian, ZWJ after a Sinhala virama. */
const joiningScripts = [
  ...['Arabic', 'Syriac', 'Mandaic', 'Nko', 'Adlam', 'Hanifi_Rohingya', 'Mongolian', 'Phags_Pa'],
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada'],
  ...['Malayalam', 'Sinhala', 'Tibetan', 'Myanmar', 'Khmer', 'Tai_Tham', 'Balinese', 'Javanese'],
  ...['Sundanese', 'Cham', 'Buginese', 'Batak', 'Rejang', 'Meetei_Mayek', 'Limbu', 'Lepcha'],
  ...['Syloti_Nagri', 'Saurashtra', 'Chakma', 'Newa', 'Tirhuta', 'Sharada', 'Grantha', 'Kaithi'],
  ...['Modi', 'Takri', 'Siddham', 'Khojki', 'Khudawadi', 'Kharoshthi', 'Brahmi'],
  ...['Masaram_Gondi', 'Gunjala_Gondi'],
]
/** Signs that suppress a vowel; a joiner after one changes its shape at a word's end, too. */
const viramas =
  '\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0f84\u1039\u103a\u17d2\u1a60\u1b44\u1baa\u1bab\ua806\ua8c4\ua953\ua9c0\uaaf6\uabed\u{10a3f}\u{11046}\u{1107f}\u{110b9}\u{11133}\u{11134}\u{111c0}\u{11235}\u{112ea}\u{1134d}\u{11442}\u{114c2}\u{115bf}\u{1163f}\u{116b6}\u{11d44}\u{11d45}\u{11d97}'

const joiners = '[\\u200c\\u200d]'

/**
 * A run of joiners (ZWNJ, ZWJ); a group holds the one to keep: inside a word of a script that needs
 * it, after a virama, or between the parts of an emoji.
 * https://www.unicode.org/versions/Unicode17.0.0/core-spec/chapter-23/#G23126
 */
const joinerRun = once((): RegExp => {
  const letter = `(?=[\\p{L}\\p{M}\\p{N}])[${joiningScripts.map((name) => `\\p{scx=${name}}`).join('')}]`
  return new RegExp(
    [
      `(?<=${letter})(${joiners})${joiners}*(?=${letter})`,
      `(?<=[${viramas}])(${joiners})${joiners}*`,
      `(?<=\\p{ExtPict}\\ufe0f?\\p{EMod}?)\\u200c*(\\u200d)${joiners}*(?=\\p{ExtPict})`,
      `${joiners}+`,
    ].join('|'),
    'gu',
  )
})

/** Removes joiners where no script and no emoji needs them. */
const withNeededJoiners = (text: string): string => {
  if (!/[\u200c\u200d]/.test(text)) return text
  // Made only now: it takes 5 ms, and few functions ever need it.
  return text.replace(joinerRun(), '$1$2$3')
}

const printableAscii = /^[ -~]*$/
const lineBreaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
const controls = /\p{Cc}/gu
/** Line ends of other systems, as Unicode lists them; U+2028 and U+2029 are no controls, and stay. */
const otherLineEnds = /\r\n?|[\v\f\u0085]/g
const controlsButLayout = /(?![\t\n])\p{Cc}/gu
const bidiAndZeroWidth = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g

/** Returns the text as well-formed Unicode in NFC, trimmed. */
export const clean = (text: string): string =>
  printableAscii.test(text) ? text.trim() : text.toWellFormed().normalize('NFC').trim()

/** Returns a text of one line, without control, bidi and zero-width characters that it can miss. */
export const cleanName = (text: string): string =>
  printableAscii.test(text)
    ? text.trim()
    : clean(
        withNeededJoiners(
          text.replace(lineBreaks, ' ').replace(controls, '').replace(bidiAndZeroWidth, ''),
        ),
      )

/** Returns a text of several lines, each ended by `\n`, without other control characters. */
export const cleanText = (text: string): string =>
  clean(text.replace(otherLineEnds, '\n').replace(controlsButLayout, ''))

/** Returns the text without bidi and zero-width characters, joiners too. */
export const withoutInvisible = (text: string): string =>
  printableAscii.test(text)
    ? text
    : text.replace(bidiAndZeroWidth, '').replace(/[\u200c\u200d]/g, '')

/** The longest text that Intercom stores in a field or a custom attribute. */
export const maxTextLength = 255

/** Cuts at 255 characters, never through a surrogate pair. */
export const cutText = (text: string): string =>
  text.slice(0, maxTextLength).replace(/[\ud800-\udbff]$/, '')

/**
 * Whether a value is missing: nullish, blank, or "null" or "undefined" from a sender's template.
 */
export const isAbsent = (value: unknown): boolean => {
  if (typeof value !== 'string') return value === undefined || value === null
  const word = value.trim()
  return word === '' || word === 'null' || word === 'undefined'
}

/** Whether a value is a text that is not missing. */
export const isPresentText = (value: unknown): value is string =>
  typeof value === 'string' && !isAbsent(value)

/** The first value that is not missing. */
export const firstPresent = (...values: readonly unknown[]): unknown =>
  values.find((value) => !isAbsent(value))

/** The first value that is not missing; `null` if there is none, and one of them says so. */
export const firstOrNull = (...values: readonly unknown[]): unknown =>
  firstPresent(...values) ?? (values.includes(null) ? null : undefined)

/** Whether a number was rounded when it was parsed, or is none that JSON has. */
export const isInexact = (value: number): boolean =>
  !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))

const isScalar = (value: unknown): boolean =>
  typeof value === 'number'
    ? !isInexact(value)
    : typeof value === 'string' || typeof value === 'boolean'

/**
 * Joins an array of scalars to one text, `a, b`, without blank ones, as of a box's hidden input;
 * returns any other value unchanged.
 */
export const toScalar = (value: unknown): unknown =>
  Array.isArray(value) && value.every(isScalar)
    ? value.filter((part) => !isAbsent(part)).join(', ')
    : value

/** How one value is compared with another: an e-mail in any case. */
const comparable = (value: unknown): string => {
  const text = clean(String(value))
  return text.includes('@') ? text.toLowerCase() : text
}

/**
 * The one value of a field whose input a page has twice: those with a value may agree, trimmed and
 * with e-mails in any case. Values that differ are joined, as by `toScalar`.
 */
export const toSingle = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value
  const given = value.filter((part) => !isAbsent(part))
  const isOne = given.every(isScalar) && new Set(given.map(comparable)).size === 1
  return isOne ? given[0] : toScalar(value)
}

/** The tags of a value: a text has them between commas; the elements of an array are whole. */
export const toTagList = (value: unknown): readonly unknown[] => {
  if (isAbsent(value)) return []
  if (typeof value === 'string') return value.split(',')
  return Array.isArray(value) ? value : [value]
}
