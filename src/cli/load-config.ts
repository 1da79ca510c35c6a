import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import { type Bridge, defineBridge } from '../lib/config/config.ts'
import { bundleOptions, toBuildError } from './bundle-options.ts'

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

/**
 * Loads the bridge that a config exports, as its files are now. The config is bundled first, because
 * Node keeps every module that it has imported once.
 *
 * @param file absolute path of the config
 * @throws Error in one line: where the config cannot be read, or each of its faults
 */
export const loadConfig = async (file: string): Promise<Bridge> => {
  const name = relative(root, file)
  const folder = await mkdtemp(join(tmpdir(), 'signup-bridge-config-'))
  try {
    const outfile = join(folder, 'config.mjs')
    await esbuild
      .build({ ...bundleOptions, absWorkingDir: root, entryPoints: [file], outfile, minify: true })
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
