import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { countContacts, scenarioNames } from '../../../bench/people.ts'

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/delivery.md'), 'utf8')

test('2,000 signups of 500 users, races and repeats among them, first by e-mail and past the lag with their id, are exactly 500 contacts', async () => {
  expect(await countContacts('users, with their id past the lag', 2)).toEqual({
    contacts: 500,
    parked: 0,
  })
})

test.each(scenarioNames)('docs/delivery.md says how many contacts 500 %s end as', async (name) => {
  const { contacts, parked } = await countContacts(name)

  const row = docs.split('\n').find((line) => line.startsWith(`| ${name} |`))
  const told = Number(/\d+/.exec(row ?? '')?.[0])
  // To a twentieth: it is chance which worker is first, and another with every other line of code.
  expect(Math.abs(told - contacts)).toBeLessThan(contacts / 20)
  expect(parked).toBe(0)
  if (name.includes('past the lag')) expect(contacts).toBe(500)
})
