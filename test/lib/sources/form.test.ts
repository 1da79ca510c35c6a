import { describe, expect, test } from 'vitest'
import { form } from '../../../src/lib/sources/index.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { delivery, formHeaders } from '../../support/deliveries.ts'

const readForm = (body: string, options = {}) => read(form(options), delivery(body, formHeaders))
const readJson = (body: object, options = {}) => read(form(options), delivery(body))

test('form maps only the inputs email, name and phone by default', async () => {
  const body =
    'email=ada%40example.com&name=Ada&phone=%2B12813322575&role=lead&external_id=1&plan=pro'

  expect(await readForm(body)).toMatchObject({
    kind: 'signups',
    signups: [
      {
        contact: { role: 'user', email: 'ada@example.com', name: 'Ada', phone: '+12813322575' },
      },
    ],
  })
  expect(await readForm(body)).not.toHaveProperty('signups.0.contact.external_id')
  expect(await readForm(body)).not.toHaveProperty('signups.0.contact.custom_attributes')
})

test('form maps other inputs by its options, and checkboxes of one name as one text', async () => {
  const body = 'mail=ada%40example.com&user%5Bname%5D=Ada&uses=a&uses=b&news=on'
  const options = {
    role: 'lead',
    fields: { mail: 'email', 'user[name]': 'name' },
    attributes: { uses: 'uses' },
    consent: 'news',
  }

  expect(await readForm(body, options)).toMatchObject({
    signups: [
      {
        contact: {
          role: 'lead',
          email: 'ada@example.com',
          name: 'Ada',
          custom_attributes: { uses: 'a, b' },
        },
        consent: true,
      },
    ],
  })
})

test('form ignores a post with a value in the honeypot', async () => {
  const dropped = { kind: 'ignored', isDropped: true }

  expect(await readForm('email=ada%40example.com&_gotcha=x')).toEqual(dropped)
  expect(await readForm('test=test&_gotcha=x')).toEqual(dropped)
  expect(await readJson({ email: 'ada@example.com', _gotcha: true })).toEqual(dropped)
})

test('form reads a post with an empty honeypot, also twice', async () => {
  for (const empty of ['_gotcha=', '_gotcha=&_gotcha=']) {
    expect(await readForm(`email=ada%40example.com&${empty}`)).toMatchObject({ kind: 'signups' })
  }
  for (const _gotcha of ['', null, false, [], ['']]) {
    expect(await readJson({ email: 'ada@example.com', _gotcha })).toMatchObject({ kind: 'signups' })
  }
})

test('form uses the digest of the body as event id', async () => {
  const first = await readForm('email=ada%40example.com')
  const repeated = await readForm('email=ada%40example.com')
  const other = await readForm('email=ada%40example.com&name=Ada')

  const idOf = (reading: typeof first) =>
    reading.kind === 'signups' ? reading.signups[0].event_id : undefined
  expect(idOf(first)).toMatch(/^[0-9a-f]{64}$/)
  expect(idOf(repeated)).toBe(idOf(first))
  expect(idOf(other)).not.toBe(idOf(first))
})

describe('form reads an input that is there several times', () => {
  const ada = { email: 'ada@example.com', name: 'Ada', phone: '+12813322575' }

  test.each([
    ['once with a value', 'email=&email=ada%40example.com&name=Ada&name=&phone=%2B12813322575'],
    [
      'with the same value',
      'email=ada%40example.com&email=ada%40example.com&name=Ada&name=Ada&phone=%2B12813322575&phone=%2B12813322575',
    ],
    [
      'with values that differ in blanks or the case of an e-mail',
      'email=Ada%40Example.com&email=+ada%40example.com+&name=Ada&name=Ada+&phone=%2B12813322575',
    ],
    [
      'three times, two of them with a value',
      'email=ada%40example.com&email=+&email=ada%40example.com&name=&name=Ada&name=Ada&phone=%2B12813322575',
    ],
  ])('%s', async (_how, body) => {
    expect(await readForm(body)).toMatchObject({ signups: [{ contact: ada }], leftOut: [] })
  })

  test('in JSON, as a list', async () => {
    const body = { ...ada, email: ['', 'ada@example.com', null, 'ADA@example.com'], name: ['Ada'] }

    expect(await readJson(body)).toMatchObject({ signups: [{ contact: ada }], leftOut: [] })
  })

  test('at the places of `fields`, `company` and `note`', async () => {
    const options = {
      fields: { mail: 'email', tel: 'phone', id: 'external_id' },
      company: { firm: 'name' },
      note: 'message',
    }
    const twice = [
      'mail=ada%40example.com',
      'tel=%2B12813322575',
      'id=7',
      'firm=Acme',
      'message=Hi',
    ].flatMap((input) => [input, input])

    expect(await readForm(twice.join('&'), options)).toMatchObject({
      signups: [
        {
          contact: { email: 'ada@example.com', phone: '+12813322575', external_id: '7' },
          companies: [{ name: 'Acme' }],
          note: 'Hi',
        },
      ],
      leftOut: [],
    })
  })

  test('but refuses two different e-mails', async () => {
    for (const body of [
      'email=ada%40example.com&email=bob%40example.com',
      'email=a&email=a%40b.co',
    ]) {
      expect(await readForm(body)).toMatchObject({
        kind: 'refused',
        code: 'no_identity',
        issues: [{ path: 'email', reason: 'email_invalid' }, { path: '' }],
      })
    }
  })

  test.each([
    ['uses=a&uses=b&uses=b', 'a, b, b'],
    ['uses=a&uses=a', 'a'],
    ['uses=a&uses=a+&uses=', 'a'],
    ['uses=5&uses=5', '5'],
  ])('for an attribute, %s is %j', async (inputs, uses) => {
    const body = `email=ada%40example.com&${inputs}`

    expect(await readForm(body, { attributes: { uses: 'uses' } })).toMatchObject({
      signups: [{ contact: { custom_attributes: { uses } } }],
    })
  })

  test('for an attribute, a list of numbers of a script stays a list', async () => {
    const body = { email: 'ada@example.com', scores: [5, 5], score: [5] }
    const options = { attributes: { scores: 'scores', score: 'score' } }

    expect(await readJson(body, options)).toMatchObject({
      signups: [{ contact: { custom_attributes: { scores: '5, 5', score: '5' } } }],
    })
  })
})

describe('form reads the JSON of a page’s script', () => {
  const email = 'ada@example.com'

  test('like the same inputs of a form', async () => {
    const body = { email, name: 'Ada', phone: 12813322575, news: true, seats: 5, uses: ['a', 'b'] }
    const options = {
      country: 'US',
      consent: 'news',
      attributes: { seats: 'seats', uses: 'uses', pro: 'pro' },
    }

    expect(await readJson({ ...body, pro: false, note: null }, options)).toMatchObject({
      signups: [
        {
          contact: {
            email,
            name: 'Ada',
            phone: '+12813322575',
            custom_attributes: { seats: 5, uses: 'a, b', pro: false },
          },
          consent: true,
        },
      ],
      leftOut: [],
    })
    expect(await readJson({ email, news: false }, options)).toMatchObject({
      signups: [{ consent: false }],
    })
  })

  test('and counts unknown inputs, objects too', async () => {
    const body = {
      email,
      plan: 'pro',
      address: { city: 'Berlin' },
      rows: [{ a: 1 }],
      no: null,
      none: [],
    }
    const unknown = (paths: string[]) => paths.map((path) => ({ path, reason: 'field_unknown' }))

    expect(await readJson(body)).toMatchObject({ leftOut: unknown(['plan', 'address', 'rows']) })
    expect(
      await readJson(body, { attributes: { 'address.city': 'city', plan: 'plan' } }),
    ).toMatchObject({
      signups: [{ contact: { custom_attributes: { city: 'Berlin', plan: 'pro' } } }],
      leftOut: unknown(['rows']),
    })
  })

  test('and leaves out an object where a text is expected', async () => {
    expect(await readJson({ email, name: { first: 'Ada' }, phone: [{}] })).toMatchObject({
      signups: [{ contact: { email } }],
      leftOut: [
        { path: 'phone', reason: 'phone_invalid' },
        { path: 'name', reason: 'text_invalid' },
      ],
    })
    for (const odd of [{ value: email }, [email, { toString: 1 }], [[email], [email]]]) {
      expect(await readJson({ email: odd, test: { toString: 1 } })).toMatchObject({
        kind: 'refused',
        code: 'no_identity',
      })
    }
  })
})

describe('form ignores what a builder posts to test the address', () => {
  test.each(['test=test', 'test=1', 'Test=TEST', 'ping=true', 'event=ping', 'is_test=true', ''])(
    'as a form: %j',
    async (body) => {
      expect(await readForm(body)).toEqual({ kind: 'ignored' })
    },
  )

  test.each([{ test: 'test' }, { test: true, ping: 1 }, { type: 'test' }, {}])(
    'as JSON: %j',
    async (body) => {
      expect(await readJson(body)).toEqual({ kind: 'ignored' })
    },
  )

  test.each([
    'test=test&email=',
    'test=test&name=&phone=',
    'test=test&_gotcha=',
    'test=test&Email=ada%40example.com',
    'test=ada%40example.com',
    'test=%2B12813322575',
    'latest=1',
    'plan=test+drive',
    'test=',
    'test=test&test=test',
    'email=test',
    'email=',
  ])('but refuses %s', async (body) => {
    expect(await readForm(body)).toMatchObject({ kind: 'refused', code: 'no_identity' })
  })

  test('but refuses an input that an option maps', async () => {
    for (const options of [
      { fields: { test: 'name' } },
      { attributes: { test: 'test' } },
      { company: { test: 'name' } },
      { note: 'test' },
      { consent: 'test' },
    ]) {
      expect(await readForm('test=test', options)).toMatchObject({ kind: 'refused' })
    }
  })

  test('but refuses a browser’s post without inputs', async () => {
    const browser = { ...formHeaders, origin: 'null' }

    expect(await read(form(), delivery('', browser))).toMatchObject({ kind: 'refused' })
  })

  test('and reads a signup that has such an input, too', async () => {
    expect(await readForm('test=test&email=ada%40example.com')).toMatchObject({ kind: 'signups' })
  })
})

test('form counts each input with a value that no option maps, by its name', async () => {
  const inputs = [
    ...['email=ada%40example.com', 'name=Ada', 'phone=', '_gotcha=', 'cf-turnstile-response=token'],
    ...[
      'plan=pro',
      'empty=',
      'blank=+',
      'uses=',
      'uses=a',
      'tier=',
      'tier=',
      'x%40y=1',
      'team.size=5',
    ],
  ]
  const unknown = (paths: string[]) => paths.map((path) => ({ path, reason: 'field_unknown' }))

  expect(await readForm(inputs.join('&'))).toMatchObject({
    leftOut: unknown(['plan', 'uses', '…', 'team.size']),
  })
  expect(
    await readForm(inputs.join('&'), {
      attributes: { plan: 'plan', 'uses.1': 'use' },
      note: 'x@y',
    }),
  ).toMatchObject({ leftOut: unknown(['team.size']) })
})

test.each([
  ['on', true],
  ['1', true],
  ['yes', true],
  ['0', false],
])('form reads the opt-out %s as %j, also behind its hidden input', async (value, expected) => {
  const options = { fields: { unsubscribe: 'unsubscribed_from_emails' } }
  const body = `email=ada%40example.com&unsubscribe=${value}`

  for (const text of [body, body.replace('&', '&unsubscribe=0&')]) {
    expect(await readForm(text, options)).toMatchObject({
      signups: [{ contact: { unsubscribed_from_emails: expected } }],
      leftOut: [],
    })
  }
})

test('form refuses an opt-out that cannot be read', async () => {
  const options = { fields: { unsubscribe: 'unsubscribed_from_emails' } }

  expect(await readForm('email=ada%40example.com&unsubscribe=maybe', options)).toMatchObject({
    kind: 'refused',
    code: 'invalid_signup',
    issues: [{ path: 'unsubscribed_from_emails', reason: 'boolean_invalid' }],
  })
})
