import { KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../../src/lib/errors.ts'
import { type SecretKind, toKey, toKeys } from '../../../src/lib/signature/key.ts'

/** The bytes of the key, or the message of the error. */
const bytesOf = (kind: SecretKind, secret: string) => {
  const key = toKey(kind, secret)
  if (key instanceof BridgeError) return key.message
  return key instanceof KeyObject ? key.export().toString() : key
}

describe('a signing secret', () => {
  test.each([
    ['text', ' as it is ', ' as it is '],
    ['base64', 'YWJj', 'abc'],
    ['base64', 'YWI=', 'ab'],
    ['base64', 'YWI', 'ab'],
    ['base64', 'YQ==', 'a'],
    ['base64', 'YQ', 'a'],
    ['whsec', 'whsec_YWJj', 'abc'],
    ['whsec', 'v1,whsec_YWJj', 'abc'],
    ['whsec', 'YWJj', 'abc'],
  ] as const)('of the kind %s, %j, has the key %j', (kind, secret, bytes) => {
    expect(bytesOf(kind, secret)).toBe(bytes)
  })

  test.each([
    ['text', ' ', 'is empty'],
    ['base64', '', 'is empty'],
    ['whsec', 'whsec_', 'is empty'],
    ['base64', 'change me!', 'is not base64'],
    ['base64', 'YWJjY', 'is not base64'],
    ['base64', 'whsec_YWJj', 'is not base64'],
    ['whsec', 'YWJjwhsec_YWJj', 'is not base64'],
  ] as const)('of the kind %s, %j, is unusable: it %s', (kind, secret, reason) => {
    expect(bytesOf(kind, secret)).toContain(reason)
  })
})

describe('toKeys', () => {
  test('returns the keys of the usable secrets', () => {
    expect(toKeys('text', ['', 'old', 'new'])).toEqual(['old', 'new'])
  })

  test.each([
    [[], 'has no signing secret'],
    [['change me!', ''], 'is not base64'],
  ])(
    'throws misconfigured if no secret is usable (%j): the message has the text "%s"',
    (secrets, reason) => {
      expect(() => toKeys('base64', secrets)).toThrow(
        expect.objectContaining({
          code: 'misconfigured',
          message: expect.stringContaining(reason),
        }),
      )
    },
  )
})
