import { expect, test } from 'vitest'
import { BridgeError } from '../../../src/lib/errors.ts'
import { drain } from '../../../src/lib/queue/batch.ts'
import { record } from '../../support/records.ts'
import { createFakes, queued } from './draining.ts'

test('drain reports the outcome of each record with its source and duration', async () => {
  let nowMs = 0
  const fakes = createFakes(
    { grace: 'intercom_rejected', lin: 'intercom_unavailable' },
    { now: () => nowMs, random: () => 0 },
  )
  const { deliver } = fakes.dependencies
  const unreadable = record({ signup_bridge: 9 })
  const records = [await queued('grace'), unreadable, await queued('lin'), await queued('lin')]

  for (const batch of [records.slice(0, 1), records.slice(1, 2), records.slice(2)]) {
    await drain(batch, {
      ...fakes.dependencies,
      deliver: (signup, policy) => {
        nowMs += 70
        return deliver(signup, policy)
      },
    })
  }

  const tried = { source: 'backend', durationMs: 70 }
  const [grace, , lin, later] = records
  expect(fakes.reports).toEqual([
    { ...tried, record: grace, kind: 'parked', error: expect.any(BridgeError) },
    { record: unreadable, durationMs: 0, kind: 'parked', error: expect.any(BridgeError) },
    {
      ...tried,
      record: lin,
      kind: 'handed_back',
      error: expect.any(BridgeError),
      retryInSeconds: 15,
    },
    { record: later, durationMs: 0, kind: 'untried', retryInSeconds: 15 },
  ])
})

test('drain reports values left out only for a record that no webhook has read', async () => {
  const body = { email: 'ada@example.com', phone: 'none' }
  const fakes = createFakes()

  await drain([record(body)], fakes.dependencies)
  await drain([await queued('ada', { body })], fakes.dependencies)

  expect(fakes.reports).toMatchObject([
    { leftOut: [{ path: 'phone', reason: 'phone_invalid' }] },
    { leftOut: [] },
  ])
})
