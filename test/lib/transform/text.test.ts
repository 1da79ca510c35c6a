import { describe, expect, test } from 'vitest'
import { cleanName, toSingle } from '../../../src/lib/transform/text.ts'

const zwnj = '\u200c'
const zwj = '\u200d'

describe('cleanName keeps a joiner', () => {
  test.each([
    ['ZWJ after a Sinhala virama', `\u0dc1\u0dca${zwj}\u0dbb\u0dd3`],
    ['ZWNJ inside a Persian name', `\u0639\u0644\u06cc${zwnj}\u0631\u0636\u0627`],
    ['ZWNJ inside an Urdu word', `\u0686\u0627\u06c1${zwnj}\u06cc\u06d2`],
    ['ZWNJ inside a Syriac word', `\u0710\u0712${zwnj}\u0715`],
    ['ZWJ in a Hindi conjunct', `\u0915\u094d${zwj}\u0937`],
    ['ZWNJ in a Bengali word', `\u0989\u09a6\u09cd${zwnj}\u0998\u09be\u099f\u09a8`],
    ['ZWNJ between Tamil letters', `\u0b95\u0bcd${zwnj}\u0bb7`],
    ['ZWNJ inside a Burmese word', `\u1019\u1014${zwnj}\u1015`],
    ['ZWNJ inside a Khmer word', `\u1781\u17d2${zwnj}\u1798\u17c2`],
    ['ZWJ inside a Mongolian word', `\u182e\u1823${zwj}\u1829`],
    ['ZWNJ inside a Tibetan word', `\u0f56${zwnj}\u0f7c\u0f51`],
    ['ZWJ after a Malayalam virama at a word’s end', `\u0d05\u0d35\u0d28\u0d4d${zwj}`],
    [
      'ZWNJ after a virama before a blank',
      `\u0930\u093e\u092e\u094d${zwnj} \u0938\u093f\u0902\u0939`,
    ],
    ['ZWJ in an emoji of a person', `\u{1f469}${zwj}\u{1f4bb} dev`],
    ['ZWJ after a skin tone', `\u{1f468}\u{1f3fd}${zwj}\u{1f680}`],
    ['ZWJ after a variation selector', `\u{1f3f3}\ufe0f${zwj}\u{1f308}`],
    ['ZWNJ after a Persian digit', `\u06f2${zwnj}\u0633\u0627\u0644\u0647`],
    ['each ZWJ of a family', `\u{1f469}${zwj}\u{1f469}${zwj}\u{1f467}`],
    ['ZWJ before a sign', `\u{1f9d1}${zwj}\u2695\ufe0f`],
  ])('%s', (_what, name) => {
    expect(cleanName(name)).toBe(name)
  })
})

describe('cleanName removes', () => {
  test.each([
    ['ZWJ between Latin letters', `A${zwj}da`, 'Ada'],
    ['ZWNJ between Latin letters', `A${zwnj}da`, 'Ada'],
    ['ZWNJ between Cyrillic letters', `\u0410${zwnj}\u0434\u0430`, '\u0410\u0434\u0430'],
    ['ZWJ between Chinese characters', `\u674e${zwj}\u660e`, '\u674e\u660e'],
    ['ZWJ at the start', `${zwj}Ada`, 'Ada'],
    ['ZWNJ at the end of a Persian word', `\u0639\u0644\u06cc${zwnj}`, '\u0639\u0644\u06cc'],
    ['ZWNJ before a blank', `\u0639\u0644\u06cc${zwnj} \u0631`, '\u0639\u0644\u06cc \u0631'],
    ['ZWNJ before a digit', `\u0639\u0644\u06cc${zwnj}1`, '\u0639\u0644\u06cc1'],
    ['ZWJ at the end of an emoji', `\u{1f469}${zwj}`, '\u{1f469}'],
    ['ZWJ between an emoji and a letter', `\u{1f469}${zwj}a`, '\u{1f469}a'],
    ['ZWNJ between emoji', `\u{1f469}${zwnj}\u{1f4bb}`, '\u{1f469}\u{1f4bb}'],
    [
      'all but the first of a run in a word',
      `\u0639\u0644\u06cc${zwnj}${zwnj}${zwj}\u0631`,
      `\u0639\u0644\u06cc${zwnj}\u0631`,
    ],
    ['all but the first of a run after a virama', `\u0d28\u0d4d${zwj}${zwj}`, `\u0d28\u0d4d${zwj}`],
    [
      'all but one ZWJ of a run in an emoji',
      `\u{1f469}${zwnj}${zwj}${zwj}\u{1f4bb}`,
      `\u{1f469}${zwj}\u{1f4bb}`,
    ],
    [
      'other zero-width characters beside a joiner',
      `\u0639\u0644\u06cc\u200b${zwnj}\u200f\u0631`,
      `\u0639\u0644\u06cc${zwnj}\u0631`,
    ],
  ])('%s', (_what, name, expected) => {
    expect(cleanName(name)).toBe(expected)
  })
})

describe('toSingle returns', () => {
  test.each([
    ['a value that is no list', 'Ada', 'Ada'],
    ['the only value', ['Ada'], 'Ada'],
    ['the only one that is not blank', ['', null, 'Ada', ' ', undefined], 'Ada'],
    ['the first of those that agree', ['Ada ', 'Ada', ''], 'Ada '],
    [
      'an e-mail that is there in another case',
      ['Ada@Example.com', 'ada@example.com'],
      'Ada@Example.com',
    ],
    ['a number that is there as text, too', [7, '7'], 7],
    ['a boolean that is there twice', [true, true], true],
    ['values that differ as one text', ['Ada', 'Grace', ''], 'Ada, Grace'],
    ['names in another case as one text', ['Ada', 'ADA'], 'Ada, ADA'],
    ['a list of blank values as an empty text', ['', ' '], ''],
  ])('%s', (_what, value, expected) => {
    expect(toSingle(value)).toBe(expected)
  })

  test.each([[[{ a: 1 }]], [['Ada', { a: 1 }]], [['7', ['7']]]])(
    'a list with other than plain values unchanged: %j',
    (value) => {
      expect(toSingle(value)).toBe(value)
    },
  )
})
