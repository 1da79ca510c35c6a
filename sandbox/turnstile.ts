import { parseJson } from '../src/lib/json.ts'
import { own } from '../src/lib/json-access.ts'
import { type Loopback, sendJson, startLoopback } from './loopback.ts'

/**
 * The secret keys that Cloudflare has for tests, and what each says of any token; of any other key it
 * says that it is none. https://developers.cloudflare.com/turnstile/troubleshooting/testing/
 */
const refusals: { readonly [secret: string]: readonly string[] } = {
  '1x0000000000000000000000000000000AA': [],
  '2x0000000000000000000000000000000AA': ['invalid-input-response'],
  '3x0000000000000000000000000000000AA': ['timeout-or-duplicate'],
}

/** Cloudflare's siteverify on loopback, for its test keys. */
export const startTurnstile = (port: number): Promise<Loopback> =>
  startLoopback(port, async ({ path, body }, response) => {
    if (path !== '/turnstile/v0/siteverify') return sendJson(response, 404, {})
    const request = parseJson(body)
    const codes = own(refusals, String(own(request, 'secret'))) ?? ['invalid-input-secret']
    sendJson(response, 200, {
      success: Array.isArray(codes) && codes.length === 0,
      'error-codes': codes,
      challenge_ts: new Date().toISOString(),
      hostname: 'localhost',
    })
  })
