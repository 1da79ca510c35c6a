import { matchesGlob } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { parts } from './parts.ts'

const part = parts[process.env.MUTATED_PART ?? '']
const tests = part?.tests ?? []

/** As they are listed: what is quick comes first, and most mutants die there. */
class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const rank = ({ moduleId }: TestSpecification) =>
      tests.findIndex((test) => matchesGlob(moduleId, `**/${test}`))
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    include: [...tests],
    setupFiles: part?.isRandom ? ['test/mutate/random.ts'] : [],
    isolate: false,
    sequence: { sequencer: AsListed },
    testTimeout: 30_000,
  },
})
