import { describe, expect, test } from 'vitest'
import { defineBridge } from '../../../src/lib/config/config.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import { signup as signupSource } from '../../../src/lib/index.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import { start } from '../../support/clock.ts'
import { created, createFakes, nameOf, queued } from './draining.ts'

test('drain delivers every record and retries none', async () => {
  const fakes = createFakes()

  const failed = await drain([await queued('ada'), await queued('grace')], fakes.dependencies)

  expect(failed).toEqual([])
  expect(fakes.delivered).toEqual(['ada', 'grace'])
  expect(fakes.reports).toMatchObject([
    { kind: 'delivered', source: 'backend', results: [{ outcome: 'created', calls: 2 }] },
    { kind: 'delivered' },
  ])
})

test('drain changes no visibility when no record is retried', async () => {
  const setVisibility = async () => {
    throw new Error('not called')
  }
  const fakes = createFakes({}, { setVisibility })

  expect(await drain([await queued('ada')], fakes.dependencies)).toEqual([])
})

test('drain reports a record as ignored when the mapping now ignores its signup', async () => {
  const ada = await queued('ada')
  const ignoring = defineBridge({ sources: { backend: signupSource({ map: () => undefined }) } })
  const fakes = createFakes({}, { bridge: ignoring })

  expect(await drain([ada], fakes.dependencies)).toEqual([])
  expect(fakes.reports).toMatchObject([{ kind: 'ignored' }])
})

describe('the policy that drain passes to deliver', () => {
  const overwriting = defineBridge({
    sources: { backend: signupSource({ onExisting: 'overwrite', lookup: false }) },
  })
  const policyOf = async (queueRecord: QueueRecord): Promise<Policy | undefined> => {
    const policies: Policy[] = []
    const deliver: DrainDependencies['deliver'] = async (signup, policy) => {
      policies.push(policy)
      return created(nameOf(signup))
    }
    const fakes = createFakes({}, { bridge: overwriting, deliver })
    await drain([queueRecord], fakes.dependencies)
    return policies[0]
  }
  const body = { email: 'ada@example.com', event_id: '1', occurred_at: start - 60 }

  test('has the options of the source', async () => {
    expect(await policyOf(await queued('ada', { body }))).toEqual({
      lookup: false,
      onExisting: 'overwrite',
      onArchived: 'restore',
      mark: start - 60,
      received_at: start,
    })
  })

  test('has no mark later than the receipt of the delivery', async () => {
    const early = { ...body, occurred_at: start + 60 }

    expect(await policyOf(await queued('ada', { body: early }))).toMatchObject({ mark: start })
  })

  test.each([
    [1, false],
    [2, true],
  ])('at receive %i of a lead has lookup: %s', async (receives, lookup) => {
    const lead = { ...body, role: 'lead' }

    expect(await policyOf(await queued('ada', { body: lead, receives }))).toMatchObject({
      lookup,
    })
  })

  test('fills an existing contact for a replayed dead letter', async () => {
    const ada = await queued('ada', { body })
    const messageAttributes = { reason: { stringValue: 'contact_archived' } }

    expect(await policyOf({ ...ada, messageAttributes })).toMatchObject({
      onExisting: 'fill',
      onArchived: 'park',
      replayedAtMs: Number(ada.attributes.SentTimestamp),
    })
  })
})
