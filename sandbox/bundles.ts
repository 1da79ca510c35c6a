import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context } from 'esbuild'
import { build, buildOptions, functionFiles } from '../scripts/build.ts'
import { loadConfig } from '../src/cli/load-config.ts'
import type { Bridge } from '../src/lib/config/config.ts'

/** One build: the config, and the bundles of both functions, which contain it. */
export type Build = {
  readonly bridge: Bridge
  /** Returns the path of a function's bundle. */
  readonly bundleOf: (name: 'webhook' | 'worker') => string
}

export type Bundles = {
  /** The last successful build. */
  readonly current: () => Build
  /**
   * Rebuilds when a file changes. `onBuilt` is called after a successful build; `onProblem` is
   * called with the reason for a failed one, which leaves the current build in place.
   */
  readonly watch: (
    onBuilt: () => Promise<void>,
    onProblem: (problem: string) => void,
  ) => Promise<void>
  readonly close: () => Promise<void>
}

// One save may touch several files.
const settleMs = 50

/**
 * Builds the functions as they are deployed. Each build has its own folder, so that a failed one
 * leaves the current one intact.
 *
 * @throws Error with a message of one line if the config or the code cannot be built
 */
export const createBundles = async (configFile: string): Promise<Bundles> => {
  const folder = await mkdtemp(join(tmpdir(), 'signup-bridge-'))
  let builds = 0
  const buildAll = async (): Promise<Build> => {
    builds += 1
    const outDir = join(folder, String(builds))
    await mkdir(outDir)
    // First, so that an invalid config is reported before anything is built.
    const bridge = await loadConfig(configFile)
    await build({ configFile, outDir })
    return { bridge, bundleOf: (name) => join(outDir, name, 'index.mjs') }
  }
  let current = await buildAll().catch(async (problem) => {
    await rm(folder, { recursive: true })
    throw problem
  })
  let settling: NodeJS.Timeout | undefined
  let lastJob: Promise<unknown> = Promise.resolve()
  let closeWatch = async (): Promise<void> => {}

  return {
    current: () => current,
    watch: async (onBuilt, onProblem) => {
      const rebuild = async () => {
        try {
          current = await buildAll()
          await onBuilt()
        } catch (problem) {
          onProblem(problem instanceof Error ? problem.message : String(problem))
        }
      }
      const firstBuild = Promise.withResolvers<void>()
      let isFirst = true
      const [options] = buildOptions({ configFile })
      // This build is not written: it only detects changes. It is one for both functions, or each
      // would report the same change at another time. Packages are external, since they do not
      // change while this runs.
      const watcher = await context({
        ...options,
        entryPoints: functionFiles,
        packages: 'external',
        minify: false,
        write: false,
        plugins: [
          ...(options?.plugins ?? []),
          {
            name: 'changed',
            setup: ({ onEnd }) =>
              onEnd(() => {
                // The first build reports no change.
                if (isFirst) firstBuild.resolve()
                else {
                  clearTimeout(settling)
                  settling = setTimeout(() => {
                    lastJob = lastJob.then(rebuild)
                  }, settleMs)
                }
                isFirst = false
              }),
          },
        ],
      })
      closeWatch = () => watcher.dispose()
      await watcher.watch()
      // A change before the first build ends would go unnoticed.
      await firstBuild.promise
    },
    close: async () => {
      clearTimeout(settling)
      await closeWatch()
      await lastJob
      await rm(folder, { recursive: true })
    },
  }
}
