import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { BridgeError } from '../errors.ts'
import type { SendHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import { once } from '../memoise.ts'
import { toKeys } from '../signature/key.ts'

export const turnstileUrl = 'https://challenges.cloudflare.com'

/** https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ */
const maxTokenLength = 2_048
/** A person waits for the response, and the function has 10 s. */
const timeoutMs = 5_000

const resultSchema = once(() =>
  z.looseObject({
    success: z.boolean(),
    'error-codes': z._default(z.array(z.string()), []),
  }),
)

/** Cloudflare's result: the token is valid, it is not, or the secret is unknown to Cloudflare. */
export type TurnstileResult = 'human' | 'refused' | 'wrong_secret'

/**
 * Validates a token with Cloudflare, which accepts each token once.
 *
 * @throws BridgeError `temporarily_unavailable` if Cloudflare gives no result
 */
export type AskTurnstile = (secret: string, token: string) => Promise<TurnstileResult>

const turnstileUnavailable = (cause?: unknown) =>
  new BridgeError(
    'temporarily_unavailable',
    'no result from Turnstile: check cloudflarestatus.com',
    {
      cause,
    },
  )

export const createAskTurnstile =
  (send: SendHttp, clock: Pick<Clock, 'timeout'>): AskTurnstile =>
  async (secret, token) => {
    const { status, body } = await send({
      method: 'POST',
      path: '/turnstile/v0/siteverify',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ secret, response: token }),
      signal: clock.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      throw turnstileUnavailable(cause)
    })
    const parsed = z.safeParse(resultSchema(), parseJson(body))
    // Cloudflare refuses a token with 200 or 400, and the error codes.
    if (status >= 500 || !parsed.success) throw turnstileUnavailable()
    const { success, 'error-codes': codes } = parsed.data
    if (success) return 'human'
    if (codes.includes('internal-error')) throw turnstileUnavailable()
    return codes.some((code) => code.endsWith('-input-secret')) ? 'wrong_secret' : 'refused'
  }

/**
 * Checks that Turnstile verified a form post.
 *
 * @param secrets the widget's secret key; several while it is rotated
 * @throws BridgeError `challenge_failed`; `misconfigured` if Cloudflare knows none of the secrets;
 *   `temporarily_unavailable` if Cloudflare gives no result
 */
export const assertHuman = async (
  token: unknown,
  secrets: readonly string[],
  ask: AskTurnstile,
): Promise<void> => {
  const keys = toKeys('text', secrets).map(String)
  const failed = new BridgeError(
    'challenge_failed',
    'Turnstile did not verify this post: check that the form shows its widget, then send it again',
  )
  if (typeof token !== 'string' || token === '' || token.length > maxTokenLength) throw failed
  for (const key of keys) {
    const result = await ask(key, token)
    if (result === 'human') return
    if (result === 'refused') throw failed
  }
  throw new BridgeError(
    'misconfigured',
    'Turnstile does not know this form’s secret: put the widget’s secret key into the signing secret',
  )
}
