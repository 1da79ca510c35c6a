import { describe, expect, test } from 'vitest'
import type { Question } from '../../../src/lib/delivery.ts'
import { findPerson } from '../../../src/lib/sources/person.ts'

const ada = 'ada@example.com'
const bob = 'bob@example.com'
const typed = (label: string, value: unknown): Question => ({ type: 'email', label, value })
const emailOf = (...questions: Question[]) => findPerson(questions).contact.email

/** Labels that ask for the reader's own address. */
const ownEmails = [
  ...['Your email', 'your_email', 'yourEmail', 'What is your email?', "What's your work email?"],
  ...['My email', 'Your name and email', 'Your best e-mail address', 'Enter your email below'],
  ...['E-mail (your own email)', 'Your company email', "Let's keep in touch! What's your email?"],
  ...['Who invited you? Your email', 'Where should our account manager reach you? Your email'],
  'Your email, so that a colleague of ours can reply',
  ...['Deine E-Mail', 'Ihre E-Mail-Adresse', 'Votre e-mail', 'Quel est ton email ?'],
  ...['Votre adresse e-mail', 'Tu correo electrónico', 'Su dirección de correo', 'Seu e-mail'],
  ...['La tua e-mail', 'Il tuo indirizzo email', 'Jouw e-mail', 'Uw e-mailadres'],
  ...['Ihre Mailadresse', 'Qual o seu melhor e-mail?', 'La mia email', 'Votre meilleur e-mail'],
]
/** Labels that ask for an address and say no more. */
const plainEmails = [
  ...['Email', 'E-mail', 'Email *', 'EMAIL ADDRESS', 'email_address', 'emailAddress', 'The email'],
  ...['Work email', 'Business Email', 'Company email', 'Preferred email', 'Email (work)', 'Mail'],
  ...['E-Mail-Adresse', 'Correo electrónico', 'Adresse e-mail', 'Adresse mail professionnelle'],
  ...[
    'Courriel',
    'Geschäftliche E-Mail',
    'Email aziendale',
    'Indirizzo e-mail',
    'Endereço de e-mail',
    'E-mailadres',
  ],
  ...['Office email', 'Email here', 'Mailadresse', 'Correo corporativo', 'Email personale'],
  ...['E-mail profissional', 'Email di lavoro', 'Zakelijk e-mailadres', 'Email pro'],
]
/** Labels that mention an address, and no other person's. */
const mentionedEmails = [
  ...["Student's email", 'userEmail', 'Secondary email', 'Email where we can reach you'],
  ...['Email for your reference', 'Email for your partner account', 'Email (recommended)'],
  ...["Your company's email", 'Your organisation’s email', 'Become a partner: email'],
  ...['As a parent, which email is best?', 'Email for the guest list', 'Your PayPal email'],
  ...["You're invited! Email please", 'Email address you were invited with'],
  ...[
    'You have been invited! Email',
    'E-Mail (empfohlen)',
    'E-mail (recommandé)',
    'Email (consigliato)',
  ],
  ...['Which email should we invite?', 'E-mail pour l’invitation', 'Email per l’invito'],
  ...['Our sales manager will write to you: which email?', 'Where should we email your gift?'],
]
/** Labels about somebody else, or an office. */
const othersEmails = [
  ...['Who invited you? (their email)', 'Email of the person who invited you', 'invitee_email'],
  ...['Person you invited: email', 'Who referred you? Email', 'Referrer email', 'Referral email'],
  ...["Friend's email", "Friends' emails", 'friend_email', 'friendemail', 'friend2_email'],
  ...["Your friend's email", 'your_friends_email', 'Email (of a friend)', 'Guest email'],
  ...['Billing email', 'billingEmail', 'Your billing email', 'Invoice email', 'Accounting email'],
  ...['Email for accounts payable', 'Finance contact email', 'Bill to (email)', 'CC: email'],
  ...['guest-email', 'Plus one: email', 'Gift recipient e-mail', 'Send the gift to (email)'],
  ...['Colleague email', 'Teammate’s email', 'Co-worker email', 'coworker_email'],
  ...['Employee email', 'Manager email', 'Email of your boss', 'Supervisor e-mail'],
  ...['Assistant’s email', "Your partner's e-mail", 'Spouse email', 'Wife’s e-mail'],
  ...['husband_email', 'Parent/Guardian email', 'parentguardianEmail', "Child's email"],
  ...['Emergency contact email', 'Next of kin: email', 'Nominee email', 'Beneficiary e-mail'],
  ...['Referee email', 'Reference email', 'Their email', 'Her e-mail address', 'His email'],
  ...['Someone else’s email', 'Email of someone else', 'Another person’s email'],
  ...['Attendee 2 email', 'Second contact: email', "Other person's email", "Your teacher's email"],
  ...['E-mail de votre invité', 'E-mail du parrain', 'E-mail de facturation', 'E-mail de l’ami'],
  ...['E-Mail der Person, die dich eingeladen hat', 'E-Mail deines Freundes', 'Rechnungs-E-Mail'],
  ...['Rechnungsemail', 'Correo de tu amigo', 'Correo del invitado', 'Email de facturación'],
  ...['Email do seu amigo', 'Email de faturamento', 'E-mail dell’amico', 'Email di fatturazione'],
  ...['E-Mail für Rechnungen', 'E-mail van je vriend', 'Factuur e-mail'],
  ...['Contact owner email', 'hubspot_owner_email', 'contactOwnerEmail', 'Sales rep email'],
  ...['Accounts email', 'Email of the person you are inviting', 'Receiver email'],
  ...['E-Mail deines Kollegen', 'E-Mail Ihrer Vorgesetzten', 'E-Mail der Eltern', 'Gast: E-Mail'],
  ...['E-Mail des Empfängers', 'Rechnungsadresse: E-Mail', 'E-Mail der Buchhaltung'],
  ...['E-mail du destinataire', 'Email de votre responsable', 'E-mail comptabilité'],
  ...['E-mail de l’enfant', 'Contact d’urgence : e-mail', 'Email pour la facture'],
  ...[
    'Correo de tu jefe',
    'Correo de los padres',
    'Correo del destinatario',
    'Email para facturas',
  ],
  ...['E-mail do chefe', 'E-mail dos pais', 'E-mail para nota fiscal', 'E-mail do colega'],
  ...[
    'Email del collega',
    'Email dei genitori',
    'Email per la fattura',
    'Contatto di emergenza: email',
  ],
  ...['E-mail van je baas', 'E-mail van de gast', 'E-mail voor facturen', 'E-mail ontvanger'],
]

describe('findPerson: whose e-mail', () => {
  test.each([...ownEmails, ...plainEmails, ...mentionedEmails])(
    'finds the only answer, typed or not, to %j',
    (label) => {
      expect(emailOf({ label, value: ada })).toBe(ada)
      expect(emailOf(typed(label, ada))).toBe(ada)
    },
  )

  test.each(othersEmails)('never uses the answer to %j, even if there is no other', (label) => {
    expect(emailOf({ label, value: bob })).toBeUndefined()
    expect(emailOf(typed(label, bob))).toBeUndefined()
  })

  test.each(othersEmails)('passes over %j for a question that comes later', (label) => {
    expect(findPerson([typed(label, bob), typed('Where to?', ada)])).toMatchObject({
      contact: { email: ada },
      guessed: [],
    })
  })

  test.each(ownEmails)('uses %j rather than a plain question before it', (label) => {
    expect(findPerson([typed('Email', bob), typed(label, ada)])).toMatchObject({
      contact: { email: ada },
      guessed: [],
    })
  })

  test.each(plainEmails)('uses %j rather than a question that says less', (label) => {
    expect(findPerson([typed('Secondary email', bob), typed(label, ada)])).toMatchObject({
      contact: { email: ada },
      guessed: [],
    })
  })

  test.each([
    ...['Who invited you?', 'Who referred you to us?', 'Who recommended us?', 'Bring a friend'],
    ...['Who introduced you?', 'Who would you like to invite?', 'Who is your manager?', 'Plus one'],
    ...['Where should we send the invoice?', 'Guest 2', 'Emergency contact', 'Parent or guardian'],
    ...['Wer hat dich eingeladen?', 'Qui vous a invité ?', 'Parrain', '¿Quién te invitó?'],
    ...['Quem te convidou?', 'Chi ti ha invitato?', 'Wie heeft je uitgenodigd?'],
    ...['Wer hat dich geworben?', 'Wer hat Sie empfohlen?', 'Qui vous a recommandé ?'],
    ...['¿Quién te recomendó?', 'Quem te indicou?', 'Chi ti ha consigliato?', 'Aanbevolen door'],
  ])('never uses an answer of the type email to %j', (label) => {
    expect(emailOf(typed(label, bob))).toBeUndefined()
  })

  test.each([
    ...['Where can we reach you?', 'Where should we send your invite?', 'Join the waitlist'],
    ...['Where should our account manager reach you?', 'Where should we send your gift card?'],
    ...['Applicant', 'Please refer to the guide', '¿Dónde te escribimos?', 'E-postadress'],
  ])('uses an answer of the type email to %j', (label) => {
    expect(emailOf(typed(label, ada))).toBe(ada)
  })

  test('uses an answer of the type email before a label that only mentions one', () => {
    expect(emailOf({ label: 'Secondary email', value: bob }, typed('Where to?', ada))).toBe(ada)
  })

  test('uses a label that asks for one’s own before an unclear answer of the type email', () => {
    expect(emailOf(typed('Where to?', bob), { label: 'Your email', value: ada })).toBe(ada)
  })

  test('skips an answer that is no address, and labels that are texts of their own', () => {
    expect(emailOf({ label: 'Email', value: 'yes' })).toBeUndefined()
    const text = `Email ${'and so on '.repeat(20)}`
    expect(emailOf({ label: text, value: ada })).toBeUndefined()
    expect(emailOf(typed(text, ada))).toBe(ada)
    expect(emailOf(typed(`${text} of your friend`, ada))).toBeUndefined()
  })
})

describe('findPerson: hidden fields', () => {
  const hidden = (key: string, value: string): Question => ({ key, value, isHidden: true })

  test('finds them by their names', () => {
    const questions = [
      hidden('email', ada),
      hidden('first_name', 'Ada'),
      hidden('phone', '+12813322575'),
    ]

    expect(findPerson(questions)).toEqual({
      contact: { email: ada, phone: '+12813322575', name: 'Ada' },
      guessed: [],
    })
  })

  test.each([
    typed('Where to?', ada),
    typed('Your email', ada),
    { label: 'Secondary email', value: ada },
  ])('uses what the person answered first: %j', (answer) => {
    expect(findPerson([hidden('email', bob), answer])).toMatchObject({
      contact: { email: ada },
      guessed: [],
    })
  })

  test('uses a hidden e-mail if the only question is about another person', () => {
    expect(emailOf(typed('Who invited you?', bob), hidden('email', ada))).toBe(ada)
  })

  test.each(['friend_email', 'referrer_email', 'billingEmail'])('never uses %s', (key) => {
    expect(emailOf(hidden(key, bob))).toBeUndefined()
  })

  test('joins the parts that were asked for rather than use a hidden name', () => {
    const asked = [
      { label: 'First name', value: 'Ada' },
      { label: 'Last name', value: 'Lovelace' },
    ]

    expect(findPerson([hidden('name', 'Newsletter'), ...asked]).contact.name).toBe('Ada Lovelace')
    expect(findPerson([hidden('name', 'Ada L.'), hidden('first_name', 'A.')]).contact.name).toBe(
      'Ada L.',
    )
  })
})

describe('findPerson: several answers that are as good', () => {
  test.each([
    ['Email', 'Work email'],
    ['Your email', 'My email'],
    ['Where to?', 'And where else?'],
  ])('uses the first, %j before %j, and says so', (first, second) => {
    expect(findPerson([typed(first, ada), typed(second, bob)])).toMatchObject({
      contact: { email: ada },
      guessed: ['email'],
    })
  })

  test('says so of labels, phones and names, too', () => {
    const questions = [
      { label: 'Email', value: ada },
      { label: 'E-mail address', value: bob },
      { label: 'Home phone', value: '+12813322575' },
      { label: 'Mobile', value: '+12813322576' },
      { label: 'Name', value: 'Ada' },
      { label: 'Full name', value: 'Bob' },
    ]

    expect(findPerson(questions)).toEqual({
      contact: { email: ada, phone: '+12813322575', name: 'Ada' },
      guessed: ['email', 'phone', 'name'],
    })
  })

  test.each([
    ['First name', 'First name', 'Last name'],
    ['Last name', 'Surname', 'First name'],
  ])('says so of the parts of a name: %j and %j', (label, again, other) => {
    const parts = [
      { label, value: 'Ada' },
      { label: again, value: 'Bob' },
      { label: other, value: 'Lovelace' },
    ]

    expect(findPerson(parts).guessed).toEqual(['name'])
    expect(findPerson([...parts, { label: 'Name', value: 'Ada' }]).guessed).toEqual([])
  })

  test.each([
    [typed('Email', ada), typed('E-mail', 'ADA@example.com ')],
    [typed('Email', ada), typed('E-mail', '')],
    [typed('Email', ada), typed('E-mail', null)],
    [typed('Email', ada), typed('Billing email', bob)],
    [
      { label: 'Phone', value: '+1 (281) 332-2575' },
      { label: 'Tel.', value: 12_813_322_575 },
    ],
    [
      { label: 'Name', value: 'Ada Lovelace' },
      { label: 'Full name', value: ' ada lovelace' },
    ],
  ])('does not say so of %j and %j', (...questions) => {
    expect(findPerson(questions).guessed).toEqual([])
  })
})

describe('findPerson: name', () => {
  const nameOf = (...questions: Question[]) => findPerson(questions).contact.name

  test.each([
    ...['Name', 'name', 'Name *', 'Name (required)', 'Full name', 'fullname', 'Your full name?'],
    ...["What's your name?", 'What is your name?', 'Please enter your name', 'Contact name'],
    ...['Dein Name', 'Vollständiger Name', 'Vor- und Nachname', 'Nom complet', 'Votre nom'],
    ...['Nombre completo', 'Tu nombre', 'Nome', 'Il tuo nome', 'Naam'],
  ])('finds the answer to %j', (label) => {
    expect(nameOf({ label, value: 'Ada' })).toBe('Ada')
  })

  test.each([
    ['First name', 'Last name'],
    ['firstName', 'lastName'],
    ['fname', 'lname'],
    ['First', 'Last'],
    ['What is your first name?', 'And your last name?'],
    ['Given name', 'Surname'],
    ['Vorname', 'Nachname'],
    ['Prénom', 'Nom'],
    ['Nombre', 'Apellidos'],
    ['Nome', 'Cognome'],
    ['Voornaam', 'Achternaam'],
  ])('joins the answers to %j and %j', (first, last) => {
    const questions = [
      { label: last, value: 'Lovelace' },
      { label: first, value: 'Ada' },
    ]

    expect(nameOf(...questions)).toBe('Ada Lovelace')
  })

  test.each([
    ...['Company name', 'Your company name', 'Username', 'Name of your product', 'Event name'],
    ...["Manager's first name", 'guest-name', 'Friend name', "Your partner's name", 'Parent name'],
    ...['Emergency contact name', 'Nombre del padre', 'Nom du parrain', 'Name des Kollegen'],
  ])('skips the answer to %j', (label) => {
    expect(nameOf({ label, value: 'X' })).toBeUndefined()
  })

  test('uses parts that are asked for plainly rather than a name under an unclear label', () => {
    const speaker: Question = { type: 'name', label: 'Speaker', value: 'Bob' }
    const parts = [
      { label: 'First name', value: 'Ada' },
      { label: 'Last name', value: 'Lovelace' },
    ]

    expect(nameOf(speaker, ...parts)).toBe('Ada Lovelace')
    expect(nameOf(speaker)).toBe('Bob')
  })
})

describe('findPerson: phone', () => {
  const phoneOf = (...questions: Question[]) => findPerson(questions).contact.phone

  test.each([
    ...['Phone', 'Phone number', 'phonenumber', 'Mobile', 'Tel.', 'Contact number', 'Cell'],
    ...['Your WhatsApp number', 'Deine Telefonnummer', 'Handynummer', 'Numéro de téléphone'],
    ...[
      'Votre téléphone',
      'Tu móvil',
      'Celular',
      'Numero di telefono',
      'Telefoonnummer',
      'Telefon',
    ],
    ...['Telefone (com código do país)', 'Teléfono (con código de país)'],
  ])('finds the answer to %j', (label) => {
    expect(phoneOf({ label, value: '+12813322575' })).toBe('+12813322575')
  })

  test.each([
    ['Mobile app users', 2_813_322_575],
    ['Phone', 'iPhone 15'],
    ['Phone', 50],
    ['Emergency contact phone', '+12813322575'],
    ['guest_phone', '+12813322575'],
    ['Phone of your assistant', '+12813322575'],
    ['Téléphone du contact d’urgence', '+12813322575'],
    ['Telefon der Eltern', '+12813322575'],
  ])('skips the answer to %j if it is %j', (label, value) => {
    expect(phoneOf({ label, value })).toBeUndefined()
  })

  test('uses the number that is asked for as one’s own', () => {
    const office: Question = { type: 'phone', label: 'Phone', value: '+12813322576' }
    const own: Question = { type: 'phone', label: 'Your mobile number', value: '+12813322575' }

    expect(phoneOf(office, own)).toBe('+12813322575')
  })
})

test.each([
  ...['full name ', 'private ', 'your ', 'your full name and ', 'phone number ', "what's "],
  ...['adresse e mail ', 'their contact ', 'our manager ', 'friend ', 'your gift ', '(', '’'],
])('findPerson reads a label of 1000 characters of %j at once', (text) => {
  const label = text.repeat(1_000 / text.length)
  const before = performance.now()

  findPerson([typed(label, ada), { label: `Your ${label}`.slice(0, 1_000), value: ada }])

  expect(performance.now() - before).toBeLessThan(500)
})
