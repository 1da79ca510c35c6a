import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import type { Built, FunctionName } from '../build.ts'

const root = resolve(import.meta.dirname, '../..')

/** Bytes by module: a package, a built-in or a file of the repository. */
export type Modules = Readonly<Record<string, number>>

export type Weight = {
  readonly name: FunctionName
  readonly sizes: {
    /** Bytes of the files that INIT loads. */
    readonly startBytes: number
    /** How many source files are in them. */
    readonly startModules: number
    readonly allBytes: number
    readonly zipBytes: number
  }
  /** What the files hold that INIT loads. */
  readonly start: Modules
  /** What all other files hold. */
  readonly later: Modules
  /** How a module is imported: from the function's file to the module itself. */
  readonly importPath: (module: string) => readonly string[]
}

/** `stripe` of node_modules/stripe/esm/stripe.core.js, `node:https` of builtin:node:https?its-importer.ts. */
export const moduleOf = (input: string): string => {
  const builtin = /^builtin:(?:node:)?([^?]+)/.exec(input)?.[1]
  if (builtin !== undefined) return `node:${builtin}`
  return /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? input
}

type Output = Metafile['outputs'][string]

const inputsOf = (outputs: readonly Output[]): readonly (readonly [string, number])[] =>
  outputs.flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([input, { bytesInOutput }]) =>
      // The others only pass on what they import.
      bytesInOutput > 0 ? [[input, bytesInOutput] as const] : [],
    ),
  )

const modulesOf = (outputs: readonly Output[]): Modules => {
  const modules = new Map<string, number>()
  for (const [input, bytes] of inputsOf(outputs)) {
    const module = moduleOf(input)
    modules.set(module, (modules.get(module) ?? 0) + bytes)
  }
  return Object.fromEntries([...modules].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

type ImportKind = Metafile['inputs'][string]['imports'][number]['kind']

/** The shortest path of imports from an input to a module. */
const findPath = (
  { inputs }: Metafile,
  entry: string,
  module: string,
  isFollowed: (kind: ImportKind) => boolean,
): readonly string[] | undefined => {
  const paths = new Map<string, readonly string[]>([[entry, [moduleOf(entry)]]])
  // A Map iterates over what is added meanwhile: the nearest inputs come first.
  for (const [input, path] of paths) {
    if (path.at(-1) === module) return path
    for (const imported of inputs[input]?.imports ?? []) {
      if (paths.has(imported.path) || !isFollowed(imported.kind)) continue
      const name = moduleOf(imported.path)
      paths.set(imported.path, path.at(-1) === name ? path : [...path, name])
    }
  }
  return undefined
}

/** What INIT loads is mostly on a path without `import()`, which may be the longer one. */
const importPathIn =
  (metafile: Metafile, entry: string) =>
  (module: string): readonly string[] =>
    findPath(metafile, entry, module, (kind) => kind !== 'dynamic-import') ??
    findPath(metafile, entry, module, () => true) ??
    []

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** A zip has two headers for each file, and an end. */
const zipBytesOf = (folder: string, files: readonly string[]): number =>
  sum(
    files.map((file) => {
      const deflated = deflateRawSync(readFileSync(file), { level: 9 })
      return deflated.length + 30 + 46 + 2 * `.build/${folder}/${basename(file)}`.length
    }),
  ) + 22

/**
 * Weighs a bundle.
 *
 * @param loaded absolute paths of the files that INIT loads
 */
export const weigh = ({ name, metafile }: Built, loaded: readonly string[]): Weight => {
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({
    file: resolve(root, path),
    output,
  }))
  const isLoaded = ({ file }: { readonly file: string }) => loaded.includes(file)
  const start = outputs.filter(isLoaded).map(({ output }) => output)
  const later = outputs.filter((output) => !isLoaded(output)).map(({ output }) => output)
  return {
    name,
    sizes: {
      startBytes: sum(start.map(({ bytes }) => bytes)),
      startModules: inputsOf(start).length,
      allBytes: sum([...start, ...later].map(({ bytes }) => bytes)),
      zipBytes: zipBytesOf(
        name,
        outputs.map(({ file }) => file),
      ),
    },
    start: modulesOf(start),
    later: modulesOf(later),
    importPath: importPathIn(metafile, `src/handlers/${name}.ts`),
  }
}
