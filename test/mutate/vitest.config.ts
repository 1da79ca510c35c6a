import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { parts } from './parts.ts'

/** Pure functions before handlers that speak to servers: most mutants die at once. */
class LibraryFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? 1 : -1))
  }
}

const part = parts[process.env.MUTATED_PART ?? '']

export default defineConfig({
  test: {
    include: [...(part?.tests ?? [])],
    setupFiles: part?.isRandom ? ['test/mutate/random.ts'] : [],
    isolate: false,
    sequence: { sequencer: LibraryFirst },
    testTimeout: 30_000,
  },
})
