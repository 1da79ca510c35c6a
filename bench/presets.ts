import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Delivery } from '../src/lib/delivery.ts'
import type { verify } from '../src/lib/signature/verify.ts'
import type { Source } from '../src/lib/sources/source.ts'
import type { read } from '../src/lib/transform/read.ts'
import { type Fixture, toBytes, toDelivery } from '../test/support/fixture.ts'
import { fixtures } from '../test/support/fixtures.ts'

const rounds = 25
/** At least, of one row: a shorter time would be noise. */
const callsPerRound = 200

/** A checkout's own code, and its presets configured as in its fixtures. */
type Build = {
  readonly verify: typeof verify
  readonly read: typeof read
  readonly fixtures: Readonly<Record<string, Fixture>>
}

/** A process can have vitest only once, and some fixtures import it: all use the one here. */
const shareVitest = (): void => {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(
        specifier,
        specifier === 'vitest' ? { ...context, parentURL: import.meta.url } : context,
      ),
  })
}

const loadBuild = async (folder: string): Promise<Build> => {
  const [signature, transform, support] = await Promise.all([
    import(`${folder}/src/lib/signature/verify.ts`),
    import(`${folder}/src/lib/transform/read.ts`),
    import(`${folder}/test/support/fixtures.ts`),
  ])
  return { verify: signature.verify, read: transform.read, fixtures: support.fixtures }
}

/** One delivery as one build handles it. */
type Call = () => ReturnType<typeof read>

/** Verifies and reads the fixture's delivery, as the webhook does. */
const callFixture = ({ verify, read, fixtures }: Build, preset: string, own: Fixture): Call => {
  const source = fixtures[preset]?.source ?? own.source
  const delivery = toDelivery(own)
  const isProven = source.signature.type !== 'invoked'
  return () => {
    if (isProven) verify(source.signature, delivery, [own.secret], own.sentAt)
    return read(source, delivery)
  }
}

/** Reads the deliveries of a fixture's cases, which are not signed, one after another. */
const callCases = ({ read, fixtures }: Build, preset: string, own: Fixture): Call[] =>
  Object.entries(own.cases ?? {}).map(([title, { source, body, headers }]) => {
    const theirs = fixtures[preset]?.cases?.[title]?.source ?? source
    const configured: Source = theirs ?? fixtures[preset]?.source ?? own.source
    const delivery: Delivery = {
      ...toDelivery(own),
      ...(headers && { headers }),
      body: toBytes(body),
    }
    return () => read(configured, delivery)
  })

/** The mean CPU time of one call, in microseconds, that of the garbage collector with it. */
const cpuOf = async (calls: readonly Call[]): Promise<number> => {
  const repeats = Math.ceil(callsPerRound / calls.length)
  const before = process.cpuUsage()
  for (let repeat = 0; repeat < repeats; repeat += 1) for (const call of calls) await call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (repeats * calls.length)
}

const lowerQuartile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN

/** A line of the table: the same deliveries, as each build handles them. */
type Row = {
  readonly title: string
  readonly calls: readonly Call[][]
  readonly micros: readonly number[][]
}

const toRows = (builds: readonly Build[], [preset, own]: [string, Fixture]): Row[] => {
  const row = (title: string, calls: readonly Call[][]): Row => ({
    title,
    calls,
    micros: builds.map(() => []),
  })
  const cases = builds.map((build) => callCases(build, preset, own))
  const fixture = builds.map((build) => [callFixture(build, preset, own)])
  return [row(preset, fixture), ...(cases[0]?.length ? [row(`${preset}, its cases`, cases)] : [])]
}

/** How many deliveries the builds do not read alike. */
const countDifferences = async (rows: readonly Row[]): Promise<number> => {
  let count = 0
  for (const { calls } of rows) {
    for (const [index, call] of (calls[0] ?? []).entries()) {
      const readings = await Promise.all([call(), calls[1]?.[index]?.() ?? call()])
      if (!isDeepStrictEqual(readings[0], readings[1])) count += 1
    }
  }
  return count
}

const print = (title: string, quartiles: readonly number[]): void => {
  const figures = quartiles.map((micros) => `${micros.toFixed(1).padStart(8)} µs`).join('')
  const [own = 0, other] = quartiles
  console.log(`  ${title.padEnd(30)}${figures}${other ? `  ${(own / other).toFixed(2)} ×` : ''}`)
}

/** The CPU time of every delivery of these rows, once each. */
const totalOf = (rows: readonly Row[], build: number): number =>
  rows.reduce(
    (total, { calls, micros }) =>
      total + lowerQuartile(micros[build] ?? []) * (calls[0]?.length ?? 0),
    0,
  )

/**
 * Prints the CPU time of the deliveries of all presets' fixtures, the lower quartile of 25 rounds in
 * which all take turns: the fixture's own delivery from its signature to the signups, and its cases,
 * read alone.
 *
 * @param against another checkout, which reads the same deliveries in the same run
 */
export const runPresets = async (against?: string): Promise<void> => {
  const folders = [resolve(import.meta.dirname, '..'), ...(against ? [resolve(against)] : [])]
  shareVitest()
  const builds = await Promise.all(folders.map(loadBuild))
  const rows = Object.entries(fixtures).flatMap((entry) => toRows(builds, entry))
  const differences = await countDifferences(rows)
  for (let round = -3; round < rounds; round += 1) {
    for (const { calls, micros } of rows) {
      for (const build of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const own = calls[build]
        if (!own) continue
        const cpu = await cpuOf(own)
        // The first rounds only warm up.
        if (round >= 0) micros[build]?.push(cpu)
      }
    }
  }
  console.log(`CPU of a delivery of each preset${against ? `, here and in ${against}` : ''}:`)
  for (const { title, micros } of rows) print(title, micros.map(lowerQuartile))
  const main = rows.filter(({ title }) => Object.hasOwn(fixtures, title))
  const printTotal = (title: string, summed: readonly Row[]) =>
    print(
      title,
      builds.map((_, build) => totalOf(summed, build)),
    )
  printTotal('all fixtures', main)
  printTotal('all fixtures and cases', rows)
  if (against) console.log(`  read differently: ${differences}`)
}
