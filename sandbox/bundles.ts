import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context } from 'esbuild'
import { build, buildOptions } from '../scripts/build.ts'
import { loadConfig } from '../src/cli/load-config.ts'
import type { Bridge } from '../src/lib/config/config.ts'

/** What was built together: the config, and both functions with it inside. */
export type Built = {
  readonly bridge: Bridge
  readonly bundleOf: (name: 'webhook' | 'worker') => string
}

export type Bundles = {
  /** The last that could be built. */
  readonly current: () => Built
  /**
   * From now on builds anew what changes, all of it or nothing. `onBuilt` takes the new bundles into
   * use; `onProblem` is told why there are none.
   */
  readonly watch: (
    onBuilt: () => Promise<void>,
    onProblem: (problem: string) => void,
  ) => Promise<void>
  readonly close: () => Promise<void>
}

/** One save may touch several files. */
const settleMs = 50

/**
 * Builds the functions as they are deployed, each time into a folder of its own: what runs stays
 * whole until the next is.
 *
 * @throws Error in one line: where the config or the code cannot be built
 */
export const createBundles = async (configFile: string): Promise<Bundles> => {
  const folder = await mkdtemp(join(tmpdir(), 'signup-bridge-'))
  let builds = 0
  const make = async (): Promise<Built> => {
    builds += 1
    const outDir = join(folder, String(builds))
    await mkdir(outDir)
    // First of all: a faulty config is told of before anything is built for it.
    const bridge = await loadConfig(configFile)
    await build({ configFile, outDir })
    return { bridge, bundleOf: (name) => join(outDir, name, 'index.mjs') }
  }
  let current = await make().catch(async (problem) => {
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
          current = await make()
          await onBuilt()
        } catch (problem) {
          onProblem(problem instanceof Error ? problem.message : String(problem))
        }
      }
      let ended = 0
      const begun = Promise.withResolvers<void>()
      // Written nowhere: it only tells that something of the functions has changed, which a package
      // does not while this runs.
      const watchers = await Promise.all(
        buildOptions({ configFile }).map(({ plugins = [], ...options }) =>
          context({
            ...options,
            packages: 'external',
            minify: false,
            write: false,
            plugins: [
              ...plugins,
              {
                name: 'changed',
                setup: ({ onEnd }) =>
                  onEnd(() => {
                    ended += 1
                    // Each watch begins with a build of what is known.
                    if (ended === watchers.length) begun.resolve()
                    if (ended <= watchers.length) return
                    clearTimeout(settling)
                    settling = setTimeout(() => {
                      lastJob = lastJob.then(rebuild)
                    }, settleMs)
                  }),
              },
            ],
          }),
        ),
      )
      closeWatch = async () => {
        await Promise.all(watchers.map((watcher) => watcher.dispose()))
      }
      await Promise.all(watchers.map((watcher) => watcher.watch()))
      // An edit before that would pass for what is known.
      await begun.promise
    },
    close: async () => {
      clearTimeout(settling)
      await closeWatch()
      await lastJob
      await rm(folder, { recursive: true })
    },
  }
}
