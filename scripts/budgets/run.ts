import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Plugin } from 'esbuild'
import { build, type FunctionName } from '../build.ts'
import { type Budgets, complaints, exceeds, type Measured, usage } from './compare.ts'
import { startInit } from './init.ts'
import { samplesByModule } from './profile.ts'
import { type Modules, type Weight, weigh } from './weigh.ts'

const root = resolve(import.meta.dirname, '../..')
/** A fixed one, so that no budget depends on the sources of a user. */
const configFile = resolve(root, 'bench/cold/bridge.config.ts')
const budgetsFile = join(import.meta.dirname, 'budgets.json')

type Bundles = {
  readonly weights: readonly Weight[]
  /** Measures the CPU time of each INIT so often. */
  readonly measure: (rounds: number) => Promise<readonly Measured[]>
  /** Profiles each INIT: samples by module. */
  readonly profile: () => Promise<Readonly<Record<FunctionName, Modules>>>
}

/** Builds the bundles in a temporary folder, and hands them to `use`. */
export const withBundles = async <T>(
  plugins: readonly Plugin[],
  use: (bundles: Bundles) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'signup-bridge-budgets-'))
  try {
    const built = await build({ configFile, outDir: folder, plugins })
    await using init = await startInit(folder)
    const weights = await Promise.all(
      built.map(async (bundle) => weigh(bundle, await init.loadedFiles(bundle.file))),
    )
    const measure = async (rounds: number): Promise<readonly Measured[]> => {
      const files = built.map(({ file }) => file)
      const cpu = await init.cpu(files, rounds)
      return weights.map((weight, index) => {
        const figures = { ...weight.sizes, initCpu: cpu[index] ?? Number.NaN }
        return { ...weight, figures }
      })
    }
    const profile = async (): Promise<Readonly<Record<FunctionName, Modules>>> => {
      const outDir = join(folder, 'readable')
      const readable = await build({ configFile, outDir, plugins, minify: false })
      const entries = readable.map(async ({ name, file, metafile }) => {
        const files = Object.keys(metafile.outputs).map((path) => resolve(root, path))
        return [name, samplesByModule(await init.profile(file), files, metafile)]
      })
      return Object.fromEntries(await Promise.all(entries))
    }
    return await use({ weights, measure, profile })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Measures the bundles as they are. */
export const record = ({ rounds = 27 } = {}): Promise<Budgets> =>
  withBundles([], async ({ measure }) => {
    const measured = await measure(rounds)
    const entries = measured.map(({ name, figures, start, later }) => [
      name,
      { figures: { ...figures, initCpu: Number(figures.initCpu.toFixed(2)) }, start, later },
    ])
    return Object.fromEntries(entries)
  })

type Checked = {
  /** One line for each bundle: how much of its budgets it uses. */
  readonly usage: readonly string[]
  /** What is over budget; no lines if nothing is. */
  readonly complaints: readonly string[]
}

/** Compares the bundles with their budgets. INIT is measured again before it counts as too slow. */
export const check = (
  budgets: Budgets,
  {
    plugins = [],
    rounds = 9,
    again = 27,
  }: { plugins?: readonly Plugin[]; rounds?: number; again?: number } = {},
): Promise<Checked> =>
  withBundles(plugins, async ({ measure, profile }) => {
    const isSlow = (measured: readonly Measured[]) =>
      measured.some((bundle) => exceeds('initCpu', bundle, budgets[bundle.name]))
    let measured = await measure(rounds)
    if (isSlow(measured)) measured = await measure(again)
    const samples = isSlow(measured) ? await profile() : undefined
    const profiled = measured.map((bundle) => ({ ...bundle, samples: samples?.[bundle.name] }))
    return {
      usage: measured.map((bundle) => usage(bundle, budgets[bundle.name])),
      complaints: profiled.flatMap((bundle) => complaints(bundle, budgets[bundle.name])),
    }
  })

const main = async (): Promise<void> => {
  if (process.argv.includes('--update')) {
    writeFileSync(budgetsFile, `${JSON.stringify(await record(), null, 2)}\n`)
    console.log('The figures are recorded in scripts/budgets/budgets.json.')
    return
  }
  const checked = await check(JSON.parse(readFileSync(budgetsFile, 'utf8')))
  console.log(checked.usage.join('\n'))
  if (checked.complaints.length === 0) return
  console.error(checked.complaints.join('\n'))
  console.error(
    'Import less, or only where it is used. If it is worth its cost: npm run budgets -- --update',
  )
  process.exitCode = 1
}

if (import.meta.main) await main()
