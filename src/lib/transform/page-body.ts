import type { Delivery } from '../delivery.ts'
import { isTooDeep, parseJson } from '../json.ts'
import { isRecord } from '../json-access.ts'
import {
  assertInputs,
  assertUncompressed,
  contentTypeOf,
  invalidBody,
  isFormPost,
  parseFormBody,
  parseJsonBody,
  parseJsonLinesBody,
  unsupportedMediaType,
} from './body.ts'
import type { PayloadFormat } from './payload-types.ts'

const jsonType = /^application\/(?:[\w.-]+\+)?json$/
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

const isJson = (delivery: Delivery): boolean => {
  const { body } = delivery
  const declared = contentTypeOf(delivery)
  if (jsonType.test(declared)) return true
  if (declared === 'multipart/form-data' || !startsWithBrace(body)) return false
  return textTypes.includes(declared) || (isFormPost(delivery) && isJsonObject(body))
}

/**
 * Parses what a page posts: a form, or the JSON object that its script sends. An empty body has no
 * inputs, whatever its Content-Type.
 *
 * @throws BridgeError `invalid_body` if it is malformed, has too many inputs, or is JSON but no
 *   object, `unsupported_media_type` if it is neither, or compressed
 */
export const parsePageBody = async (delivery: Delivery): Promise<Record<string, unknown>> => {
  assertUncompressed(delivery)
  const isMultipart = contentTypeOf(delivery) === 'multipart/form-data'
  if (delivery.body.length === 0 && !isMultipart) return {}
  if (!isJson(delivery)) {
    if (isFormPost(delivery)) return parseFormBody(delivery)
    throw unsupportedMediaType('a form or a JSON object')
  }
  const inputs = parseJsonBody(delivery)
  if (!isRecord(inputs)) throw invalidBody('not a JSON object')
  assertInputs(Object.keys(inputs).length)
  return inputs
}

const parsers = {
  json: parseJsonBody,
  'json-lines': parseJsonLinesBody,
  form: parseFormBody,
  page: parsePageBody,
} satisfies Record<PayloadFormat, (delivery: Delivery) => unknown>

/**
 * Parses a body in the format of its source; throws as the parser of that format does. What it
 * returns may be a promise.
 */
export const parseBody = (format: PayloadFormat, delivery: Delivery): unknown =>
  parsers[format](delivery)
