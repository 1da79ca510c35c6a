import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { BridgeError } from '../../../src/lib/errors.ts'
import {
  bodyScheme,
  type HmacScheme,
  isSignedBy,
  timestampedScheme,
} from '../../../src/lib/signature/hmac.ts'
import { standardWebhooksScheme } from '../../../src/lib/signature/standard-webhooks.ts'
import { sign, verify } from '../../../src/lib/signature/verify.ts'
import { hubspot, shopify, webhook } from '../../../src/lib/sources/index.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { verdict } from '../../support/verdict.ts'

describe('a signature with a timestamp in its header', () => {
  const secret = 'whsec_is no prefix here'
  const macAt = (seconds: number, text = '{"a":1}') =>
    createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex')
  const valid = macAt(start)
  const check = (header: string, now = start, secrets = [secret]) =>
    verdict(
      timestampedScheme('stripe-signature', 's'),
      delivery('{"a":1}', { 'stripe-signature': header }),
      secrets,
      now,
    )

  test.each([
    `t=${start},v1=${valid}`,
    `t=${start}, v1=${valid}`,
    `v1=${valid},t=${start}`,
    `t=${start},v1=${'0'.repeat(64)},v1=${valid}`,
    `t=${start},v1=${valid},v0=${'0'.repeat(64)}`,
  ])('is accepted: %s', (header) => {
    expect(check(header)).toBe('accepted')
  })

  test.each([
    ['only a signature of an older version', `t=${start},v0=${valid}`],
    ['no timestamp', `v1=${valid}`],
    ['an empty timestamp', `t=,v1=${valid}`],
    ['two timestamps', `t=${start},t=${start},v1=${valid}`],
    ['another timestamp than the signed one', `t=${start + 1},v1=${valid}`],
    ['a timestamp in milliseconds', `t=${start}000,v1=${valid}`],
    ['a fractional timestamp', `t=${start}.0,v1=${valid}`],
    ['an empty signature', `t=${start},v1=`],
    ['malformed text', 'junk'],
  ])('is signature_invalid with %s', (_title, header) => {
    expect(check(header)).toBe('signature_invalid')
  })

  test('is accepted up to 300 s in the past and in the future', () => {
    const header = `t=${start},v1=${valid}`

    expect(check(header, start + 300)).toBe('accepted')
    expect(check(header, start - 300)).toBe('accepted')
    expect(check(header, start + 301)).toBe('signature_expired')
    expect(check(header, start - 301)).toBe('signature_expired')
  })

  test('uses a secret with `whsec_` as text', () => {
    expect(check(`t=${start},v1=${valid}`, start, ['is no prefix here'])).toBe('signature_invalid')
  })
})

describe('HubSpot’s published test vectors', () => {
  // https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
  const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy'
  const url = 'https://www.example.com/webhook_uri'
  const v2 = '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900'
  const check = (
    request: { method?: string; url?: string; body: string; headers: Record<string, string> },
    now = start,
    { signature } = hubspot(),
  ) =>
    verdict(
      signature,
      { ...delivery(request.body), url, ...request, body: new TextEncoder().encode(request.body) },
      [secret],
      now,
    )

  test('of v2 are accepted, for a GET without a body and for a POST', () => {
    const get = 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e'

    expect(check({ method: 'GET', body: '', headers: { 'x-hubspot-signature': get } })).toBe(
      'accepted',
    )
    expect(
      check({
        body: '{"example_field":"example_value"}',
        headers: { 'x-hubspot-signature': v2 },
      }),
    ).toBe('accepted')
  })

  test('of v2 are signature_invalid for another URL', () => {
    expect(
      check({
        url: `${url}/2`,
        body: '{"example_field":"example_value"}',
        headers: { 'x-hubspot-signature': v2 },
      }),
    ).toBe('signature_invalid')
  })

  // https://github.com/HubSpot/hubspot-api-python/blob/master/tests/spec/utils/test_signature.py
  const v3 = {
    'x-hubspot-signature-v3': 'HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw=',
    'x-hubspot-request-timestamp': '15000000',
  }
  const v3Body = "{'example_field':'example_value'}"

  test('of v3 are accepted up to 300 s of age', () => {
    expect(check({ body: v3Body, headers: v3 }, 15_000)).toBe('accepted')
    expect(check({ body: v3Body, headers: v3 }, 15_301)).toBe('signature_expired')
  })

  test('of v2 do not replace a v3 that is invalid, expired, empty or without a timestamp', () => {
    const body = '{"example_field":"example_value"}'
    const both = { ...v3, 'x-hubspot-signature': v2 }

    expect(check({ body, headers: both }, 15_000)).toBe('signature_invalid')
    expect(check({ body: v3Body, headers: both }, start)).toBe('signature_expired')
    expect(check({ body, headers: { ...both, 'x-hubspot-signature-v3': '' } })).toBe(
      'signature_missing',
    )
    expect(check({ body, headers: { ...both, 'x-hubspot-request-timestamp': '' } })).toBe(
      'signature_missing',
    )
  })

  test('of v3 are accepted with `v3Only`, and of v2 are signature_missing, with what to do', () => {
    const body = '{"example_field":"example_value"}'
    const onlyV3 = hubspot({ v3Only: true })
    const older = { body, headers: { 'x-hubspot-signature': v2 } }

    expect(check({ body: v3Body, headers: v3 }, 15_000, onlyV3)).toBe('accepted')
    expect(check({ body: v3Body, headers: v3 }, 15_301, onlyV3)).toBe('signature_expired')
    expect(check(older, start, onlyV3)).toBe('signature_missing')
    expect(check({ body, headers: { ...v3, ...older.headers } }, 15_000, onlyV3)).toBe(
      'signature_invalid',
    )
    expect(() =>
      verify(onlyV3.signature, { ...delivery(body, older.headers), url }, [secret], start),
    ).toThrow('v3Only')
    expect(check(older, start, hubspot({ v3Only: false }))).toBe('accepted')
  })

  test('of v3 are accepted by the generic preset', () => {
    const generic = webhook({
      signature: {
        header: 'X-HubSpot-Signature-v3',
        algorithm: 'sha256',
        encoding: 'base64',
        signed: '{method}{url}{body}{timestamp}',
        timestamp: { header: 'X-HubSpot-Request-Timestamp', unit: 'ms' },
      },
      fields: { 'properties.email.value': 'email' },
    })

    expect(verdict(generic.signature, { ...delivery(v3Body, v3), url }, [secret], 15_000)).toBe(
      'accepted',
    )
  })
})

test('the generic preset accepts a timestamp with a prefix and a separator of its own', () => {
  const body = '{"event_id":"e1"}'
  const { signature } = webhook({
    signature: {
      header: 'Paddle-Signature',
      prefix: 'h1=',
      separator: ';',
      algorithm: 'sha256',
      encoding: 'hex',
      signed: '{timestamp}:{body}',
      timestamp: { prefix: 'ts=', unit: 's' },
    },
    fields: { 'data.email': 'email' },
  })
  const mac = createHmac('sha256', 's').update(`${start}:${body}`).digest('hex')
  const check = (header: string, now = start) =>
    verdict(signature, delivery(body, { 'paddle-signature': header }), ['s'], now)

  expect(check(`ts=${start};h1=${mac}`)).toBe('accepted')
  expect(check(`ts=${start}; h1=${mac}`)).toBe('accepted')
  expect(check(`ts=${start};h1=${mac}`, start + 301)).toBe('signature_expired')
  expect(check(`ts=${start},h1=${mac}`)).toBe('signature_invalid')
  expect(check(`h1=${mac}`)).toBe('signature_invalid')
})

describe('GitHub’s published test vectors', () => {
  // https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
  // https://github.com/octokit/webhooks-methods.js/blob/main/test/verify.test.ts
  const generic = webhook({
    signature: {
      header: 'X-Hub-Signature-256',
      prefix: 'sha256=',
      algorithm: 'sha256',
      encoding: 'hex',
    },
    fields: { email: 'email' },
  })

  test.each([
    [
      "It's a Secret to Everybody",
      'Hello, World!',
      '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    ],
    [
      'mysecret',
      '{"foo":"bar"}',
      '4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3',
    ],
  ])('with the secret %j are accepted by the generic preset', (secret, body, mac) => {
    const request = delivery(body, { 'x-hub-signature-256': `sha256=${mac}` })

    expect(verdict(generic.signature, request, [secret], start)).toBe('accepted')
    expect(verdict(generic.signature, request, ['another'], start)).toBe('signature_invalid')
  })
})

describe('a correctly signed delivery is signature_invalid', () => {
  test.each(['msg.1', 'msg 1', '.1', 'msg.', 'm'.repeat(257)])(
    'with the id %j, which must not contain a dot or a blank',
    (id) => {
      const secret = 'whsec_YWJj'
      const unsigned = { id, timestampSeconds: start, body: bytes('{}') }
      const { headers } = sign(standardWebhooksScheme, unsigned, secret)

      expect(verdict(standardWebhooksScheme, delivery('{}', headers), [secret], start)).toBe(
        'signature_invalid',
      )
    },
  )

  test.each([
    ['s', `x${start}`],
    ['s', `${start}x`],
    ['s', `${start}.0`],
    ['s', `+${start}`],
    ['s', '1e9'],
    ['ms', `x${start}000`],
    ['ms', `${start}000x`],
    ['ms', `${start}000.0`],
  ] as const)('with a timestamp (%s) that is not a whole number: %s', (unit, time) => {
    const mac = createHmac('sha256', 's3cret').update(`${time}.{}`).digest('hex')
    const request = delivery('{}', { 'x-signature': `t=${time},v1=${mac}` })

    expect(verdict(timestampedScheme('x-signature', unit), request, ['s3cret'], start)).toBe(
      'signature_invalid',
    )
  })
})

describe('a delivery with the header of a sender’s other signature', () => {
  const other = { header: 'x-other', message: 'this is another kind: send the first' }
  const scheme: HmacScheme = { ...bodyScheme('x-signature', 'hex'), otherHeaders: [other] }
  const valid = sign(scheme, { timestampSeconds: start, body: bytes('{}') }, 's3cret').headers
  const messageOf = (headers: Record<string, string>) => {
    try {
      verify(scheme, delivery('{}', headers), ['s3cret'], start)
      return 'accepted'
    } catch (error) {
      const { code, message } = error as BridgeError
      return `${code}: ${message}`
    }
  }

  test('is signature_missing, and the message says what to set up', () => {
    expect(messageOf({ 'x-other': 'abc' })).toBe(`signature_missing: ${other.message}`)
    expect(messageOf({ 'x-other': 'abc', 'x-signature': '' })).toContain(other.message)
  })

  test('is judged by the signature itself, if it has one', () => {
    expect(messageOf({ 'x-other': 'abc', ...valid })).toBe('accepted')
    expect(messageOf({ 'x-other': 'abc', 'x-signature': '00' })).toContain('no signature matches')
  })

  test('that is empty or absent gets the usual message', () => {
    expect(messageOf({ 'x-other': '' })).toContain('has a signing secret set')
    expect(messageOf({})).toContain('has a signing secret set')
  })
})

test('shopify() says that Shopify’s Events are not webhooks', () => {
  const { signature } = shopify()
  const body = '{"topic":"customers/create"}'
  const mac = createHmac('sha256', 's3cret').update(body).digest('base64')
  const headers = { 'shopify-topic': 'Customer', 'shopify-hmac-sha256': mac }

  expect(() => verify(signature, delivery(body, headers), ['s3cret'], start)).toThrow(
    expect.objectContaining({
      code: 'signature_missing',
      message: expect.stringContaining('subscribe to the webhook topic customers/create'),
    }),
  )
})

describe('a hash over the secret and the body', () => {
  const scheme: HmacScheme = { ...bodyScheme('x-signature', 'hex'), type: 'hash' }
  const check = (signature: string, changed: Partial<HmacScheme> = {}, secret = 's3cret') =>
    verdict(
      { ...scheme, ...changed },
      delivery('{}', { 'x-signature': signature }),
      [secret],
      start,
    )
  const valid = createHash('sha256').update('s3cret{}').digest('hex')

  test('is accepted with a secret of text or of bytes', () => {
    expect(check(valid)).toBe('accepted')
    expect(check(valid, { secret: 'base64' }, Buffer.from('s3cret').toString('base64'))).toBe(
      'accepted',
    )
  })

  test('is signature_invalid over another body or secret', () => {
    expect(check(createHash('sha256').update('s3cret{ }').digest('hex'))).toBe('signature_invalid')
    expect(check(valid, {}, 'another')).toBe('signature_invalid')
  })
})

test('isSignedBy is true if any header of the signature is present', () => {
  const request = delivery('{}', { 'svix-signature': '' })

  expect(isSignedBy(standardWebhooksScheme, request)).toBe(true)
  expect(isSignedBy(standardWebhooksScheme, delivery('{}'))).toBe(false)
})

describe('sign()', () => {
  const secret = 's3cret'
  const unsigned = { timestampSeconds: start, body: bytes('{}') }
  const macOf = (text: string) => createHmac('sha256', secret).update(text).digest('hex')

  test('returns the bare MAC of the body without a prefix', () => {
    expect(sign(bodyScheme('x-signature', 'hex'), unsigned, secret).headers).toEqual({
      'x-signature': macOf('{}'),
    })
  })

  test.each([
    [',', ','],
    [';', ';'],
    [/[ ,]+/, ','],
  ])('separates the parts of the header by %s', (separator, joiner) => {
    const scheme = { ...timestampedScheme('x-signature', 's'), separator }

    expect(sign(scheme, unsigned, secret).headers).toEqual({
      'x-signature': `t=${start}${joiner}v1=${macOf(`${start}.{}`)}`,
    })
  })

  test('uses a default id if there is none', () => {
    const { headers } = sign(standardWebhooksScheme, unsigned, 'whsec_YWJj')

    expect(verdict(standardWebhooksScheme, delivery('{}', headers), ['whsec_YWJj'], start)).toBe(
      'accepted',
    )
  })

  test('returns every signature of a sender that signs in several ways', () => {
    const { signature } = hubspot()
    const url = 'https://www.example.com/webhook_uri'
    const { headers } = sign(signature, { ...unsigned, url }, secret)

    expect(Object.keys(headers)).toEqual(
      expect.arrayContaining(['x-hubspot-signature', 'x-hubspot-signature-v3']),
    )
    expect(verdict(signature, { ...delivery('{}', headers), url }, [secret], start)).toBe(
      'accepted',
    )
  })

  test('throws if the secret is unusable', () => {
    expect(() => sign(bodyScheme('x-signature', 'hex'), unsigned, '')).toThrow('is empty')
  })
})
