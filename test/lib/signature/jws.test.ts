import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { JwsScheme } from '../../../src/lib/signature/jws.ts'
import { sign } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { verdict } from '../../support/verdict.ts'

const scheme: JwsScheme = { type: 'jws', header: 'x-webhook-signature', issuer: 'netlify' }
const body = '{"email":"ada@example.com"}'
/** The SHA-256 of the body, from `sha256sum`. */
const sha256 = 'e166e08e3b496ffb6a7469b8f6f573bdc14cdb25813e917b3605fdffd5332e40'
const secret = 's3cret'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (
  claims: unknown = { iss: 'netlify', sha256 },
  { alg = 'HS256', hash = 'sha256', key = secret } = {},
) => {
  const content = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`
  return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`
}
const check = (header: string | undefined, secrets = [secret]) =>
  verdict(
    scheme,
    delivery(body, header === undefined ? {} : { 'x-webhook-signature': header }),
    secrets,
    start,
  )
const [header = '', claims = '', mac = ''] = token().split('.')

test('a JWS over the body, signed by the issuer, is accepted', () => {
  expect(check(token())).toBe('accepted')
  expect(check(token({ iss: 'netlify', sha256: sha256.toUpperCase() }))).toBe('accepted')
  expect(check(token(), ['new', secret])).toBe('accepted')
})

test.each([`${secret}\n`, ` ${secret} `, `Bearer ${secret}`])(
  'a JWS is accepted, and signed, with the secret as it is pasted: %j',
  (pasted) => {
    const body = bytes('{"email":"ada@example.com"}')

    expect(check(token(), [pasted])).toBe('accepted')
    expect(
      check(sign(scheme, { timestampSeconds: start, body }, pasted).headers[scheme.header]),
    ).toBe('accepted')
  },
)

test.each([
  ['of another body', token({ iss: 'netlify', sha256: sha256.replace(/^./, 'x') })],
  ['without a hash of the body', token({ iss: 'netlify' })],
  ['of another issuer', token({ iss: 'nobody', sha256 })],
  ['without an issuer', token({ sha256 })],
  ['whose claims are not an object', token('netlify')],
  ['signed with another secret', token(undefined, { key: 'another' })],
  ['that names no algorithm', token(undefined, { alg: 'none' })],
  ['that names another algorithm', token(undefined, { alg: 'HS512' })],
  ['signed with another algorithm', token(undefined, { alg: 'HS512', hash: 'sha512' })],
  ['without a signature', `${header}.${claims}.`],
  ['of two parts', `${header}.${claims}`],
  ['of four parts', `${token()}.${mac}`],
  ['whose claims were changed', `${header}.${encode({ iss: 'netlify', sha256: 'x' })}.${mac}`],
  ['with an incomplete signature', `${header}.${claims}.${mac.slice(0, -2)}`],
  ['that is repeated', `${token()},${token()}`],
])('a JWS %s is signature_invalid', (_title, value) => {
  expect(check(value)).toBe('signature_invalid')
})

test('a missing or empty JWS is signature_missing', () => {
  expect(check(undefined)).toBe('signature_missing')
  expect(check(' ')).toBe('signature_missing')
})

test('a JWS without a secret to check it is misconfigured', () => {
  expect(check(token(undefined, { key: 'x' }), [''])).toBe('misconfigured')
})
