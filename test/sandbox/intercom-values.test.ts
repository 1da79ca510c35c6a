import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

/** Creates a user with one more field, and updates another with it. */
const write = async (field: string, value: unknown) => {
  const { request, create, intercom } = await start()
  const id = await create({ external_id: '70' })
  const body = { [field]: value }
  const responses = [
    await request('POST', '/contacts', { external_id: '71', ...body }),
    await request('PUT', `/contacts/${id}`, body),
  ]
  return { responses, contacts: intercom.contacts() }
}

const expectRefused = async (field: string, value: unknown, message: string) => {
  const { responses, contacts } = await write(field, value)

  for (const response of responses) {
    expect(errorOf(response)).toEqual({ status: 400, code: 'parameter_invalid', message })
  }
  expect(contacts).toHaveLength(1)
  expect(contacts).toMatchObject([{ external_id: '70', [field]: null }])
}

const expectStored = async (field: string, value: unknown) => {
  const { responses, contacts } = await write(field, value)

  expect(responses.map(({ status }) => status)).toEqual([200, 200])
  expect(contacts).toMatchObject([{ [field]: value }, { [field]: value }])
}

describe('e-mail of a contact', () => {
  test.each([
    'ada@example.com',
    'Ada.Lovelace+news@mail.example.co.uk',
    "o'hara_1@example.com",
    'ada@bücher.example',
    'ädä@example.com',
    'a@b.c',
  ])('can be %s', async (email) => {
    await expectStored('email', email)
  })

  test.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'ada@@example.com',
    'ada@lovelace@example.com',
    'ada lovelace@example.com',
    'ada@exam ple.com',
    ' ada@example.com',
    'ada@example.com\n',
    'ada@example.com\u0000',
    'ada@localhost',
    'ada@example..com',
    'ada..lovelace@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'ada@.example.com',
    'ada@example.com.',
    '<ada@example.com>',
    'mailto:ada@example.com',
    'ada@example.com;',
    'ada@example.com,bob@example.com',
    '"Ada" <ada@example.com>',
    7,
    true,
    ['ada@example.com'],
  ])('is refused if it is %j', async (email) => {
    await expectRefused('email', email, 'email must be an e-mail address')
  })
})

describe('phone of a contact', () => {
  test.each([
    '+353871234567',
    '00353 87 123 4567',
    '(087) 123-4567',
    '087.123.4567',
    '12345',
    '+123456789012345',
  ])('can be %s', async (phone) => {
    await expectStored('phone', phone)
  })

  test.each([
    '',
    '-',
    '+',
    'none',
    'n/a',
    '+353 87 CALL ME',
    '087 123 4567 ext 8',
    'tel:+353871234567',
    '1234',
    '1234567890123456',
    '353+871234567',
    '++353871234567',
    353_871_234_567,
  ])('is refused if it is %j', async (phone) => {
    await expectRefused('phone', phone, 'phone must be a phone number')
  })
})

describe('avatar of a contact', () => {
  test.each(['https://example.com/ada.png', 'http://example.com/ada.png?size=1'])(
    'can be %s',
    async (avatar) => {
      const { contacts } = await write('avatar', avatar)

      expect(contacts.map((contact) => contact.avatar?.image_url)).toEqual([avatar, avatar])
    },
  )

  test.each([
    '',
    'ada.png',
    '/ada.png',
    'example.com/ada.png',
    'ftp://example.com/a',
    'data:,a',
    7,
  ])('is refused if it is %j', async (avatar) => {
    await expectRefused(
      'avatar',
      avatar,
      'avatar must be a URL that starts with http:// or https://',
    )
  })
})

describe.each(['signed_up_at', 'last_seen_at'])('%s of a contact', (field) => {
  test('can be unix seconds', async () => {
    await expectStored(field, 1_734_537_437)
  })

  test.each(['1734537437', '2026-12-24', 1_734_537_437.5, true])(
    'is refused if it is %j',
    async (value) => {
      await expectRefused(field, value, `${field} must be an integer`)
    },
  )
})
