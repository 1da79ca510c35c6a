import { describe, expect, test } from 'vitest'
import type { SignupInput } from '../../../src/lib/signup.ts'
import { isTicked, readOptOut } from '../../../src/lib/transform/consent.ts'
import { applyOptions, type MappingOptions } from '../../../src/lib/transform/options.ts'

describe('isTicked', () => {
  const yes: unknown[] = [
    ...[true, 1, 'on', 'true', 'x', 'Yes, write to me', 'Send me news', 'opt_in', ['a', 'b']],
    ...['Yes (you can unsubscribe at any time)', 'Send me news. I can opt out at any time'],
    ...['I agree to the terms, no spam please', 'Yes, notify me — never spam', 'Notify me'],
    ...['I consent; none of my data is sold', 'Keep me informed of nothing but launches'],
    ...['Subscribe', ['0', '1'], ['off', 'on'], [' 0 ', 'on'], [1, 2], 'optIn'],
    ...['News, please', 'Join', 'Sí. Sin spam, no llames', 'Kino', 'Write to me about nothing'],
    ...['Yes! No calls', 'Yes? No calls', 'Yes: no calls', 'Yes – no calls', 'Yes) no calls'],
  ]
  const no: unknown[] = [
    ...[false, 0, '', ' ', '0', 'false', 'Off', 'n', 'unchecked', null, [], [''], ['yes', 'no']],
    ...['No', 'No, thanks', 'Nope', 'Never', 'none', 'Nein', 'opt_out', 'Opt out', 'decline'],
    ...['I do not want any', "I don't want any", 'Rather not', 'not_subscribed', 'unsubscribed'],
    ...['I disagree', 'denied', 'opted out', 'optedOut', 'opted-out', 'I’d rather you didn’t'],
    ...["Won't", 'doNotEmail', 'notSubscribed', 'noThanks', 'disabled', 'nee', 'keine'],
    ...['I want no mail', 'Please don’t', 'Newsletter: no thanks', ['0'], ['off', 'no']],
    ...['dont', 'isnt wanted', 'kein', 'deny', 'declined', 'declines', 'refuse', 'refused'],
    ...['reject', 'rejects', 'rejected', 'opting out', 'optout', 'opt__out', 'unsubscribe'],
    ...[' off ', 'Newsletter: please do not', 'Surely: no', [true, false], [0, 1], [{}, 'on']],
    ...['nO', 'NEIN', 'iDecline', 'f', 'F'],
    ...[{ yes: true }, { toString: 1, valueOf: 1 }, [{}], [['yes']]],
  ]

  test.each([
    ...yes.map((value) => ({ value, expected: true })),
    ...no.map((value) => ({ value, expected: false })),
  ])('returns $expected for $value', ({ value, expected }) => {
    expect(isTicked(value)).toBe(expected)
  })
})

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
    ...[['0', '1'], ['off', 'on'], ['no', 'yes'], [false, true], ['', '1'], ['1']],
  ]
  const no: unknown[] = [
    ...[false, 0, '0', 'false', 'False', 'no', 'nO', 'N', 'off', 'f', 'unchecked', 'unticked'],
    ...['disabled', 'nein', 'non', 'nee', 'Nope', 'No, thanks', 'No thanks', 'No - thank you'],
    ...['No!', 'Nein danke', 'Non, merci', 'No, keep me subscribed', 'subscribed', 'Subscribe'],
    ...['opt in', 'opt_in', 'optedIn', 'not unsubscribed', ['0'], ['0', 'no'], [false]],
  ]
  const unreadable: unknown[] = [
    ...['do not email me', "Don't e-mail me", 'No e-mails please', 'No, do not email me', 'never'],
    ...['none', 'keep me posted', 'Keep', 'send me news', 'Notify me', 'subscribe me', 'please'],
    ...['Yes, keep me subscribed', 'Yes, send me news', 'Yes to no e-mails', 'I want e-mails'],
    ...['maybe', 'sometimes', '2', '1,5', '0.5', 'n/a', 'yesterday', 'nothing', 'okra', 'decline'],
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

describe('the consent option', () => {
  const preset: SignupInput = { contact: { role: 'user', email: 'ada@example.com' } }
  const body = { empty: '', list: ['x', 'y'], no: 'off', yes: 'on' }
  const apply = (options: MappingOptions) =>
    applyOptions(preset, { body, payload: body, questions: [] }, options).input

  test.each([
    ['yes', true],
    ['list', true],
    ['no', false],
    ['empty', false],
    ['nowhere', false],
  ])('reads the box %s as %j', (consent, expected) => {
    expect(apply({ consent })?.consent).toBe(expected)
  })

  test('sets no consent if it names no box', () => {
    expect(apply({})).not.toHaveProperty('consent')
  })
})
