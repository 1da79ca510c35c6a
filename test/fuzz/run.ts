/**
 * `npm run fuzz -- 600` fuzzes for 600 seconds (default 60) and prints what it found;
 * `npm run fuzz -- 60 12345` starts with the seed that an earlier run printed.
 */
import * as fc from 'fast-check'
import { createTally, properties } from './properties.ts'

const [seconds = 60, seed = Math.floor(Math.random() * 2 ** 31)] = process.argv.slice(2).map(Number)
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error(
    'SECONDS must be a positive number and SEED a whole number: npm run fuzz -- 600 12345',
  )
  process.exit(1)
}

const runsPerRound = 1_000
const tally = createTally()
const started = performance.now()
const isOver = () => performance.now() - started > seconds * 1_000
const failures: string[] = []

console.log(`fuzzing for ${seconds} s from seed ${seed}`)
for (let round = 0; !isOver(); round += 1) {
  for (const { name, create } of properties) {
    if (isOver()) break
    const parameters = { numRuns: runsPerRound, seed: (seed + round) | 0 }
    const result = await fc.check(create(tally), parameters)
    if (result.failed) failures.push(`${name}\n${fc.defaultReportMessage(result) ?? ''}`)
  }
}

for (const failure of failures.slice(0, 5)) console.error(`\n${failure}`)
const elapsed = Math.round((performance.now() - started) / 1_000)
console.log(`${tally.executions.toLocaleString('en')} executions in ${elapsed} s`)
console.log(`${tally.forgeries} accepted forgeries`)
console.log(`${tally.crashes} crashes`)
process.exitCode = failures.length > 0 ? 1 : 0
