import { describe, expect, test } from 'vitest'
import type { Question } from '../../../src/lib/delivery.ts'
import { findPerson } from '../../../src/lib/sources/person.ts'

const mail = 'ada@example.com'

describe('findPerson: email', () => {
  test.each([
    ...['Email', 'E-mail', 'Email *', 'Your e-mail', 'email_address', 'userEmail', 'Email (work)'],
    ...['What is your email address?', 'Business Email', 'Company email', 'emailAddress'],
    ...["Student's email", 'Email for your reference', 'Preferred email', "What's your email?"],
  ])('finds the answer to %j', (label) => {
    expect(findPerson([{ label, value: mail }]).email).toBe(mail)
  })

  test.each([
    ...["Friend's email", 'friend_email', 'Manager email', 'Emergency contact email'],
    ...['Wife’s e-mail', 'Email of your boss', 'Referrer email'],
  ])('skips the answer to %j', (label) => {
    expect(findPerson([{ label, value: mail }]).email).toBeUndefined()
  })

  test.each([
    "Let's keep in touch! What's your email?",
    'Where should our account manager reach you? Your email',
    'Your email, so that a colleague of ours can reply',
    'Email for your partner account',
  ])('finds an answer of the type email to %j', (label) => {
    const other: Question = { type: 'email', label: "Friend's email", value: 'bob@example.com' }

    expect(findPerson([other, { type: 'email', label, value: mail }]).email).toBe(mail)
  })

  test('uses the typed answer about another person only without any other', () => {
    const parent: Question = { type: 'email', label: 'Parent/Guardian email', value: mail }

    expect(findPerson([parent]).email).toBe(mail)
    expect(findPerson([parent, { label: 'Email', value: 'own@example.com' }]).email).toBe(
      'own@example.com',
    )
  })
})

describe('findPerson: name', () => {
  test.each([
    ...['Name', 'name', 'Name *', 'Name (required)', 'Full name', 'fullname', 'Your full name?'],
    ...["What's your name?", 'What is your name?', 'Please enter your name', 'Contact name'],
  ])('finds the answer to %j', (label) => {
    expect(findPerson([{ label, value: 'Ada' }]).name).toBe('Ada')
  })

  test.each([
    ['First name', 'Last name'],
    ['firstName', 'lastName'],
    ['fname', 'lname'],
    ['First', 'Last'],
    ['What is your first name?', 'And your last name?'],
    ['Given name', 'Surname'],
  ])('joins the answers to %j and %j', (first, last) => {
    const questions = [
      { label: first, value: 'Ada' },
      { label: last, value: 'Lovelace' },
    ]

    expect(findPerson(questions).name).toBe('Ada Lovelace')
  })

  test.each(['Company name', 'Username', 'Name of your product', "Manager's first name"])(
    'skips the answer to %j',
    (label) => {
      expect(findPerson([{ label, value: 'X' }]).name).toBeUndefined()
    },
  )
})

describe('findPerson: phone', () => {
  test.each(['Phone', 'Phone number', 'phonenumber', 'Mobile', 'Tel.', 'Contact number', 'Cell'])(
    'finds the answer to %j',
    (label) => {
      expect(findPerson([{ label, value: '+12813322575' }]).phone).toBe('+12813322575')
    },
  )

  test.each([
    ['Mobile app users', 2_813_322_575],
    ['Phone', 'iPhone 15'],
    ['Phone', 50],
    ['Emergency contact phone', '+12813322575'],
  ])('skips the answer to %j if it is %j', (label, value) => {
    expect(findPerson([{ label, value }]).phone).toBeUndefined()
  })
})
