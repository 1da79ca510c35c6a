import { describe, expect, test } from 'vitest'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import { toMessages } from '../../../src/lib/queue/message.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { delivery } from '../../support/deliveries.ts'
import { record } from '../../support/records.ts'
import { created, createFakes, nameOf, team, teamBridge } from './draining.ts'

test('drain delivers all signups of a replayed delivery that was refused as a whole', async () => {
  const broken = team({
    map: () => {
      throw new Error('a bug')
    },
  })
  const received = { ...delivery(['ada', 'grace', 'lin']), source: 'team', url: '' }
  const reading = await read(broken, received)
  if (reading.kind !== 'refused') throw new Error('not refused')
  const messages = toMessages(received, reading)
  const fakes = createFakes({}, { bridge: teamBridge })

  await drain(
    messages.map(({ body }) => record(body)),
    fakes.dependencies,
  )

  expect(messages).toHaveLength(1)
  expect(fakes.delivered).toEqual(['ada', 'grace', 'lin'])
})

test('drain parks only the signup of several that cannot be used, and delivers the others', async () => {
  const received = { ...delivery(['ada', null, 'lin']), source: 'team', url: '' }
  const reading = await read(team(), received)
  if (reading.kind !== 'signups') throw new Error('refused')
  const records = toMessages(received, reading).map(({ body, groupId }, index) =>
    record(body, { messageId: `m${index}`, attributes: { MessageGroupId: groupId } }),
  )
  const fakes = createFakes({}, { bridge: teamBridge })

  expect(await drain(records, fakes.dependencies)).toEqual([])
  expect(fakes.delivered).toEqual(['ada', 'lin'])
  expect(fakes.parked).toMatchObject([{ parking: { reason: 'no_identity', event_id: 'e1' } }])
})

describe('drain with a record of several signups', () => {
  /** One record for all signups, as it is queued for a delivery that is refused as a whole. */
  const recordOf = async (
    names: readonly (string | null)[],
    receives = 1,
  ): Promise<QueueRecord> => {
    const broken = team({
      map: () => {
        throw new Error('a bug')
      },
    })
    const received = { ...delivery(names), source: 'team', url: '' }
    const reading = await read(broken, received)
    if (reading.kind !== 'refused') throw new Error('not refused')
    const [message] = toMessages(received, reading)
    return record(message?.body ?? '', {
      attributes: { ApproximateReceiveCount: String(receives) },
    })
  }
  const drainOne = async (
    queueRecord: QueueRecord,
    failures: Readonly<Record<string, ErrorCode | Error>>,
    more: Partial<DrainDependencies> = {},
  ) => {
    const fakes = createFakes(failures, { bridge: teamBridge, ...more })
    const failed = await drain([queueRecord], fakes.dependencies)
    return { ...fakes, failed }
  }

  test('delivers the others after a permanent error, reports that, then parks the record', async () => {
    const { failed, delivered, parked, reports } = await drainOne(
      await recordOf(['ada', 'grace', 'lin']),
      { ada: 'intercom_rejected' },
    )

    expect(failed).toEqual([])
    expect(delivered).toEqual(['grace', 'lin'])
    expect(parked).toMatchObject([
      {
        parking: { reason: 'intercom_rejected', code: 'not_found', source: 'team', event_id: 'e1' },
      },
    ])
    expect(reports).toMatchObject([
      { kind: 'delivered', results: [{ contact: { id: 'grace' } }, { contact: { id: 'lin' } }] },
      { kind: 'parked', error: { code: 'intercom_rejected' } },
    ])
  })

  test('parks the record once, for the first of several permanent errors', async () => {
    const { parked, reports } = await drainOne(await recordOf(['ada', 'grace', 'lin']), {
      grace: 'identity_conflict',
      lin: 'contact_archived',
    })

    expect(parked).toMatchObject([{ parking: { reason: 'identity_conflict' } }])
    expect(reports.map(({ kind }) => kind)).toEqual(['delivered', 'parked'])
  })

  test('reports only that it is parked when every signup fails permanently', async () => {
    const { delivered, reports } = await drainOne(await recordOf(['ada', 'grace']), {
      ada: 'intercom_rejected',
      grace: 'intercom_rejected',
    })

    expect(delivered).toEqual([])
    expect(reports.map(({ kind }) => kind)).toEqual(['parked'])
  })

  test('delivers the others when one cannot be used, reports that, then parks the record', async () => {
    const { failed, delivered, parked, reports } = await drainOne(
      await recordOf(['ada', null, 'lin']),
      {},
    )

    expect(failed).toEqual([])
    expect(delivered).toEqual(['ada', 'lin'])
    expect(parked).toMatchObject([{ parking: { reason: 'no_identity' } }])
    expect(reports.map(({ kind }) => kind)).toEqual(['delivered', 'parked'])
  })

  test('retries the record after a retryable error, without trying its later signups', async () => {
    const all = await recordOf(['ada', 'grace', 'lin'])
    const { failed, started, parked, reports } = await drainOne(all, {
      ada: 'intercom_rejected',
      grace: 'intercom_unavailable',
    })

    expect(failed).toEqual([all.messageId])
    expect(started).toEqual(['ada', 'grace'])
    expect(parked).toEqual([])
    expect(reports).toMatchObject([
      { kind: 'handed_back', error: { code: 'intercom_unavailable' } },
    ])
  })

  test('retries the record after an unexpected error', async () => {
    const { failed, reports } = await drainOne(await recordOf(['ada', 'grace']), {
      ada: new TypeError('canary'),
    })

    expect(failed).toHaveLength(1)
    expect(reports).toMatchObject([{ kind: 'handed_back', error: { code: 'unexpected' } }])
  })

  test.each([
    [4, ['handed_back'], []],
    [5, ['delivered', 'parked'], ['grace']],
  ])(
    'reports a contact that cannot be restored, at receive %i, as %j',
    async (receives, kinds, names) => {
      const { delivered, reports } = await drainOne(await recordOf(['ada', 'grace'], receives), {
        ada: 'restore_failed',
      })

      expect(reports.map(({ kind }) => kind)).toEqual(kinds)
      expect(delivered).toEqual(names)
    },
  )

  test('retries after a new lead once the index shows it, whatever error follows', async () => {
    const secondsAfter = async (code: ErrorCode, receives = 1) => {
      const deliver: DrainDependencies['deliver'] = async (signup) => {
        if (nameOf(signup) === 'grace') throw new BridgeError(code, 'text')
        return { ...created(nameOf(signup)), retryAfterSeconds: 180 }
      }
      const both = await recordOf(['ada', 'grace'], receives)
      const { retries } = await drainOne(both, {}, { deliver })
      return retries.map(({ retryInSeconds }) => retryInSeconds)
    }

    expect(await secondsAfter('intercom_unavailable')).toEqual([180])
    expect(await secondsAfter('intercom_unauthorized')).toEqual([180])
    expect(await secondsAfter('out_of_time')).toEqual([180])
    expect(await secondsAfter('unexpected')).toEqual([180])
    expect(await secondsAfter('intercom_unavailable', 10)).toEqual([450])
  })

  test('retries after a new lead once the index shows it, also when the record cannot be parked', async () => {
    const deliver: DrainDependencies['deliver'] = async (signup) => {
      if (nameOf(signup) === 'grace') throw new BridgeError('intercom_rejected', 'text')
      return { ...created(nameOf(signup)), retryAfterSeconds: 180 }
    }
    const park = async () => {
      throw new Error('no answer')
    }

    const { retries } = await drainOne(await recordOf(['ada', 'grace']), {}, { deliver, park })

    expect(retries).toMatchObject([{ retryInSeconds: 180 }])
  })

  test('retries once the index shows a lead that may have been created', async () => {
    const { retries } = await drainOne(await recordOf(['ada', 'grace']), {
      grace: 'create_unclear',
    })

    expect(retries).toMatchObject([{ retryInSeconds: 180 }])
  })
})
