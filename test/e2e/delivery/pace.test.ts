import { expect, test } from 'vitest'
import { measurePace } from '../../../bench/pace.ts'

test.each([
  [1, 167],
  [4, 167],
  [10, 167],
  [4, 1_667],
  [10, 1_667],
])(
  '%i workers use nine tenths of a window of %i calls, and one call in a hundred meets 429 at most',
  async (workers, limit) => {
    const { utilisation, refused, parked, delivered } = await measurePace(workers, limit, 2)

    expect(utilisation).toBeGreaterThanOrEqual(0.9)
    expect(refused).toBeLessThanOrEqual(0.01)
    expect({ parked, delivered }).toEqual({ parked: 0, delivered: true })
  },
)

test('a worker alone fills a large window as far as ten calls at a time can', async () => {
  const { utilisation, ceiling } = await measurePace(1, 1_667, 2)

  expect(utilisation).toBeGreaterThanOrEqual(0.9 * ceiling)
})
