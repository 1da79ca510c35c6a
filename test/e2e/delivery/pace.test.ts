import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { limits, paceFigures, workerCounts } from '../../../bench/pace.ts'

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/delivery.md'), 'utf8')

describe.each(limits)('with a rate limit of %i requests', (limit) => {
  test.each(workerCounts)(
    '%i workers use 90 % of what they can send, get at most 1 % of 429, and match docs/delivery.md',
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
      const [documented, measured] = [figures(row ?? ''), figures(cells.join(' '))]
      expect(documented).toHaveLength(measured.length)
      // Within one point: small code changes must not change the docs.
      for (const [at, figure] of measured.entries())
        expect(Math.abs((documented[at] ?? 0) - figure)).toBeLessThan(1)
    },
  )
})
