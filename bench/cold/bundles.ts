import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import * as esbuild from 'esbuild'

export const root = resolve(import.meta.dirname, '../..')
const peerFolder = join(root, 'bench/peer')

/** The bytes of a zip file of a folder, compressed as serverless does. */
export const zipBytesOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => {
      const file = join(parentPath, name)
      const pathLength = file.length - folder.length
      // A local header, an entry of the directory, and the path in both.
      return sum + deflateRawSync(readFileSync(file)).length + 30 + 46 + 2 * pathLength
    }, 22)

type Build = (settings: {
  readonly configFile: string
  readonly outDir: string
}) => Promise<unknown>

/**
 * Builds both functions of a checkout by its own build, with the sources of this benchmark.
 *
 * @throws Error in one line if it is no checkout with its packages installed
 */
export const buildCheckout = async (checkout: string, outDir: string): Promise<void> => {
  if (!existsSync(join(checkout, 'scripts/build.ts'))) {
    throw new Error(`${checkout} is no checkout of this repository: name one after --against.`)
  }
  if (!existsSync(join(checkout, 'node_modules/esbuild'))) {
    throw new Error(`${checkout} has no packages: run npm ci there.`)
  }
  // Inside the checkout, so that the config loads its presets; git ignores the folder.
  const configFile = join(checkout, '.build', `bench-${process.pid}.config.ts`)
  await mkdir(dirname(configFile), { recursive: true })
  await copyFile(join(import.meta.dirname, 'bridge.config.ts'), configFile)
  try {
    const url = pathToFileURL(join(checkout, 'scripts/build.ts')).href
    const { build }: { build: Build } = await import(url)
    await build({ configFile, outDir })
  } finally {
    await rm(configFile)
  }
}

/** Bundles the usual stack as its engineers would: esbuild, ES modules, split, minified. */
export const buildPeer = async (outDir: string): Promise<void> => {
  for (const name of ['webhook', 'worker']) {
    await esbuild.build({
      absWorkingDir: peerFolder,
      entryPoints: { index: `${name}.mjs` },
      outdir: join(outDir, name),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      mainFields: ['module', 'main'],
      splitting: true,
      minify: true,
      legalComments: 'none',
      logLevel: 'silent',
      // Packages in CommonJS require Node's modules.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    })
  }
}

/** The floor: a handler that does nothing; returns its folder. */
export const buildEmpty = async (outDir: string): Promise<string> => {
  const folder = join(outDir, 'empty')
  await mkdir(folder, { recursive: true })
  await copyFile(join(import.meta.dirname, 'empty.mjs'), join(folder, 'index.mjs'))
  return folder
}
