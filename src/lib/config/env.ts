import * as z from 'zod/mini'
import '../zod-messages.ts'
import { BridgeError } from '../errors.ts'

// Made when first used: a function parses its own environment alone, once.

const required = () => z.string('is missing')
const url = () => z.url({ protocol: /^https?$/, error: 'is not a URL' })

/** https, or http on loopback. */
const baseUrl = () =>
  url().check(
    z.refine((text) => {
      const parsed = URL.parse(text)
      // Reported by the check before this one.
      if (!parsed) return true
      const { protocol, hostname } = parsed
      return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    }, 'must be https, or http on loopback'),
  )

/** In order; at `SILENT` no line is logged. */
export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'] as const

const logLevel = () =>
  z._default(
    z.pipe(
      z.pipe(
        z.string(),
        z.transform((text) => text.toUpperCase()),
      ),
      z.enum(logLevels, `is not one of ${logLevels.join(', ').toLowerCase()}`),
    ),
    'INFO',
  )

/**
 * After this many seconds search surely shows a contact; Intercom says "a few minutes". At most 300: a
 * record is hidden for 360 s, and one that ends its process at the end of its 60 s has the rest.
 */
const searchLagSeconds = () =>
  z._default(
    z.pipe(
      z
        .string()
        .check(z.regex(/^(\d|[1-9]\d|[12]\d\d|300)$/, 'is not a number of seconds from 0 to 300')),
      z.transform(Number),
    ),
    180,
  )

const common = () => ({
  SIGNUP_BRIDGE_STAGE: z._default(z.string(), 'dev'),
  LOG_LEVEL: logLevel(),
})

const intercom = () => ({
  INTERCOM_SECRET_ID: required(),
  INTERCOM_REGION: z._default(z.enum(['us', 'eu', 'au'], 'is not one of us, eu, au'), 'us'),
  INTERCOM_VERSION: z._default(
    z.string().check(z.regex(/^(\d+\.\d+|Preview)$/, 'is not an API version, such as 2.14')),
    '2.14',
  ),
  INTERCOM_BASE_URL: z.optional(baseUrl()),
  SEARCH_LAG_SECONDS: searchLagSeconds(),
})

const intercomEnv = () => z.object(intercom())
const webhook = () => ({
  ...common(),
  SIGNING_SECRET_ID: required(),
  PUBLIC_BASE_URL: z.optional(url()),
  TURNSTILE_BASE_URL: z.optional(baseUrl()),
})
const queuedWebhook = () =>
  z.object({
    ...webhook(),
    DELIVERY: z._default(z.literal('queue', 'is neither queue nor direct'), 'queue'),
    QUEUE_URL: url(),
  })
const directWebhook = () => z.object({ ...webhook(), ...intercom(), DELIVERY: z.literal('direct') })

const worker = () =>
  z.object({
    ...common(),
    ...intercom(),
    QUEUE_URL: url(),
    DEAD_LETTER_QUEUE_URL: url(),
    INBOX_DEAD_LETTER_QUEUE_URL: z.optional(url()),
    CONFIRM: z._default(z.enum(['true', 'false'], 'is neither true nor false'), 'true'),
  })

type Parsed<Schema extends () => z.ZodMiniType> = z.infer<ReturnType<Schema>>

export type Environment = Readonly<Record<string, string | undefined>>
export type WebhookEnv = Parsed<typeof queuedWebhook> | Parsed<typeof directWebhook>
export type WorkerEnv = Parsed<typeof worker>
export type IntercomEnv = Parsed<typeof intercomEnv>

const parse = <T>(schema: z.ZodMiniType<T>, env: Environment): T => {
  const set = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  )
  const parsed = z.safeParse(schema, set)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.')
    return `${name} ${Object.hasOwn(set, name) ? message : 'is missing'}`
  })
  throw new BridgeError('misconfigured', `the environment is wrong: ${problems.join('; ')}`)
}

/**
 * Parses the webhook's environment; an empty variable counts as unset.
 *
 * @throws BridgeError `misconfigured`, listing every problem
 */
export const parseWebhookEnv = (env: Environment): WebhookEnv =>
  env.DELIVERY?.trim() === 'direct' ? parse(directWebhook(), env) : parse(queuedWebhook(), env)

/**
 * Parses the worker's environment; an empty variable counts as unset.
 *
 * @throws BridgeError `misconfigured`, listing every problem
 */
export const parseWorkerEnv = (env: Environment): WorkerEnv => parse(worker(), env)

/**
 * Parses only the variables that a client of Intercom needs; an empty variable counts as unset.
 *
 * @throws BridgeError `misconfigured`, listing every problem
 */
export const parseIntercomEnv = (env: Environment): IntercomEnv => parse(intercomEnv(), env)

/** https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis#regional-hosting */
const hosts = {
  us: 'https://api.intercom.io',
  eu: 'https://api.eu.intercom.io',
  au: 'https://api.au.intercom.io',
} as const

/** The base URL of Intercom's API, from the environment alone. */
export const intercomBaseUrl = (env: IntercomEnv): URL =>
  new URL(env.INTERCOM_BASE_URL ?? hosts[env.INTERCOM_REGION])
