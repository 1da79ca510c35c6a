import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'

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
 * The absolute path of the bridge's config: `BRIDGE_CONFIG`, relative to the repository, else
 * bridge.config.ts.
 *
 * @throws Error when there is no such file
 */
export const configFile = (env: NodeJS.ProcessEnv): string => {
  const name = env.BRIDGE_CONFIG || 'bridge.config.ts'
  const path = resolve(root, name)
  if (existsSync(path)) return path
  throw new Error(`There is no ${name} in the repository: check BRIDGE_CONFIG.`)
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
    logLevel: 'warning',
  }) satisfies esbuild.BuildOptions

/** What esbuild needs for each function: one build each, so that no chunk is shared between zips. */
export const buildOptions = (settings: BuildSettings): esbuild.BuildOptions[] =>
  functions.map((name) => optionsOf(name, settings))

export type Built = { readonly name: FunctionName; readonly bytes: number }

/** Bundles both functions into their folders, which are emptied first. */
export const build = (settings: BuildSettings): Promise<Built[]> =>
  Promise.all(
    functions.map(async (name) => {
      const options = optionsOf(name, settings)
      await rm(options.outdir, { recursive: true, force: true })
      const { metafile } = await esbuild.build(options)
      const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
      return { name, bytes }
    }),
  )

/** A faulty config fails here, with its one message, and not in the cold start. */
const assertConfig = async (file: string): Promise<void> => {
  await import(pathToFileURL(file).href).catch((cause: Error) => {
    throw new Error(`${relative(root, file)}: ${cause.message}`, { cause })
  })
}

const main = async (): Promise<void> => {
  const settings = { configFile: configFile(process.env) }
  await assertConfig(settings.configFile)
  for (const { name, bytes } of await build(settings)) {
    console.log(`${name.padEnd(8)} ${(bytes / 1024).toFixed(1)} KiB`)
  }
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    // esbuild has told of its own errors.
    if (!('errors' in error)) console.error(error.message)
    process.exitCode = 1
  })
}
