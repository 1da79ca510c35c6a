/**
 * `npm run faults` runs every row at full size and prints its figures. `npm run faults -- outage token`
 * runs the rows whose name contains one of the words; `--short` runs them at the size of `npm test`.
 */
import { rows } from './rows.ts'

const words = process.argv.slice(2)
const isShort = words.includes('--short')
const selection = words.filter((word) => word !== '--short')
const contains = (name: string, word: string) => name.toLowerCase().includes(word.toLowerCase())
const unknown = selection.filter((word) => !rows.some(({ name }) => contains(name, word)))
if (unknown.length > 0) {
  const names = rows.map(({ name }) => `  ${name}`).join('\n')
  console.error(
    `No row has ${unknown.join(', ')} in its name: use a part of one of these.\n${names}`,
  )
  process.exit(1)
}
const selected = rows.filter(
  ({ name }) => selection.length === 0 || selection.some((word) => contains(name, word)),
)

let failed = 0
for (const { name, title, sizes, run } of selected) {
  const started = performance.now()
  console.log(`${name}: ${title}`)
  try {
    for (const figure of await run(isShort ? sizes.short : sizes.full)) console.log(`  ${figure}`)
  } catch (error) {
    failed += 1
    console.log(`  FAILED: ${error instanceof Error ? error.message : error}`)
  }
  console.log(`  in ${((performance.now() - started) / 1_000).toFixed(0)} s`)
}
console.log(`${selected.length} rows, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
