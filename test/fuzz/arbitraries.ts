import * as fc from 'fast-check'
import { bytes } from '../support/deliveries.ts'
import { toBytes } from '../support/fixture.ts'
import { everyPreset, fileName, fixtures } from '../support/fixtures.ts'

/** The names of sources with a URL. */
export const servedNames = Object.entries(everyPreset.sources).flatMap(([name, { signature }]) =>
  signature.type === 'invoked' ? [] : [name],
)
/** The names of sources that check a proof of the sender. */
export const provenNames = servedNames.filter(
  (name) => everyPreset.sources[name]?.signature.type !== 'open',
)

export const fixtureOf = (name: string) => {
  const found = Object.entries(fixtures).find(([preset]) => fileName(preset) === name)
  if (!found) throw new Error(`no fixture for ${name}`)
  return found[1]
}

const validBodies = Object.values(fixtures).map(({ delivery }) => toBytes(delivery.body))
const jsonBodies = validBodies
  .map((body) => Buffer.from(body).toString())
  .filter((text) => text.startsWith('{'))

/** A valid payload with one value replaced by any other. */
const withOneValue = fc
  .tuple(fc.constantFrom(...jsonBodies), fc.nat(80), fc.jsonValue({ maxDepth: 4 }))
  .map(([text, at, value]) => {
    let index = 0
    const changed = JSON.stringify(JSON.parse(text), (_key, current) => {
      index += 1
      return index === at + 2 ? value : current
    })
    return bytes(changed ?? 'null')
  })

/** A valid body with a piece replaced by other bytes. */
const withOnePiece = fc
  .tuple(
    fc.constantFrom(...validBodies),
    fc.nat(4_000),
    fc.nat(40),
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom('"', '\r\n', '{', '\\u0000', '--').map(bytes),
    ),
  )
  .map(([body, at, length, piece]) => {
    const from = at % (body.length + 1)
    return new Uint8Array([...body.subarray(0, from), ...piece, ...body.subarray(from + length)])
  })

export const anyBody: fc.Arbitrary<Uint8Array> = fc.oneof(
  withOneValue,
  withOnePiece,
  fc.uint8Array({ maxLength: 2_000 }),
  fc.string({ unit: 'binary', maxLength: 500 }).map(bytes),
  fc.json({ maxDepth: 8 }).map(bytes),
)

export const anyType = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=B',
    'multipart/form-data; boundary=----------------------1JotformBoundary',
    'multipart/form-data',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const part = (disposition: string, value: string) =>
  `--B\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`
const multipart = `${part('name="email"', 'ada@example.com')}${part('name="rawRequest"', '{"q1_email":"a@b.co"}')}${part('name="submissionID"', '1')}${part('name="f"; filename="x.txt"', 'hello')}--B--\r\n`

/** A multipart body with a piece replaced by junk. */
export const anyMultipart = fc
  .tuple(
    fc.nat(multipart.length),
    fc.nat(multipart.length),
    fc.constantFrom(
      '',
      '\r\n',
      '--B',
      '"',
      'filename=',
      '\u0000',
      'Content-Type: x/y; charset=utf-7',
    ),
  )
  .map(([from, to, junk]) => bytes(multipart.slice(0, from) + junk + multipart.slice(to)))

/** Variants of a header's text, most with one change. */
export const mutated = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('', ' ', ',', text, `${text},${text}`, `${text} ${text}`, text.toUpperCase()),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.base64String(),
    fc
      .tuple(fc.nat(text.length), fc.nat(8), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, length, junk]) => text.slice(0, at) + junk + text.slice(at + length)),
  )
