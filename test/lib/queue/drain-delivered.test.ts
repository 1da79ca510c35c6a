import { describe, expect, test } from 'vitest'
import { defineBridge } from '../../../src/lib/config/config.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import { signup as signupSource } from '../../../src/lib/index.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import { start } from '../../support/clock.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'
import { created, createFakes, nameOf, queued } from './draining.ts'

const backend = { source: { stringValue: 'backend' } }

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

test('drain reports a message of the inbox as ignored when the mapping ignores it', async () => {
  const ada = record({ email: 'ada@example.com' }, { messageAttributes: backend })
  const ignoring = defineBridge({ sources: { backend: signupSource({ map: () => undefined }) } })
  const fakes = createFakes({}, { bridge: ignoring })

  expect(await drain([ada], fakes.dependencies)).toEqual([])
  expect(fakes.reports).toMatchObject([{ kind: 'ignored' }])
})

describe('drain with a new contact that is to be confirmed', () => {
  const confirming = { confirmAfterSeconds: 180 }

  test('returns its record for 180 s, the person’s later ones with it, and reports it as held', async () => {
    const fakes = createFakes({}, confirming)
    const records = [await queued('ada'), await queued('ada')]

    expect(await drain(records, fakes.dependencies)).toEqual(
      records.map(({ messageId }) => messageId),
    )
    expect(fakes.retries.map(({ retryInSeconds }) => retryInSeconds)).toEqual([180, 180])
    expect(fakes.reports).toMatchObject([
      { kind: 'held', confirmInSeconds: 180, results: [{ outcome: 'created' }] },
      { kind: 'untried' },
    ])
    expect(fakes.started).toEqual(['ada'])
  })

  test('does not stop the batch: others are delivered', async () => {
    const fakes = createFakes({}, confirming)

    await drain([await queued('ada'), await queued('grace')], fakes.dependencies)

    expect(fakes.delivered).toEqual(['ada', 'grace'])
  })

  test('parks a copy of what is incomplete when it is confirmed, not before', async () => {
    const incomplete = new BridgeError('fields_refused', 'text')
    const deliver: DrainDependencies['deliver'] = async () => created('a', incomplete)
    const first = createFakes({}, { ...confirming, deliver })
    await drain([await queued('ada')], first.dependencies)
    const again: DrainDependencies['deliver'] = async () => ({
      ...created('a', incomplete),
      outcome: 'confirmed',
      isShown: true,
    })
    const second = createFakes({}, { ...confirming, deliver: again })
    await drain([await queued('ada', { receives: 2 })], second.dependencies)

    expect([first.parked.length, second.parked.length]).toEqual([0, 1])
  })

  test('lets deliver confirm it from the second receive on', async () => {
    const policies: Policy[] = []
    const deliver: DrainDependencies['deliver'] = async (_signup, policy) => {
      policies.push(policy)
      return created('a')
    }
    for (const receives of [1, 2]) {
      const { dependencies } = createFakes({}, { ...confirming, deliver })
      await drain([await queued('ada', { receives })], dependencies)
    }

    expect(policies.map(({ confirms = false }) => confirms)).toEqual([false, true])
  })

  test('not a later one of its group: it waited, and no receive created a contact for it', async () => {
    const policies: Policy[] = []
    const deliver: DrainDependencies['deliver'] = async (_signup, policy) => {
      policies.push(policy)
      return { ...created('a'), outcome: 'confirmed', isShown: true }
    }
    const { dependencies } = createFakes({}, { ...confirming, deliver })
    const receives = 2
    await drain(
      [await queued('ada', { receives }), await queued('ada', { receives })],
      dependencies,
    )

    expect(policies.map(({ confirms = false }) => confirms)).toEqual([true, false])
  })

  test('waits for the lag after an error, too: search shows what was created before it', async () => {
    const pending = new BridgeError('extras_unavailable', 'text')
    const deliver: DrainDependencies['deliver'] = async () => ({
      ...created('a'),
      pending,
      retryAfterSeconds: 180,
    })
    const fakes = createFakes({}, { ...confirming, deliver })

    await drain([await queued('ada')], fakes.dependencies)

    expect(fakes.retries).toMatchObject([{ retryInSeconds: 180 }])
    expect(fakes.reports).toMatchObject([{ kind: 'handed_back' }])
  })
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
      accountsOf: ['backend'],
      onArchived: 'restore',
      mark: start - 60,
      received_at: start,
    })
  })

  test('has no mark later than the receipt of the delivery', async () => {
    const early = { ...body, occurred_at: start + 60 }

    expect(await policyOf(await queued('ada', { body: early }))).toMatchObject({ mark: start })
  })

  test('has no mark or receipt later than SQS took the record, whatever the message says', async () => {
    const dated = { signup_bridge: 1, source: 'backend', headers: {}, received_at: start + 3_600 }
    const early = { ...body, occurred_at: start + 3_600 }
    const encoded = Buffer.from(JSON.stringify(early)).toString('base64')

    for (const eventSourceARN of [fifoArn, inboxArn]) {
      const forged = record({ ...dated, body: encoded }, { eventSourceARN })
      expect(await policyOf(forged)).toMatchObject({ mark: start, received_at: start })
    }
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

  test.each([{ replay: 'restore' }, { replay: 'restore', reason: 'contact_archived' }])(
    'restores and overwrites nothing for a replay that a message of the inbox claims: %j',
    async (claims) => {
      const messageAttributes = Object.fromEntries(
        Object.entries({ ...claims, source: 'backend' }).map(([name, stringValue]) => [
          name,
          { stringValue },
        ]),
      )

      expect(await policyOf(record(body, { messageAttributes }))).toMatchObject({
        onExisting: 'fill',
        onArchived: 'park',
      })
      const replayed = record(body, { messageAttributes, eventSourceARN: fifoArn })
      expect(await policyOf(replayed)).toMatchObject({ onArchived: 'restore' })
    },
  )
})
