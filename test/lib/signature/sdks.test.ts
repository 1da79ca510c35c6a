import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sign } from '../../../src/lib/signature/verify.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { type Sdk, sdks } from '../../support/sdks.ts'
import { verdict } from '../../support/verdict.ts'

// The SDKs read the time themselves.
beforeEach(() => void vi.useFakeTimers({ now: start * 1000, toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

const bodies = [
  '{}',
  '{"email":"ada@example.com","id":706405506930370084}',
  '{"name":"Žofie 🎉 東京","note":"a\\nb"}',
]
const spacedBodies = ['{\n  "email" : "ada@example.com"\r\n}\n', ' {"name":"\\u017dofie"}']

const withBody = (text: string, headers: Record<string, string>) =>
  delivery(text, { 'content-type': 'application/json', ...headers })
const altered = (text: string) => JSON.stringify({ ...JSON.parse(text), altered: true })

/** Whether the SDK accepts; `false` also if it throws. */
const accepts = async (sdk: Sdk, text: string, headers: Record<string, string>, secret: string) =>
  sdk.accepts(withBody(text, headers), secret).catch(() => false)

describe.each(Object.entries(sdks))('the SDK %s', (_name, sdk) => {
  const { scheme, secrets, serialisesAgain } = sdk
  const rows = secrets.flatMap((secret) =>
    [...bodies, ...spacedBodies].map((text) => ({
      secret,
      text: serialisesAgain ? JSON.stringify(JSON.parse(text)) : text,
    })),
  )
  const { url } = delivery('{}')
  const message = { id: 'msg_2b5F7kd', timestampSeconds: start, url }

  test.each(rows)('signs what verify() accepts: $text with the secret $secret', async (row) => {
    const headers = (await sdk.sign?.({ ...message, body: row.text }, row.secret)) ?? {}
    const check = (text: string, secret = row.secret) =>
      verdict(scheme, withBody(text, headers), [secret], start)

    expect(check(row.text)).toBe('accepted')
    expect(check(altered(row.text))).toBe('signature_invalid')
    expect(check(row.text, 'whsec_bm90IHRoaXMgb25lIGhlcmU=')).toBe('signature_invalid')
  })

  test.each(rows)('accepts what sign() makes: $text with the secret $secret', async (row) => {
    const unsigned = { ...message, body: bytes(row.text) }
    const { headers } = sign(scheme, unsigned, row.secret)

    expect(await accepts(sdk, row.text, headers, row.secret)).toBe(true)
    expect(await accepts(sdk, altered(row.text), headers, row.secret)).toBe(false)
    expect(await accepts(sdk, row.text, headers, 'whsec_bm90IHRoaXMgb25lIGhlcmU=')).toBe(false)
  })
})
