import * as z from 'zod/mini'
import type { Clock } from '../clock.ts'
import { BridgeError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { own } from '../json-access.ts'

/** A secret's two versions that may be in use; AWSPENDING is never read. */
export type SecretStage = 'AWSCURRENT' | 'AWSPREVIOUS'

/**
 * Reads one version of a secret; `undefined` where the secret or the version does not exist.
 *
 * @throws anything, when Secrets Manager could not be asked
 */
export type GetSecret = (stage: SecretStage) => Promise<string | undefined>

/** Rotated secrets are seen within this time; a refresh that fails keeps the last good value. */
const cacheMs = 300_000
/** How often a doubt (a 401, a bad signature) may read past the cache. */
const rereadMs = 30_000

export type Cached<T> = {
  readonly get: () => Promise<T>
  /** Reads past the cache, 30 s after the last time that it was read again; else what `get` gives. */
  readonly reread: () => Promise<T>
}

/**
 * Keeps what `load` gives for 300 s. One load at a time, whoever asks; when a refresh fails, the
 * last good value serves on, `onStale` is told, and the next try is 30 s away. So it is where there
 * is nothing good yet and what there is cannot be used.
 *
 * @throws what `load` throws, where there is no good value yet
 */
export const createCache = <T>(
  load: () => Promise<T>,
  clock: Clock,
  onStale: (error: unknown) => void = () => {},
): Cached<T> => {
  let good: { readonly value: T; readonly freshUntilMs: number } | undefined
  let unusable: { readonly error: BridgeError; readonly untilMs: number } | undefined
  let loading: Promise<T> | undefined
  let rereadAllowedAtMs = 0

  const refresh = (): Promise<T> => {
    // The first reading of a process is no second one: a doubt about it may be looked into at once.
    if (good) rereadAllowedAtMs = clock.now() + rereadMs
    loading ??= load()
      .then((value) => {
        good = { value, freshUntilMs: clock.now() + cacheMs }
        return value
      })
      .catch((error: unknown) => {
        if (!good) {
          // It stays so until somebody mends it; what passes by itself is tried again at once.
          if (error instanceof BridgeError && error.code === 'misconfigured') {
            unusable = { error, untilMs: clock.now() + rereadMs }
          }
          throw error
        }
        onStale(error)
        good = { ...good, freshUntilMs: Math.max(good.freshUntilMs, clock.now() + rereadMs) }
        return good.value
      })
      .finally(() => {
        loading = undefined
      })
    return loading
  }
  const get = async (): Promise<T> => {
    if (good && clock.now() < good.freshUntilMs) return good.value
    if (!good && unusable && clock.now() < unusable.untilMs) throw unusable.error
    return refresh()
  }

  return {
    get,
    reread: async () => {
      if (loading) return loading
      if (clock.now() < rereadAllowedAtMs) return get()
      rereadAllowedAtMs = clock.now() + rereadMs
      return refresh()
    },
  }
}

const unreadable = (name: string, shape: string) =>
  new BridgeError('misconfigured', `the secret ${name} is not ${shape}: put its value anew`)

const signingSecrets = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

/** By source name: JSON as `{"clerk":"whsec_…","beta":["new","old"]}`. */
type SigningSecrets = z.infer<typeof signingSecrets>

const parseSigningSecrets = (text: string): SigningSecrets | undefined => {
  const parsed = z.safeParse(signingSecrets, parseJson(text))
  return parsed.success ? parsed.data : undefined
}

/**
 * The signing secrets of every source, the current version's and the previous one's. A secret that
 * does not exist yet holds none, so that every source fails closed until it does.
 *
 * @throws BridgeError `misconfigured` when the current version is not the JSON object it must be
 */
export const loadSigningSecrets = (
  getSecret: GetSecret,
): (() => Promise<(source: string) => readonly string[]>) => {
  let lastPrevious: string | undefined
  return async () => {
    const [currentText, previousText] = await Promise.all([
      getSecret('AWSCURRENT'),
      // Its absence is no error; trouble in reading it leaves the one that was read before.
      getSecret('AWSPREVIOUS').catch(() => lastPrevious),
    ])
    const current = currentText === undefined ? {} : parseSigningSecrets(currentText)
    if (!current) throw unreadable('SIGNING_SECRET_ID', 'a JSON object of secrets by source name')
    lastPrevious = previousText
    const previous = previousText === undefined ? {} : (parseSigningSecrets(previousText) ?? {})
    return (source) =>
      [own(current, source), own(previous, source)]
        .flat()
        .filter((secret) => typeof secret === 'string')
  }
}

/**
 * Intercom's bearer token: plain text, or JSON `{"access_token":"…"}`.
 *
 * @throws BridgeError `misconfigured` when there is none
 */
export const loadToken = (getSecret: GetSecret) => async (): Promise<string> => {
  const text = (await getSecret('AWSCURRENT'))?.trim()
  if (!text) {
    throw new BridgeError(
      'misconfigured',
      'the secret INTERCOM_SECRET_ID holds no token yet: put the access token of your Intercom app there',
    )
  }
  if (!text.startsWith('{')) return assertToken(text)
  const token = own(parseJson(text), 'access_token')
  if (typeof token !== 'string') throw unreadable('INTERCOM_SECRET_ID', 'JSON with an access_token')
  return assertToken(token.trim())
}

/** RFC 6750 §2.1: what may stand in a bearer header. */
const assertToken = (token: string): string => {
  if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return token
  throw unreadable('INTERCOM_SECRET_ID', 'a bearer token')
}
