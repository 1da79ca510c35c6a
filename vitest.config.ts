import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: '100%',
    coverage: { include: ['src/lib/**'], reporter: ['text-summary', 'text'] },
  },
})
