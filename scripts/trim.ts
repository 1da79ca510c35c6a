import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as esbuild from 'esbuild'

const awsFile = (name: string) => resolve(import.meta.dirname, '../src/lib/aws', name)

/** Parts of the SDK that the bundles do without: a fifth of a zip. */
export const unusedParts = {
  // The client gets its credentials.
  '@aws-sdk/credential-provider-node': awsFile('unused-credentials.ts'),
  '@smithy/core/event-streams': awsFile('unused-event-streams.ts'),
}

/** The position of a country's formats. */
const formats = 4

/**
 * Leaves out how countries write their numbers: half of the metadata, and the bridge only reads
 * them. As JSON, which V8 parses faster than code.
 * https://gitlab.com/catamphetamine/libphonenumber-js/-/blob/master/METADATA.md
 */
export const phoneMetadata: esbuild.Plugin = {
  name: 'phone-metadata',
  setup: ({ onLoad }) => {
    onLoad({ filter: /libphonenumber-js\/metadata\.min\.json\.js$/ }, async ({ path }) => {
      const { default: metadata } = await import(pathToFileURL(path).href)
      const countries = Object.entries<unknown[]>(metadata.countries).map(([name, country]) => [
        name,
        country.map((part, index) => (index === formats ? 0 : part)),
      ])
      const json = JSON.stringify({ ...metadata, countries: Object.fromEntries(countries) })
      return { contents: `export default JSON.parse(${JSON.stringify(json)})` }
    })
  },
}

/** Of the SDK's package.json its user agent has the version, and nothing reads the rest. */
export const sdkVersion: esbuild.Plugin = {
  name: 'sdk-version',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@aws-sdk\/client-[\w-]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'))
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

/**
 * Writes characters beyond ASCII as escapes, which esbuild leaves alone in patterns: with one of them
 * V8 keeps a whole file at two bytes a character, which takes longer to compile and to collect.
 */
export const toAscii = (code: string): string =>
  code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
