/**
 * `npm run mutate` changes the code in every small way that Stryker knows, and says which changes no
 * test noticed; `npm run mutate -- --mutate src/lib/queue/retry-or-park.ts` those of a file, or of some, by commas.
 */
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { parts } from './parts.ts'

const { values } = parseArgs({
  options: {
    mutate: { type: 'string' },
    concurrency: { type: 'string', default: '2' },
  },
})
const leastScore = 90
const asked = values.mutate?.split(',')
const nowhere = asked?.filter(
  (each) => !Object.values(parts).some(({ files }) => files.some((file) => each.startsWith(file))),
)
if (nowhere?.length) {
  console.error(`Not among what is mutated (test/mutate/parts.ts): ${nowhere.join(', ')}`)
  process.exit(1)
}

const rows: string[] = []
for (const [part, { files }] of Object.entries(parts)) {
  // A file, or lines of it: src/lib/queue/retry-or-park.ts:58-72
  const mutate = asked?.filter((each) => files.some((file) => each.startsWith(file))) ?? [...files]
  if (mutate.length === 0) continue
  process.env.MUTATED_PART = part
  const results = await new Stryker({
    mutate,
    concurrency: Number(values.concurrency),
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutate/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    ignorePatterns: ['/.build', '/.serverless', '/bench', '/docs'],
    // Stryker would rewrite it through an API that TypeScript 7 does not have.
    tsconfigFile: 'none',
    timeoutMS: 5_000,
    reporters: ['clear-text', 'progress', 'json'],
    jsonReporter: { fileName: `.build/mutation/${part.replace(' ', '-')}.json` },
    clearTextReporter: { logTests: false, reportTests: false },
    thresholds: { high: 95, low: leastScore, break: leastScore },
  }).runMutationTest()

  const count = (...statuses: string[]) =>
    results.filter(({ status }) => statuses.includes(status)).length
  const killed = count('Killed', 'Timeout')
  const mutants = killed + count('Survived', 'NoCoverage')
  rows.push(`| ${part} | ${mutants} | ${killed} | ${((100 * killed) / mutants).toFixed(1)} % |`)
}
console.log(['| part | mutants | killed | score |', '|---|---|---|---|', ...rows].join('\n'))
