import type { Cached } from '../config/secrets.ts'
import type { Delivery } from '../delivery.ts'
import { BridgeError, type ErrorCode } from '../errors.ts'
import { own } from '../json-access.ts'
import { toKeys } from '../signature/key.ts'
import { verify } from '../signature/verify.ts'
import { needsSecret, type Source } from '../sources/source.ts'
import { parseFormBody } from '../transform/body.ts'
import { type AskTurnstile, assertHuman, tokenInput } from './turnstile.ts'

/** What it takes to know who sent a delivery. */
export type AuthenticateDependencies = {
  /** The signing secrets of a source, by its name. */
  readonly secrets: Cached<(source: string) => readonly string[]>
  /** Asked of forms that have Turnstile. */
  readonly askTurnstile: AskTurnstile
  /** Unix seconds. */
  readonly now: () => number
}

const finalCodes: ReadonlySet<ErrorCode> = new Set(['challenge_failed', 'temporarily_unavailable'])

/** A secret that was rotated a moment ago is read again before anybody is turned away. */
const withSecrets = async (
  { source }: Delivery,
  { secrets }: Pick<AuthenticateDependencies, 'secrets'>,
  check: (secrets: readonly string[]) => void | Promise<void>,
): Promise<void> => {
  const cached = await secrets.get()
  try {
    await check(cached(source))
  } catch (error) {
    // What Cloudflare said of a token holds, whatever the secret.
    if (error instanceof BridgeError && finalCodes.has(error.code)) throw error
    const reread = await secrets.reread()
    if (reread === cached) throw error
    await check(reread(source))
  }
}

/** Proves who sent a delivery; of a form with Turnstile, only that it could be proven. */
export const authenticateSender = async (
  source: Source,
  delivery: Delivery,
  dependencies: AuthenticateDependencies,
): Promise<void> => {
  if (!needsSecret(source)) return
  await withSecrets(delivery, dependencies, (secrets) => {
    if (source.form) toKeys('text', secrets)
    else verify(source.signature, delivery, secrets, dependencies.now())
  })
}

/** A token is good once: it is asked of last, when nothing but the queue can fail any more. */
export const verifyHuman = async (
  delivery: Delivery,
  dependencies: AuthenticateDependencies,
): Promise<void> => {
  const token = own(await parseFormBody(delivery), tokenInput)
  await withSecrets(delivery, dependencies, async (secrets) => {
    await assertHuman(token, secrets, dependencies.askTurnstile)
  })
}
