import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTurnstile } from '../../../sandbox/turnstile.ts'
import { createHttp } from '../../../src/lib/http.ts'
import {
  assertHuman,
  createAskTurnstile,
  type TurnstileResult,
} from '../../../src/lib/ingest/turnstile.ts'
import { createClock } from '../../support/clock.ts'
import { startServer } from '../../support/server.ts'

/** Cloudflare's keys for tests: https://developers.cloudflare.com/turnstile/troubleshooting/testing/ */
const passes = '1x0000000000000000000000000000000AA'
const fails = '2x0000000000000000000000000000000AA'
const spent = '3x0000000000000000000000000000000AA'

let cloudflare: Awaited<ReturnType<typeof startTurnstile>>
beforeAll(async () => {
  cloudflare = await startTurnstile(0)
})
afterAll(() => cloudflare.close())

const ask = (url: string, clock = createClock()) =>
  createAskTurnstile(createHttp(new URL(url)), clock)

describe('askTurnstile', () => {
  test.each([
    [passes, 'human'],
    [fails, 'refused'],
    [spent, 'refused'],
    ['another', 'wrong_secret'],
  ])('with the secret %s returns %s', async (secret, result) => {
    expect(await ask(cloudflare.url)(secret, 'XXXX.DUMMY.TOKEN.XXXX')).toBe(result)
  })

  const json = (status: number, body: unknown) => (response: ServerResponse) =>
    response.writeHead(status).end(JSON.stringify(body))

  test.each([
    ['an internal error', json(200, { success: false, 'error-codes': ['internal-error'] })],
    ['500', json(500, { success: true })],
    ['a body of another shape', json(200, { success: 'true' })],
    ['an HTML page', (response: ServerResponse) => response.end('<html>')],
    ['a connection reset', (response: ServerResponse) => response.destroy()],
  ])('throws temporarily_unavailable after %s', async (_title, respond) => {
    const server = await startServer((_request, response) => respond(response))

    await expect(ask(server.url)(passes, 't')).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    })
    await server.close()
  })

  test('throws temporarily_unavailable after 5 s', async () => {
    const clock = createClock()
    const server = await startServer(() => clock.advance(5_000))

    await expect(ask(server.url, clock)(passes, 't')).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    })
    await server.close()
  })

  test('returns refused for a 400 with error codes', async () => {
    const server = await startServer((_request, response) =>
      json(400, { success: false, 'error-codes': ['missing-input-response'] })(response),
    )

    expect(await ask(server.url)(passes, 't')).toBe('refused')
    await server.close()
  })
})

describe('assertHuman', () => {
  const check = async (
    token: unknown,
    secrets: readonly string[],
    results: TurnstileResult[] = [],
  ) => {
    const asked: string[] = []
    const outcome = await assertHuman(token, secrets, async (secret) => {
      asked.push(secret)
      return results[asked.length - 1] ?? 'human'
    }).then(
      () => 'human',
      ({ code }) => code,
    )
    return [outcome, asked]
  }

  test('accepts a valid token', async () => {
    expect(await check('t', ['s'])).toEqual(['human', ['s']])
  })

  test.each(['s\n', ' s ', 'Bearer s'])(
    'asks with the secret alone, pasted as %j',
    async (pasted) => {
      expect(await check('t', [pasted])).toEqual(['human', ['s']])
    },
  )

  test('tries the next secret only if Cloudflare does not know the first', async () => {
    expect(await check('t', ['new', 'old'], ['wrong_secret'])).toEqual(['human', ['new', 'old']])
    expect(await check('t', ['new', 'old'], ['refused'])).toEqual(['challenge_failed', ['new']])
  })

  test.each([[undefined], [''], [['a', 'b']], [7], ['x'.repeat(2_049)]])(
    'refuses the token %j without asking Cloudflare',
    async (token) => {
      expect(await check(token, ['s'])).toEqual(['challenge_failed', []])
    },
  )

  test('throws misconfigured if Cloudflare knows none of the secrets, or there is none', async () => {
    expect(await check('t', ['s'], ['wrong_secret'])).toEqual(['misconfigured', ['s']])
    expect(await check('t', [])).toEqual(['misconfigured', []])
    expect(await check('t', [' '])).toEqual(['misconfigured', []])
  })
})
