import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { defineBridge } from '../src/lib/config.ts'
import { clerk, form, signup, standardWebhooks, typeform, webhook } from '../src/lib/index.ts'
import { receive } from '../src/lib/receive.ts'
import { sign } from '../src/lib/signature.ts'
import { start } from './support/clock.ts'
import { formResponse, userCreated } from './support/payloads.ts'

const bridge = defineBridge({
  sources: {
    backend: signup(),
    clerk: clerk(),
    beta: typeform({ fields: { user_id: 'external_id' }, attributes: { F6: 'size' } }),
    standard: standardWebhooks({ fields: { 'data.email': 'email' } }),
    signed: webhook({
      signature: { header: 'x-signature', algorithm: 'sha256', encoding: 'hex' },
      fields: { 'a.b.c': 'email' },
      attributes: { 'constructor.prototype': 'odd' },
    }),
    join: form({ consent: 'news', attributes: { x: 'x' } }),
  },
})
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const names = Object.keys(bridge.sources)

const post = async (name: string, body: Uint8Array, headers: Record<string, string>) => {
  const stored: unknown[] = []
  const source = bridge.sources[name]
  const secrets = { get: async () => () => [secret], reread: async () => () => [secret] }
  const { answer } = await receive(
    {
      path: `/${source?.form ? 'forms' : 'webhooks'}/${name}`,
      method: 'POST',
      received_at: start,
      url: '',
      headers,
      encodedBytes: body.length,
      body: () => body,
    },
    {
      bridge,
      secrets,
      sink: { mode: 'queue', store: async (messages) => void stored.push(...messages) },
      askTurnstile: async () => 'refused',
      now: () => start,
    },
  )
  return { status: answer.status, stored: stored.length }
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc.string({ unit: 'binary', maxLength: 500 }).map((text) => new TextEncoder().encode(text)),
  fc.json({ maxDepth: 8 }).map((text) => new TextEncoder().encode(text)),
  // A genuine payload with one value of it replaced.
  fc
    .tuple(fc.constantFrom<object>(userCreated, formResponse), fc.nat(200), fc.anything())
    .map(([payload, at, value]) => {
      let index = 0
      const text = JSON.stringify(payload, (_key, each) => {
        index += 1
        return index === at + 2 ? value : each
      })
      return new TextEncoder().encode(text ?? 'null')
    }),
)
const types = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  '',
)

test('whatever a verified sender posts, it is stored, ignored or refused, and nothing breaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), bytes, types, async (name, body, type) => {
      const scheme = bridge.sources[name]?.signature ?? { type: 'open' }
      const { headers: signed } = sign(scheme, { timestampSeconds: start, body }, secret)

      const { status, stored } = await post(name, body, { 'content-type': type, ...signed })

      expect([200, 400, 415, 422]).toContain(status)
      if (status !== 200) expect(stored).toBe(0)
    }),
    { numRuns: 2_000 },
  )
})

test('whatever becomes of a multipart body, the form answers, and nothing breaks', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=B' }
  const part = (disposition: string, value: string) =>
    `--B\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`
  const whole = `${part('name="email"', 'ada@example.com')}${part('name="f"; filename="x.txt"', 'hello')}--B--\r\n`

  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length),
      fc.nat(whole.length),
      fc.constantFrom('', '\r\n', '--B', '"', 'filename=', '\u0000'),
      async (from, to, junk) => {
        const body = new TextEncoder().encode(whole.slice(0, from) + junk + whole.slice(to))

        const { status } = await post('join', body, headers)

        expect([200, 400, 422]).toContain(status)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('whatever headers a stranger sends, nothing is stored', async () => {
  const scheme = standardWebhooks({}).signature
  const headerNames = [
    ...['authorization', 'webhook-id', 'webhook-timestamp', 'webhook-signature'],
    ...['svix-id', 'svix-timestamp', 'svix-signature', 'typeform-signature', 'x-signature'],
  ]
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.base64String(),
    fc.constantFrom(
      'v1,',
      'sha256=',
      'Bearer ',
      String(start),
      'msg_1',
      'v1,AAAA',
      'Bearer whsec_',
    ),
  )
  const headers = fc.dictionary(fc.constantFrom(...headerNames), value)
  const body = new TextEncoder().encode('{"email":"ada@example.com"}')
  expect(sign(scheme, { timestampSeconds: start, body }, secret).headers).toHaveProperty(
    'webhook-signature',
  )

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names.filter((name) => name !== 'join')),
      headers,
      async (name, given) => {
        expect(await post(name, body, given)).toEqual({ status: 401, stored: 0 })
      },
    ),
    { numRuns: 2_000 },
  )
})
