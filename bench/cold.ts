import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { shareOf } from './cold/figures.ts'
import { type ColdOptions, readOptions } from './cold/options.ts'
import { findRuntimeClient, installPeer } from './cold/packages.ts'
import { type Measured, reportMemory, reportStarts } from './cold/report.ts'
import {
  type Start,
  type StartOptions,
  startOnce,
  startThrottle,
  type Variant,
} from './cold/start.ts'
import { buildVariants, startFakes } from './cold/variants.ts'

/** As serverless.yml has it; the share of a CPU is set apart from it. */
const functionMb = 256
const memorySizesMb = [128, 256, 512, 1_024, 1_769]

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, key: Math.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)

type Plan = Pick<StartOptions, 'client' | 'memoryMb' | 'share'> & {
  readonly starts: number
  /** How many events a process handles in a round, and how many more are timed. */
  readonly events: (variant: Variant, round: number) => Pick<StartOptions, 'events' | 'timed'>
}

/** Starts each variant many times; in each round they take turns in another order. */
const measure = async (variants: readonly Variant[], plan: Plan): Promise<Measured> => {
  const throttle = await startThrottle(plan.share)
  const measured = new Map(variants.map((variant) => [variant, [] as Start[]]))
  try {
    for (let round = 0; round < plan.starts; round += 1) {
      for (const variant of shuffled(variants)) {
        const options = { ...plan, ...plan.events(variant, round) }
        measured.get(variant)?.push(await startOnce(variant, options, throttle))
      }
    }
    return measured
  } finally {
    await throttle.close()
  }
}

/** With a whole CPU, every fifth process goes on: 40 webhooks or 20 batches, then 200 timed ones. */
const startPlan = (share: number, starts: number, client: readonly string[]): Plan => ({
  ...{ share, starts, client, memoryMb: functionMb },
  events: ({ kind }, round) =>
    share === 1 && round % 5 === 0
      ? { events: kind === 'webhook' ? 40 : 20, timed: 200 }
      : { events: 1, timed: 0 },
})

/** The first events after a cold start compile code: they are neither cold nor warm. */
const memoryPlan = (memoryMb: number, starts: number, client: readonly string[]): Plan => ({
  ...{ share: shareOf(memoryMb), starts, client, memoryMb },
  events: (_variant, round) =>
    round % 5 === 0 ? { events: 20, timed: 40 } : { events: 1, timed: 0 },
})

const toJson = (measured: Measured) =>
  [...measured].map(([{ name, zipBytes }, starts]) => ({ name, zipBytes, starts }))

const compareBundles = async (
  variants: readonly Variant[],
  { shares, starts }: ColdOptions,
  client: readonly string[],
) => {
  const results: object[] = []
  for (const share of shares) {
    const measured = await measure(variants, startPlan(share, starts, client))
    console.log(`\nshare ${share} of a CPU after INIT:\n${reportStarts(measured)}`)
    results.push({ share, variants: toJson(measured) })
  }
  return results
}

const compareMemory = async (
  variants: readonly Variant[],
  { starts }: ColdOptions,
  client: readonly string[],
) => {
  const own = variants.filter(({ role }) => role === 'this')
  const byMemory = new Map<number, Measured>()
  for (const memoryMb of memorySizesMb) {
    byMemory.set(memoryMb, await measure(own, memoryPlan(memoryMb, starts, client)))
  }
  console.log(`\nbilled, INIT included, and its price:\n${reportMemory(byMemory)}`)
  return [...byMemory].map(([memoryMb, measured]) => ({ memoryMb, variants: toJson(measured) }))
}

const measureAll = async (options: ColdOptions): Promise<void> => {
  if (!existsSync('/proc/self/schedstat')) {
    throw new Error('cold reads CPU time and memory from /proc: run it on Linux.')
  }
  await installPeer()
  const { title, args: client } = findRuntimeClient()
  const folder = await mkdtemp(join(tmpdir(), 'signup-bridge-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  const fakes = await startFakes()
  try {
    const against = options.against && resolve(options.against)
    const cachedMb = options.compileCache ? functionMb : undefined
    const variants = await buildVariants(folder, fakes.url, { against, cachedMb })
    const cpus = availableParallelism()
    const machine = `Node ${process.version}, ${cpus} CPUs, ${title}`
    console.log(`cold starts, ${options.starts} each, ${machine}; lower quartiles, Δ above empty:`)
    const compare = options.memory ? compareMemory : compareBundles
    const results = await compare(variants, options, client)
    const json = { node: process.version, cpus, client: title, results }
    if (options.json !== undefined) await writeFile(options.json, JSON.stringify(json, null, 2))
  } finally {
    fakes.close()
  }
}

/**
 * Measures how long the first response of a new process takes, through Lambda's runtime client, and
 * what the process takes afterwards.
 */
export const run = async (args: readonly string[]): Promise<void> => {
  // Ends by `exit`, which kills the function that is running and removes the bundles.
  process.once('SIGINT', () => process.exit(130))
  try {
    await measureAll(readOptions(args))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
