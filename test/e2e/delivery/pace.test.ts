import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { limits, paceFigures, workerCounts } from '../../../bench/pace.ts'

const rowsOf = (page: string): string[] =>
  readFileSync(resolve(import.meta.dirname, `../../../docs/${page}`), 'utf8').split('\n')
const figuresOf = (line: string): number[] => line.match(/[\d.]+/g)?.map(Number) ?? []

/** Expects the page's row to be within one point: small code changes must not change the docs. */
const expectDocumented = (page: string, start: string, cells: readonly string[]): void => {
  const documented = figuresOf(rowsOf(page).find((line) => line.startsWith(start)) ?? '')
  const measured = figuresOf(cells.join(' '))
  expect(documented).toHaveLength(measured.length)
  for (const [at, figure] of measured.entries())
    expect(Math.abs((documented[at] ?? 0) - figure)).toBeLessThan(1)
}

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
      expectDocumented('delivery.md', `| ${limit} | ${workers} |`, cells)
    },
  )
})

describe('with 80 ms a request and 1,667 requests in 10 s', () => {
  test.each([1, 2])(
    '%i workers use 95 % of what an ideal client uses, and match docs/performance.md',
    async (workers) => {
      const { utilisation, ceiling, refused, parked, delivered, cells } = await paceFigures(
        workers,
        1_667,
        80,
      )

      expect(ceiling).toBeCloseTo(workers === 1 ? 0.75 : 1, 2)
      expect(utilisation).toBeGreaterThanOrEqual(0.95 * ceiling)
      expect(refused).toBeLessThanOrEqual(0.01)
      expect({ parked, delivered }).toEqual({ parked: 0, delivered: true })
      expectDocumented('performance.md', `| 1667 | ${workers} |`, cells)
    },
  )
})
