import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Question } from '../../../src/lib/delivery.ts'
import type { SignupInput } from '../../../src/lib/signup.ts'
import { readConsent } from '../../../src/lib/transform/consent.ts'
import { applyOptions, type MappingOptions } from '../../../src/lib/transform/options.ts'

const anId = '5f3c1a2e-1111-4222-8333-444455556666'

const yes: unknown[] = [
  ...[true, 1, '1', 'on', 'ON', 'true', 'y', 't', 'x', 'checked', 'ticked', 'enabled', '✓'],
  ...['✅ Yes'],
  ...['Yes', 'Yes!', 'Yes.', 'YES', 'Yep', 'OK', 'Okay!', 'Sure', 'Of course', 'Yes 👍', '"Yes"'],
  // German, French, Dutch, Spanish, Catalan, Portuguese, Italian
  ...['Ja', 'Ja, gerne', 'Ja - gerne', 'Gerne', 'Ja, bitte', 'Ich stimme zu', 'Einverstanden'],
  ...['Oui', 'Oui, merci', 'Bien sûr', 'J’accepte', "D'accord", 'Je suis d’accord'],
  ...['Ja, graag', 'Graag', 'Ik ga akkoord', 'Akkoord', 'Schrijf me in'],
  ...['Sí', 'SI', 'si\u0301', '¡Sí!', 'Sí, gracias', 'Acepto', 'De acuerdo', 'Claro que sí'],
  ...['Sí, si us plau', 'Hi estic d’acord', 'Sim', 'Sim, por favor', 'Aceito', 'Concordo'],
  ...['Sì', 'Sì, grazie', 'Accetto', 'Acconsento', 'Volentieri'],
  // Swedish, Danish, Norwegian, Icelandic, Finnish, Estonian, Latvian, Lithuanian
  ...['Ja tack', 'Ja, tack!', 'Jag godkänner', 'Ja tak', 'Jeg accepterer', 'Ja takk'],
  ...['Jeg samtykker'],
  ...['Já', 'Já takk', 'Kyllä', 'Kyllä kiitos', 'Hyväksyn', 'Jah', 'Jah, palun', 'Nõustun'],
  ...['Jā', 'Jā, lūdzu', 'Piekrītu', 'Taip', 'Taip, prašau', 'Sutinku'],
  // Polish, Czech, Slovak, Slovene, Croatian, Serbian, Bosnian, Hungarian, Romanian
  ...['Tak', 'Tak, proszę', 'Zgadzam się', 'Wyrażam zgodę', 'Ano', 'Ano, prosím', 'Souhlasím'],
  ...['Áno', 'Súhlasím', 'Da', 'Da, prosim', 'Strinjam se', 'Da, molim', 'Slažem se', 'Prihvaćam'],
  ...['Да', 'Слажем се', 'Igen', 'Igen, kérem', 'Elfogadom', 'Da, mulțumesc', 'Sunt de acord'],
  // Bulgarian, Russian, Ukrainian, Greek, Turkish
  ...['Да, моля', 'Съгласен съм', 'Да, пожалуйста', 'Согласна', 'Так', 'Так, дякую', 'Погоджуюсь'],
  ...['Ναι', 'ΝΑΙ', 'Ναι, ευχαριστώ', 'Συμφωνώ', 'Evet', 'Evet, lütfen', 'Kabul ediyorum'],
  // Hebrew, Arabic, Persian, Hindi, Indonesian, Malay, Vietnamese, Thai, Japanese, Chinese, Korean
  ...['כן', 'כן, תודה', 'אני מסכים', 'نعم', 'نعم، شكرا', 'أوافق', 'بله', 'موافقم', 'हाँ', 'जी हाँ'],
  ...['सहमत', 'Ya', 'Setuju', 'Ya, terima kasih', 'Có', 'Đồng ý', 'ใช่', 'ใช่ค่ะ', 'ยอมรับ'],
  ...[
    'はい',
    'はい、お願いします',
    '同意する',
    '同意します',
    '是',
    '是的',
    '好的',
    '同意',
    '我同意',
    '願意',
  ],
  ...['예', '네', '네, 동의합니다', '동의함', 'Oui / Yes', 'Ja/Yes'],
  // What a sender's list or a button calls it
  ...['subscribed', 'SUBSCRIBED', 'Subscribe', 'subscribe me', 'Sign me up', 'confirmed'],
  ...['granted'],
  ...['opted in', 'opt_in', 'optedIn', 'opt-in', 'OPTED_IN', 'accepted', 'agreed', 'I agree'],
  ...['I accept', 'I consent', 'consented', 'allowed', 'approved', 'Notify me', 'Keep me informed'],
  ...['Send me news', 'Send me your monthly newsletter', 'I would like to receive your newsletter'],
  // A yes and more
  ...['Yes please', 'Yes, please', 'Yes, sign me up', 'Yes - sign me up', 'Yes: sign me up'],
  ...['Yes (you can unsubscribe at any time)', 'Yes, write to me', 'Yes please add me to the list'],
  ...['Yes I want to receive e-mails', 'Yes I agree', 'Please sign me up', 'Yes, e-mail me'],
  ...['Ok then'],
  ...['Ja, ich möchte den Newsletter', 'Ja ich will den Newsletter', 'Ja, schreibt mir gerne'],
  ...['Oui, je souhaite recevoir la newsletter', 'Sí, quiero recibir noticias'],
  ...['Sim, quero receber'],
  ...['Ja, stuur mij de nieuwsbrief', 'Tak, chcę otrzymywać newsletter'],
  ...['Да, хочу получать новости'],
  ...['Я согласен получать рассылку', 'Ich willige ein, dass Sie mir schreiben'],
  ...['Gracias, sí', 'Merci, oui', 'Yes 🎉 sign me up', 'Yes\nSign me up'],
  // Small print takes nothing back
  ...['Yes, no spam', 'Yes (no spam, unsubscribe any time)', 'Yes, notify me — never spam'],
  ...['Yes! No calls', 'I agree to the terms, no spam please', 'Yes, we never share your data'],
  ...['Send me news. I can opt out at any time', 'I consent; none of my data is sold'],
  ...['Yes, your address will not be shared', 'Yes, we will never spam you', 'Yes (I do not mind)'],
  ...['I agree and can withdraw my consent at any time', 'Ja (jederzeit abbestellbar)'],
  ...['Ja, kein Spam', 'Ja (Abmeldung jederzeit möglich, jederzeit abmelden)'],
  ...['Sí. Sin spam, no llames'],
  ...['Oui (désinscription à tout moment)', 'Sí. Puedo darme de baja en cualquier momento'],
  ...['Ja, Daten werden nicht an Dritte weitergegeben', 'はい。いつでも解除できます'],
  // Several answers, and a hidden input beside its box
  ...[
    ['yes', 'on'],
    ['Ja', 'Ich stimme zu'],
    ['0', '1'],
    ['off', 'on'],
    [' 0 ', 'on'],
    ['', 'on'],
  ],
]

const no: unknown[] = [
  ...[false, 0, '', ' ', '0', 'false', 'Off', 'n', 'f', 'F', 'unchecked', 'disabled', null],
  ...[undefined],
  ...[[], [''], ['0'], ['off', 'no'], [null], ['yes', 'no'], [true, false], [0, 1], 'null', '❌'],
  ...['☐'],
  ...['No', 'No, thanks', 'No thanks', 'Nope', 'Never', 'none', 'Not now', 'Rather not', 'nO'],
  ...['No!'],
  ...['Nein', 'Nein danke', 'NEIN', 'Danke, nein', 'Bitte nicht', 'Lieber nicht', 'keine', 'kein'],
  ...['Non', 'Non, merci', 'Pas maintenant', 'Nee', 'Nee, bedankt', 'No, gracias', 'No, gràcies'],
  ...['Não', 'NAO', 'Não, obrigado', 'No, grazie', 'Nej', 'Nej tack', 'Nej tak', 'Nei takk', 'Nei'],
  ...['Ei', 'Ei kiitos', 'Ei, aitäh', 'Nē', 'Nē, paldies', 'Ne', 'Ne, ačiū', 'Nie'],
  ...['Nie, dziękuję'],
  ...['Ne, děkuji', 'Nie, ďakujem', 'Ne, hvala', 'Не', 'Не, хвала', 'Nem', 'Nem, köszönöm', 'Nu'],
  ...['Nu, mulțumesc', 'Не, благодаря', 'Нет', 'Нет, спасибо', 'Ні', 'Ні, дякую', 'Όχι', 'ΟΧΙ'],
  ...['Όχι, ευχαριστώ', 'Hayır', 'HAYIR', 'Hayır, teşekkürler', 'לא', 'לא תודה', 'لا', 'لا، شكرا'],
  ...['نه', 'نخیر', 'नहीं', 'जी नहीं, धन्यवाद', 'Tidak', 'Tidak, terima kasih', 'Không'],
  ...['Không, cảm ơn'],
  ...[
    'ไม่',
    'ไม่ค่ะ',
    'いいえ',
    'いいえ、結構です',
    '結構です',
    '不',
    '不用了',
    '不用了，谢谢',
    '否',
    '아니요',
  ],
  ...['아니오', '아니요, 괜찮습니다'],
  // What a sender's list or a button calls it
  ...['unsubscribed', 'unsubscribe', 'not_subscribed', 'NOT_SUBSCRIBED', 'notSubscribed'],
  ...['opt_out'],
  ...['Opt out', 'opted out', 'optedOut', 'opted-out', 'opting out', 'optout', 'opt__out'],
  ...['decline'],
  ...['declined', 'declines', 'deny', 'denied', 'refuse', 'refused', 'reject', 'rejected'],
  ...['rejects'],
  ...['revoked', 'withdrawn', 'pending', 'PENDING', 'unconfirmed', 'not confirmed', 'iDecline'],
  // A text that says no plainly
  ...['I do not want any', "I don't want any", 'I want no mail', 'Please don’t', 'no e-mails'],
  ...["Won't"],
  ...['I disagree', 'I’d rather you didn’t', 'doNotEmail', 'noThanks', 'dont', 'isnt wanted'],
  ...['Newsletter: no thanks', 'Newsletter: please do not', 'Unsubscribe me', 'Please remove me'],
  ...['Ich möchte keine E-Mails', 'Ich stimme nicht zu', 'Bitte abmelden'],
  ...['Je ne veux pas d’e-mails'],
  ...['Je refuse', 'No quiero', 'No acepto', 'Não quero receber', 'Non accetto'],
  ...['Ik wil geen e-mails'],
  ...['Jag vill inte', 'Jeg vil ikke', 'En halua sähköpostia', 'Nie chcę', 'Nie zgadzam się'],
  ...['Nechci'],
  ...['Nesouhlasím', 'Nesúhlasím', 'Nočem', 'Neću', 'Ne želim', 'Nem kérek', 'Nu sunt de acord'],
  ...['не хочу', 'Не согласен', 'Не погоджуюсь', 'Δεν θέλω', 'Δεν συμφωνώ', 'İstemiyorum'],
  ...['Kabul etmiyorum', 'Ei nõustu', 'Nesutinku', 'לא מסכים', 'لا أوافق', 'मैं सहमत नहीं हूँ'],
  ...['Tidak setuju', 'Không đồng ý', 'ไม่ยอมรับ', '同意しない', '希望しません', '不同意', '拒绝'],
  ...['Yes but not by e-mail', 'Yes to no e-mails', 'Yes and no', 'I agree to nothing', '❌ Yes'],
  ...['Yes 🚫'],
  ...['I want to receive no e-mails', '동의하지 않음', '동의 안 함 (거부)', 'No, sign me out'],
]

const unclear: unknown[] = [
  ...['maybe', 'Both', 'Other', 'Kino', 'Join', 'News, please', 'Please', 'Thanks', 'tack'],
  ...['yesterday'],
  ...['okra', 'Jakarta', 'Yes-man', 'Sim card', 'Si vous voulez', 'Tak nak', '…', 'constructor'],
  ...[anId, `${anId},${anId}`, '2', '1,5', '1.0', '-1', 'n/a', '2026-01-01'],
  ...['2026-01-01T00:00:00Z'],
  ...[2, -1, 0.5, Number.NaN, {}, { yes: true }, { toString: 1, valueOf: 1 }, [{}], [['yes']]],
  ...[['a', 'b'], ['yes', 'maybe'], [{}, 'on'], [1, 2], ['on', anId], 'ada@example.com', '1 month'],
  // A yes that is taken back, or to something else
  ...['Yes, but not by e-mail'],
  ...['Yes, unsubscribe me'],
  ...['Yes, maybe later', 'Yes, perhaps', 'Yes I might', 'Yes, call me', 'Yes, by phone only'],
  ...['Yes/No'],
  ...['Yes, please stop', 'Yes, by SMS'],
  ...['Ja, aber nicht per E-Mail', 'Ja, aber nur per Telefon', 'Ja, ich möchte mich abmelden'],
  ...['Oui, mais pas par e-mail', 'Sí, pero no por correo', 'Sim, mas não por e-mail'],
  ...['Ja, maar niet'],
  ...['Sì, ma non via e-mail', 'Ja, men inte via e-post', 'Ja, men ikke på mail'],
  ...['Kyllä, mutta ei postia'],
  ...['Tak, ale nie mailem', 'Ano, ale ne e-mailem', 'Igen, de nem e-mailben'],
  ...['Da, dar nu prin e-mail'],
  ...['Да, но не по почте', 'Так, але не поштою', 'Ναι, αλλά όχι με email'],
  ...['Evet, ama göndermeyin'],
  ...['はい、ただしメールは不要です', '是的，但不要发邮件', '네, 하지만 이메일은 싫어요'],
  `Yes, ${'write '.repeat(400)}`,
]

describe('readConsent', () => {
  test.each([
    ...yes.map((value) => ({ value, expected: true })),
    ...no.map((value) => ({ value, expected: false })),
    ...unclear.map((value) => ({ value, expected: 'unclear' })),
  ])('reads $value as $expected', ({ value, expected }) => {
    expect(readConsent(value)).toBe(expected)
  })

  test('never reads a text that says nothing known as yes', () => {
    // No list has a word with a q that no u follows, or with a digit inside.
    const word = fc.stringMatching(/^[b-z]{1,6}q[0-9b-z]{1,6}$/)
    const texts = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '))

    fc.assert(fc.property(texts, (text) => readConsent(text) !== true))
  })

  test('never throws, and reads no object as yes', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const answer = readConsent(value)
        return typeof value === 'object' && !Array.isArray(value) ? answer !== true : true
      }),
    )
  })
})

describe("readConsent: the box's own name", () => {
  test.each([
    ['newsletter', ['newsletter'], true],
    ['Newsletter', ['data.newsletter', 'newsletter'], true],
    ['e_mail-updates', [undefined, 'E-Mail updates'], true],
    ['I agree to hear from you', ['I agree to hear from you'], true],
    ['newsletters', ['newsletter'], 'unclear'],
    ['news', [], 'unclear'],
    ['…', ['', '!'], 'unclear'],
    ['no newsletter', ['no_newsletter'], false],
    ['unsubscribe', ['unsubscribe'], false],
    ['maybe', ['newsletter'], 'unclear'],
  ])('reads %j under the names %j as %j', (value, names, expected) => {
    expect(readConsent(value, { names })).toBe(expected)
  })
})

describe('readConsent: the text of the only box', () => {
  test.each([
    ...['Newsletter', 'Kino', 'Product news, monthly', 'Werbung per E-Mail', 'メールマガジン'],
    ...['Send me the newsletter', 'I can unsubscribe at any time', 'Never miss an update'],
    ...[
      'No spam, just news',
      'Don’t miss out!',
      'Verpassen Sie keine Neuigkeiten',
      'Ne manquez rien',
    ],
    ...['I agree to receive e-mails and can unsubscribe at any time', 'Yes, maybe once a month'],
    ...[['Newsletter'], 'I have read the privacy policy; my data is not shared'],
  ])('reads %j as yes', (value) => {
    expect(readConsent(value, { isOnlyBox: true })).toBe(true)
  })

  test.each([
    ...[
      'I do not want e-mails',
      "I don't want e-mails",
      'No newsletter',
      'No e-mails please',
      'No',
    ],
    ...['Unsubscribe me', 'Unsubscribe me at any time', 'Opt out', 'Opt me out of marketing'],
    ...['Do not sell or share my personal information', 'Keine E-Mails bitte', 'Bitte nicht'],
    ...['Pas de newsletter', 'Je ne souhaite pas recevoir', 'Sin correos', 'Nenhum e-mail'],
    ...['Nessuna e-mail', 'Geen e-mails', 'Inga mejl', 'Ingen e-post', 'Ei sähköpostia'],
    ...['Żadnych e-maili', 'Nechci e-maily', 'Никаких писем', 'メール不要', '不需要邮件', []],
  ])('reads %j as no', (value) => {
    expect(readConsent(value, { isOnlyBox: true })).toBe(false)
  })

  test.each(['Yes, but not by e-mail', 'No spam', '…'])('reads %j as unclear', (value) => {
    expect(readConsent(value, { isOnlyBox: true })).toBe('unclear')
  })
})

describe('readConsent: answers of your own', () => {
  const own = { yes: ['Ja, gerne', ' Jo klar ', '2', 'Cafe\u0301', 'Nein', '0'] }

  test.each([
    ['Ja, gerne', true],
    ['  ja, GERNE ', true],
    ['jo klar', true],
    ['2', true],
    [2, true],
    ['Caf\u00e9', true],
    ['nein', true],
    ['0', true],
    [['Nein', 'jo klar'], true],
    ['yes', true],
    ['no', false],
    [['jo klar', 'no'], false],
    [['jo klar', 'maybe'], 'unclear'],
    ['jo', 'unclear'],
    [{ toString: () => '2' }, 'unclear'],
  ])('reads %j as %j', (value, expected) => {
    expect(readConsent(value, own)).toBe(expected)
  })
})

describe('the consent option', () => {
  const preset: SignupInput = { contact: { role: 'user', email: 'ada@example.com' } }
  const body = {
    empty: '',
    list: ['on', 'yes'],
    no: 'off',
    yes: 'on',
    odd: 'perhaps',
    own: 'Klar doch',
    news: 'news',
    data: { news: 'news' },
    'lists[]': 'lists',
  }
  const apply = (options: MappingOptions, questions: readonly Question[] = []) =>
    applyOptions(preset, { body, payload: body, questions }, options)

  test.each([
    ['yes', true],
    ['list', true],
    ['no', false],
    ['empty', false],
    ['nowhere', false],
    ['news', true],
    ['data.news', true],
    ['lists[]', true],
  ])('reads the box %s as %j', (consent, expected) => {
    const { input, leftOut } = apply({ consent })

    expect(input?.consent).toBe(expected)
    expect(leftOut).toEqual([])
  })

  test('sets no consent if it names no box', () => {
    expect(apply({}).input).not.toHaveProperty('consent')
  })

  test('counts an answer that is neither a known yes nor a known no, which is a no', () => {
    expect(apply({ consent: 'odd' })).toMatchObject({
      input: { consent: false },
      leftOut: [{ path: 'consent', reason: 'consent_unclear' }],
    })
  })

  test('takes the answers that the config lists as yes', () => {
    const consent = { place: 'own', yes: ['klar doch'] }

    expect(apply({ consent })).toMatchObject({ input: { consent: true }, leftOut: [] })
    expect(apply({ consent: { ...consent, place: 'yes' } }).input?.consent).toBe(true)
  })

  test.each([
    [{ key: 'q1', label: 'Product news', value: 'product_news' }, true],
    [{ key: 'q1', ref: 'weekly', value: 'weekly' }, true],
    [{ key: 'q1', value: 'Q1' }, true],
    [{ key: 'q1', value: 'Kino' }, false],
    [{ key: 'q1', isOnlyBox: true, value: ['Kino'] }, true],
    [{ key: 'q1', isOnlyBox: true, value: ['No Kino'] }, false],
  ])('reads the answer to the question %j as %j', (question, expected) => {
    expect(apply({ consent: 'q1' }, [question]).input?.consent).toBe(expected)
  })

  test('leaves it to map to set another value, which is not counted here', () => {
    const map = (signup: SignupInput) => ({ ...signup, consent: 'Ja' })

    expect(apply({ consent: 'odd', map })).toMatchObject({ input: { consent: 'Ja' }, leftOut: [] })
  })

  test('counts it if map leaves it as it is, and not of a payload that map ignores', () => {
    const consent = 'odd'

    expect(apply({ consent, map: (signup) => signup }).leftOut).toHaveLength(1)
    expect(apply({ consent, map: () => undefined })).toEqual({ input: undefined, leftOut: [] })
  })
})
