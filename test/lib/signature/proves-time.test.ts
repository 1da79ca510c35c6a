import { describe, expect, test } from 'vitest'
import { bodyScheme, type HmacScheme, timestampedScheme } from '../../../src/lib/signature/hmac.ts'
import { standardWebhooksScheme, svixScheme } from '../../../src/lib/signature/standard-webhooks.ts'
import { provesTime, type SignatureScheme } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'

const body = bodyScheme('x-signature', 'hex')
const timed = timestampedScheme('x-signature', 's')
const year = 365 * 86_400

const unused: HmacScheme = { ...timed, signed: '{body}' }
const tolerating = (toleranceSeconds: number): HmacScheme => ({
  ...timed,
  timestamp: { header: ['x-time'], unit: 's', toleranceSeconds },
})

/** Whether a delivery of an event this many seconds before its receipt proves its time. */
const provesAt = (scheme: SignatureScheme, ageSeconds: number | undefined): boolean =>
  provesTime(scheme, ageSeconds === undefined ? undefined : start - ageSeconds, start)

describe('provesTime is true at any age', () => {
  test.each<[string, SignatureScheme]>([
    ['a timestamp in the signature’s header', timed],
    ['a timestamp of which less than 300 s are tolerated', tolerating(60)],
    ['Standard Webhooks', standardWebhooksScheme],
    ['Svix', svixScheme],
    ['several signatures with a timestamp', { type: 'preferred', schemes: [timed, svixScheme] }],
    ['a bearer secret', { type: 'bearer' }],
    ['an invocation', { type: 'invoked', by: 'cognito' }],
  ])('for %s', (_name, scheme) => {
    expect([undefined, 0, year, -year].map((age) => provesAt(scheme, age))).toEqual([
      true,
      true,
      true,
      true,
    ])
  })
})

describe('provesTime is true only up to 300 s from the event', () => {
  test.each<[string, SignatureScheme]>([
    ['a signed body', body],
    ['a hash of the secret and the body', { ...body, type: 'hash' }],
    ['a JWS of the body', { type: 'jws', header: 'x-signature', issuer: 'netlify' }],
    ['a timestamp that is sent and not signed', unused],
    ['a signed timestamp of which more than 300 s are tolerated', tolerating(301)],
    ['several signatures, one of them without', { type: 'preferred', schemes: [timed, body] }],
  ])('for %s', (_name, scheme) => {
    const ages = [0, 300, -300, 301, -301, 3_600, year, undefined]

    expect(ages.map((age) => provesAt(scheme, age))).toEqual([
      ...[true, true, true],
      ...[false, false, false, false, false],
    ])
  })
})

describe('provesTime is never true', () => {
  test.each<[string, SignatureScheme]>([
    ['a secret in the URL', { type: 'query' }],
    ['no signature', { type: 'open' }],
    ['a signature that leaves out the body', { ...body, signed: '{id}' }],
    ['a type that this version does not know', { type: 'unknown' } as never],
  ])('for %s', (_name, scheme) => {
    expect([0, 60, undefined].map((age) => provesAt(scheme, age))).toEqual([false, false, false])
  })
})
