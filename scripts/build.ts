import { rm } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { resolve } from 'node:path'
import * as esbuild from 'esbuild'
import { configFile, loadConfig, toBuildError } from '../src/cli/load-config.ts'

const root = resolve(import.meta.dirname, '..')
const functions = ['webhook', 'worker'] as const
type FunctionName = (typeof functions)[number]

export type BuildSettings = {
  /** Absolute path of the config that `#config` stands for. */
  readonly configFile: string
  /** Each function gets a folder of its own in it. */
  readonly outDir?: string
}

/**
 * Takes Node's own modules through `process.getBuiltinModule`. An `import` of node:http in an ES
 * module reads every export, and some of those load the whole of undici: ten times as slow.
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 *
 * The module is CommonJS, because esbuild then reads a property when it is used. It also serves
 * packages that `require('stream')`, which an ES module cannot.
 */
const builtins: esbuild.Plugin = {
  name: 'builtins',
  setup: ({ onResolve, onLoad }) => {
    const filter = new RegExp(`^(node:)?(${builtinModules.join('|')})$`)
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'builtin', sideEffects: false }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}

const optionsOf = (name: FunctionName, { configFile, outDir = '.build' }: BuildSettings) =>
  ({
    absWorkingDir: root,
    entryPoints: { index: `src/handlers/${name}.ts` },
    outdir: resolve(root, outDir, name),
    outExtension: { '.js': '.mjs' },
    alias: { '#config': configFile },
    plugins: [builtins],
    bundle: true,
    // Clients and parsers behind an `import()` stay unloaded until they are wanted.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // The packages' ES modules can be shaken, their CommonJS cannot.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  }) satisfies esbuild.BuildOptions

/** What esbuild needs for each function: one build each, so that no chunk is shared between zips. */
export const buildOptions = (settings: BuildSettings): esbuild.BuildOptions[] =>
  functions.map((name) => optionsOf(name, settings))

export type Built = { readonly name: FunctionName; readonly bytes: number }

/**
 * Bundles both functions into their folders, which are emptied first.
 *
 * @throws Error in one line: where the code cannot be built
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
  // A faulty config fails here, with its one message, and not in the cold start.
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
