import type { Delivery } from '../delivery.ts'
import { isTooDeep, parseJson } from '../json.ts'
import { isRecord } from '../json-access.ts'
import {
  assertUncompressed,
  contentTypeOf,
  invalidBody,
  parseFormBody,
  parseJsonBody,
  parseJsonLinesBody,
  unsupportedMediaType,
} from './body.ts'
import type { PayloadFormat } from './payload-types.ts'

const jsonType = /^application\/(?:[\w.-]+\+)?json$/
const formTypes: readonly string[] = ['application/x-www-form-urlencoded', 'multipart/form-data']
/** What `fetch` and `sendBeacon` declare for a text, and for a blob without a type. */
const textTypes: readonly string[] = ['text/plain', '']

const blank = 0x20
const brace = 0x7b

/** Whether the first character is a brace, which browsers encode in a form. */
const startsWithBrace = (body: Uint8Array): boolean => body.find((byte) => byte > blank) === brace

/** Whether all of a body is a JSON object: libraries declare JSON as urlencoded if it is a text. */
const isJsonObject = (body: Uint8Array): boolean => {
  const text = Buffer.from(body).toString()
  return !isTooDeep(text) && isRecord(parseJson(text))
}

const isJson = (declared: string, body: Uint8Array): boolean => {
  if (jsonType.test(declared)) return true
  if (declared === 'multipart/form-data' || !startsWithBrace(body)) return false
  return textTypes.includes(declared) || (formTypes.includes(declared) && isJsonObject(body))
}

/** Whether a delivery declares a form, as a browser posts one without a script. */
export const isFormPost = (delivery: Delivery): boolean =>
  formTypes.includes(contentTypeOf(delivery))

/**
 * Parses what a page posts: a form, or the JSON object that its script sends. An empty body has no
 * inputs, whatever its Content-Type.
 *
 * @throws BridgeError `invalid_body` if it is malformed, or JSON but no object,
 *   `unsupported_media_type` if it is neither, or compressed
 */
export const parsePageBody = async (delivery: Delivery): Promise<Record<string, unknown>> => {
  assertUncompressed(delivery)
  const declared = contentTypeOf(delivery)
  if (delivery.body.length === 0 && declared !== 'multipart/form-data') return {}
  if (!isJson(declared, delivery.body)) {
    if (formTypes.includes(declared)) return parseFormBody(delivery)
    throw unsupportedMediaType('a form or a JSON object')
  }
  const inputs = parseJsonBody(delivery)
  if (!isRecord(inputs)) throw invalidBody('not a JSON object')
  return inputs
}

const parsers = {
  json: parseJsonBody,
  'json-lines': parseJsonLinesBody,
  form: parseFormBody,
  page: parsePageBody,
} satisfies Record<PayloadFormat, (delivery: Delivery) => unknown>

/** Parses a body in the format of its source; throws as the parser of that format does. */
export const parseBody = async (format: PayloadFormat, delivery: Delivery): Promise<unknown> =>
  parsers[format](delivery)
