import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as esbuild from 'esbuild'
import { bundleOptions, toBuildError } from '../src/cli/bundle-options.ts'
import { configFile, loadConfig } from '../src/cli/load-config.ts'
import { phoneMetadata, sdkVersion, toAscii, unusedParts } from './trim.ts'

const root = resolve(import.meta.dirname, '..')
const functions = ['webhook', 'worker'] as const
export type FunctionName = (typeof functions)[number]

/** The entry points, relative to the repository. */
export const functionFiles = functions.map((name) => `src/handlers/${name}.ts`)

export type BuildSettings = {
  /** Absolute path of the config that is imported as `#config`. */
  readonly configFile: string
  /** Where each function gets a folder; default `.build`. */
  readonly outDir?: string
  /** More plugins of esbuild. */
  readonly plugins?: readonly esbuild.Plugin[]
  /** Default true. */
  readonly minify?: boolean
}

const optionsOf = (
  name: FunctionName,
  { configFile, outDir = '.build', plugins = [], minify = true }: BuildSettings,
) =>
  ({
    ...bundleOptions,
    plugins: [...plugins, phoneMetadata, sdkVersion, ...bundleOptions.plugins],
    absWorkingDir: root,
    entryPoints: { index: `src/handlers/${name}.ts` },
    outdir: resolve(root, outDir, name),
    outExtension: { '.js': '.mjs' },
    alias: { '#config': configFile, ...unusedParts },
    // Clients and parsers that are imported by `import()` stay unloaded until they are needed.
    splitting: true,
    minify,
    metafile: true,
  }) satisfies esbuild.BuildOptions

/** The esbuild options of each function: one build each, so that the zips share no chunk. */
export const buildOptions = (settings: BuildSettings): esbuild.BuildOptions[] =>
  functions.map((name) => optionsOf(name, settings))

export type Built = {
  readonly name: FunctionName
  readonly bytes: number
  /** The file that Lambda loads. */
  readonly file: string
  /** Its paths are relative to the repository. */
  readonly metafile: esbuild.Metafile
}

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
      const { metafile, outputFiles } = await esbuild
        .build({ ...options, write: false })
        .catch((cause: unknown) => {
          throw toBuildError(cause)
        })
      const files = outputFiles.map(({ path, text }) => ({ path, code: toAscii(text) }))
      await mkdir(options.outdir, { recursive: true })
      await Promise.all(files.map(({ path, code }) => writeFile(path, code)))
      const bytes = files.reduce((sum, { code }) => sum + code.length, 0)
      return { name, bytes, file: join(options.outdir, 'index.mjs'), metafile }
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
