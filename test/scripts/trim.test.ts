import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import examples from 'libphonenumber-js/mobile/examples' with { type: 'json' }
import { afterAll, beforeAll, expect, test } from 'vitest'
import { phoneMetadata, sdkVersion, toAscii } from '../../scripts/trim.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'signup-bridge-trim-'))
afterAll(() => rmSync(folder, { recursive: true }))

let parse: typeof parsePhoneNumberFromString
beforeAll(async () => {
  const outfile = join(folder, 'phone.mjs')
  await esbuild.build({
    entryPoints: [join(root, 'src/lib/transform/phone.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    plugins: [phoneMetadata],
  })
  const bundled = await import(pathToFileURL(outfile).href)
  parse = bundled.parsePhoneNumberFromString
})

const read = (parser: typeof parse, text: string, country?: (typeof countries)[number]) => {
  const phone = parser(text, { ...(country && { defaultCountry: country }), extract: false })
  return phone && { number: phone.number, country: phone.country, isPossible: phone.isPossible() }
}

const countries = getCountries()

test('the bundled metadata reads the numbers of every country as the whole metadata does', () => {
  expect(countries.length).toBeGreaterThan(200)
  for (const country of countries) {
    const example = getExampleNumber(country, examples)
    if (!example) throw new Error(`no example for ${country}`)
    const national = example.formatNational()
    const texts = [
      ...[example.number, example.formatInternational(), national, national.slice(0, -1)],
      ...[
        `${national}1`,
        `0${example.nationalNumber}`,
        `1${example.nationalNumber}`,
        `00${national}`,
      ],
      example.nationalNumber,
    ]
    for (const text of texts) {
      expect([text, read(parse, text, country)]).toEqual([
        text,
        read(parsePhoneNumberFromString, text, country),
      ])
      expect(read(parse, text)).toEqual(read(parsePhoneNumberFromString, text))
    }
  }
})

test('the bundled SDK has its version, and no more of its package.json', async () => {
  const file = join(root, 'node_modules/@aws-sdk/client-secrets-manager/package.json')
  const { outputFiles } = await esbuild.build({
    stdin: { contents: `export { default } from ${JSON.stringify(file)}`, resolveDir: root },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [sdkVersion],
  })
  const bundled = outputFiles[0]?.text ?? ''

  expect(bundled).toContain(JSON.parse(readFileSync(file, 'utf8')).version)
  expect(bundled).not.toContain('dependencies')
})

test('characters beyond ASCII become escapes, which mean the same in texts and patterns', async () => {
  const code = 'export const text = "queue’s 👍"; export const ticked = /^(?:✓|👍|[❌☐])$/u\n'
  const ascii = toAscii(code)
  const file = join(folder, 'ascii.mjs')
  writeFileSync(file, ascii)
  const { text, ticked } = await import(pathToFileURL(file).href)

  expect(ascii).toMatch(/^[\0-\x7f]*$/)
  expect(text).toBe('queue’s 👍')
  expect(['✓', '👍', '❌', '☐', 'x', '\ud83d'].map((word) => ticked.test(word))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ])
})
