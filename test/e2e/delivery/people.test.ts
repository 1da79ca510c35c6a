import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { countContacts, scenarioNames } from '../../../bench/people.ts'

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/delivery.md'), 'utf8')

test.each(scenarioNames)('500 %s, are 500 contacts, as docs/delivery.md says', async (name) => {
  const row = docs.split('\n').find((line) => line.startsWith(`| ${name} |`))

  expect(row).toContain(`| ${name} | 500 |`)
  expect(await countContacts(name)).toEqual({ contacts: 500, parked: 0 })
})
