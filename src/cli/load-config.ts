import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { type Bridge, defineBridge } from '../lib/config/config.ts'

const root = resolve(import.meta.dirname, '../..')

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

/** What esbuild could not build, in one line: where, and why. */
export const toBuildError = (cause: unknown): Error => {
  const [first] = (cause as Partial<esbuild.BuildFailure>).errors ?? []
  if (!first) return cause instanceof Error ? cause : new Error(String(cause))
  const { location, text } = first
  return new Error(location ? `${location.file}:${location.line}: ${text}` : text, { cause })
}

/**
 * Loads the bridge that a config exports, as its files are now. The config is bundled first, because
 * Node keeps every module that it has imported once.
 *
 * @param file absolute path of the config
 * @throws Error in one line: where the config cannot be read, or each of its faults
 */
export const loadConfig = async (file: string): Promise<Bridge> => {
  const name = relative(root, file)
  // Inside the repository, so that its packages are found from there.
  await mkdir(join(root, '.build'), { recursive: true })
  const folder = await mkdtemp(join(root, '.build/config-'))
  try {
    const outfile = join(folder, 'config.mjs')
    await esbuild
      .build({
        absWorkingDir: root,
        entryPoints: [file],
        outfile,
        bundle: true,
        packages: 'external',
        format: 'esm',
        platform: 'node',
        target: 'node24',
        logLevel: 'silent',
      })
      .catch((cause: unknown) => {
        throw toBuildError(cause)
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
