import * as z from 'zod/mini'
import type { Delivery } from '../delivery.ts'
import { own, ownPath } from '../json-access.ts'
import type { HmacScheme } from '../signature/hmac.ts'
import type { BearerScheme } from '../signature/shared-secret.ts'
import { defaultToleranceSeconds } from '../signature/timestamp.ts'
import type { Place } from '../transform/find-value.ts'
import {
  assertOptions,
  type LifecycleOptions,
  lifecycleOptions,
  makeSource,
  type Source,
  type SourceOptions,
} from './source.ts'
import { readTypes, type TypesOption, typesSchema } from './types-option.ts'

const headerName = z
  .string()
  .check(z.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected a header name'))
const signatureOptions = z.strictObject({
  header: headerName,
  prefix: z.optional(z.string()),
  separator: z.optional(z.string().check(z.minLength(1))),
  algorithm: z.enum(['sha256', 'sha1', 'sha512']),
  encoding: z.enum(['hex', 'base64']),
  signed: z.optional(
    z
      .string()
      .check(
        z.refine(
          (template) =>
            template.includes('{body}') &&
            !/\{(?!(?:id|timestamp|method|url|body)\})/.test(template),
          'expected a template of {id} {timestamp} {method} {url} {body} that contains {body}',
        ),
      ),
  ),
  id: z.optional(z.strictObject({ header: headerName })),
  timestamp: z.optional(
    z.strictObject({
      header: z.optional(headerName),
      prefix: z.optional(z.string().check(z.minLength(1))),
      unit: z.enum(['s', 'ms']),
      toleranceSeconds: z.optional(z.number().check(z.positive())),
    }),
  ),
  secret: z.optional(z.enum(['text', 'base64', 'whsec'])),
})
type HmacOptions = z.infer<typeof signatureOptions>

const matchesTemplate = ({ signed = '', id, timestamp }: HmacOptions): boolean =>
  signed.includes('{id}') === (id !== undefined) &&
  signed.includes('{timestamp}') === (timestamp !== undefined)

const hasTimestampPlace = ({ timestamp, separator }: HmacOptions): boolean =>
  timestamp === undefined ||
  (timestamp.header === undefined
    ? timestamp.prefix !== undefined && separator !== undefined
    : timestamp.prefix === undefined)

const hasDistinctParts = ({ prefix = '', separator, timestamp }: HmacOptions): boolean => {
  const prefixes = [prefix, timestamp?.prefix ?? ''].filter((text) => text !== '')
  const [first = '', second] = prefixes
  const areTrimmed = prefixes.every((text) => text === text.trim())
  const areDistinct =
    second === undefined || !(first.startsWith(second) || second.startsWith(first))
  if (separator === undefined) return areTrimmed && areDistinct
  const isUnambiguous =
    !/[0-9A-Za-z+/=]/.test(separator) && !prefixes.some((text) => text.includes(separator))
  return areTrimmed && areDistinct && isUnambiguous
}

const hmacSchema = signatureOptions.check(
  z.refine(
    matchesTemplate,
    'set `id` if `signed` contains {id}, and `timestamp` if it contains {timestamp}, and only then',
  ),
  z.refine(
    hasTimestampPlace,
    'a timestamp needs a `header` of its own, or a `prefix` in the signature header and a `separator`',
  ),
  z.refine(
    hasDistinctParts,
    'prefixes must not start or end with a space, start with one another, or contain the `separator`, which must not contain a letter, digit, +, / or =',
  ),
)

const bearerSchema = z.strictObject({
  type: z.literal('bearer', { error: 'expected "bearer"; an HMAC has no `type`' }),
})

/** One of the two, so that a problem of an HMAC is said as such, and not as one of a union. */
const schemaOf = (options: unknown): z.ZodMiniType => {
  const isHmac = own(own(options, 'signature'), 'type') === undefined
  return isHmac ? hmacSchema : bearerSchema
}

const placeOrHeader = () =>
  z.union([z.string().check(z.minLength(1)), z.strictObject({ header: headerName })])

const event = z.looseObject({})

export type WebhookOptions = SourceOptions<z.infer<typeof event>> &
  LifecycleOptions & {
    /** How the sender signs, or that it has the secret in `Authorization: Bearer …`. */
    readonly signature: HmacOptions | BearerScheme
    /**
     * Where the sender's event id is found: `'id'` (the signed id, else the body's `id`), another
     * dotted path, or a header; absent: SHA-256 of the body.
     */
    readonly eventId?: Place | { readonly header: string }
    /** Where the event's type is found, `'type'` by default: another dotted path, or a header. */
    readonly eventType?: Place | { readonly header: string }
    /** The event types that are signups, or those of each kind; absent: all are signups. */
    readonly types?: TypesOption
    /** Where the event's time is found; without it an `updated` only fills. */
    readonly occurredAt?: Place
  }

const toHmacScheme = (options: HmacOptions): HmacScheme => ({
  type: 'hmac',
  header: [options.header.toLowerCase()],
  prefix: options.prefix ?? '',
  ...(options.separator !== undefined && { separator: options.separator }),
  algorithm: options.algorithm,
  encoding: options.encoding,
  signed: options.signed ?? '{body}',
  ...(options.id && { id: { header: [options.id.header.toLowerCase()] } }),
  ...(options.timestamp && {
    timestamp: {
      header: [(options.timestamp.header ?? options.header).toLowerCase()],
      ...(options.timestamp.prefix !== undefined && { prefix: options.timestamp.prefix }),
      unit: options.timestamp.unit,
      toleranceSeconds: options.timestamp.toleranceSeconds ?? defaultToleranceSeconds,
    },
  }),
  secret: options.secret ?? 'text',
})

/**
 * Any sender that signs its JSON with an HMAC, or sends it with a bearer secret. `fields` names the
 * dotted path of an `email` or an `external_id`.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 *
 * @example
 * sources: { shop: webhook({
 *   signature: { header: 'X-Signature', algorithm: 'sha256', encoding: 'hex' },
 *   fields: { 'user.email': 'email', 'user.id': 'external_id' },
 * }) }
 */
export const webhook = (options: WebhookOptions): Source => {
  const own = {
    ...lifecycleOptions,
    eventId: placeOrHeader,
    eventType: placeOrHeader,
    types: typesSchema,
    occurredAt: () => z.string().check(z.minLength(1)),
  }
  assertOptions('webhook()', options, own, { signature: () => schemaOf(options) })
  const {
    signature,
    eventId: place,
    eventType = 'type',
    types: given,
    occurredAt,
    ...common
  } = options
  const typeHeader = typeof eventType === 'object' ? eventType.header.toLowerCase() : undefined
  const typeOf = (body: unknown, { headers }: Delivery) =>
    typeof eventType === 'object' ? headers[typeHeader ?? ''] : ownPath(body, eventType)
  const { types, on } = readTypes('webhook()', given, typeOf, options)
  const scheme = 'type' in signature ? signature : toHmacScheme(signature)
  const signedId = scheme.type === 'bearer' ? undefined : scheme.id?.header[0]
  const header =
    typeof place === 'object' ? place.header.toLowerCase() : place === 'id' ? signedId : undefined
  return makeSource(
    {
      docs: 'https://www.rfc-editor.org/rfc/rfc2104',
      signature: scheme,
      gives: [],
      payload: {
        format: 'json',
        schema: event,
        advice: 'post one event as a JSON object',
        ...(types && { types }),
        typeOf,
        headers: [header, typeHeader].filter((name) => name !== undefined),
      },
      eventId: (body, { headers }) =>
        (header !== undefined && headers[header]) ||
        (typeof place === 'string' && ownPath(body, place)),
      toSignup: (body) => ({
        ...(occurredAt !== undefined && { occurred_at: ownPath(body, occurredAt) }),
        contact: {},
      }),
    },
    { ...common, ...(on && { on }) },
  )
}
