import * as z from 'zod/mini'
import { ownPath } from '../json-access.ts'
import { defaultToleranceSeconds, type HmacScheme } from '../signature/hmac.ts'
import type { Place } from '../transform/options.ts'
import { assertOptions, makeSource, type Source, type SourceOptions } from './source.ts'

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
          'expected a template over {id} {timestamp} {method} {url} {body} that holds {body}',
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
const signature = signatureOptions.check(
  z.refine(
    ({ signed = '', id, timestamp }) =>
      signed.includes('{id}') === (id !== undefined) &&
      signed.includes('{timestamp}') === (timestamp !== undefined),
    'id and timestamp are set exactly where `signed` holds {id} and {timestamp}',
  ),
)
const placed = signature.check(
  z.refine(
    ({ timestamp, separator }) =>
      timestamp === undefined ||
      (timestamp.header === undefined
        ? timestamp.prefix !== undefined && separator !== undefined
        : timestamp.prefix === undefined),
    'a timestamp stands in a `header` of its own, or behind a `prefix` in the one of the signature, set apart by `separator`',
  ),
)
const apart = placed.check(
  z.refine(({ prefix = '', separator, timestamp }) => {
    const prefixes = [prefix, timestamp?.prefix ?? ''].filter((each) => each !== '')
    const [one = '', other] = prefixes
    const isPlain = prefixes.every((each) => each === each.trim())
    const areApart = other === undefined || !(one.startsWith(other) || other.startsWith(one))
    if (separator === undefined) return isPlain && areApart
    const isFree = !/[0-9A-Za-z+/=]/.test(separator)
    return isPlain && areApart && isFree && !prefixes.some((each) => each.includes(separator))
  }, 'prefixes hold no blanks at their ends, differ from their first letter on, and hold no `separator`, which is no letter, digit, +, / or ='),
)
const eventId = z.union([z.string().check(z.minLength(1)), z.strictObject({ header: headerName })])

const event = z.looseObject({})

export type WebhookOptions = SourceOptions<z.infer<typeof event>> & {
  /** How the sender signs, by data alone. */
  readonly signature: z.infer<typeof signatureOptions>
  /**
   * Where the sender's event id stands: `'id'`, the id that it signs (else the body's `id`), a dotted
   * path, or a header; absent: SHA-256 of the body.
   */
  readonly eventId?: Place | { readonly header: string }
}

const toScheme = (options: z.infer<typeof signatureOptions>): HmacScheme => ({
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
 * Any sender that signs its JSON with an HMAC. `fields` says where an `email` or an `external_id`
 * stands, as dotted paths.
 *
 * @throws BridgeError `invalid_config`, naming every fault
 */
export const webhook = (options: WebhookOptions): Source => {
  assertOptions('webhook()', options, { signature: apart, eventId: z.optional(eventId) })
  const { signature: signatureData, eventId: place, ...common } = options
  const header = (
    typeof place === 'object' ? place : place === 'id' ? signatureData.id : undefined
  )?.header.toLowerCase()
  return makeSource(
    {
      docs: 'https://www.rfc-editor.org/rfc/rfc2104',
      signature: toScheme(signatureData),
      payload: { format: 'json', schema: event, headers: header === undefined ? [] : [header] },
      eventId: (body, { headers }) =>
        (header !== undefined && headers[header]) ||
        (typeof place === 'string' && ownPath(body, place)),
      toSignup: () => ({ contact: {} }),
    },
    common,
  )
}
