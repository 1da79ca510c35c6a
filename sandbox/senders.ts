import { createHash } from 'node:crypto'
import type { Bridge } from '../src/lib/config/config.ts'
import type { Environment } from '../src/lib/config/env.ts'
import { withSecret } from '../src/lib/signature/verify.ts'
import { needsSecret, type Source, turnstileInput } from '../src/lib/sources/source.ts'

/** What a sender needs to be set up for a source. */
export type Sender = {
  readonly name: string
  readonly path: string
  /**
   * The path to give to the sender, with the secret in its query if the source expects it there.
   */
  readonly address: string
  /** Absent if the source needs none. */
  readonly secret?: string
}

/** Returns the name of a source's variable: `SIGNING_SECRET_MY_FORM` for `my-form`. */
export const secretVariable = (name: string): string =>
  `SIGNING_SECRET_${name.toUpperCase().replaceAll('-', '_')}`

/**
 * Cloudflare's test secret that accepts any token.
 * https://developers.cloudflare.com/turnstile/troubleshooting/testing/
 */
const turnstileTestSecret = '1x0000000000000000000000000000000AA'

/** Derives a secret from the source's name, so that it is the same at every start. */
const stableSecret = (name: string, { signature, form }: Source): string => {
  if (form) return turnstileTestSecret
  const digest = createHash('sha256').update(`signup bridge sandbox ${name}`).digest()
  const kind = signature.type === 'hmac' ? signature.secret : 'text'
  if (kind === 'whsec') return `whsec_${digest.subarray(0, 24).toString('base64')}`
  return kind === 'base64' ? digest.toString('base64') : digest.toString('hex').slice(0, 32)
}

/**
 * Returns the address and secret of every source that has an address. A secret in `.env.local`, of
 * a real sender, replaces the generated one.
 */
export const sendersOf = (bridge: Bridge, local: Environment): Sender[] =>
  Object.entries(bridge.sources).flatMap(([name, source]) => {
    const { signature, form } = source
    if (signature.type === 'invoked') return []
    const path = `/${form ? 'forms' : 'webhooks'}/${name}`
    if (!needsSecret(source)) return [{ name, path, address: path }]
    const secret = local[secretVariable(name)] || stableSecret(name, source)
    const address = signature.type === 'query' ? withSecret(path, secret) : path
    return [{ name, path, address, secret }]
  })

/** Returns the variables of `.env.local` that look like a source's secret and match no source. */
export const unusedSecrets = (senders: readonly Sender[], local: Environment): string[] => {
  const known = new Set(senders.map(({ name }) => secretVariable(name)))
  return Object.keys(local).filter((name) => name.startsWith('SIGNING_SECRET_') && !known.has(name))
}

/**
 * Returns a curl command that creates a contact, for the first source with a bearer secret, else
 * for the first form; undefined if there is neither.
 */
export const exampleCommand = (bridge: Bridge, senders: readonly Sender[], url: string) => {
  // Of the sources with a bearer secret, only those that read the bridge's own JSON have `waits`.
  const bearer = senders.find(({ name }) => {
    const source = bridge.sources[name]
    return source?.signature.type === 'bearer' && source.waits
  })
  if (bearer) {
    const person = JSON.stringify({ email: 'ada@example.com', name: 'Ada Lovelace' })
    return [
      `curl ${url}${bearer.path}`,
      `-H 'authorization: Bearer ${bearer.secret}'`,
      `-H 'content-type: application/json'`,
      `-d '${person}'`,
    ].join(' ')
  }
  const form = senders.find(({ name }) => bridge.sources[name]?.form)
  if (!form) return undefined
  const { origins = [], turnstile } = bridge.sources[form.name]?.form ?? {}
  return [
    `curl ${url}${form.path} -d email=ada@example.com -d 'name=Ada Lovelace'`,
    ...(turnstile ? [`-d ${turnstileInput}=any`] : []),
    ...(origins[0] ? [`-H 'origin: ${origins[0]}'`] : []),
  ].join(' ')
}
