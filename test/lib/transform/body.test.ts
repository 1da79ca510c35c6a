import { describe, expect, test } from 'vitest'
import {
  isFormPost,
  parseFormBody,
  parseJsonBody,
  parseJsonLinesBody,
} from '../../../src/lib/transform/body.ts'
import { bytes, delivery, formHeaders } from '../../support/deliveries.ts'

const json = async (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  parseJsonBody(delivery(body, headers))
const jsonLines = async (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  parseJsonLinesBody(delivery(body, headers))
const form = (body: string | Uint8Array, headers: Record<string, string> = formHeaders) =>
  parseFormBody(delivery(body, headers))

const nestedArrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('parseJsonBody', () => {
  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', ''])(
    'parses JSON with the Content-Type %j',
    async (type) => {
      expect(await json('{"a":1}', { 'content-type': type })).toEqual({ a: 1 })
    },
  )

  test('strips a byte order mark', async () => {
    expect(await json('\ufeff{"a":1}')).toEqual({ a: 1 })
  })

  test('keeps __proto__ as an ordinary key', async () => {
    const parsed = await json('{"__proto__":{"role":"lead"}}')

    expect(Object.keys(parsed as object)).toEqual(['__proto__'])
    expect(parsed).not.toHaveProperty('role')
  })

  test('accepts 64 levels of nesting and does not count brackets in strings', async () => {
    await expect(json(nestedArrays(64))).resolves.toBeDefined()
    await expect(json(JSON.stringify('['.repeat(99)))).resolves.toBe('['.repeat(99))
    await expect(json(JSON.stringify(`\\"${'{'.repeat(99)}`))).resolves.toBeDefined()
  })

  test.each([
    ['an empty body', ''],
    ['a cut-off object', '{"a":'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1}//'],
    ['NaN', '{"a":NaN}'],
    ['a raw control character', '{"a":"\u0000"}'],
    ['65 levels', nestedArrays(65)],
    ['10,000 levels', nestedArrays(10_000)],
    ['two byte order marks', '\ufeff\ufeff{}'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('refuses %s with invalid_body', async (_name, body) => {
    await expect(json(body)).rejects.toMatchObject({ code: 'invalid_body' })
  })

  test('refuses a form with unsupported_media_type', async () => {
    await expect(json('email=a%40b.co', formHeaders)).rejects.toMatchObject({
      code: 'unsupported_media_type',
    })
  })

  test('throws an error without any text of the body', async () => {
    const error = await json('{"canary').catch((thrown: Error) => thrown)

    expect(String(error) + String((error as Error).cause)).not.toContain('canary')
  })
})

describe('parseJsonLinesBody', () => {
  test.each([
    ['{"a":1}\n{"b":2}', [{ a: 1 }, { b: 2 }]],
    ['{"a":1}\n{"b":2}\n', [{ a: 1 }, { b: 2 }]],
    ['{"a":1}\r\n{"b":2}\r\n', [{ a: 1 }, { b: 2 }]],
    ['\n\n{"a":1}\n \t\n{"b":2}\n\n', [{ a: 1 }, { b: 2 }]],
    ['\ufeff{"a":1}\n{"b":2}', [{ a: 1 }, { b: 2 }]],
    ['{"a":"\u2028"}\n{"b":"\\n"}', [{ a: '\u2028' }, { b: '\n' }]],
    ['[1]\n[2,3]', [[1], [2, 3]]],
    ['null\n{"b":2}', [null, { b: 2 }]],
  ])('parses the lines of %j', async (body, values) => {
    expect(await jsonLines(body)).toEqual(values)
  })

  test.each([
    ['{"a":1}', { a: 1 }],
    ['{"a":1}\n', { a: 1 }],
    ['{\n  "a": 1\n}', { a: 1 }],
    ['[\n{"a":1},\n{"b":2}\n]', [{ a: 1 }, { b: 2 }]],
    ['[]', []],
  ])('parses %j as one JSON text', async (body, value) => {
    expect(await jsonLines(body)).toEqual(value)
  })

  test.each(['application/x-ndjson', 'application/json', 'text/plain', ''])(
    'parses lines with the Content-Type %j',
    async (type) => {
      expect(await jsonLines('1\n2', { 'content-type': type })).toEqual([1, 2])
    },
  )

  test('accepts 64 levels of nesting in each line', async () => {
    const line = nestedArrays(64)

    expect(await jsonLines(`${line}\n${line}`)).toHaveLength(2)
  })

  test.each([
    ['an empty body', ''],
    ['blank lines alone', '\n \r\n\n'],
    ['a broken first line', '{"a":\n{"b":2}'],
    ['a broken line between others', '{"a":1}\n{"b":2\n{"c":3}'],
    ['a last line that is cut off', '{"a":1}\n{"b":'],
    ['a comma between lines', '{"a":1},\n{"b":2}'],
    ['two values on one line', '{"a":1}{"b":2}'],
    ['65 levels in one line', `{"a":1}\n${nestedArrays(65)}`],
    ['bytes that are not UTF-8', new Uint8Array([0x31, 0x0a, 0x22, 0xff, 0x22])],
  ])('refuses %s with invalid_body', async (_name, body) => {
    await expect(jsonLines(body)).rejects.toMatchObject({ code: 'invalid_body' })
  })

  test('throws an error without any text of the body', async () => {
    const error = await jsonLines('{"a":1}\n{"canary').catch((thrown: Error) => thrown)

    expect(String(error) + String((error as Error).cause)).not.toContain('canary')
  })
})

describe('parseFormBody of a urlencoded form', () => {
  test('returns inputs by name, and several of one name as a list', async () => {
    expect(await form('email=ada%40example.com&name=Ada+L%C3%B6v&tag=a&tag=b')).toEqual({
      email: 'ada@example.com',
      name: 'Ada Löv',
      tag: ['a', 'b'],
    })
  })

  test('keeps an input named __proto__', async () => {
    const inputs = await form('__proto__=x&constructor=y')

    expect(Object.entries(inputs as object)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })

  test.each([
    ['1,000 inputs', `${'a=1&'.repeat(999)}b=2`],
    ['1,000 inputs and a last &', 'a=1&'.repeat(1_000)],
    ['1,000 names alone', 'a&'.repeat(1_000)],
    ['1,000 inputs and a thousand & between', 'a=1&&'.repeat(1_000)],
  ])('reads %s', async (_name, body) => {
    const inputs = Object.values(await form(body)).flat()

    expect(inputs).toHaveLength(1_000)
  })

  test('finds no input in 200,000 times &', async () => {
    expect(await form('&'.repeat(200_000))).toEqual({})
  })

  test.each([
    ['1,001 inputs', `${'a=1&'.repeat(1_000)}b=2`],
    ['1,001 names', Array.from({ length: 1_001 }, (_, index) => `i${index}=`).join('&')],
    ['87,000 empty inputs', 'a=&'.repeat(87_000)],
    ['131,000 names alone', 'a&'.repeat(131_000)],
    ['87,000 values without a name', '=a&'.repeat(87_000)],
    ['1,001 inputs that are not UTF-8', bytes('a=1&'.repeat(1_001)).with(0, 0xff)],
  ])('refuses %s before it decodes them', async (_name, body) => {
    await expect(form(body)).rejects.toMatchObject({
      code: 'invalid_body',
      message: 'the body is a form of more than 1000 inputs: check what the sender posts',
    })
  })

  test('refuses invalid UTF-8 with invalid_body', async () => {
    await expect(form(new Uint8Array([0x61, 0x3d, 0xff]))).rejects.toMatchObject({
      code: 'invalid_body',
    })
  })
})

test('parseFormBody refuses invalid UTF-8 in multipart parts and in percent-encoding', async () => {
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

describe('parseFormBody of a multipart form', () => {
  const type = { 'content-type': 'multipart/form-data; boundary=----b' }
  const part = (disposition: string, value: string) =>
    `------b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`
  const end = '------b--\r\n'

  test('returns inputs by name and skips files', async () => {
    const body =
      part('name="email"', 'ada@example.com') +
      part('name="cv"; filename="cv.pdf"\r\nContent-Type: application/pdf', '%PDF') +
      part('name="name"', 'Ada Löv') +
      end

    expect(await form(body, type)).toEqual({ email: 'ada@example.com', name: 'Ada Löv' })
  })

  test('skips a part without a name', async () => {
    const body = `${part('x="y"', 'lost')}${part('name="email"', 'ada@example.com')}${end}`

    expect(await form(body, type)).toEqual({ email: 'ada@example.com' })
  })

  const inputs = (count: number, value = '') =>
    Array.from({ length: count }, (_, index) => part(`name="i${index}"`, value)).join('')
  const files = (count: number) => part('name="f"; filename="f"', '').repeat(count)

  test('reads 1,000 inputs and 100 files', async () => {
    const read = await form(inputs(1_000, 'x'.repeat(100)) + files(100) + end, type)

    expect(Object.entries(read)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => [`i${index}`, 'x'.repeat(100)]),
    )
  })

  test('reads an input and skips a file of 100 KB each', async () => {
    const body =
      part('name="cv"; filename="cv.pdf"', '%'.repeat(100_000)) +
      part('name="text"', 'ö'.repeat(50_000)) +
      part('name="email"', 'ada@example.com') +
      end

    expect(await form(body, type)).toEqual({ text: 'ö'.repeat(50_000), email: 'ada@example.com' })
  })

  test.each([
    ['1,001 inputs', inputs(1_001) + end, '1000 inputs'],
    ['1,001 inputs without an end', inputs(1_001), '1000 inputs'],
    ['1,101 parts without a name', `${part('x="y"', '')}`.repeat(1_101) + end, '1000 inputs'],
    ['1,101 parts without a header', '------b\r\n\r\n\r\n'.repeat(1_101) + end, '1000 inputs'],
    ['101 files', files(101) + end, '100 files'],
  ])('refuses %s with invalid_body', async (_name, body, limit) => {
    await expect(form(body, type)).rejects.toMatchObject({
      code: 'invalid_body',
      message: `the body is a form of more than ${limit}: check what the sender posts`,
    })
  })

  test('stops soon after the last input that it accepts', async () => {
    let reads = 0
    const body = new Proxy(bytes(inputs(4_000)), {
      get: (target, key) => {
        if (key === 'subarray') reads += 1
        const value = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })

    await expect(form(body, type)).rejects.toMatchObject({ code: 'invalid_body' })
    // 4,000 inputs are 16 chunks.
    expect(reads).toBeLessThan(8)
  })

  test.each([
    ['without a closing boundary', part('name="email"', 'a@b.co'), type],
    ['with half a file', part('name="cv"; filename="cv.pdf"', '%PDF').slice(0, -9), type],
    ['without any part', 'nonsense', type],
    ['with an empty body', '', type],
    ['without a boundary parameter', end, { 'content-type': 'multipart/form-data' }],
    [
      'with another boundary',
      part('name="a"', 'b') + end,
      { 'content-type': `${type['content-type']}x` },
    ],
  ])('refuses a form %s with invalid_body', async (_name, body, headers) => {
    await expect(form(body, headers)).rejects.toMatchObject({ code: 'invalid_body' })
  })
})

test.each(['application/json', 'text/plain', '', 'application/x-www-form-urlencodedx'])(
  'parseFormBody refuses the Content-Type %j with unsupported_media_type',
  async (type) => {
    await expect(form('email=a%40b.co', { 'content-type': type })).rejects.toMatchObject({
      code: 'unsupported_media_type',
    })
  },
)

test.each([
  ['parseJsonBody', json],
  ['parseJsonLinesBody', jsonLines],
  ['parseFormBody', form],
])('%s refuses a compressed body with unsupported_media_type', async (_name, parse) => {
  await expect(parse('{}', { ...formHeaders, 'content-encoding': 'gzip' })).rejects.toMatchObject({
    code: 'unsupported_media_type',
  })
})

test.each([
  ['application/x-www-form-urlencoded', true],
  ['Multipart/Form-Data; boundary=b', true],
  ['application/json', false],
  ['text/plain', false],
  ['', false],
])('isFormPost of the Content-Type %j is %j', (type, expected) => {
  expect(isFormPost(delivery('', { 'content-type': type }))).toBe(expected)
})
