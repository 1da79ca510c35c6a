import { BridgeError } from '../errors.ts'
import { parseJson } from '../json.ts'
import { isRecord, own } from '../json-access.ts'

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

const unusableSecret = (source: string) =>
  new BridgeError(
    'misconfigured',
    `a signing secret of the source ${source} is not a text: set it again in SIGNING_SECRET_ID`,
  )

/** By source name: JSON such as `{"clerk":"whsec_…","beta":["new","old"]}`. */
type SigningSecrets = Readonly<Record<string, unknown>>

const parseSigningSecrets = (text: string): SigningSecrets | undefined => {
  const parsed = parseJson(text)
  return isRecord(parsed) ? parsed : undefined
}

/** What is set for a source: one value, a list of them, or nothing. */
const valuesOf = (secrets: SigningSecrets, source: string): readonly unknown[] => {
  const value = own(secrets, source)
  return value === undefined ? [] : [value].flat()
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** Called if a source has a secret that is no text, beside others that are. */
export type OnUnusableSecret = (source: string, error: BridgeError) => void

/**
 * Returns a function that loads the signing secrets by source: the current version's, then the
 * previous one's. A secret that does not exist yet holds none: every source fails closed. For a
 * source whose current secrets are all no text, what is returned throws `misconfigured`; the other
 * sources work.
 *
 * @throws BridgeError `misconfigured` if the current version is not a JSON object
 */
export const loadSigningSecrets = (
  getSecret: GetSecret,
  onUnusable: OnUnusableSecret = () => {},
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
    const reported = new Set<string>()
    return (source) => {
      const values = valuesOf(current, source)
      const texts = values.filter(isText)
      if (texts.length < values.length) {
        const error = unusableSecret(source)
        if (texts.length === 0) throw error
        if (!reported.has(source)) onUnusable(source, error)
        reported.add(source)
      }
      return [...texts, ...valuesOf(previous, source).filter(isText)]
    }
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
