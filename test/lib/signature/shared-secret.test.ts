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

test.each(['s3cret\n', ' s3cret', 'v1,s3cret', 'Bearer s3cret', '\tbearer  s3cret\r\n'])(
  'a secret that was pasted as %j is accepted in a URL and in a header, as it is or as pasted',
  (pasted) => {
    for (const received of ['s3cret', pasted.trim()]) {
      const authorization = `Bearer ${received}`
      const url = `${address}?secret=${encodeURIComponent(received)}`

      expect(check(url, [pasted])).toBe('accepted')
      expect(verdict({ type: 'bearer' }, delivery('{}', { authorization }), [pasted], start)).toBe(
        'accepted',
      )
    }
  },
)

test.each(['a+b/c+=', '+ab', 'ab+'])(
  'a secret with a plus, %j, is accepted in a URL, encoded or as it is',
  (secret) => {
    expect(check(withSecret(address, secret), [secret])).toBe('accepted')
    expect(check(`${address}?secret=${secret}`, [secret])).toBe('accepted')
    expect(check(`${address}?secret=${secret}x`, [secret])).toBe('signature_invalid')
  },
)

test.each(['Bearer ', 'v1,', ' \n'])(
  'nothing that is received equals a secret that is no more than %j',
  (pasted) => {
    const authorization = `Bearer ${pasted}`

    expect(check(`${address}?secret=${encodeURIComponent(pasted)}`, [pasted])).toBe('misconfigured')
    expect(check(`${address}?secret=Bearer`, ['s3cret'])).toBe('signature_invalid')
    expect(verdict({ type: 'bearer' }, delivery('{}', { authorization }), [pasted], start)).toBe(
      'misconfigured',
    )
  },
)

test.each(['a b', ' a b\n', 'Bearer a b'])('sign() adds the secret to the URL: %j', (secret) => {
  const unsigned = { timestampSeconds: start, url: address, body: bytes('{}') }

  expect(sign({ type: 'query' }, unsigned, secret)).toEqual({
    headers: {},
    url: `${address}?secret=a%20b`,
  })
  expect(sign({ type: 'bearer' }, unsigned, secret).headers).toEqual({
    authorization: 'Bearer a b',
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
