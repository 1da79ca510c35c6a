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
  toHttpDelivery,
  unsignedRequest,
} from '../../support/requests.ts'

const post = async (request: Request, secrets: readonly string[]) => {
  const stored: unknown[] = []
  const secretsOf = () => secrets
  const { response: answer } = await receive(toHttpDelivery(request, start), {
    bridge: everyPreset,
    secrets: { get: async () => secretsOf, reread: async () => secretsOf },
    sink: { mode: 'queue', store: async (messages) => void stored.push(...messages) },
    askTurnstile: async () => 'refused',
    now: () => start,
  })
  const { status, error } = { status: answer.status, ...JSON.parse(answer.body) }
  return { status: answer.status, code: error?.code ?? status, stored: stored.length, answer }
}

const hmacOf = (scheme: SignatureScheme): HmacScheme | undefined =>
  scheme.type === 'hmac' || scheme.type === 'hash' ? scheme : undefined

/** What carries the proof itself, and can be bent. */
const proofHeader = (scheme: SignatureScheme): string | undefined => {
  if (scheme.type === 'bearer') return 'authorization'
  return scheme.type === 'jws' ? scheme.header : hmacOf(scheme)?.header[0]
}

const another = 'whsec_bm90IHRoaXMgb25lIGhlcmU='
const isJson = (body: Uint8Array) => body[0] === 0x7b

type Proven = { title: string; preset: string; scheme: SignatureScheme; fixture: Fixture }
/** Every scheme of every source; one that signs in several ways is forged in each. */
const proven = Object.entries(fixtures).flatMap(([preset, fixture]): Proven[] => {
  const { signature } = fixture.source
  if (!schemeNeedsSecret(signature)) return []
  if (signature.type !== 'preferred') {
    return [{ title: preset, preset, scheme: signature, fixture }]
  }
  return signature.schemes.map((scheme) => ({
    title: `${preset} by ${scheme.header[0]}`,
    preset,
    scheme,
    fixture,
  }))
})

test('every source but forms and those that AWS invokes must prove who sent', () => {
  const others = Object.keys(fixtures).filter((name) =>
    proven.every(({ preset }) => preset !== name),
  )

  expect(others).toEqual(['cognito', 'form'])
})

describe.each(proven)('$title', ({ preset, scheme, fixture }) => {
  const { secret } = fixture
  const bare = unsignedRequest(fileName(preset), fixture)
  const genuine = signRequest(scheme, bare, secret, start)
  const header = proofHeader(scheme)
  const bend = (change: (value: string) => string): Request => {
    if (header) {
      const value = change(genuine.headers[header] ?? '')
      return { ...genuine, headers: { ...genuine.headers, [header]: value } }
    }
    const url = new URL(genuine.url)
    url.searchParams.set('secret', change(url.searchParams.get('secret') ?? ''))
    return { ...genuine, url: url.href }
  }
  const forged = header
    ? (signRequest(scheme, bare, another, start).headers[header] ?? '')
    : another
  const coversBody = scheme.type !== 'bearer' && scheme.type !== 'query'
  const isTimed = hmacOf(scheme)?.timestamp !== undefined

  const missing = 'signature_missing'
  const invalid = 'signature_invalid'
  const expired = 'signature_expired'
  const rows: [string, Request, string][] = [
    ['no proof at all', bare, missing],
    ['an empty proof', bend(() => ''), missing],
    ['a malformed proof', bend(() => '%%%,%%%'), invalid],
    ['a proof that is too short', bend((value) => value.slice(0, -2)), invalid],
    ['a proof that is too long', bend((value) => `${value}00`), invalid],
    ['a proof of nothing but its prefix', bend((value) => value.slice(0, 3)), invalid],
    ['another secret', signRequest(scheme, bare, another, start), invalid],
    ...(header
      ? ([
          ['a proof that came twice', bend((value) => `${value},${value}`), invalid],
          ['a good proof and a bad one', bend((value) => `${value},${forged}`), invalid],
          ['a bad proof and a good one', bend((value) => `${forged},${value}`), invalid],
        ] satisfies [string, Request, string][])
      : ([
          [
            'a proof that came twice',
            { ...genuine, url: `${genuine.url}&secret=${encodeURIComponent(secret)}` },
            invalid,
          ],
          ['a good proof and a bad one', { ...genuine, url: `${genuine.url}&secret=x` }, invalid],
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
            'a body that was parsed and written again',
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
          ['a stale signature', signRequest(scheme, bare, secret, start - 301), expired],
          ['a signature of the future', signRequest(scheme, bare, secret, start + 301), expired],
        ] satisfies [string, Request, string][])
      : []),
  ]

  test('takes what its sender signed, stores it, and answers 200', async () => {
    expect(await post(genuine, [secret])).toMatchObject({ status: 200, stored: 1 })
  })

  test('takes the second of two secrets, and a good one beside an empty one', async () => {
    expect(await post(genuine, [another, secret])).toMatchObject({ status: 200 })
    expect(await post(genuine, ['', secret])).toMatchObject({ status: 200 })
  })

  test.each(rows)('answers 401 to %s, and stores nothing', async (_title, request, code) => {
    expect(await post(request, [secret])).toMatchObject({ status: 401, code, stored: 0 })
  })

  test('answers whoever has no good signature the same, to the byte', async () => {
    const refused = rows.filter(([, , code]) => code === invalid)
    const answers = await Promise.all(refused.map(([, request]) => post(request, [secret])))

    expect(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size).toBe(1)
  })

  test.each([[[]], [['']], [['  ']]])(
    'fails closed with the secrets %j, whatever is presented',
    async (secrets) => {
      for (const request of [genuine, bare]) {
        expect(await post(request, secrets)).toMatchObject({
          status: 500,
          code: 'misconfigured',
          stored: 0,
        })
      }
    },
  )
})
