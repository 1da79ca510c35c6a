import { describe, expect, test } from 'vitest'
import {
  clausesOf,
  phrasesOf,
  readClause,
  readPlainAnswer,
  spellingsOf,
  toMeanings,
  toWords,
} from '../../../src/lib/transform/answer.ts'
import {
  agreedWords,
  agreements,
  consentStates,
  noWords,
  politeWords,
  refusalStates,
  startsOfYes,
  yesWords,
} from '../../../src/lib/transform/answer-words.ts'

describe('readPlainAnswer', () => {
  const yes: unknown[] = [
    ...[true, 1, '1', 'true', 'T', 'y', 'x', ' ON ', 'Checked', 'ticked', 'enabled', '✓', '✔️', '☑'],
    ...['Yes', 'ok', 'Ja', 'Oui', 'Sí', 'SI', 'si\u0301', 'sì', 'Sim', 'Da', 'Já', 'Kyllä', 'Jah'],
    ...['Jā', 'Taip', 'Tak', 'Ano', 'Áno', 'Igen', 'Evet', 'Ya', 'Có', 'да', 'Так', 'Ναι', 'ΝΑΙ'],
    ...['כן', 'نعم', 'بله', 'हाँ', 'ใช่', 'はい', '是', '好的', '예', '네'],
  ]
  const no: unknown[] = [
    ...[false, 0, '0', 'False', 'f', 'n', ' OFF ', 'unchecked', 'unticked', 'disabled', '❌', '☐'],
    ...['No', 'Nope', 'Nein', 'Non', 'Nee', 'Não', 'NAO', 'Nu', 'Nej', 'Nei', 'Ei', 'Nē', 'Ne'],
    ...['Nie', 'Nem', 'Hayır', 'HAYIR', 'HAYİR', 'Tidak', 'Không', 'не', 'Нет', 'Ні', 'Όχι', 'ΟΧΙ'],
    ...['לא', 'لا', 'نه', 'नहीं', 'ไม่', 'いいえ', '否', '不', '아니요', '아니오'],
  ]
  const neither: unknown[] = [
    ...[
      '',
      ' ',
      '2',
      '1.0',
      'yes please',
      'Yes!',
      'yesterday',
      'maybe',
      'subscribed',
      'Okra',
      'null',
    ],
    ...[2, -1, 0.5, Number.NaN, null, undefined, {}, [], [true], ['yes'], 'constructor', '❌ yes'],
    `yes${' '.repeat(40)}x`,
  ]

  test.each([
    ...yes.map((value) => ({ value, expected: true })),
    ...no.map((value) => ({ value, expected: false })),
    ...neither.map((value) => ({ value, expected: undefined })),
  ])('returns $expected for $value', ({ value, expected }) => {
    expect(readPlainAnswer(value)).toBe(expected)
  })
})

describe('the words of answers', () => {
  test.each([
    ['Opt-Out', 'opt out'],
    ['opt__out', 'opt out'],
    ['  OPT \t OUT ', 'opt out'],
    ['Hayır, TEŞEKKÜRLER', 'hayir, tesekkurler'],
    ['ΌΧΙ', 'οχι'],
    ['J’accepte', "j'accepte"],
    ['Außer', 'ausser'],
    ['Любой её', 'любой её'],
    ['がぎ', 'がぎ'],
    ['No - thanks', 'no; thanks'],
    ['Yes\n sign me up', 'yes; sign me up'],
    ['Yes 👍🏽', 'yes'],
    ['Yes 🚫', 'yes ❌'],
    ['«Oui»', 'oui'],
    ['\u200fנעם\u200f', 'נעם'],
  ])('spells %j as %j', (text, words) => {
    expect(toWords(text)).toBe(words)
  })

  test('takes the words of a name in camel case apart', () => {
    expect(spellingsOf('optedOut')).toEqual(['optedout', 'opted out'])
    expect(spellingsOf('nO')).toEqual(['no', 'n o'])
    expect(spellingsOf('opt out')).toEqual(['opt out'])
  })

  test.each([
    ['yes, sign me up (now)!', ['yes', 'sign me up', 'now']],
    ['oui / yes', ['oui', 'yes']],
    ['はい、お願いします。', ['はい', 'お願いします']],
    ['نعم، شكرا؟', ['نعم', 'شكرا']],
    ['…', []],
  ])('takes %j apart at its clauses', (words, clauses) => {
    expect(clausesOf(words)).toEqual(clauses)
  })

  test('mean one thing each: none is both a yes and a no', () => {
    const yes = new Set([yesWords, agreedWords, agreements, consentStates].flatMap(phrasesOf))
    const no = [noWords, refusalStates].flatMap(phrasesOf)

    expect(no.filter((phrase) => yes.has(phrase))).toEqual([])
    expect(yes.has('')).toBe(false)
  })

  test('are at most six to a phrase, which is as far as reading looks', () => {
    const lists = [yesWords, noWords, politeWords, agreements, startsOfYes]
    const all = [...lists, consentStates, refusalStates, agreedWords].flatMap(phrasesOf)

    expect(all.length).toBeGreaterThan(500)
    expect(all.filter((phrase) => phrase.split(' ').length > 6)).toEqual([])
  })
})

describe('readClause', () => {
  const meanings = toMeanings('yes|ja|tak|i do agree', 'no|nej')

  test.each([
    ['yes', true],
    ['yes please', true],
    ['yes ja', true],
    ['i do agree', true],
    ['yes i do agree thank you', true],
    ['please yes', true],
    ['no thanks', false],
    ['nej tak', false],
    ['tak', true],
    ['ja tak', true],
    ['please', 'polite'],
    ['tack', 'polite'],
    ['yes no', undefined],
    ['no yes', undefined],
    ['yes sometimes', undefined],
    ['sometimes yes', undefined],
    ['i do', undefined],
    ['', undefined],
    [Array.from({ length: 20 }, () => 'yes').join(' '), true],
    [Array.from({ length: 21 }, () => 'yes').join(' '), undefined],
  ])('reads %j as %j', (clause, expected) => {
    expect(readClause(clause, meanings)).toBe(expected)
  })

  test('takes the first list that knows a phrase', () => {
    expect(readClause('no', toMeanings('no'), meanings)).toBe(true)
    expect(readClause('nej', toMeanings('no'), meanings)).toBe(false)
  })
})
