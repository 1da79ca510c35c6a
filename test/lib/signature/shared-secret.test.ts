import { expect, test } from 'vitest'
import { sign, verify, withSecret } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { verdict } from '../../support/verdict.ts'

const address = 'https://bridge.example.com/webhooks/test'
const check = (url: string, secrets: readonly string[] = ['s3cret & more']) =>
  verdict({ type: 'query' }, { ...delivery('{}'), url }, secrets, start)

test('a secret in the URL is accepted beside other parameters', () => {
  expect(check(withSecret(address, 's3cret & more'))).toBe('accepted')
  expect(check(`${withSecret(address, 's3cret & more')}&form=1`)).toBe('accepted')
  expect(check(withSecret(`${address}?form=1`, 's3cret & more'))).toBe('accepted')
  expect(check(withSecret(address, 'old'), ['new', 'old'])).toBe('accepted')
})

test('sign() adds the secret to the URL', () => {
  const unsigned = { timestampSeconds: start, url: address, body: bytes('{}') }

  expect(sign({ type: 'query' }, unsigned, 'a b')).toEqual({
    headers: {},
    url: `${address}?secret=a%20b`,
  })
})

test.each([
  ['', 'signature_missing'],
  ['?', 'signature_missing'],
  ['?secret=', 'signature_missing'],
  ['?Secret=s3cret+%26+more', 'signature_missing'],
  ['?secret=s3cret', 'signature_invalid'],
  ['?secret=s3cret+%26+more2', 'signature_invalid'],
  ['?secret=s3cret+%26+more&secret=x', 'signature_invalid'],
])('a URL with the query %j is %s', (query, code) => {
  expect(check(`${address}${query}`)).toBe(code)
})

test('an invalid URL is signature_missing', () => {
  expect(check('')).toBe('signature_missing')
})

test.each([
  [{ type: 'bearer' }, 'Authorization: Bearer'],
  [{ type: 'query' }, '?secret='],
] as const)(
  'a missing secret for %j throws a message that says where it belongs: %s',
  (scheme, where) => {
    expect(() => verify(scheme, delivery('{}'), ['s3cret'], start)).toThrow(where)
  },
)

test('a secret in the URL is misconfigured if the source has no secret', () => {
  expect(check(`${address}?secret=`, [''])).toBe('misconfigured')
  expect(check(`${address}?secret=x`, [])).toBe('misconfigured')
})

test('a delivery over HTTP to a source that AWS invokes is signature_invalid', () => {
  const scheme = { type: 'invoked', by: 'cognito' } as const
  const unsigned = { timestampSeconds: start, url: address, body: bytes('{}') }

  expect(verdict(scheme, delivery('{}'), ['s'], start)).toBe('signature_invalid')
  expect(sign(scheme, unsigned, 's')).toEqual({ headers: {}, url: address })
})
