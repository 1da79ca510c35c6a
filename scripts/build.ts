import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { type Bridge, defineBridge } from '../src/lib/config.ts'

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
        throw problemOf(cause)
      })
      const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
      return { name, bytes }
    }),
  )

/** What esbuild found, in one line: where, and what. */
const problemOf = (cause: unknown): Error => {
  const [first] = (cause as Partial<esbuild.BuildFailure>).errors ?? []
  if (!first) return cause instanceof Error ? cause : new Error(String(cause))
  const { location, text } = first
  return new Error(location ? `${location.file}:${location.line}: ${text}` : text, { cause })
}

/**
 * The bridge that a config exports, as it stands in its files now: it is bundled, since Node would
 * keep every module it once imported.
 *
 * @throws Error in one line: where the config cannot be read, or every fault of it
 */
export const loadConfig = async (file: string): Promise<Bridge> => {
  const name = relative(root, file)
  const folder = await mkdtemp(join(tmpdir(), 'signup-bridge-config-'))
  try {
    const outfile = join(folder, 'config.mjs')
    const {
      splitting: _splitting,
      outdir: _outdir,
      ...options
    } = optionsOf('webhook', { configFile: file })
    const entry = { entryPoints: [file], outfile, outExtension: {} }
    await esbuild.build({ ...options, ...entry, logLevel: 'silent' }).catch((cause: unknown) => {
      throw problemOf(cause)
    })
    const { default: config } = await import(pathToFileURL(outfile).href).catch((cause: Error) => {
      throw new Error(`${name}: ${cause.message}`, { cause })
    })
    if (config === undefined)
      throw new Error(`${name}: export default defineBridge({ sources: … })`)
    try {
      return defineBridge(config)
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause })
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

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
