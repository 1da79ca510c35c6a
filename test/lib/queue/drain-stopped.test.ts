import { expect, test } from 'vitest'
import { drain } from '../../../src/lib/queue/batch.ts'
import { createFakes, queued } from './draining.ts'

test('drain stops the batch after a bad token, retries what has not started, and parks nothing', async () => {
  const fakes = createFakes({ ada: 'intercom_unauthorized' })
  const first = await queued('ada')
  const records = [first, await queued('grace'), await queued('grace'), await queued('grace')]

  const failed = await drain(records, fakes.dependencies)

  // Grace's first record was in progress; her later ones had not started.
  expect(fakes.started).toEqual(['ada', 'grace'])
  expect(failed).toEqual([records[0], records[2], records[3]].map((item) => item?.messageId ?? ''))
  expect(new Set(fakes.retries.map(({ retryInSeconds }) => retryInSeconds))).toEqual(
    new Set([31, 15]),
  )
  expect(fakes.parked).toEqual([])
})

test('drain keeps a batch stopped after another error in it', async () => {
  const fakes = createFakes({ ada: 'intercom_unauthorized', grace: 'intercom_unavailable' })
  const records = [await queued('ada'), await queued('grace'), await queued('lin')]
  const later = await queued('lin')

  const failed = await drain([...records, later], fakes.dependencies)

  expect(fakes.delivered).toEqual(['lin'])
  expect(failed).toContain(later.messageId)
})

test('drain starts no record with less than 12 s left, and retries them without a delay', async () => {
  let remainingMs = 12_000
  const fakes = createFakes({}, { remainingMs: () => remainingMs })
  const records = [await queued('ada'), await queued('ada'), await queued('ada')]
  const { deliver } = fakes.dependencies

  const failed = await drain(records, {
    ...fakes.dependencies,
    deliver: (signup, policy) => {
      remainingMs -= 6
      return deliver(signup, policy)
    },
  })

  expect(fakes.delivered).toEqual(['ada'])
  expect(failed).toEqual([records[1]?.messageId, records[2]?.messageId])
  expect(fakes.retries.map(({ retryInSeconds }) => retryInSeconds)).toEqual([0, 0])
})

test('drain retries a record that ran out of time without a delay, and continues its batch', async () => {
  const fakes = createFakes({ ada: 'out_of_time' })
  const records = [await queued('ada', { receives: 9 }), await queued('ada')]

  const failed = await drain([...records, await queued('grace')], fakes.dependencies)

  expect(failed).toEqual(records.map(({ messageId }) => messageId))
  expect(fakes.retries.map(({ retryInSeconds }) => retryInSeconds)).toEqual([0, 0])
  expect(fakes.delivered).toEqual(['grace'])
})

test('drain gives each group of a stopped batch the backoff of its own receives', async () => {
  const fakes = createFakes({ ada: 'intercom_unauthorized' })
  const slow = await queued('ada', { receives: 10 })
  const graces = [await queued('grace'), await queued('grace')]

  await drain([slow, ...graces], fakes.dependencies)

  // Grace's first record was in progress when the batch was stopped.
  expect(fakes.retries).toEqual([
    { record: slow, retryInSeconds: 450 },
    { record: graces[1], retryInSeconds: 15 },
  ])
})
