import { describe, expect, test } from 'vitest'
import { receive } from '../../../src/lib/ingest/receive.ts'
import type { HmacScheme } from '../../../src/lib/signature/hmac.ts'
import { type SignatureScheme, schemeNeedsSecret } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'
import { bytes } from '../../support/deliveries.ts'
import type { Fixture } from '../../support/fixture.ts'
import { everyPreset, fileName, fixtures } from '../../support/fixtures.ts'
import {
  type Request,
  signRequest,
  toIncomingRequest,
  unsignedRequest,
} from '../../support/requests.ts'

const post = async (request: Request, secrets: readonly string[]) => {
  const stored: unknown[] = []
  const secretsOf = () => secrets
  const { response } = await receive(toIncomingRequest(request, start), {
    bridge: everyPreset,
    secrets: { get: async () => secretsOf, reread: async () => secretsOf },
    sink: { mode: 'queue', store: async (messages) => void stored.push(...messages) },
    askTurnstile: async () => 'refused',
    now: () => start,
  })
  const { status, error } = { status: response.status, ...JSON.parse(response.body) }
  return { status: response.status, code: error?.code ?? status, stored: stored.length, response }
}

const hmacOf = (scheme: SignatureScheme): HmacScheme | undefined =>
  scheme.type === 'hmac' || scheme.type === 'hash' ? scheme : undefined

/** The header of the signature or secret; `undefined` if the secret is in the URL. */
const proofHeader = (scheme: SignatureScheme): string | undefined => {
  if (scheme.type === 'bearer') return 'authorization'
  return scheme.type === 'jws' ? scheme.header : hmacOf(scheme)?.header[0]
}

const another = 'whsec_bm90IHRoaXMgb25lIGhlcmU='
const isJson = (body: Uint8Array) => body[0] === 0x7b

type SignedSource = { title: string; preset: string; scheme: SignatureScheme; fixture: Fixture }
/** Every scheme of every source that needs a secret. */
const signedSources = Object.entries(fixtures).flatMap(([preset, fixture]): SignedSource[] => {
  const { signature } = fixture.source
  if (!schemeNeedsSecret(signature)) return []
  if (signature.type !== 'preferred') {
    return [{ title: preset, preset, scheme: signature, fixture }]
  }
  return signature.schemes.map((scheme) => ({
    title: `${preset} with ${scheme.header[0]}`,
    preset,
    scheme,
    fixture,
  }))
})

test('every preset except form and cognito needs a secret', () => {
  const unsigned = Object.keys(fixtures).filter((name) =>
    signedSources.every(({ preset }) => preset !== name),
  )

  expect(unsigned).toEqual(['cognito', 'form'])
})

describe.each(signedSources)('$title', ({ preset, scheme, fixture }) => {
  const { secret } = fixture
  const unsigned = unsignedRequest(fileName(preset), fixture)
  const genuine = signRequest(scheme, unsigned, secret, start)
  const header = proofHeader(scheme)
  const withProof = (change: (value: string) => string): Request => {
    if (header) {
      const value = change(genuine.headers[header] ?? '')
      return { ...genuine, headers: { ...genuine.headers, [header]: value } }
    }
    const url = new URL(genuine.url)
    url.searchParams.set('secret', change(url.searchParams.get('secret') ?? ''))
    return { ...genuine, url: url.href }
  }
  const forged = header
    ? (signRequest(scheme, unsigned, another, start).headers[header] ?? '')
    : another
  const coversBody = scheme.type !== 'bearer' && scheme.type !== 'query'
  const isTimed = hmacOf(scheme)?.timestamp !== undefined

  const missing = 'signature_missing'
  const invalid = 'signature_invalid'
  const expired = 'signature_expired'
  const rows: [string, Request, string][] = [
    ['no proof', unsigned, missing],
    ['an empty proof', withProof(() => ''), missing],
    ['a malformed proof', withProof(() => '%%%,%%%'), invalid],
    ['a proof without its last two characters', withProof((value) => value.slice(0, -2)), invalid],
    ['a proof with two more characters', withProof((value) => `${value}00`), invalid],
    ['a proof of three characters', withProof((value) => value.slice(0, 3)), invalid],
    ['another secret', signRequest(scheme, unsigned, another, start), invalid],
    ...(header
      ? ([
          ['a repeated proof', withProof((value) => `${value},${value}`), invalid],
          ['a valid proof and an invalid one', withProof((value) => `${value},${forged}`), invalid],
          ['an invalid proof and a valid one', withProof((value) => `${forged},${value}`), invalid],
        ] satisfies [string, Request, string][])
      : ([
          [
            'a repeated proof',
            { ...genuine, url: `${genuine.url}&secret=${encodeURIComponent(secret)}` },
            invalid,
          ],
          [
            'a valid proof and an invalid one',
            { ...genuine, url: `${genuine.url}&secret=x` },
            invalid,
          ],
        ] satisfies [string, Request, string][])),
    ...(coversBody
      ? ([
          [
            'an altered body',
            { ...genuine, body: bytes(`${Buffer.from(genuine.body)} `) },
            invalid,
          ],
          ['an empty body', { ...genuine, body: bytes('') }, invalid],
        ] satisfies [string, Request, string][])
      : []),
    ...(coversBody && isJson(genuine.body)
      ? ([
          [
            'a body that was parsed and serialised again',
            {
              ...genuine,
              body: bytes(JSON.stringify(JSON.parse(`${Buffer.from(genuine.body)}`), null, 1)),
            },
            invalid,
          ],
        ] satisfies [string, Request, string][])
      : []),
    ...(isTimed
      ? ([
          ['an expired signature', signRequest(scheme, unsigned, secret, start - 301), expired],
          [
            'a signature from the future',
            signRequest(scheme, unsigned, secret, start + 301),
            expired,
          ],
        ] satisfies [string, Request, string][])
      : []),
  ]

  test('accepts and stores a genuine delivery, and responds with 200', async () => {
    expect(await post(genuine, [secret])).toMatchObject({ status: 200, stored: 1 })
  })

  test('accepts the second of two secrets, and a valid one beside an empty one', async () => {
    expect(await post(genuine, [another, secret])).toMatchObject({ status: 200 })
    expect(await post(genuine, ['', secret])).toMatchObject({ status: 200 })
  })

  test.each([` ${secret}\n`, `${secret}\r\n`, `Bearer ${secret}`, `v1,${secret}`])(
    'accepts a genuine delivery with the secret as it is pasted: %j',
    async (pasted) => {
      expect(await post(genuine, [pasted])).toMatchObject({ status: 200, stored: 1 })
    },
  )

  test.each(rows)('responds with 401 to %s, and stores nothing', async (_title, request, code) => {
    expect(await post(request, [secret])).toMatchObject({ status: 401, code, stored: 0 })
  })

  test('responds to every invalid signature with the same bytes', async () => {
    const invalidRows = rows.filter(([, , code]) => code === invalid)
    const results = await Promise.all(invalidRows.map(([, request]) => post(request, [secret])))

    expect(new Set(results.map(({ response }) => JSON.stringify(response))).size).toBe(1)
  })

  test.each([[[]], [['']], [['  ']], [['Bearer ', 'v1,\n']]])(
    'is misconfigured with the secrets %j, whatever the proof',
    async (secrets) => {
      for (const request of [genuine, unsigned]) {
        expect(await post(request, secrets)).toMatchObject({
          status: 500,
          code: 'misconfigured',
          stored: 0,
        })
      }
    },
  )
})
