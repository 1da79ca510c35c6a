import { BridgeError } from './errors.ts'
import type { Delivery } from './sources/source.ts'

/** The largest body taken, in bytes, measured and not announced. */
export const maxBodyBytes = 256 * 1024
/** Deeper JSON is refused before parsing: no sender nests so, and recursion has a limit. */
const maxDepth = 64

const contentTypeOf = (delivery: Delivery): string =>
  (delivery.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

const invalid = (what: string, cause?: unknown) =>
  new BridgeError('invalid_body', `the body is ${what}: check what the sender posts`, { cause })

const unsupported = (expected: string) =>
  new BridgeError('unsupported_media_type', `this source takes ${expected}: check the Content-Type`)

const decodeUtf8 = (body: Uint8Array): string => {
  try {
    // Takes off one byte order mark, and refuses what is not UTF-8.
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw invalid('not valid UTF-8', cause)
  }
}

const quote = 0x22
const backslash = 0x5c
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d

/** Where a string of JSON ends that begins at a quote; the text's end where nothing ends it. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1
    // Two of them are one that escapes nothing.
    if (slashes % 2 === 0) return end
  }
  return text.length
}

const countUpTo = (limit: number, text: string, character: string): number => {
  let count = 0
  let at = text.indexOf(character)
  while (at !== -1 && count <= limit) {
    count += 1
    at = text.indexOf(character, at + 1)
  }
  return count
}

/** Whether JSON nests deeper than 64 levels: counts brackets outside strings, without recursion. */
export const isTooDeep = (text: string): boolean => {
  // Most bodies have fewer brackets in all, and those are found in no time.
  const brackets = countUpTo(maxDepth, text, '{') + countUpTo(maxDepth, text, '[')
  if (brackets <= maxDepth) return false
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (isOpening(code)) depth += 1
    else if (isClosing(code)) depth -= 1
    if (depth > maxDepth) return true
  }
  return false
}

/** A compressed body is never inflated: a few kilobytes may become gigabytes. */
const assertPlain = ({ headers }: Delivery): void => {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return
  throw new BridgeError(
    'unsupported_media_type',
    'compressed bodies are not taken: send the body without Content-Encoding',
  )
}

/**
 * The bytes of a delivery as JSON.
 *
 * @throws BridgeError `invalid_body` for what is none, `unsupported_media_type` for a form and for a
 *   compressed body
 */
export const parseJsonBody = (delivery: Delivery): unknown => {
  assertPlain(delivery)
  if (delivery.body.length === 0) throw invalid('empty')
  try {
    const text = decodeUtf8(delivery.body)
    if (isTooDeep(text)) throw invalid(`nested deeper than ${maxDepth} levels`)
    return JSON.parse(text)
  } catch (thrown) {
    // The declared type is not trusted (many senders declare none, or a wrong one); it only
    // explains a body that is not JSON.
    const declared = contentTypeOf(delivery)
    if (declared === 'application/x-www-form-urlencoded' || declared === 'multipart/form-data') {
      throw unsupported('JSON')
    }
    // The cause is left out: a SyntaxError quotes the text.
    throw thrown instanceof BridgeError ? thrown : invalid('not valid JSON')
  }
}

/** An input's name and value. */
type Input = readonly [string, string]
type FormPayload = Record<string, string | string[]>

/** Inputs by name; a name that comes several times (boxes of one question) gives all its values. */
const toFormPayload = (inputs: readonly Input[]): FormPayload => {
  const grouped = Map.groupBy(inputs, ([name]) => name)
  return Object.fromEntries(
    [...grouped].map(([name, group]) => {
      const values = group.map(([, value]) => value)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

/** Uploaded files are passed over: a contact has no place for them. */
const parseMultipart = async (delivery: Delivery): Promise<Input[]> => {
  // Through the default export: the one shape that Node and a bundle agree on for CommonJS.
  const { default: busboy } = await import('@fastify/busboy')
  const inputs: Input[] = []
  try {
    const parser = new busboy.Busboy({
      headers: { 'content-type': delivery.headers['content-type'] ?? '' },
      limits: { fieldSize: maxBodyBytes, fields: 1_000, files: 100, parts: 1_100 },
    })
    await new Promise<void>((resolve, reject) => {
      parser.on('field', (name: string | undefined, value) => {
        if (name !== undefined) inputs.push([name, value])
      })
      for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
        parser.on(limit, () => reject(new Error(limit)))
      }
      // Its end may be missing too, and an error that nobody hears would end the process.
      parser.on('file', (_name, stream) => stream.on('error', reject).resume())
      parser.on('finish', resolve)
      parser.on('error', reject)
      parser.end(delivery.body)
    })
  } catch {
    // The cause is left out: the parser's message may quote the body.
    throw invalid('not valid multipart/form-data')
  }
  return inputs
}

const replacement = '\ufffd'

/** Parsers put U+FFFD in the place of bytes that are no UTF-8; a sender may have put it there, too. */
const isMalformed = (body: Uint8Array, inputs: readonly Input[]): boolean => {
  if (!inputs.some((input) => input.join('').includes(replacement))) return false
  const raw = Buffer.from(body)
  return !raw.includes(replacement) && !/%ef%bf%bd/i.test(raw.toString('latin1'))
}

/**
 * The bytes of a delivery as a form's inputs by name, urlencoded or multipart.
 *
 * @throws BridgeError `invalid_body` for what is none, `unsupported_media_type` for another format and
 *   for a compressed body
 */
export const parseFormBody = async (delivery: Delivery): Promise<FormPayload> => {
  assertPlain(delivery)
  const { body } = delivery
  const declared = contentTypeOf(delivery)
  const isMultipart = declared === 'multipart/form-data'
  if (!isMultipart && declared !== 'application/x-www-form-urlencoded') {
    throw unsupported('application/x-www-form-urlencoded or multipart/form-data')
  }
  const inputs = isMultipart
    ? await parseMultipart(delivery)
    : [...new URLSearchParams(decodeUtf8(body))]
  if (isMalformed(body, inputs)) throw invalid('not valid UTF-8')
  return toFormPayload(inputs)
}
