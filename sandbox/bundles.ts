import { context } from 'esbuild'
import { buildOptions } from '../scripts/build.ts'

export type BundlesOptions = {
  readonly configFile: string
  readonly outDir: string
  /** Told once after a change was built, or why it could not be. */
  readonly onRebuilt: (problem: string | undefined) => void
}

export type Bundles = {
  /** From now on builds anew what changes. */
  readonly watch: () => Promise<void>
  readonly close: () => Promise<void>
}

/** One save rebuilds both functions; it is told of once. */
const settleMs = 50

/** Both functions' bundles, built by the time this resolves. */
export const createBundles = async ({
  configFile,
  outDir,
  onRebuilt,
}: BundlesOptions): Promise<Bundles> => {
  let settling: NodeJS.Timeout | undefined
  let builds = 0
  const functions = buildOptions({ configFile, outDir })
  // Each function is built once here, and once more as its watch begins.
  const initialBuilds = 2 * functions.length

  const builders = await Promise.all(
    functions.map((options) =>
      context({
        ...options,
        logLevel: 'silent',
        plugins: [
          ...(options.plugins ?? []),
          {
            name: 'rebuilt',
            setup: ({ onEnd }) =>
              onEnd(({ errors }) => {
                builds += 1
                if (builds <= initialBuilds) return
                clearTimeout(settling)
                settling = setTimeout(() => onRebuilt(errors[0]?.text), settleMs)
              }),
          },
        ],
      }),
    ),
  )
  await Promise.all(builders.map((builder) => builder.rebuild()))

  return {
    watch: async () => {
      await Promise.all(builders.map((builder) => builder.watch()))
    },
    close: async () => {
      clearTimeout(settling)
      await Promise.all(builders.map((builder) => builder.dispose()))
    },
  }
}
