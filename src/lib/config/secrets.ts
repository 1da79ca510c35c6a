import * as z from 'zod/mini'
import { BridgeError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { own } from '../json-access.ts'

/** The two versions of a secret that may be in use; AWSPENDING is never read. */
export type SecretStage = 'AWSCURRENT' | 'AWSPREVIOUS'

/**
 * Reads one version of a secret; `undefined` if the secret or the version does not exist.
 *
 * @throws any error if Secrets Manager could not be read
 */
export type GetSecret = (stage: SecretStage) => Promise<string | undefined>

const unreadable = (name: string, shape: string) =>
  new BridgeError('misconfigured', `the secret ${name} is not ${shape}: set its value again`)

const signingSecrets = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

/** By source name: JSON such as `{"clerk":"whsec_…","beta":["new","old"]}`. */
type SigningSecrets = z.infer<typeof signingSecrets>

const parseSigningSecrets = (text: string): SigningSecrets | undefined => {
  const parsed = z.safeParse(signingSecrets, parseJson(text))
  return parsed.success ? parsed.data : undefined
}

/**
 * Returns a function that loads the signing secrets by source: the current version's, then the
 * previous one's. A secret that does not exist yet holds none: every source fails closed.
 *
 * @throws BridgeError `misconfigured` if the current version is not a JSON object of secrets
 */
export const loadSigningSecrets = (
  getSecret: GetSecret,
): (() => Promise<(source: string) => readonly string[]>) => {
  let lastPrevious: string | undefined
  return async () => {
    const [currentText, previousText] = await Promise.all([
      getSecret('AWSCURRENT'),
      // A previous version is optional; if it cannot be read, the one read before is kept.
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
 * Returns a function that loads Intercom's bearer token: plain text, or JSON
 * `{"access_token":"…"}`.
 *
 * @throws BridgeError `misconfigured` if the secret holds no token
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

/** RFC 6750 §2.1: the characters of a bearer token. */
const assertToken = (token: string): string => {
  if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return token
  throw unreadable('INTERCOM_SECRET_ID', 'a bearer token')
}
