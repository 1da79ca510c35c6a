import type { Writable } from 'node:stream'
import type { Delivery } from '../delivery.ts'
import { BridgeError } from '../errors.ts'
import { isTooDeep, maxDepth, parseJson } from '../json.ts'
import { once } from '../memoise.ts'

/** The largest accepted body in bytes, as measured: Content-Length is not trusted. */
export const maxBodyBytes = 256 * 1024

/** How many inputs the post of a page may have, whatever its format: each costs time to read. */
const maxInputs = 1_000
const maxFiles = 100

/** The media type that a delivery declares, in lower case and without parameters; empty if none. */
export const contentTypeOf = (delivery: Delivery): string =>
  (delivery.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

const formTypes: readonly string[] = ['application/x-www-form-urlencoded', 'multipart/form-data']

/** Whether a delivery declares a form, as a browser posts one without a script. */
export const isFormPost = (delivery: Delivery): boolean =>
  formTypes.includes(contentTypeOf(delivery))

/** The error of a body that is not what its source reads. */
export const invalidBody = (problem: string, cause?: unknown) =>
  new BridgeError('invalid_body', `the body is ${problem}: check what the sender posts`, { cause })

const tooMany = (limit: string) => invalidBody(`a form of more than ${limit}`)

/** @throws BridgeError `invalid_body` if a page posts more inputs than are read */
export const assertInputs = (count: number): void => {
  if (count > maxInputs) throw tooMany(`${maxInputs} inputs`)
}

/** The error of a body in another format than its source reads. */
export const unsupportedMediaType = (expected: string) =>
  new BridgeError(
    'unsupported_media_type',
    `this source accepts ${expected}: check the Content-Type`,
  )

/** Strips one byte order mark; throws on invalid UTF-8. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

const decodeUtf8 = (body: Uint8Array): string => {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw invalidBody('not valid UTF-8', cause)
  }
}

/**
 * Checks that a body is not compressed. It is never inflated: a few kilobytes may become gigabytes.
 *
 * @throws BridgeError `unsupported_media_type`
 */
export const assertUncompressed = ({ headers }: Delivery): void => {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return
  throw new BridgeError(
    'unsupported_media_type',
    'compressed bodies are not accepted: send the body without Content-Encoding',
  )
}

/** The value of a JSON text, or a list of the values of its lines: https://jsonlines.org */
const parseLines = (text: string): unknown => {
  const whole = parseJson(text)
  if (whole !== undefined) return whole
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  if (lines.length === 0) throw invalidBody('empty')
  return lines.map((line): unknown => JSON.parse(line))
}

const parseText = (delivery: Delivery, parse: (text: string) => unknown): unknown => {
  assertUncompressed(delivery)
  if (delivery.body.length === 0) throw invalidBody('empty')
  try {
    const text = decodeUtf8(delivery.body)
    if (isTooDeep(text)) throw invalidBody(`nested deeper than ${maxDepth} levels`)
    return parse(text)
  } catch (thrown) {
    // The Content-Type is not trusted (many senders set none, or a wrong one); it only explains why
    // a body is not JSON.
    if (isFormPost(delivery)) throw unsupportedMediaType('JSON')
    // The cause is left out: a SyntaxError quotes the text.
    throw thrown instanceof BridgeError ? thrown : invalidBody('not valid JSON')
  }
}

/**
 * Parses the body of a delivery as JSON.
 *
 * @throws BridgeError `invalid_body` if it is not JSON, `unsupported_media_type` if it is a form or
 *   compressed
 */
export const parseJsonBody = (delivery: Delivery): unknown => parseText(delivery, JSON.parse)

/**
 * Parses the body of a delivery as JSON, or as JSON Lines: then it returns a list of their values.
 *
 * @throws BridgeError as `parseJsonBody`, also if one line alone is broken: nothing of the body is
 *   accepted, so that its sender sends all of it again
 */
export const parseJsonLinesBody = (delivery: Delivery): unknown => parseText(delivery, parseLines)

/** The name and the value of a form's input. */
type Input = readonly [string, string]
type FormPayload = Record<string, string | string[]>

/** Inputs by name; a repeated name (checkboxes of one question) has a list of all its values. */
const toFormPayload = (inputs: readonly Input[]): FormPayload => {
  const grouped = Map.groupBy(inputs, ([name]) => name)
  return Object.fromEntries(
    [...grouped].map(([name, group]) => {
      const values = group.map(([, value]) => value)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

/** A parser of several parts cannot be stopped within a chunk. */
const chunkBytes = 16 * 1024

/** Writes a body to a parser, until it is destroyed; a pipeline takes twice the time of parsing. */
const feed = (parser: Writable, body: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    parser.on('finish', resolve).on('error', reject)
    const writeFrom = (start: number): void => {
      if (parser.destroyed) return
      const end = start + chunkBytes
      if (end < body.length) parser.write(body.subarray(start, end), () => writeFrom(end))
      else parser.end(body.subarray(start))
    }
    writeFrom(0)
  })

const loadBusboy = once(() => import('@fastify/busboy'))

/** Uploaded files are skipped: a contact has no field for them. */
const parseMultipart = async (delivery: Delivery): Promise<Input[]> => {
  // The default export: the only one that a CommonJS module has both in Node and in a bundle.
  const { default: busboy } = await loadBusboy()
  const inputs: Input[] = []
  try {
    const parser = new busboy.Busboy({
      headers: { 'content-type': delivery.headers['content-type'] ?? '' },
      limits: {
        fieldSize: maxBodyBytes,
        fields: maxInputs,
        files: maxFiles,
        parts: maxInputs + maxFiles,
      },
    })
    parser.on('field', (name: string | undefined, value) => {
      if (name !== undefined) inputs.push([name, value])
    })
    const refuse = (limit: string) => () => parser.destroy(tooMany(limit))
    parser.on('filesLimit', refuse(`${maxFiles} files`))
    for (const limit of ['fieldsLimit', 'partsLimit'] as const) {
      parser.on(limit, refuse(`${maxInputs} inputs`))
    }
    // A file may be cut off, too, and an unhandled error event would end the process.
    parser.on('file', (_name, stream) =>
      stream.on('error', (error) => parser.destroy(error)).resume(),
    )
    await feed(parser, delivery.body)
  } catch (error) {
    // The cause is left out: the parser's message may quote the body.
    throw error instanceof BridgeError ? error : invalidBody('not valid multipart/form-data')
  }
  return inputs
}

const ampersand = 0x26

/** The inputs of a urlencoded body, counted before any is decoded: two `&` have none between. */
const countInputs = (body: Uint8Array): number => {
  let count = 0
  for (let at = 0; at < body.length; at += 1) {
    const begins = at === 0 || body[at - 1] === ampersand
    if (begins && body[at] !== ampersand) count += 1
  }
  return count
}

const parseUrlencoded = ({ body }: Delivery): Input[] => {
  assertInputs(countInputs(body))
  return [...new URLSearchParams(decodeUtf8(body))]
}

const replacement = '\ufffd'

/** Parsers replace invalid UTF-8 by U+FFFD; if the body itself has that character, it is valid. */
const isMalformed = (body: Uint8Array, inputs: readonly Input[]): boolean => {
  if (!inputs.some((input) => input.join('').includes(replacement))) return false
  const raw = Buffer.from(body)
  return !raw.includes(replacement) && !/%ef%bf%bd/i.test(raw.toString('latin1'))
}

/**
 * Parses the body of a delivery as a form, urlencoded or multipart; returns its inputs by name.
 *
 * @throws BridgeError `invalid_body` if it is malformed or has too many inputs or files,
 *   `unsupported_media_type` if it has another Content-Type or is compressed
 */
export const parseFormBody = async (delivery: Delivery): Promise<FormPayload> => {
  assertUncompressed(delivery)
  if (!isFormPost(delivery)) throw unsupportedMediaType(formTypes.join(' or '))
  const { body } = delivery
  const inputs =
    contentTypeOf(delivery) === 'multipart/form-data'
      ? await parseMultipart(delivery)
      : parseUrlencoded(delivery)
  if (isMalformed(body, inputs)) throw invalidBody('not valid UTF-8')
  return toFormPayload(inputs)
}
