import { parseJson } from '../src/lib/json.ts'
import { own } from '../src/lib/json-access.ts'
import { type Loopback, sendJson, startLoopback } from './loopback.ts'

/**
 * Cloudflare's secret keys for tests, and the error codes of each for any token. Any other key is
 * `invalid-input-secret`. https://developers.cloudflare.com/turnstile/troubleshooting/testing/
 */
const errorCodes: { readonly [secret: string]: readonly string[] } = {
  '1x0000000000000000000000000000000AA': [],
  '2x0000000000000000000000000000000AA': ['invalid-input-response'],
  '3x0000000000000000000000000000000AA': ['timeout-or-duplicate'],
}

/** Starts Cloudflare's siteverify on 127.0.0.1, for its test keys. */
export const startTurnstile = (port: number): Promise<Loopback> =>
  startLoopback(port, async ({ path, body }, response) => {
    if (path !== '/turnstile/v0/siteverify') return sendJson(response, 404, {})
    const request = parseJson(body)
    const codes = own(errorCodes, String(own(request, 'secret'))) ?? ['invalid-input-secret']
    sendJson(response, 200, {
      success: Array.isArray(codes) && codes.length === 0,
      'error-codes': codes,
      challenge_ts: new Date().toISOString(),
      hostname: 'localhost',
    })
  })
