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
      expect(docs).toContain(`| ${cells.join(' | ')} |`)
    },
  )
})
