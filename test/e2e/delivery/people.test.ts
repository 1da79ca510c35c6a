import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { countContacts, scenarioNames } from '../../../bench/people.ts'

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/delivery.md'), 'utf8')

test('2,000 signups of 500 users, first by e-mail and past the lag with their id, are exactly 500 contacts', async () => {
  expect(await countContacts('users, with their id past the lag', 2)).toEqual({
    contacts: 500,
    parked: 0,
  })
})

test.each(scenarioNames)(
  'docs/delivery.md has the number of contacts that 500 %s become',
  async (name) => {
    const { contacts, parked } = await countContacts(name)

    const row = docs.split('\n').find((line) => line.startsWith(`| ${name} |`))
    const documented = Number(/\d+/.exec(row ?? '')?.[0])
    // Within a twentieth: which worker is first is chance, and changes with the code.
    expect(Math.abs(documented - contacts)).toBeLessThan(contacts / 20)
    expect(parked).toBe(0)
    if (name.includes('past the lag')) expect(contacts).toBe(500)
  },
)
