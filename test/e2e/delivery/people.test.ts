import { expect, test } from 'vitest'
import { countContacts } from '../../../bench/people.ts'

test.each([1, 2, 3])(
  '2,000 signups of 500 users, races and repeats among them, first by e-mail and past the lag with their id, are exactly 500 contacts (seed %i)',
  async (seed) => {
    expect(await countContacts('users, with their id past the lag', seed)).toEqual({
      contacts: 500,
      parked: 0,
    })
  },
)

test('500 leads who come back past the lag are exactly 500 contacts', async () => {
  expect(await countContacts('leads, past the lag')).toEqual({ contacts: 500, parked: 0 })
})
