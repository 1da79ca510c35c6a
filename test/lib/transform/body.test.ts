import { describe, expect, test } from 'vitest'
import { parseFormBody, parseJsonBody } from '../../../src/lib/transform/body.ts'
import { bytes, delivery, formHeaders } from '../../support/deliveries.ts'

const json = async (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  parseJsonBody(delivery(body, headers))
const form = (body: string | Uint8Array, headers: Record<string, string> = formHeaders) =>
  parseFormBody(delivery(body, headers))

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('JSON', () => {
  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', ''])(
    'is read whatever type is declared: %j',
    async (type) => {
      expect(await json('{"a":1}', { 'content-type': type })).toEqual({ a: 1 })
    },
  )

  test('may begin with a byte order mark', async () => {
    expect(await json('\ufeff{"a":1}')).toEqual({ a: 1 })
  })

  test('keeps __proto__ as a key like any other', async () => {
    const parsed = await json('{"__proto__":{"role":"lead"}}')

    expect(Object.keys(parsed as object)).toEqual(['__proto__'])
    expect(parsed).not.toHaveProperty('role')
  })

  test('may nest 64 levels deep, brackets in strings not counted', async () => {
    await expect(json(nested(64))).resolves.toBeDefined()
    await expect(json(JSON.stringify('['.repeat(99)))).resolves.toBe('['.repeat(99))
    await expect(json(JSON.stringify(`\\"${'{'.repeat(99)}`))).resolves.toBeDefined()
  })

  test.each([
    ['nothing', ''],
    ['a half', '{"a":'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1}//'],
    ['NaN', '{"a":NaN}'],
    ['a raw control character', '{"a":"\u0000"}'],
    ['65 levels', nested(65)],
    ['10,000 levels', nested(10_000)],
    ['two byte order marks', '\ufeff\ufeff{}'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('%s is invalid_body', async (_name, body) => {
    await expect(json(body)).rejects.toMatchObject({ code: 'invalid_body' })
  })

  test('a form’s body is unsupported_media_type', async () => {
    await expect(json('email=a%40b.co', formHeaders)).rejects.toMatchObject({
      code: 'unsupported_media_type',
    })
  })

  test('an error quotes nothing of the body', async () => {
    const error = await json('{"canary').catch((thrown: Error) => thrown)

    expect(String(error) + String((error as Error).cause)).not.toContain('canary')
  })
})

describe('urlencoded forms', () => {
  test('give inputs by name, several of one name as a list', async () => {
    expect(await form('email=ada%40example.com&name=Ada+L%C3%B6v&tag=a&tag=b')).toEqual({
      email: 'ada@example.com',
      name: 'Ada Löv',
      tag: ['a', 'b'],
    })
  })

  test('keep an input named __proto__ as an input', async () => {
    const inputs = await form('__proto__=x&constructor=y')

    expect(Object.entries(inputs as object)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })

  test('must be UTF-8', async () => {
    await expect(form(new Uint8Array([0x61, 0x3d, 0xff]))).rejects.toMatchObject({
      code: 'invalid_body',
    })
  })
})

test('a form with bytes that are no UTF-8 is invalid_body, whatever carries them', async () => {
  const multipart = new Uint8Array([
    ...bytes('--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n'),
    ...[0xff, 0xfe, 0x41],
    ...bytes('\r\n--b--\r\n'),
  ])
  const refused = { code: 'invalid_body' }

  await expect(
    form(multipart, { 'content-type': 'multipart/form-data; boundary=b' }),
  ).rejects.toMatchObject(refused)
  await expect(form('name=%ff%feA')).rejects.toMatchObject(refused)
  expect(await form('name=%EF%BF%BDA')).toEqual({ name: '\ufffdA' })
})

describe('multipart forms', () => {
  const type = { 'content-type': 'multipart/form-data; boundary=----b' }
  const part = (disposition: string, value: string) =>
    `------b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`
  const end = '------b--\r\n'

  test('give inputs by name, and pass files over', async () => {
    const body =
      part('name="email"', 'ada@example.com') +
      part('name="cv"; filename="cv.pdf"\r\nContent-Type: application/pdf', '%PDF') +
      part('name="name"', 'Ada Löv') +
      end

    expect(await form(body, type)).toEqual({ email: 'ada@example.com', name: 'Ada Löv' })
  })

  test('pass over a part without a name', async () => {
    const body = `${part('x="y"', 'lost')}${part('name="email"', 'ada@example.com')}${end}`

    expect(await form(body, type)).toEqual({ email: 'ada@example.com' })
  })

  test('of more than 1,000 inputs are invalid_body, and none is dropped in silence', async () => {
    const inputs = Array.from({ length: 1_001 }, (_, at) => part(`name="i${at}"`, 'x')).join('')

    await expect(form(inputs + end, type)).rejects.toMatchObject({ code: 'invalid_body' })
  })

  test.each([
    ['without an end', part('name="email"', 'a@b.co'), type],
    ['with half a file', part('name="cv"; filename="cv.pdf"', '%PDF').slice(0, -9), type],
    ['without a part', 'nonsense', type],
    ['without anything', '', type],
    ['without a boundary', end, { 'content-type': 'multipart/form-data' }],
    [
      'with another boundary',
      part('name="a"', 'b') + end,
      { 'content-type': `${type['content-type']}x` },
    ],
  ])('%s are invalid_body', async (_name, body, headers) => {
    await expect(form(body, headers)).rejects.toMatchObject({ code: 'invalid_body' })
  })
})

test.each(['application/json', 'text/plain', '', 'application/x-www-form-urlencodedx'])(
  'a form takes no %j',
  async (type) => {
    await expect(form('email=a%40b.co', { 'content-type': type })).rejects.toMatchObject({
      code: 'unsupported_media_type',
    })
  },
)

test.each([
  ['json', json],
  ['form', form],
])('a compressed body is never inflated: %s', async (_name, parse) => {
  await expect(parse('{}', { ...formHeaders, 'content-encoding': 'gzip' })).rejects.toMatchObject({
    code: 'unsupported_media_type',
  })
})
