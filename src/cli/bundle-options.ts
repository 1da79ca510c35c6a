import { builtinModules } from 'node:module'
import { relative } from 'node:path'
import type * as esbuild from 'esbuild'

/**
 * Loads Node's own modules by `process.getBuiltinModule`. An `import` of node:http in an ES module
 * reads every export, and some of those load all of undici: ten times as slow.
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 *
 * The replacement is CommonJS, because esbuild then reads a property only when it is used. It also
 * serves packages that `require('stream')`, which an ES module cannot. Each importer has its own: one
 * that chunks share is a file more, and a file more to load is a hundredth of a cold start.
 */
const builtins: esbuild.Plugin = {
  name: 'builtins',
  setup: ({ initialOptions: { absWorkingDir = process.cwd() }, onResolve, onLoad }) => {
    const filter = new RegExp(`^(node:)?(${builtinModules.join('|')})$`)
    onResolve({ filter }, ({ path, importer }) => ({
      path,
      suffix: `?${relative(absWorkingDir, importer)}`,
      namespace: 'builtin',
      sideEffects: false,
    }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}

/** How the functions, and the config alone, are bundled for Node. */
export const bundleOptions = {
  plugins: [builtins],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // The ES modules of packages can be tree-shaken, their CommonJS cannot.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  // Reads the user agent of a browser; in Node the AWS SDK never imports it.
  external: ['bowser'],
  logLevel: 'silent',
} satisfies esbuild.BuildOptions

/** What esbuild could not build, in one line: where, and why. */
export const toBuildError = (cause: unknown): Error => {
  const [first] = (cause as Partial<esbuild.BuildFailure>).errors ?? []
  if (!first) return cause instanceof Error ? cause : new Error(String(cause))
  const { location, text } = first
  return new Error(location ? `${location.file}:${location.line}: ${text}` : text, { cause })
}
