import { KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../../src/lib/errors.ts'
import { type SecretKind, toKey, toKeys } from '../../../src/lib/signature/key.ts'

/** The bytes of the key, or the message of the error. */
const bytesOf = (kind: SecretKind, secret: string) => {
  const key = toKey(kind, secret)
  if (key instanceof BridgeError) return key.message
  return key instanceof KeyObject ? key.export().toString('latin1') : key
}

describe('a signing secret', () => {
  test.each([
    ['text', 'a secret  of +/=', 'a secret  of +/='],
    ['text', 'whsec_YWJj', 'whsec_YWJj'],
    ['text', 'v1', 'v1'],
    ['text', 'bearers', 'bearers'],
    ['text', 'one v1,two', 'one v1,two'],
    ['text', 'the bearer of it', 'the bearer of it'],
    ['base64', 'YWJj', 'abc'],
    ['base64', 'YWI=', 'ab'],
    ['base64', 'YWI', 'ab'],
    ['base64', 'YQ==', 'a'],
    ['base64', 'YQ', 'a'],
    ['whsec', 'whsec_YWJj', 'abc'],
    ['whsec', 'v1,whsec_YWJj', 'abc'],
    ['whsec', 'YWJj', 'abc'],
    // Url-safe: the bytes fb ff fe.
    ['base64', '-__-', '\u00fb\u00ff\u00fe'],
    ['base64', '-__-YQ==', '\u00fb\u00ff\u00fea'],
    ['whsec', 'whsec_-__-YQ', '\u00fb\u00ff\u00fea'],
    ['base64', '-__--__-', '\u00fb\u00ff\u00fe\u00fb\u00ff\u00fe'],
    ['base64', '-__-YWI', '\u00fb\u00ff\u00feab'],
    ['base64', '-__-YWI=', '\u00fb\u00ff\u00feab'],
    ['whsec', 'whsec_+//+YQ==', '\u00fb\u00ff\u00fea'],
  ] as const)('of the kind %s, %j, has the key %j', (kind, secret, bytes) => {
    expect(bytesOf(kind, secret)).toBe(bytes)
  })

  test.each([
    ['text', ' ', 'is empty'],
    ['text', 'Bearer ', 'is empty'],
    ['text', 'bearer', 'is empty'],
    ['text', ' v1,\n', 'is empty'],
    ['base64', 'v1,', 'is empty'],
    ['whsec', ' v1,whsec_\n', 'is empty'],
    ['base64', '+__+', 'is not base64'],
    ['whsec', 'whsec_whsec_YWJj', 'is not base64'],
    ['whsec', 'whsec_YW Jj', 'is not base64'],
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

describe.each([
  ['text', 's3cret', 's3cret'],
  ['text', 'two words', 'two words'],
  ['base64', 'YWJj', 'abc'],
  ['whsec', 'whsec_YWJj', 'abc'],
] as const)('a secret of the kind %s, %j, is the same', (kind, secret, bytes) => {
  test.each([
    ['a line break after it', `${secret}\n`],
    ['a Windows line break after it', `${secret}\r\n`],
    ['blanks, tabs and line breaks around it', ` \t\n${secret}\n\n `],
    ['a no-break space and a byte order mark', `\uFEFF${secret}\u00A0`],
    ['the prefix `v1,`', `v1,${secret}`],
    ['the prefix `V1, `', `V1, ${secret}`],
    ['the prefix `Bearer `', `Bearer ${secret}`],
    ['the prefix `bearer` and a tab', `bearer\t${secret}`],
    ['blanks around a prefix and it', `\n BEARER   ${secret} \n`],
  ])('with %s', (_title, pasted) => {
    expect(bytesOf(kind, pasted)).toBe(bytes)
  })
})

describe('toKeys', () => {
  test('returns the keys of the usable secrets', () => {
    expect(toKeys('text', ['', 'Bearer ', 'old\n', 'new'])).toEqual(['old', 'new'])
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
