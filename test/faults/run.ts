/**
 * `npm run faults` throws every fault at the bridge, at its full size, and prints the figures;
 * `npm run faults -- T5 T16` those that are named, and with `--short` at the size of `npm test`.
 */
import { rows } from './rows.ts'

const words = process.argv.slice(2)
const isShort = words.includes('--short')
const named = words.filter((word) => word !== '--short')
const meant = rows.filter(
  ({ name }) => named.length === 0 || named.some((word) => `${name} `.startsWith(`${word} `)),
)
const unknown = named.filter((word) => !rows.some(({ name }) => `${name} `.startsWith(`${word} `)))
if (unknown.length > 0) {
  console.error(
    `No such row: ${unknown.join(', ')}. There is ${rows.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(1)
}

let failed = 0
for (const { name, title, sizes, run } of meant) {
  const began = performance.now()
  console.log(`${name}: ${title}`)
  try {
    for (const figure of await run(isShort ? sizes.short : sizes.full)) console.log(`  ${figure}`)
  } catch (error) {
    failed += 1
    console.log(`  MISSED: ${error instanceof Error ? error.message : error}`)
  }
  console.log(`  in ${((performance.now() - began) / 1_000).toFixed(0)} s`)
}
console.log(`${meant.length} rows, ${failed} missed`)
process.exitCode = failed > 0 ? 1 : 0
