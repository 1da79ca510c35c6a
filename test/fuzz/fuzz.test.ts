import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTally, properties } from './properties.ts'

test.each(properties)('the bridge passes random input: $name', async ({ create }) => {
  const tally = createTally()

  await fc.assert(create(tally), { numRuns: 300 })

  expect(tally).toEqual({ executions: 300, forgeries: 0, crashes: 0 })
})
