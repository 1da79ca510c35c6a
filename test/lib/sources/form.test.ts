import { expect, test } from 'vitest'
import { form } from '../../../src/lib/sources/index.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { delivery, formHeaders } from '../../support/deliveries.ts'

const readForm = (body: string, options = {}) => read(form(options), delivery(body, formHeaders))

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
  expect(await readForm('email=ada%40example.com&_gotcha=x')).toEqual({ kind: 'ignored' })
  expect(await readForm('email=ada%40example.com&_gotcha=')).toMatchObject({ kind: 'signups' })
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

test('form reads an input that is there twice, once empty', async () => {
  const body = 'email=&email=ada%40example.com&name=Ada&name='
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }

  expect(await read(form(), delivery(body, headers))).toMatchObject({
    signups: [{ contact: { email: 'ada@example.com', name: 'Ada' } }],
    leftOut: [],
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
