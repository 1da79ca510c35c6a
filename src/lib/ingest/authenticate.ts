import type { Cached } from '../config/secret-cache.ts'
import type { Delivery } from '../delivery.ts'
import { BridgeError, type ErrorCode } from '../errors.ts'
import { own } from '../json-access.ts'
import { toKeys } from '../signature/key.ts'
import { verify } from '../signature/verify.ts'
import { needsSecret, type Source, turnstileInput } from '../sources/source.ts'
import { parsePageBody } from '../transform/page-body.ts'
import { type AskTurnstile, assertHuman } from './turnstile.ts'

export type AuthenticateDependencies = {
  /** The signing secrets of a source, by its name. */
  readonly secrets: Cached<(source: string) => readonly string[]>
  /** Called for forms with Turnstile. */
  readonly askTurnstile: AskTurnstile
  /** Unix seconds. */
  readonly now: () => number
}

/** Codes that another secret would not change. */
const finalCodes: ReadonlySet<ErrorCode> = new Set(['challenge_failed', 'temporarily_unavailable'])

/** Runs a check with the source's secrets. If it fails, retries with secrets rotated since. */
const withSecrets = async (
  { source }: Delivery,
  { secrets }: Pick<AuthenticateDependencies, 'secrets'>,
  check: (secrets: readonly string[]) => void | Promise<void>,
): Promise<void> => {
  const cached = await secrets.get()
  try {
    await check(cached(source))
  } catch (error) {
    if (error instanceof BridgeError && finalCodes.has(error.code)) throw error
    const reread = await secrets.reread()
    if (reread === cached) throw error
    await check(reread(source))
  }
}

/**
 * Verifies the signature of a delivery. For a form with Turnstile, checks only that its secret is
 * set.
 *
 * @throws BridgeError `signature_missing`, `signature_invalid` or `signature_expired`;
 *   `misconfigured` if the source has no secret; `temporarily_unavailable` if the secrets cannot be
 *   read
 */
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

/** A page may have the widget twice, and solve one; two tokens are none. */
const onlyValue = (token: unknown): unknown => {
  const [only, ...more] = [token].flat().filter((value) => value !== '')
  return more.length > 0 ? undefined : only
}

/**
 * Verifies the Turnstile token of a form post. Cloudflare accepts a token once, so this is the last
 * check before the signup is stored.
 *
 * @throws BridgeError `challenge_failed`, `misconfigured` or `temporarily_unavailable`
 */
export const verifyHuman = async (
  delivery: Delivery,
  dependencies: AuthenticateDependencies,
): Promise<void> => {
  const token = onlyValue(own(await parsePageBody(delivery), turnstileInput))
  await withSecrets(delivery, dependencies, async (secrets) => {
    await assertHuman(token, secrets, dependencies.askTurnstile)
  })
}
