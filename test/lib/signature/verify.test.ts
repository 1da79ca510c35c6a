import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { HmacScheme } from '../../../src/lib/signature/hmac.ts'
import { standardWebhooksScheme } from '../../../src/lib/signature/standard-webhooks.ts'
import { type SignatureScheme, sign, verify } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { verdict } from '../../support/verdict.ts'

describe('the published test vector of Standard Webhooks', () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/webhook.test.ts
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const sentAt = 1_614_265_330
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': String(sentAt),
    'webhook-signature': signature,
  }
  const body = '{"test": 2432232314}'
  const check = (
    changed: Record<string, string | undefined> = {},
    { secrets = [secret], at = sentAt, text = body } = {},
  ) => {
    const present = Object.entries({ ...headers, ...changed }).filter(
      ([, value]) => value !== undefined,
    )
    return verdict(
      standardWebhooksScheme,
      delivery(text, Object.fromEntries(present) as Record<string, string>),
      secrets,
      at,
    )
  }

  test('is accepted', () => {
    expect(check()).toBe('accepted')
  })

  test('is accepted with the svix- headers', () => {
    const svix = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]),
    )

    expect(verdict(standardWebhooksScheme, delivery(body, svix), [secret], sentAt)).toBe('accepted')
  })

  test('is reproduced by sign()', () => {
    const unsigned = { id: headers['webhook-id'], timestampSeconds: sentAt, body: bytes(body) }

    expect(sign(standardWebhooksScheme, unsigned, secret).headers).toEqual(headers)
  })

  test.each([
    ['a secret without its prefix', {}, { secrets: [secret.slice('whsec_'.length)] }],
    ['a secret with Supabase’s prefix', {}, { secrets: [`v1,${secret}`] }],
    ['the second of two secrets', {}, { secrets: ['whsec_bm90IHRoaXMgb25lIGhlcmU=', secret] }],
    ['a good secret beside an empty one', {}, { secrets: ['', secret] }],
    ['a good secret beside a placeholder', {}, { secrets: ['change me!', secret] }],
    [
      'several signatures, one of them valid',
      {
        'webhook-signature': `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,junk ${signature}`,
      },
      {},
    ],
    ['signatures separated by ", "', { 'webhook-signature': `v1,AAAA, ${signature}` }, {}],
    ['an age of 300 s', {}, { at: sentAt + 300 }],
    ['a time 300 s in the future', {}, { at: sentAt - 300 }],
  ])('is accepted with %s', (_name, changed, options) => {
    expect(check(changed, options)).toBe('accepted')
  })

  test.each([
    ['no signature', { 'webhook-signature': undefined }, {}, 'signature_missing'],
    ['an empty signature', { 'webhook-signature': '' }, {}, 'signature_missing'],
    ['no id', { 'webhook-id': undefined }, {}, 'signature_missing'],
    ['an empty timestamp', { 'webhook-timestamp': '' }, {}, 'signature_missing'],
    ['no timestamp', { 'webhook-timestamp': undefined }, {}, 'signature_missing'],
    ['another id', { 'webhook-id': 'msg_2' }, {}, 'signature_invalid'],
    ['an id with a dot', { 'webhook-id': 'msg.1' }, {}, 'signature_invalid'],
    ['an id of 257 characters', { 'webhook-id': 'm'.repeat(257) }, {}, 'signature_invalid'],
    [
      'a malformed MAC',
      { 'webhook-signature': 'v1,dawfeoifkpqwoekfpqoekf' },
      {},
      'signature_invalid',
    ],
    ['an empty MAC', { 'webhook-signature': 'v1,' }, {}, 'signature_invalid'],
    ['an incomplete MAC', { 'webhook-signature': signature.slice(0, 8) }, {}, 'signature_invalid'],
    [
      'another version',
      { 'webhook-signature': signature.replace('v1', 'v2') },
      {},
      'signature_invalid',
    ],
    ['no version', { 'webhook-signature': signature.slice(3) }, {}, 'signature_invalid'],
    [
      'a repeated header',
      { 'webhook-signature': `${signature},${signature}` },
      {},
      'signature_invalid',
    ],
    ['an altered body', {}, { text: '{"test": 2432232315}' }, 'signature_invalid'],
    [
      'a body that was parsed and serialised again',
      {},
      { text: '{"test":2432232314}' },
      'signature_invalid',
    ],
    ['another secret', {}, { secrets: ['whsec_bm90IHRoaXMgb25lIGhlcmU='] }, 'signature_invalid'],
    ['an age of 301 s', {}, { at: sentAt + 301 }, 'signature_expired'],
    ['a time 301 s in the future', {}, { at: sentAt - 301 }, 'signature_expired'],
    ['no secret', {}, { secrets: [] }, 'misconfigured'],
    ['an empty secret', {}, { secrets: [''] }, 'misconfigured'],
    ['a secret that is a bare prefix', {}, { secrets: ['whsec_'] }, 'misconfigured'],
    ['a secret that is not base64', {}, { secrets: ['whsec_!!!'] }, 'misconfigured'],
  ])('with %s is rejected', (_name, changed, options, code) => {
    expect(check(changed, options)).toBe(code)
  })

  test.each([
    'hello',
    ' 1614265330 ',
    '1.61426533e9',
    '0x60378172',
    '1614265330.0',
    '1614265330000',
  ])('with the timestamp %j is signature_invalid', (timestamp) => {
    expect(check({ 'webhook-timestamp': timestamp })).toBe('signature_invalid')
  })
})

const hub: HmacScheme = {
  type: 'hmac',
  header: ['x-hub-signature-256'],
  prefix: 'sha256=',
  algorithm: 'sha256',
  encoding: 'hex',
  signed: '{body}',
  secret: 'text',
}

describe('an HMAC over the body alone', () => {
  // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
  const secret = "It's a Secret to Everybody"
  const mac = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const check = (signature: string) =>
    verdict(hub, delivery('Hello, World!', { 'x-hub-signature-256': signature }), [secret], start)

  test('is accepted for GitHub’s published test vector', () => {
    expect(check(`sha256=${mac}`)).toBe('accepted')
    expect(check(`sha256=${mac.toUpperCase()}`)).toBe('accepted')
    expect(check(` sha256=${mac} `)).toBe('accepted')
  })

  test.each([
    mac,
    `sha1=${mac}`,
    `sha256=${mac.slice(2)}`,
    `sha256=${mac}00`,
    `sha256=${mac}0`,
    `sha256=${mac}zz`,
    `sha256=${mac.replace('7', 'z')}`,
    'sha256=zz',
    'sha256=',
    `sha256=${mac},sha256=${mac}`,
  ])('is signature_invalid for the header %s', (signature) => {
    expect(check(signature)).toBe('signature_invalid')
  })
})

test('verify throws messages that say what to check', () => {
  const { 'webhook-id': id, ...otherHeaders } = sign(
    standardWebhooksScheme,
    { id: 'msg_1', timestampSeconds: start, body: bytes('{}') },
    'whsec_YWJj',
  ).headers
  const verifying =
    (headers: Record<string, string>, now = start) =>
    () =>
      verify(standardWebhooksScheme, delivery('{}', headers), ['whsec_YWJj'], now)

  expect(verifying(otherHeaders)).toThrow('has a signing secret set')
  expect(verifying({ 'webhook-id': 'msg_2', ...otherHeaders })).toThrow('hold the same secret')
  expect(verifying({ 'webhook-id': id ?? '', ...otherHeaders }, start + 301)).toThrow(
    'more than 300 s',
  )
})

describe('a signature over a template of the request', () => {
  const scheme: HmacScheme = {
    ...hub,
    header: ['x-signature'],
    prefix: '',
    algorithm: 'sha512',
    encoding: 'base64',
    signed: '{method}{url}{body}{timestamp}',
    timestamp: { header: ['x-timestamp'], unit: 'ms', toleranceSeconds: 60 },
    secret: 'base64',
  }
  const key = Buffer.from('a key of bytes')
  const mac = createHmac('sha512', key)
    .update(`POSThttps://bridge.example.com/webhooks/test{"a":1}${start * 1000}`)
    .digest('base64')
  const headers = { 'x-signature': mac, 'x-timestamp': String(start * 1000) }
  const secrets = [key.toString('base64')]

  test('is accepted in the order of the template, with a timestamp in milliseconds', () => {
    expect(verdict(scheme, delivery('{"a":1}', headers), secrets, start)).toBe('accepted')
    expect(verdict(scheme, delivery('{"a":1}', headers), secrets, start + 61)).toBe(
      'signature_expired',
    )
  })

  test('is signature_invalid for another URL or method', () => {
    const elsewhere = { ...delivery('{"a":1}', headers), url: 'https://bridge.example.com/other' }
    const put = { ...delivery('{"a":1}', headers), method: 'PUT' }

    expect(verdict(scheme, elsewhere, secrets, start)).toBe('signature_invalid')
    expect(verdict(scheme, put, secrets, start)).toBe('signature_invalid')
  })

  test('is signature_invalid with a timestamp in seconds', () => {
    const inSeconds = { ...headers, 'x-timestamp': String(start) }

    expect(verdict(scheme, delivery('{"a":1}', inSeconds), secrets, start)).toBe(
      'signature_invalid',
    )
  })
})

describe('a bearer secret', () => {
  const check = (authorization: string | undefined, secrets: readonly string[] = ['s3cret']) =>
    verdict(
      { type: 'bearer' },
      delivery('{}', authorization ? { authorization } : {}),
      secrets,
      start,
    )

  test.each(['Bearer s3cret', 'bearer s3cret', 'Bearer  s3cret '])(
    'is accepted in the header %j',
    (header) => {
      expect(check(header)).toBe('accepted')
    },
  )

  test('is accepted despite blanks and line breaks around a pasted secret', () => {
    expect(check('Bearer s3cret', ['s3cret\n'])).toBe('accepted')
    expect(check('Bearer two words', [' two words '])).toBe('accepted')
  })

  test('is accepted if it is any of several secrets', () => {
    expect(check('Bearer old', ['new', 'old'])).toBe('accepted')
  })

  test.each([
    [undefined, 'signature_missing'],
    ['s3cret', 'signature_invalid'],
    ['Basic s3cret', 'signature_invalid'],
    ['Bearer s3cre', 'signature_invalid'],
    ['Bearer s3cret2', 'signature_invalid'],
    ['Bearer', 'signature_invalid'],
    ['Bearer s3cret,Bearer s3cret', 'signature_invalid'],
    ['Basic x, Bearer s3cret', 'signature_invalid'],
    ['Bearer s3cret\nmore', 'signature_invalid'],
  ])('in the header %j is %s', (header, code) => {
    expect(check(header)).toBe(code)
  })

  test('is misconfigured if the source has no secret or an empty one, whatever the header', () => {
    expect(check('Bearer ', [''])).toBe('misconfigured')
    expect(check(undefined, [])).toBe('misconfigured')
    expect(check('Bearer x', ['  '])).toBe('misconfigured')
  })
})

test('an open scheme accepts every delivery, and sign() adds nothing', () => {
  expect(verdict({ type: 'open' }, delivery('a=1', {}), [], start)).toBe('accepted')
  expect(sign({ type: 'open' }, { timestampSeconds: start, body: bytes('') }, '')).toEqual({
    headers: {},
    url: '',
  })
})

test('an unknown scheme type, as in an unchecked config, is misconfigured', () => {
  const misspelt = { type: 'hmca' } as unknown as SignatureScheme

  expect(verdict(misspelt, delivery('{}'), ['s3cret'], start)).toBe('misconfigured')
})
