import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Question } from '../../../src/lib/delivery.ts'
import type { SignupInput } from '../../../src/lib/signup.ts'
import { phrasesOf } from '../../../src/lib/transform/answer.ts'
import {
  agreedWords,
  agreements,
  consentStates,
  contraryWords,
  listedWords,
  noWords,
  refusalStates,
  unlistedWords,
  yesWords,
} from '../../../src/lib/transform/answer-words.ts'
import { readConsent } from '../../../src/lib/transform/consent.ts'
import { findConsent } from '../../../src/lib/transform/find-consent.ts'
import type { MappingOptions } from '../../../src/lib/transform/mapping-options.ts'
import { applyOptions } from '../../../src/lib/transform/options.ts'

const anId = '5f3c1a2e-1111-4222-8333-444455556666'

/** What texts mean as the answer to a question: a language a line, its texts apart by `|`. */
const texts = {
  yes: `
English: Yes|YES!|Yep|OK|Sure|"Yes"|Yes 👍|✅ Yes|✓ Yes|👍🏽|ｙｅｓ|ＹＥＳ，ｐｌｅａｓｅ|Yes please|Yes, please|Of course|I agree|I do|Sign me up|Please sign me up|Keep me informed|Send me news|I would like to receive your newsletter
English, a yes and more: Yes, sign me up|Yes - sign me up|Yes: write to me|Yes please add me|Yes I agree|Yes I want to receive e-mails|Yes\n sign me up|Yes 🎉 sign me up
English, small print: Yes, no spam|Yes (no spam, unsubscribe any time)|Yes, notify me — never spam|I agree to the terms, no spam please|Yes (you can unsubscribe at any time)|Yes. You may opt out of our e-mails at any time by one click|I agree and can withdraw my consent at any time|Send me news. I can opt out at any time|Yes, we never share your data|Yes, we will never spam you|Yes, we don’t sell it|Email me news. We’ll never share your address|I agree and can revoke this consent at any time|Yes, your address will not be shared|I consent; none of my data is sold|Yes (I do not mind)
Other ways beside e-mail: Yes, by e-mail and phone|Yes, email & SMS|Yes, by phone, SMS or email|I agree to be contacted by e-mail, SMS or phone|Ja, per E-Mail und Telefon
A list or a button: subscribed|SUBSCRIBED|Subscribe|subscribe me|confirmed|granted|opted in|opt_in|optedIn|opt-in|OPTED_IN|accepted|agreed|consented|allowed|approved
German: Ja|Ja, gerne|Ja - gerne|Gerne|Ja, bitte|Ich stimme zu|Einverstanden|Ja, ich möchte den Newsletter|Ja ich will den Newsletter|Ich willige ein, dass Sie mir schreiben|Ja/Yes
French: Oui|Oui, merci|Merci, oui|Bien sûr|J’accepte|D’accord|Je suis d’accord|Oui, je souhaite recevoir la newsletter|Oui / Yes|«Oui»
Dutch: Ja, graag|Graag|Ik ga akkoord|Akkoord|Schrijf me in|Ja, stuur mij de nieuwsbrief
Spanish: Sí|SI|si\u0301|¡Sí!|Sí, gracias|Gracias, sí|Acepto|De acuerdo|Claro que sí|Sí, quiero recibir noticias
Catalan, Portuguese, Italian: Sí, si us plau|Hi estic d’acord|Sim|Sim, por favor|Aceito|Concordo|Sim, quero receber|Sì|Sì, grazie|Accetto|Volentieri
Swedish, Danish, Norwegian, Icelandic: Ja tack|Ja, tack!|Jag godkänner|Ja tak|Jeg accepterer|Jeg samtykker|Ja takk|Já|Já takk
Finnish, Estonian, Latvian, Lithuanian: Kyllä|Kyllä kiitos|Hyväksyn|Jah|Jah, palun|Nõustun|Jā|Jā, lūdzu|Piekrītu|Taip|Taip, prašau|Sutinku
Polish, Czech, Slovak: Tak|Tak, proszę|Zgadzam się|Wyrażam zgodę|Ano|Ano, prosím|Souhlasím|Áno|Súhlasím
Slovene, Croatian, Bosnian, Serbian: Da|Da, prosim|Strinjam se|Da, molim|Slažem se|Prihvaćam|Да|Слажем се
Hungarian, Romanian: Igen|Igen, kérem|Elfogadom|Da, mulțumesc|Sunt de acord
Bulgarian, Russian, Ukrainian: Да, моля|Съгласен съм|Да, пожалуйста|Согласна|Да, хочу получать новости|Я согласен получать рассылку|Так|Так, дякую|Погоджуюсь
Greek, Turkish: Ναι|ΝΑΙ|Ναι, ευχαριστώ|Συμφωνώ|Evet|Evet, lütfen|Kabul ediyorum
Hebrew, Arabic, Persian, Hindi: כן|כן, תודה|אני מסכים|نعم|نعم، شكرا|أوافق|بله|موافقم|हाँ|जी हाँ|सहमत
Indonesian, Malay, Vietnamese, Thai: Ya|Setuju|Ya, terima kasih|Có|Đồng ý|ใช่|ใช่ค่ะ|ยอมรับ
Japanese, Chinese, Korean: はい|はい、お願いします|同意する|同意します|是|是的|好的|同意|我同意|願意|예|네|네, 동의합니다|동의함`,
  no: `
English: No|No!|No thanks|No, thanks|Nope|Never|none|Not now|Rather not|Not really|Not at this time|Absolutely not|I do not want any|I don’t want any e-mails|I do not consent|I don't accept|Please don’t|Do not contact me|Please do not e-mail me|doNotEmail|No ❌|👎|I disagree|No e-mails please|noThanks|No, sign me out
English, a yes and more: No, I want none|No. Yes
English, small print: No (we never spam)|No. I can unsubscribe at any time
A list or a button: unsubscribed|unSubscribed|unsubscribe|not_subscribed|NOT_SUBSCRIBED|notSubscribed|opt_out|Opt out|optedOut|OPTOUT|opt__out|decline|declined|iDecline|denied|refused|rejected|revoked|withdrawn|pending|unconfirmed|not confirmed
German: Nein|NEIN|Nein danke|Danke, nein|Bitte nicht|Lieber nicht|keine|Ich stimme nicht zu|Nicht einverstanden|Ich lehne ab|Ich möchte keine E-Mails|Auf keinen Fall
French: Non|Non, merci|Pas maintenant|Je refuse|Je ne veux pas d’e-mails|Je ne souhaite pas|Pas d’accord|Jamais
Dutch: Nee|Nee, bedankt|Ik wil niet|Ik wil geen e-mails|Niet akkoord|Liever niet
Spanish: No, gracias|No quiero|No acepto|No quiero correos|No estoy de acuerdo|Nunca
Catalan, Portuguese, Italian: No, gràcies|Não|NAO|Não, obrigado|Não quero|Não quero receber e-mails|Não concordo|No, grazie|Non accetto|Non desidero
Swedish, Danish, Norwegian, Icelandic: Nej|Nej tack|Nej tak|Nei|Nei takk|Nei, takk|Jag vill inte|Jeg vil ikke|Inga mejl|Ingen e-post|Jag samtycker inte|Jeg vil ikke ha e-post|Aldrig
Finnish, Estonian, Latvian, Lithuanian: Ei|Ei kiitos|Ei, aitäh|Nē|Nē, paldies|Ne, ačiū|Nesutinku|En halua sähköpostia|Ei nõustu|Nepiekrītu|Nenoriu
Polish, Czech, Slovak: Nie|Nie, dziękuję|Nie chcę e-maili|Nie wyrażam zgody|Ne, děkuji|Nechci|Nesouhlasím|Nie, ďakujem|Nesúhlasím
Slovene, Croatian, Bosnian, Serbian: Ne|Ne, hvala|Nočem|Neću|Ne želim|Ne slažem se|Neću e-poštu|Не|Не слажем се|Не, хвала
Hungarian, Romanian: Nem|Nem, köszönöm|Nem kérek leveleket|Nem szeretnék|Nu|Nu sunt de acord|Nu vreau|Nu, mulțumesc
Bulgarian, Russian, Ukrainian: Не, благодаря|Нет|Нет, спасибо|Не хочу|Я не хочу писем|Не надо|Отказываюсь|Не согласен|Ні|Ні, дякую|Не треба|Не искам|Не погоджуюсь
Greek, Turkish: Όχι|ΟΧΙ|Όχι, ευχαριστώ|Δεν θέλω email|Δεν συμφωνώ|Yok|Hayır|HAYIR|Hayır, teşekkürler|İstemiyorum|Kabul etmiyorum
Hebrew, Arabic, Persian, Hindi: לא|לא תודה|לא מסכים|לא מעוניין|لا|لا، شكرا|لا شكراً|لا اوافق|لا أريد|موافق نیستم|لا أوافق|نه|نخیر|नहीं|जी नहीं, धन्यवाद|मैं सहमत नहीं हूँ|Nahi
Indonesian, Malay, Vietnamese, Thai: Tidak|Tidak, terima kasih|Tidak setuju|Tidak mau|Enggak|Không|Không, cảm ơn|Không đồng ý|ไม่|ไม่ค่ะ|ไม่ยอมรับ|ไม่ต้องการ
Japanese, Chinese, Korean: いいえ|いいえ、結構です|結構です|同意しない|希望しません|希望しない|いりません|いいえ結構です|不|不用了|不用了，谢谢|否|不同意|拒绝|不想|不接受|아니요|아니오|아니요, 괜찮습니다|동의하지 않음|동의 안 함 (거부)|거부|원하지 않습니다`,
  unclear: `
English: maybe|Please|Thanks|Both|Other|Kino|Join|yesterday|okra|Yes-man|constructor|…|I’d rather you didn’t|Won't|dont|Please remove me|Newsletter: no thanks|Stop
English, a yes and more: Yes, but not by e-mail|Yes but not by e-mail|Yes, unsubscribe me|Yes, please stop|Yes, maybe later|Yes I might|Yes to no e-mails|Yes and no|Yes/No|Yes 🚫|❌ Yes|I agree to nothing|I want to receive no e-mails|Yes! No calls
Later, or taken off: Yes, probably|Yes, I guess|Yes, delete me|Yes, take me off the list|Ja, später|Ja, bitte löschen|Oui, plus tard|Oui, supprimez-moi|Sí, más tarde|Sí, eliminar|Sim, mais tarde|Sim, quero sair|Sì, più tardi|Ja, verwijder mij|Ja, senere|Ja, ta bort mig|Kyllä, myöhemmin|Tak, później|Tak, usuńcie mnie|Ano, později|Da, kasnije|Igen, később|Da, mai târziu|Да, позже|Да, удалите|Ναι, αργότερα|Evet, sonra|כן, אולי|نعم، ربما|بله، شاید|हाँ, शायद|Ya, nanti|Có, sau này|ใช่, ภายหลัง|はい、後で|是，稍后|네, 나중에
A switch: Yes: 0|subscribed: false|opt_in: 0
English, small print: No spam|Yes, unsubscribe me at any time|Yes, never share my data, do not e-mail me|Yes, never spam me|Yes, no spam for me
Another way than e-mail: Yes, call me|Yes, by phone only|Yes, phone|Yes, by post|Yes, text messages|Yes, e-mail but call me|Yes, SMS, not e-mail|Yes, WhatsApp|Only by SMS|Oui, seulement par téléphone|Ja, nur per Telefon|Ja, telefonisch|Ja, per Post|Oui, par téléphone|Oui, par courrier|Sí, por teléfono|Sí, llámame|Sim, por telefone|Sì, per telefono|Sì, solo SMS|Ja, kun på telefon|Ja, ring mig|Tak, telefonicznie|Kyllä, puhelimitse|Да, по телефону|Evet, telefonla|はい、電話で|是，电话|네, 전화
A list or a button: unknown|transactional|2026-01-01|2026-01-01T00:00:00Z|1,5|1.0|-1|2|n/a|ada@example.com|1 month
German: Jakarta|Ja, aber nicht per E-Mail|Ja, aber nur per Telefon|Ja, ich möchte mich abmelden|Ja, jederzeit abbestellbar|Ja, kein Spam|Bitte abmelden|Ich stimme dagegen|Ja/Nein
French: Si vous voulez|Oui, mais pas par e-mail|Oui, mais seulement par téléphone|J’accepte, sauf les e-mails|Oui, sans e-mails
Dutch: Ja, maar niet|Ja, maar alleen per post
Spanish: Sí, pero no por correo|Sí, pero solo por teléfono|Sí, sin correos
Catalan, Portuguese, Italian: Sim card|Sim, mas não por e-mail|Sì, ma non via e-mail|Nessuna e-mail|Nenhum e-mail
Swedish, Danish, Norwegian, Icelandic: tack|Ja, men inte via e-post|Ja, men ikke på mail
Finnish, Estonian, Latvian, Lithuanian: Kyllä, mutta ei postia
Polish, Czech, Slovak: Tak, ale nie mailem|Żadnych e-maili|Ano, ale ne e-mailem
Slovene, Croatian, Bosnian, Serbian: Da, ali ne e-poštom|Da, vendar brez pošte
Hungarian, Romanian: Igen, de nem e-mailben|Da, dar nu prin e-mail
Bulgarian, Russian, Ukrainian: Да, но не по почте|Да, отпишите меня|Никаких писем|Так, але не поштою|Да/Нет
Greek, Turkish: Ναι, αλλά όχι με email|Evet, ama göndermeyin|E-posta istemiyorum
Hebrew, Arabic, Persian, Hindi: כן, אבל לא במייל|نعم، ولكن لا بريد|بله، اما نه ایمیل
Indonesian, Malay, Vietnamese, Thai: Ya, tapi jangan e-mail|Tak nak|Tak setuju|Có, nhưng không qua email|ใช่ แต่ไม่ใช่อีเมล
Japanese, Chinese, Korean: はい、ただしメールは不要です|はい/いいえ|はい、削除|メール不要|是的，但不要发邮件|네, 하지만 이메일은 싫어요`,
}

const textsOf = (lines: string): string[] =>
  lines
    .trim()
    .split(/\n(?=[A-Z])/)
    .flatMap((line) => line.slice(line.indexOf(': ') + 2).split('|'))

/** Values of a box or a switch, other types, and several answers. */
const values: Record<'yes' | 'no' | 'unclear', unknown[]> = {
  yes: [
    ...[true, 1, '1', 'on', ' ON ', 'true', 'y', 't', 'x', 'checked', 'ticked', 'enabled', '✓'],
    ...[
      ['yes', 'on'],
      ['Ja', 'Ich stimme zu'],
      ['0', '1'],
      ['off', 'on'],
      [' 0 ', 'on'],
    ],
    ...[['', 'on']],
  ],
  no: [
    ...[false, 0, '', ' ', '0', 'false', 'Off', 'n', 'f', 'F', 'nO', 'unchecked', 'disabled', '❌'],
    ...[null, undefined, 'null', [], [''], ['0'], ['off', 'no'], [null], ['yes', 'no'], [0, 1]],
    ...[[true, false]],
  ],
  unclear: [
    ...[2, -1, 0.5, Number.NaN, {}, { yes: true }, { toString: 1, valueOf: 1 }, [{}], [['yes']]],
    ...[anId, `${anId},${anId}`, ['on', anId], ['a', 'b'], ['yes', 'maybe'], [{}, 'on'], [1, 2]],
    ...[`Yes, ${'write '.repeat(400)}`],
  ],
}

const rows = (['yes', 'no', 'unclear'] as const).flatMap((meaning) =>
  [...textsOf(texts[meaning]), ...values[meaning]].map((value) => ({ value, meaning })),
)
const meanings = { yes: true, no: false, unclear: 'unclear' }

describe('readConsent', () => {
  test.each(rows)('reads $value as $meaning', ({ value, meaning }) => {
    expect(readConsent(value)).toBe(meanings[meaning])
  })

  test('reads each yes and each no of the lists, so that no word of another takes it back', () => {
    const yes = [yesWords, agreedWords, listedWords, consentStates, agreements].flatMap(phrasesOf)
    const no = [noWords, unlistedWords, refusalStates].flatMap(phrasesOf)

    expect(yes.filter((phrase) => readConsent(phrase) !== true)).toEqual([])
    expect(no.filter((phrase) => readConsent(phrase) !== false)).toEqual([])
  })

  test.each([
    'Yes, I would love to hear about new features and offers',
    'Ja, ich möchte regelmäßig per E-Mail über Angebote und Neuigkeiten informiert werden',
    'Oui, je souhaite être informé des nouveautés et des offres exclusives',
    'Sí, quiero recibir más información y ofertas exclusivas por correo electrónico',
    'Sim, quero receber novidades e ofertas exclusivas por e-mail',
    'Sì, desidero ricevere offerte esclusive e novità via e-mail',
    'Ja, ik wil graag op de hoogte blijven van nieuws en aanbiedingen',
    'Ja, jag vill få nyheter och erbjudanden via e-post',
    'Ja takk, jeg vil gjerne ha tilbud og nyheter på e-post',
    'Kyllä, haluan saada uutisia ja tarjouksia sähköpostitse',
    'Tak, chcę otrzymywać informacje o nowościach i promocjach',
    'Ano, chci dostávat novinky a slevy e-mailem',
    'Da, želim primati novosti i posebne ponude e-poštom',
    'Igen, szeretnék értesülni az újdonságokról e-mailben',
    'Da, doresc să primesc noutăți și oferte speciale pe e-mail',
    'Да, я хочу получать новости и специальные предложения по электронной почте',
    'Ναι, θέλω να λαμβάνω νέα και προσφορές μέσω email',
    'Evet, kampanya ve yeniliklerden e-posta ile haberdar olmak istiyorum',
    'כן, אני רוצה לקבל עדכונים במייל',
    'نعم، أرغب في تلقي الأخبار والعروض عبر البريد الإلكتروني',
    'Ya, saya ingin menerima berita dan promo lewat email',
    'Có, tôi muốn nhận tin tức và ưu đãi qua email',
    'はい、メールでお知らせを受け取ります',
    '是，我想通过电子邮件接收最新消息和优惠',
    '네, 이메일로 소식을 받겠습니다',
  ])('reads %j as yes: no word of another language takes it back', (value) => {
    expect(readConsent(value)).toBe(true)
  })

  test('reads no yes that a word of the lists takes back', () => {
    const words = phrasesOf(`${noWords}|${contraryWords}`).map((word) => word.replace('*', ''))
    const isYes = (word: string, text: string) => readConsent(text.replace('_', word)) === true
    const read = (text: string) => words.filter((word) => isYes(word, text))

    expect(words.length).toBeGreaterThan(200)
    expect(read('Yes, _ e-mail')).toEqual([])
    expect(read('I agree _')).toEqual([])
    expect(
      words.filter((word) => readConsent(`${word} mail`, { isOnlyBox: true }) === true),
    ).toEqual([])
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
    ['no_news', ['no_news'], 'unclear'],
    ['noNewsPlease', ['noNewsPlease'], 'unclear'],
    ['unsubscribe', ['unsubscribe'], false],
    ['maybe', ['newsletter'], 'unclear'],
  ])('reads %j under the names %j as %j', (value, names, expected) => {
    expect(readConsent(value, { names })).toBe(expected)
  })
})

describe('readConsent: the text of the only box', () => {
  test.each([
    ...['Newsletter', 'Kino', 'Product news, monthly', 'Werbung per E-Mail', 'メールマガジン'],
    ...['Send me the newsletter', 'I can unsubscribe at any time', 'No spam, just news'],
    ...['I agree to receive e-mails and can unsubscribe at any time', ['Newsletter']],
    ...['I have read the privacy policy; my data is not shared'],
  ])('reads %j as yes', (value) => {
    expect(readConsent(value, { isOnlyBox: true })).toBe(true)
  })

  test.each([
    ...['No', 'No newsletter', 'Unsubscribe me', 'Opt out', 'Bitte nicht', 'Nie chcę', []],
    ...['I do not want e-mails', "I don't want e-mails", 'doNotEmail', 'Keine E-Mails bitte'],
    ...['Je ne veux pas de mails', 'No quiero correos', 'Geen e-mails', 'Inga mejl'],
    ...['Jag vill inte ha mejl', 'Jeg vil ikke ha e-post', 'Nie chcę e-maili', 'Nechci e-maily'],
    ...['Nem kérek levelet', 'Nu vreau e-mailuri', 'Δεν θέλω email', 'Я не хочу писем'],
  ])('reads %j as no', (value) => {
    expect(readConsent(value, { isOnlyBox: true })).toBe(false)
  })

  test.each([
    ...['Opt me out of marketing', 'Exclude me from the newsletter', 'Skip the newsletter'],
    ...['Unsubscribe me at any time', 'Do not sell or share my personal information', 'No spam'],
    ...['Yes, but not by e-mail', 'Never miss an update', '…', 'Text messages', 'Delete my data'],
    ...['Pas de newsletter', 'Sin correos', 'Não quero e-mails', 'Nessuna e-mail', 'Telefon'],
    ...['Ei sähköpostia', 'E-posta istemiyorum', 'Никаких писем', 'Sprzeciwiam się', 'Me opongo'],
    ...['メール不要', '不需要邮件', '이메일을 원하지 않습니다', '수신 안함'],
  ])('reads %j as unclear', (value) => {
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
    applyOptions(preset, { body, payload: body, questions, findConsent }, options)

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
