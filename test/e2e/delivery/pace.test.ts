import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { limits, paceFigures, workerCounts } from '../../../bench/pace.ts'

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/delivery.md'), 'utf8')

describe.each(limits)('of a window of %i calls', (limit) => {
  test.each(workerCounts)(
    '%i workers use nine tenths, as far as they can ask for it; one call in a hundred meets 429 at most',
    async (workers) => {
      const { utilisation, ceiling, refused, parked, delivered, cells } = await paceFigures(
        workers,
        limit,
      )

      expect(utilisation).toBeGreaterThanOrEqual(0.9 * ceiling)
      expect(refused).toBeLessThanOrEqual(0.01)
      expect({ parked, delivered }).toEqual({ parked: 0, delivered: true })
      const row = docs.split('\n').find((line) => line.startsWith(`| ${limit} | ${workers} |`))
      const figures = (line: string) => line.match(/[\d.]+/g)?.map(Number) ?? []
      const [told, now] = [figures(row ?? ''), figures(cells.join(' '))]
      expect(told).toHaveLength(now.length)
      // To a point: what the docs say is not to change with every other line of code.
      for (const [at, figure] of now.entries())
        expect(Math.abs((told[at] ?? 0) - figure)).toBeLessThan(1)
    },
  )
})
