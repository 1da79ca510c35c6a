import { expect, test } from 'vitest'
import { rows } from './rows.ts'

test.each(
  rows.filter(({ alone }) => !alone).map((row) => ({ row, name: row.name, title: row.title })),
)('$name: $title', async ({ row }) => {
  const figures = await row.run(row.sizes.short)

  expect(figures.length).toBeGreaterThan(0)
  console.log(`${row.name}: ${figures.join('; ')}`)
})
