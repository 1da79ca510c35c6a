import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { BridgeError } from '../errors.ts'
import type { SendHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import { toKeys } from '../signature/key.ts'

/** The input that Turnstile's widget adds to its form. */
export const tokenInput = 'cf-turnstile-response'
export const turnstileUrl = 'https://challenges.cloudflare.com'

/** https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ */
const maxTokenLength = 2_048
/** A person waits, and the function has 10 s. */
const timeoutMs = 5_000

const verdictSchema = z.looseObject({
  success: z.boolean(),
  'error-codes': z._default(z.array(z.string()), []),
})

/** What Cloudflare says of a token: it is good, it is not, or the secret is none of its own. */
export type TurnstileResult = 'human' | 'refused' | 'wrong_secret'

/**
 * Asks Cloudflare of a token, which it takes once.
 *
 * @throws BridgeError `temporarily_unavailable` where it does not say
 */
export type AskTurnstile = (secret: string, token: string) => Promise<TurnstileResult>

const turnstileUnavailable = (cause?: unknown) =>
  new BridgeError(
    'temporarily_unavailable',
    'Turnstile gave no answer: check cloudflarestatus.com',
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
    const parsed = z.safeParse(verdictSchema, parseJson(body))
    // Cloudflare answers a refusal with 200 or 400, and its reasons.
    if (status >= 500 || !parsed.success) throw turnstileUnavailable()
    const { success, 'error-codes': codes } = parsed.data
    if (success) return 'human'
    if (codes.includes('internal-error')) throw turnstileUnavailable()
    return codes.some((code) => code.endsWith('-input-secret')) ? 'wrong_secret' : 'refused'
  }

/**
 * Checks that a person posted a form.
 *
 * @param secrets the widget's secret key; several while it is rotated
 * @throws BridgeError `challenge_failed`; `misconfigured` where no secret is Cloudflare's;
 *   `temporarily_unavailable` where Cloudflare does not say
 */
export const assertHuman = async (
  token: unknown,
  secrets: readonly string[],
  ask: AskTurnstile,
): Promise<void> => {
  const keys = toKeys('text', secrets).map(String)
  const failed = new BridgeError(
    'challenge_failed',
    'Turnstile does not vouch for this post: check that the form shows its widget, and send it again',
  )
  if (typeof token !== 'string' || token === '' || token.length > maxTokenLength) throw failed
  for (const key of keys) {
    const verdict = await ask(key, token)
    if (verdict === 'human') return
    if (verdict === 'refused') throw failed
  }
  throw new BridgeError(
    'misconfigured',
    'Turnstile does not know the secret of this form: put the widget’s secret key into the signing secret',
  )
}
