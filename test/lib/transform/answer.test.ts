import { describe, expect, test } from 'vitest'
import {
  clausesOf,
  phrasesOf,
  readClause,
  readPlainAnswer,
  toMeanings,
  toWords,
} from '../../../src/lib/transform/answer.ts'
import * as lists from '../../../src/lib/transform/answer-words.ts'

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
    ['optedOut', 'opted out'],
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
    const yes = [lists.yesWords, lists.agreedWords, lists.listedWords, lists.agreements]
    const no = [lists.noWords, lists.unlistedWords, lists.refusalStates].flatMap(phrasesOf)
    const known = new Set([...yes, lists.consentStates].flatMap(phrasesOf))

    expect(no.filter((phrase) => known.has(phrase))).toEqual([])
  })

  test('are at most six to an agreement, which is as far as reading looks', () => {
    const phrases = phrasesOf(lists.agreements)

    expect(phrases.length).toBeGreaterThan(100)
    expect(phrases.filter((phrase) => phrase.split(' ').length > 6)).toEqual([])
  })
})

describe('readClause', () => {
  const meanings = toMeanings(['yes|ja|gerne', 'i do agree'], ['no|nej'])

  test.each([
    ['yes', true],
    ['yes please', true],
    ['please yes', true],
    ['please yes thank you very much', true],
    ['i do agree thanks', true],
    ['no thanks', false],
    ['nej tack', false],
    ['gerne', true],
    ['ja gerne', true],
    ['please', 'polite'],
    ['tack', 'polite'],
    ['please thank you', 'polite'],
    ['yes no', undefined],
    ['yes sometimes', undefined],
    ['sometimes yes', undefined],
    ['pleased', undefined],
    ['i do', undefined],
    ['', undefined],
  ])('reads %j as %j', (clause, expected) => {
    expect(readClause(clause, meanings)).toBe(expected)
  })
})
