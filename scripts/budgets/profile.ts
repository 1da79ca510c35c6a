import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Metafile } from 'esbuild'
import { type Modules, moduleOf } from './weigh.ts'

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export type Profile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
    /** The lines of the function in which it was when a sample was taken; the first line is 1. */
    readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[]
  }[]
}

/** The module of each line of an unminified bundle: esbuild writes a comment before each module. */
const moduleLines = (file: string, { inputs }: Metafile): readonly (string | undefined)[] => {
  let module: string | undefined
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => {
      const [, input = ''] = /^\s*\/\/ (.+)$/.exec(line) ?? []
      if (Object.hasOwn(inputs, input)) module = moduleOf(input)
      return module
    })
}

/**
 * How many samples of a profile each module has, in code of its own or of Node that it calls.
 *
 * @param files the unminified bundle, as absolute paths
 */
export const samplesByModule = (
  { nodes }: Profile,
  files: readonly string[],
  metafile: Metafile,
): Modules => {
  const lines = new Map(files.map((file) => [file, moduleLines(file, metafile)]))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const samples: Record<string, number> = {}
  const visit = (id: number, caller: string | undefined): void => {
    const {
      callFrame,
      children = [],
      positionTicks = [],
    } = byId.get(id) ?? { callFrame: undefined }
    const own = callFrame?.url.startsWith('file:') && lines.get(fileURLToPath(callFrame.url))
    for (const { line, ticks } of positionTicks) {
      const module = own ? own[line - 1] : caller
      if (module !== undefined) samples[module] = (samples[module] ?? 0) + ticks
    }
    for (const child of children) visit(child, own ? own[callFrame?.lineNumber ?? 0] : caller)
  }
  const [root] = nodes
  if (root) visit(root.id, undefined)
  return samples
}
