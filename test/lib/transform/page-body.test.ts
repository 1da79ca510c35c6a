import { describe, expect, test } from 'vitest'
import { parsePageBody } from '../../../src/lib/transform/page-body.ts'
import { delivery, formHeaders } from '../../support/deliveries.ts'

const typed = (type: string): Record<string, string> =>
  type === '' ? {} : { 'content-type': type }
const page = (body: string | Uint8Array, type: string) => parsePageBody(delivery(body, typed(type)))
const urlencoded = formHeaders['content-type']
const nested = (levels: number) => `{"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

describe('parsePageBody', () => {
  test('returns the inputs of a form', async () => {
    const multipart =
      '--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nada@example.com\r\n--b--\r\n'

    expect(await page('email=ada%40example.com&tag=a&tag=b', urlencoded)).toEqual({
      email: 'ada@example.com',
      tag: ['a', 'b'],
    })
    expect(await page(multipart, 'multipart/form-data; boundary=b')).toEqual({
      email: 'ada@example.com',
    })
  })

  const keys = (count: number) =>
    JSON.stringify(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`i${index}`, 0])),
    )
  const form = (count: number) => Array.from({ length: count }, (_, index) => `i${index}`).join('&')

  test.each([
    ['a form', form, urlencoded],
    ['a JSON object', keys, 'application/json'],
    ['a JSON object that is declared as a form', keys, urlencoded],
    ['a JSON object in a beacon', keys, 'text/plain'],
  ])('reads %s of 1,000 inputs, and refuses more', async (_name, bodyOf, type) => {
    expect(Object.keys(await page(bodyOf(1_000), type))).toHaveLength(1_000)
    for (const count of [1_001, 20_000]) {
      await expect(page(bodyOf(count), type)).rejects.toMatchObject({
        code: 'invalid_body',
        message: expect.stringContaining('more than 1000 inputs'),
      })
    }
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/ld+json',
    'application/vnd.api+json',
    'text/plain;charset=UTF-8',
    'text/plain',
    '',
    urlencoded,
  ])('returns the values of a JSON object with the Content-Type %j as they are', async (type) => {
    const body =
      '{"email":"ada@example.com","phone":12813322575,"news":true,"plan":null,"tag":["a"]}'
    const inputs = {
      email: 'ada@example.com',
      phone: 12813322575,
      news: true,
      plan: null,
      tag: ['a'],
    }

    expect(await page(body, type)).toEqual(inputs)
    expect(await page(`\n ${body}\n`, type)).toEqual(inputs)
  })

  test.each(['application/json', 'text/plain', '', urlencoded])(
    'returns no inputs for an empty body with the Content-Type %j',
    async (type) => {
      expect(await page('', type)).toEqual({})
    },
  )

  test('keeps a form whose first input starts with a brace', async () => {
    expect(await page('{a}=1&email=x', urlencoded)).toEqual({ '{a}': '1', email: 'x' })
    expect(await page('{"email":', urlencoded)).toEqual({ '{"email":': '' })
    expect(Object.keys(await page(nested(65), urlencoded))).toHaveLength(1)
  })

  test.each([
    ['application/json', '{"email":'],
    ['application/json', 'email=ada%40example.com'],
    ['application/json', '[{"email":"ada@example.com"}]'],
    ['application/json', '"ada@example.com"'],
    ['application/json', 'null'],
    ['application/json', '5'],
    ['application/json', ' '],
    ['application/json', nested(65)],
    ['application/problem+json', '[]'],
    ['text/plain', '{"email":'],
    ['', '{"email"'],
    ['multipart/form-data; boundary=b', '{"email":"ada@example.com"}'],
    ['multipart/form-data; boundary=b', ''],
  ])('refuses as %s with invalid_body: %s', async (type, body) => {
    await expect(page(body, type)).rejects.toMatchObject({ code: 'invalid_body' })
  })

  test('accepts 64 levels of nesting', async () => {
    expect(await page(nested(64), 'application/json')).toHaveProperty('x')
  })

  test('refuses bytes that are not UTF-8', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])

    await expect(page(body, 'application/json')).rejects.toMatchObject({ code: 'invalid_body' })
  })

  test.each([
    'text/plain',
    'text/html',
    'application/xml',
    'application/jsonp',
    'application/+json',
    '',
  ])('refuses a text with the Content-Type %j with unsupported_media_type', async (type) => {
    await expect(page('email=a%40b.co', type)).rejects.toMatchObject({
      code: 'unsupported_media_type',
      message: expect.stringContaining('a form or a JSON object'),
    })
  })

  test('refuses JSON of a type that is neither a form nor JSON nor text', async () => {
    await expect(page('{"email":"a@b.co"}', 'application/xml')).rejects.toMatchObject({
      code: 'unsupported_media_type',
    })
  })

  test('refuses a compressed body, also an empty one', async () => {
    for (const body of ['{}', '']) {
      const compressed = delivery(body, {
        ...typed('application/json'),
        'content-encoding': 'gzip',
      })

      await expect(parsePageBody(compressed)).rejects.toMatchObject({
        code: 'unsupported_media_type',
      })
    }
  })
})
