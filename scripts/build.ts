import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { bundleOptions, toBuildError } from '../src/cli/bundle-options.ts'
import { configFile, loadConfig } from '../src/cli/load-config.ts'

const root = resolve(import.meta.dirname, '..')
const functions = ['webhook', 'worker'] as const
type FunctionName = (typeof functions)[number]

export type BuildSettings = {
  /** Absolute path of the config that is imported as `#config`. */
  readonly configFile: string
  /** Where each function gets a folder; default `.build`. */
  readonly outDir?: string
}

const unusedSdk = resolve(root, 'src/lib/aws/unused-sdk.ts')

/**
 * Leaves out how countries write their numbers: half of the metadata, and the bridge only reads
 * them. As JSON, which V8 parses faster than code.
 * https://gitlab.com/catamphetamine/libphonenumber-js/-/blob/master/METADATA.md
 */
const phoneMetadata: esbuild.Plugin = {
  name: 'phone-metadata',
  setup: ({ onLoad }) => {
    onLoad({ filter: /libphonenumber-js\/metadata\.min\.json\.js$/ }, async ({ path }) => {
      const { default: metadata } = await import(pathToFileURL(path).href)
      const formats = 4
      const countries = Object.entries<unknown[]>(metadata.countries).map(([name, country]) => [
        name,
        country.map((part, index) => (index === formats ? 0 : part)),
      ])
      const json = JSON.stringify({ ...metadata, countries: Object.fromEntries(countries) })
      return { contents: `export default JSON.parse(${JSON.stringify(json)})` }
    })
  },
}

const optionsOf = (name: FunctionName, { configFile, outDir = '.build' }: BuildSettings) =>
  ({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: { index: `src/handlers/${name}.ts` },
    outdir: resolve(root, outDir, name),
    outExtension: { '.js': '.mjs' },
    alias: {
      '#config': configFile,
      // A fifth of the zip, and never used: the client gets its credentials.
      '@aws-sdk/credential-provider-node': unusedSdk,
      '@smithy/core/event-streams': unusedSdk,
    },
    plugins: [...bundleOptions.plugins, phoneMetadata],
    charset: 'utf8',
    // Clients and parsers that are imported by `import()` stay unloaded until they are needed.
    splitting: true,
    minify: true,
    metafile: true,
  }) satisfies esbuild.BuildOptions

/** The esbuild options of each function: one build each, so that the zips share no chunk. */
export const buildOptions = (settings: BuildSettings): esbuild.BuildOptions[] =>
  functions.map((name) => optionsOf(name, settings))

export type Built = { readonly name: FunctionName; readonly bytes: number }

/**
 * Bundles both functions, each into its folder, which is emptied first.
 *
 * @throws Error in one line: where the code cannot be built, and why
 */
export const build = (settings: BuildSettings): Promise<Built[]> =>
  Promise.all(
    functions.map(async (name) => {
      const options = optionsOf(name, settings)
      await rm(options.outdir, { recursive: true, force: true })
      const { metafile } = await esbuild.build(options).catch((cause: unknown) => {
        throw toBuildError(cause)
      })
      const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
      return { name, bytes }
    }),
  )

const main = async (): Promise<void> => {
  const settings = { configFile: configFile(process.env) }
  // A faulty config fails here with one message, not in the cold start.
  await loadConfig(settings.configFile)
  for (const { name, bytes } of await build(settings)) {
    console.log(`${name.padEnd(8)} ${(bytes / 1024).toFixed(1)} KiB`)
  }
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
