import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: '100%',
    // Nothing waits this long; a busy machine may be slow.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    // Loading the bridge takes longer than most files: a worker loads it once. What a file changes of
    // the process, such as its environment, it has to put back.
    isolate: false,
    coverage: { include: ['src/lib/**'], reporter: ['text-summary', 'text'] },
  },
})
