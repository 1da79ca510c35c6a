import { describe, expect, test } from 'vitest'
import { readOptOut } from '../../../src/lib/transform/opt-out.ts'

describe('readOptOut', () => {
  const yes: unknown[] = [
    ...[true, 1, '1', 'true', 'TRUE', ' tRuE ', 'yes', 'yEs', 'Y', 'on', 't', 'x', 'X', 'checked'],
    ...[
      'ticked',
      'enabled',
      'ja',
      'JA',
      'oui',
      'sí',
      'si\u0301',
      'sì',
      'si',
      'ok',
      'Okay',
      'sure',
      '✓',
    ],
    ...['Yes, please', 'Yes please', 'Yes!', 'Yes – thanks', 'Oui, merci', 'Ja, gerne', 'Yes.'],
    ...['Yes, unsubscribe me', 'Yes (I do not mind)', 'ok then', 'I agree', 'accepted'],
    ...['unsubscribe', 'Unsubscribed', 'unSubscribed', 'Unsubscribe me', 'Please unsubscribe me'],
    ...['I want to unsubscribe', 'Unsubscribe from all e-mails', 'opt out', 'opt-out', 'opted_out'],
    ...['optOut', 'OPTOUT', 'Opt out, please', 'not_subscribed', 'notSubscribed'],
    ...['Tak', 'да', 'Да, пожалуйста', 'Evet', 'はい', 'Ja tack', 'Igen', 'Sim, por favor', '네'],
    ...[['0', '1'], ['off', 'on'], ['no', 'yes'], [false, true], ['', '1'], ['1']],
  ]
  const no: unknown[] = [
    ...[false, 0, '0', 'false', 'False', 'no', 'nO', 'N', 'off', 'f', 'unchecked', 'unticked'],
    ...['disabled', 'nein', 'non', 'nee', 'Nope', 'No, thanks', 'No thanks', 'No - thank you'],
    ...['No!', 'Nein danke', 'Non, merci', 'No, keep me subscribed', 'subscribed', 'Subscribe'],
    ...['Nej tack', 'Não', 'Nie, dziękuję', 'Hayır', 'Ei kiitos', 'Нет, спасибо', 'いいえ', '不'],
    ...['opt in', 'opt_in', 'optedIn', 'not unsubscribed', ['0'], ['0', 'no'], [false]],
  ]
  const unreadable: unknown[] = [
    ...['do not email me', "Don't e-mail me", 'No e-mails please', 'No, do not email me', 'never'],
    ...['none', 'keep me posted', 'Keep', 'send me news', 'Notify me', 'subscribe me', 'please'],
    ...['Yes, keep me subscribed', 'Yes, send me news', 'Yes to no e-mails', 'I want e-mails'],
    ...['Yes, but not by e-mail', 'Yes, please stop', 'No, but call me'],
    ...['maybe', 'sometimes', '2', '1,5', '0.5', 'n/a', 'yesterday', 'nothing', 'okra', 'decline'],
    ...['Ja, ich möchte den Newsletter', 'Nein, ich möchte mich abmelden', 'Oui, la newsletter'],
    ...[
      'No, stop e-mailing me',
      'No, remove me',
      'Yes, the newsletter please',
      'pending',
      'granted',
    ],
    ...['Ja und nein', 'Yes/No', 'confirmed', 'Ich stimme zu', `Yes${' '.repeat(2_000)}, please`],
    ...[2, -1, 0.5, {}, { yes: true }, [['1']], ['1', 'maybe'], [{}], ['0', 2]],
  ]

  test.each([
    ...yes.map((value) => ({ value, expected: true })),
    ...no.map((value) => ({ value, expected: false })),
    ...unreadable.map((value) => ({ value, expected: 'unreadable' })),
    ...[undefined, null, '', ' ', 'null', [], [''], [null, ' ']].map((value) => ({
      value,
      expected: undefined,
    })),
  ])('returns $expected for $value', ({ value, expected }) => {
    expect(readOptOut(value)).toBe(expected)
  })
})
