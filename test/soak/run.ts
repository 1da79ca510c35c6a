/**
 * `npm run soak` signs up 10,000 people at the deployed bundles, with failing requests and killed
 * processes, and audits the contacts; `npm run soak -- 500 7` signs up 500, with the seed 7.
 */
import { soak } from './soak.ts'

const [count = 10_000, seed = 1] = process.argv.slice(2).map(Number)
if (!(Number.isInteger(count) && count > 0 && Number.isInteger(seed))) {
  console.error('PEOPLE and SEED must be whole numbers: npm run soak -- 500 7')
  process.exit(1)
}
console.log(`${count} people, seed ${seed}`)
const figures = await soak({ count, seed, onProgress: (text) => console.log(`  ${text}`) })
for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(12)} ${figure}`)
const { lost, duplicated, wrong, leaked, left, batchesLost } = figures
if (batchesLost === 0) console.log('no batch was killed: use more signups')
process.exitCode = lost + duplicated + wrong + leaked + left > 0 || batchesLost === 0 ? 1 : 0
