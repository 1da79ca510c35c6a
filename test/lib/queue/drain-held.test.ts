import { expect, test } from 'vitest'
import type { DeliverResult } from '../../../src/lib/deliver/deliver.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import { start } from '../../support/clock.ts'
import { created, createFakes, nameOf, queued } from './draining.ts'

const confirming = { confirmAfterSeconds: 180 }
const known = (name: string, more: Partial<DeliverResult> = {}): DeliverResult => ({
  ...created(name),
  outcome: 'unchanged',
  isShown: true,
  ...more,
})

test('a record that is held does not stop the batch: others are delivered to their end', async () => {
  const deliver: DrainDependencies['deliver'] = async (signup) => {
    const name = nameOf(signup)
    fakes.delivered.push(name)
    // The held record ends first.
    if (name !== 'ada') await new Promise(setImmediate)
    return name === 'ada' ? created(name) : known(name)
  }
  const fakes = createFakes({}, { ...confirming, deliver })
  const [ada, first, second] = [await queued('ada'), await queued('grace'), await queued('grace')]

  expect(await drain([ada, first, second], fakes.dependencies)).toEqual([ada.messageId])
  expect(fakes.delivered).toEqual(['ada', 'grace', 'grace'])
})

test('a record that this process held before is done', async () => {
  const asked: string[] = []
  const mayHold = (messageId: string) => {
    asked.push(messageId)
    return asked.length === 1
  }
  const fakes = createFakes({}, { ...confirming, mayHold })
  const [ada, grace] = [await queued('ada'), await queued('grace')]

  expect(await drain([ada, grace], fakes.dependencies)).toEqual([ada.messageId])
  expect(asked).toEqual([ada.messageId, grace.messageId])
  expect(fakes.reports.map(({ kind }) => kind)).toEqual(['held', 'delivered'])
})

test('a record whose contact search shows is not held, and no one asks whether it may be', async () => {
  const mayHold = () => {
    throw new Error('not called')
  }
  const fakes = createFakes(
    {},
    { ...confirming, mayHold, deliver: async (signup) => known(nameOf(signup)) },
  )

  expect(await drain([await queued('ada')], fakes.dependencies)).toEqual([])
})

const named =
  (created_at: number): DrainDependencies['deliver'] =>
  async (signup) => {
    const contact = { type: 'contact', id: 'a', email: signup.contact?.email, created_at }
    return known('a', { isShown: false, contact })
  }

test.each([
  ['the first', 1, start - 999, true],
  ['the second, and it was created within the lag', 2, start - 179, true],
  ['the second, and it is older', 2, start - 180, false],
  ['the third, and it is older', 3, start - 999, false],
])(
  'a contact that a conflict names, and search does not show, is held on %s receive: %j',
  async (_name, receives, created_at, isHeld) => {
    const fakes = createFakes(
      {},
      { ...confirming, deliver: named(created_at), now: () => start * 1_000 },
    )
    const ada = await queued('ada', { receives })

    expect(await drain([ada], fakes.dependencies)).toEqual(isHeld ? [ada.messageId] : [])
  },
)
