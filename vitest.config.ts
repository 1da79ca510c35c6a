import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The slowest files, whatever their size: the last one to start would run alone. */
const slowest = ['e2e/start.test.ts', 'serverless/', 'e2e/', 'sandbox/', 'bad-inputs.test.ts']

/** Starts the slowest files first, even when no earlier run has measured them. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = slowest.findIndex((path) => moduleId.includes(`/test/${path}`))
      return at === -1 ? slowest.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // More than there are cores: some files wait for processes and timers of their own.
    maxWorkers: '150%',
    // Nothing waits this long; a busy machine may be slow.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    // Loading the bridge takes longer than most files: a worker loads it once. What a file changes of
    // the process, such as its environment, it must restore.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    coverage: { include: ['src/lib/**'], reporter: ['text-summary', 'text'] },
  },
})
