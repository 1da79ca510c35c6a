import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../../src/lib/errors.ts'
import type { ReceiveDependencies } from '../../../src/lib/ingest/receive.ts'
import { formHeaders } from '../../support/deliveries.ts'
import { ada, adaForm, post } from './receiving.ts'

describe('a form with Turnstile', () => {
  const submit = async (
    body: string,
    overrides: Partial<ReceiveDependencies> = {},
    type: Record<string, string> = formHeaders,
  ) => {
    const asked: string[] = []
    const { status, json, messages } = await post(
      '/forms/guarded',
      { headers: { ...type, accept: 'application/json' }, body },
      {
        askTurnstile: async (secret, token) => {
          asked.push(`${secret} ${token}`)
          return token === 'good' ? 'human' : 'refused'
        },
        ...overrides,
      },
    )
    return { status, code: json.error?.code, stored: messages.length, asked }
  }
  const noSecret = { get: async () => () => [], reread: async () => () => [] }

  test('accepts a post that Cloudflare verifies', async () => {
    expect(await submit(`${adaForm}&cf-turnstile-response=good`)).toEqual({
      status: 200,
      code: undefined,
      stored: 1,
      asked: ['widget good'],
    })
  })

  test('accepts the token in JSON, and of the one of two widgets that is solved', async () => {
    const token = 'cf-turnstile-response'
    const json = { 'content-type': 'application/json' }
    const accepted = { status: 200, stored: 1, asked: ['widget good'] }

    expect(await submit(JSON.stringify({ ...ada, [token]: 'good' }), {}, json)).toMatchObject(
      accepted,
    )
    expect(await submit(`${adaForm}&${token}=&${token}=good`)).toMatchObject(accepted)
    for (const odd of [{}, { good: 'good' }, ['good', 'good'], [['good']], 7, true, null]) {
      const body = JSON.stringify({ ...ada, [token]: odd })
      expect(await submit(body, {}, json)).toMatchObject({ status: 403, stored: 0, asked: [] })
    }
  })

  test.each([
    ['a bad token', `${adaForm}&cf-turnstile-response=bad`, ['widget bad']],
    ['no token', adaForm, []],
    ['two tokens', `${adaForm}&cf-turnstile-response=good&cf-turnstile-response=good`, []],
  ])('refuses %s with 403 and stores nothing', async (_title, body, asked) => {
    expect(await submit(body)).toEqual({ status: 403, code: 'challenge_failed', stored: 0, asked })
  })

  test('responds with 503 and stores nothing if Cloudflare gives no result', async () => {
    const askTurnstile = async () => {
      throw new BridgeError('temporarily_unavailable', 'x')
    }

    expect(await submit(`${adaForm}&cf-turnstile-response=good`, { askTurnstile })).toMatchObject({
      status: 503,
      stored: 0,
    })
  })

  test.each([adaForm, `${adaForm}&cf-turnstile-response=good`, `${adaForm}&_gotcha=1`, 'name=Ada'])(
    'responds with 500 if it has no secret, whatever the post is: %s',
    async (body) => {
      expect(await submit(body, { secrets: noSecret })).toEqual({
        status: 500,
        code: 'misconfigured',
        stored: 0,
        asked: [],
      })
    },
  )

  test('does not ask Cloudflare about a filled honeypot or an invalid signup', async () => {
    const token = 'cf-turnstile-response=good'

    expect(await submit(`${adaForm}&_gotcha=1&${token}`)).toMatchObject({ status: 200, asked: [] })
    expect(await submit(`name=Ada&${token}`)).toMatchObject({ status: 422, asked: [] })
  })

  test('reads its secret again only if Cloudflare does not know it', async () => {
    const read: string[] = []
    const secrets = {
      get: async () => () => ['old'],
      reread: async () => {
        read.push('again')
        return () => ['widget']
      },
    }
    const askTurnstile: ReceiveDependencies['askTurnstile'] = async (secret, token) => {
      if (secret === 'old') return 'wrong_secret'
      return token === 'good' ? 'human' : 'refused'
    }
    const refuses = async () => 'refused' as const

    expect(
      await submit(`${adaForm}&cf-turnstile-response=good`, { secrets, askTurnstile }),
    ).toMatchObject({ status: 200 })
    expect(read).toEqual(['again'])
    await submit(`${adaForm}&cf-turnstile-response=bad`, { secrets, askTurnstile: refuses })
    expect(read).toEqual(['again'])
  })
})
