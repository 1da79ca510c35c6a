import { expect, test } from 'vitest'
import { sign, verify, withSecret } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { verdict } from '../../support/verdict.ts'

const address = 'https://bridge.example.com/webhooks/test'
const check = (url: string, secrets: readonly string[] = ['s3cret & more']) =>
  verdict({ type: 'query' }, { ...delivery('{}'), url }, secrets, start)

test('a secret in the address is accepted, whatever stands beside it', () => {
  expect(check(withSecret(address, 's3cret & more'))).toBe('accepted')
  expect(check(`${withSecret(address, 's3cret & more')}&form=1`)).toBe('accepted')
  expect(check(withSecret(`${address}?form=1`, 's3cret & more'))).toBe('accepted')
  expect(check(withSecret(address, 'old'), ['new', 'old'])).toBe('accepted')
})

test('it is what sign() puts there', () => {
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
])('an address with %j is refused with %s', (query, code) => {
  expect(check(`${address}${query}`)).toBe(code)
})

test('an address that is none bears no secret', () => {
  expect(check('')).toBe('signature_missing')
})

test.each([
  [{ type: 'bearer' }, 'Authorization: Bearer'],
  [{ type: 'query' }, '?secret='],
] as const)('who sends no secret to %j reads where it belongs: %s', (scheme, where) => {
  expect(() => verify(scheme, delivery('{}'), ['s3cret'], start)).toThrow(where)
})

test('without a secret it fails closed', () => {
  expect(check(`${address}?secret=`, [''])).toBe('misconfigured')
  expect(check(`${address}?secret=x`, [])).toBe('misconfigured')
})

test('nobody but AWS invokes a source that AWS invokes', () => {
  const scheme = { type: 'invoked', by: 'cognito' } as const
  const unsigned = { timestampSeconds: start, url: address, body: bytes('{}') }

  expect(verdict(scheme, delivery('{}'), ['s'], start)).toBe('signature_invalid')
  expect(sign(scheme, unsigned, 's')).toEqual({ headers: {}, url: address })
})
