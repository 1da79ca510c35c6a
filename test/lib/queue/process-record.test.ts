import { describe, expect, test } from 'vitest'
import { defineBridge } from '../../../src/lib/config/config.ts'
import type { DeliverResult } from '../../../src/lib/deliver/deliver.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import { signup as signupSource } from '../../../src/lib/index.ts'
import type { DrainDependencies } from '../../../src/lib/queue/batch.ts'
import { processRecord } from '../../../src/lib/queue/process-record.ts'
import { readRecord } from '../../../src/lib/queue/read-record.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import type { AnySignup } from '../../../src/lib/signup.ts'
import { start } from '../../support/clock.ts'
import { record } from '../../support/records.ts'
import { bridge, created, createFakes, nameOf, queued, teamBridge } from './draining.ts'

type Fakes = ReturnType<typeof createFakes>

const run = async (queueRecord: QueueRecord, fakes: Fakes, config = bridge) =>
  processRecord(await readRecord(config, queueRecord), fakes.dependencies)

const kindsOf = ({ reports }: Fakes) => reports.map(({ kind }) => kind)

const done = { type: 'done' }

describe('processRecord without an error', () => {
  test('is done with a delivered record and reports its results', async () => {
    const fakes = createFakes()
    const ada = await queued('ada')

    expect(await run(ada, fakes)).toEqual(done)
    expect(fakes.reports).toEqual([
      {
        record: ada,
        source: 'backend',
        durationMs: 0,
        kind: 'delivered',
        results: [created('ada')],
        leftOut: [],
      },
    ])
    expect(fakes.parked).toEqual([])
  })

  test('reports how long the record took', async () => {
    let nowMs = start * 1000
    const deliver = async () => {
      nowMs += 70
      return created('ada')
    }
    const fakes = createFakes({}, { now: () => nowMs, deliver })

    await run(await queued('ada'), fakes)

    expect(fakes.reports).toMatchObject([{ durationMs: 70 }])
  })

  test('is done with a record that the mapping ignores, and reports that', async () => {
    const config = defineBridge({ sources: { backend: signupSource({ map: () => undefined }) } })
    const fakes = createFakes()
    const messageAttributes = { source: { stringValue: 'backend' } }
    const ada = record({ email: 'ada@example.com' }, { messageAttributes })

    expect(await run(ada, fakes, config)).toEqual(done)
    expect(fakes.reports).toEqual([
      { record: ada, source: 'backend', durationMs: 0, kind: 'ignored' },
    ])
    expect(fakes.started).toEqual([])
  })
})

describe('processRecord after a permanent error', () => {
  test('is done, parks the record with the reason, and reports that', async () => {
    const fakes = createFakes({ ada: 'intercom_rejected' })
    const ada = await queued('ada', { event_id: 'e7' })

    expect(await run(ada, fakes)).toEqual(done)
    expect(fakes.parked).toEqual([
      {
        record: ada,
        parking: {
          reason: 'intercom_rejected',
          code: 'not_found',
          source: 'backend',
          event_id: 'e7',
        },
      },
    ])
    expect(fakes.reports).toMatchObject([{ kind: 'parked', error: { code: 'intercom_rejected' } }])
  })

  test('parks a contact not restored at the fifth receive as contact_deleted', async () => {
    const fakes = createFakes({ ada: 'restore_failed' })

    expect(await run(await queued('ada', { receives: 5 }), fakes)).toEqual(done)
    expect(fakes.parked).toMatchObject([{ parking: { reason: 'contact_deleted' } }])
    expect(fakes.reports).toMatchObject([{ kind: 'parked', error: { code: 'contact_deleted' } }])
  })

  test('parks a record that cannot be read, without a source', async () => {
    const fakes = createFakes()
    const unreadable = record({ signup_bridge: 9 })

    expect(await run(unreadable, fakes)).toEqual(done)
    expect(fakes.parked).toEqual([{ record: unreadable, parking: { reason: 'invalid_message' } }])
    expect(fakes.reports[0]).not.toHaveProperty('source')
  })

  test('parks a record whose signup cannot be used, and does not deliver it', async () => {
    const fakes = createFakes()

    expect(await run(await queued('x', { body: { name: 'X' } }), fakes)).toEqual(done)
    expect(fakes.parked).toMatchObject([{ parking: { reason: 'no_identity' } }])
    expect(kindsOf(fakes)).toEqual(['parked'])
    expect(fakes.started).toEqual([])
  })

  test('parks a copy of a record that is delivered in part', async () => {
    const refused = new BridgeError('attributes_refused', 'text')
    const fakes = createFakes({}, { deliver: async () => created('ada', refused) })

    expect(await run(await queued('ada'), fakes)).toEqual(done)
    expect(fakes.parked).toMatchObject([{ parking: { reason: 'attributes_refused' } }])
    expect(fakes.reports).toMatchObject([
      { kind: 'delivered' },
      { kind: 'copy_parked', error: refused },
    ])
  })

  test('names what all signups of the record lack in its copy, each once', async () => {
    const refused = (...paths: string[]) =>
      new BridgeError('fields_refused', 'text', {
        issues: paths.map((path) => ({ path, reason: 'parameter_invalid' })),
      })
    const errors: Readonly<Record<string, BridgeError>> = {
      ada: refused('owner_id', 'phone'),
      grace: refused('phone', 'avatar'),
    }
    const deliver = async (signup: AnySignup) => {
      const error = errors[nameOf(signup)]
      return created(nameOf(signup), ...(error ? [error] : []))
    }
    const fakes = createFakes({}, { deliver })
    const both = record(['ada', 'grace', 'lin'], {
      messageAttributes: { source: { stringValue: 'team' } },
    })

    expect(await run(both, fakes, teamBridge)).toEqual(done)
    expect(fakes.parked).toMatchObject([
      { parking: { reason: 'fields_refused', left_out: ['owner_id', 'phone', 'avatar'] } },
    ])
  })

  test('names nothing in the dead letter of a record that is not delivered', async () => {
    const error = new BridgeError('intercom_rejected', 'text', {
      issues: [{ path: 'email', reason: 'email_invalid' }],
    })
    const fakes = createFakes({ ada: error })

    await run(await queued('ada'), fakes)

    expect(fakes.parked).toHaveLength(1)
    expect(fakes.parked[0]?.parking).not.toHaveProperty('left_out')
  })

  test('parks a record that still fails after five days in its queue', async () => {
    const now = () => (start + 5 * 86_400) * 1000
    const fakes = createFakes({ ada: 'intercom_unavailable' }, { now })

    expect(await run(await queued('ada'), fakes)).toEqual(done)
    expect(fakes.parked).toMatchObject([{ parking: { reason: 'intercom_unavailable' } }])
  })
})

describe('processRecord after a retryable error', () => {
  test.each([
    ['intercom_unavailable', 15, false],
    ['out_of_time', 0, false],
    ['create_unclear', 180, false],
    ['intercom_rate_limited', 15, true],
    ['intercom_unauthorized', 31, true],
  ] as const)('with %s retries in %i s, stopBatch: %s', async (code, retryInSeconds, stopBatch) => {
    const fakes = createFakes({ ada: code })

    expect(await run(await queued('ada'), fakes)).toEqual({
      type: 'retry',
      retryInSeconds,
      stopBatch,
    })
    expect(fakes.reports).toMatchObject([{ kind: 'handed_back', error: { code }, retryInSeconds }])
    expect(fakes.parked).toEqual([])
  })

  test('has a backoff that grows with the receives and is random', async () => {
    const fakes = createFakes({ ada: 'intercom_unavailable' }, { random: () => 0.5 })

    expect(await run(await queued('ada', { receives: 3 }), fakes)).toMatchObject({
      retryInSeconds: 90,
    })
  })

  test.each<[string, DrainDependencies['deliver']]>([
    ['rejects with a TypeError', async () => Promise.reject(new TypeError('canary'))],
    [
      'throws a TypeError',
      () => {
        throw new TypeError('canary')
      },
    ],
  ])('retries the record as unexpected when deliver %s', async (_name, deliver) => {
    const fakes = createFakes({}, { deliver })

    expect(await run(await queued('ada'), fakes)).toEqual({
      type: 'retry',
      retryInSeconds: 15,
      stopBatch: false,
    })
    expect(fakes.reports).toMatchObject([{ kind: 'handed_back', error: { code: 'unexpected' } }])
  })

  test('retries a signup whose extras are pending, not reported as delivered', async () => {
    const pending = new BridgeError('extras_unavailable', 'text')
    const fakes = createFakes({}, { deliver: async () => ({ ...created('ada'), pending }) })

    expect(await run(await queued('ada'), fakes)).toMatchObject({ type: 'retry' })
    expect(fakes.reports).toMatchObject([
      { kind: 'handed_back', error: { code: 'extras_unavailable' } },
    ])
  })
})

describe('processRecord when the dead letter is not stored', () => {
  const failWith = (error: Error) => ({
    park: async () => {
      throw error
    },
  })
  const retry = { type: 'retry', retryInSeconds: 15, stopBatch: true }

  test('retries the record and stops the batch', async () => {
    const fakes = createFakes({ ada: 'intercom_rejected' }, failWith(new Error('no answer')))

    expect(await run(await queued('ada'), fakes)).toEqual(retry)
    expect(fakes.reports).toMatchObject([
      { kind: 'handed_back', error: { code: 'temporarily_unavailable' }, retryInSeconds: 15 },
    ])
  })

  test('reports misconfigured when its dead-letter queue is not configured', async () => {
    const error = new BridgeError('misconfigured', 'text')
    const fakes = createFakes({ ada: 'intercom_rejected' }, failWith(error))

    expect(await run(await queued('ada'), fakes)).toEqual(retry)
    expect(fakes.reports).toMatchObject([{ kind: 'handed_back', error }])
  })

  test('retries a delivered record whose copy is not stored', async () => {
    const refused = new BridgeError('attributes_refused', 'text')
    const fakes = createFakes(
      {},
      { deliver: async () => created('ada', refused), ...failWith(new Error('no answer')) },
    )

    expect(await run(await queued('ada'), fakes)).toEqual(retry)
    expect(kindsOf(fakes)).toEqual(['delivered', 'handed_back'])
  })

  test('retries the record however old it is', async () => {
    const now = () => (start + 6 * 86_400) * 1000
    const fakes = createFakes(
      { ada: 'intercom_unavailable' },
      { now, ...failWith(new Error('no answer')) },
    )

    expect(await run(await queued('ada'), fakes)).toEqual(retry)
    expect(kindsOf(fakes)).toEqual(['handed_back'])
  })
})

describe('processRecord with several signups', () => {
  const several = (...names: readonly (string | null)[]) =>
    record(names, { messageAttributes: { source: { stringValue: 'team' } } })

  test('delivers the others after one failed permanently, then parks the record', async () => {
    const fakes = createFakes({ ada: 'intercom_rejected' })

    expect(await run(several('ada', 'grace'), fakes, teamBridge)).toEqual(done)
    expect(fakes.delivered).toEqual(['grace'])
    expect(fakes.reports).toMatchObject([
      { kind: 'delivered', results: [{ contact: { id: 'grace' } }] },
      { kind: 'parked', error: { code: 'intercom_rejected' } },
    ])
    expect(fakes.parked).toHaveLength(1)
  })

  test('delivers the others when one cannot be used, then parks the record', async () => {
    const fakes = createFakes()

    expect(await run(several('ada', null), fakes, teamBridge)).toEqual(done)
    expect(fakes.delivered).toEqual(['ada'])
    expect(kindsOf(fakes)).toEqual(['delivered', 'parked'])
    expect(fakes.parked).toMatchObject([{ parking: { reason: 'no_identity' } }])
  })

  test('tries none after a retryable error and reports only that', async () => {
    const fakes = createFakes({ grace: 'intercom_unavailable' })

    expect(await run(several('ada', 'grace', 'lin'), fakes, teamBridge)).toEqual({
      type: 'retry',
      retryInSeconds: 15,
      stopBatch: false,
    })
    expect(fakes.started).toEqual(['ada', 'grace'])
    expect(kindsOf(fakes)).toEqual(['handed_back'])
  })

  test.each([
    ['intercom_unavailable', false],
    ['out_of_time', false],
    ['intercom_rate_limited', true],
  ] as const)('delays the retry (%s) by 180 s after a new lead', async (code, stopBatch) => {
    const deliver = async (signup: Parameters<DrainDependencies['deliver']>[0]) => {
      if (nameOf(signup) === 'grace') throw new BridgeError(code, 'text')
      return { ...created('ada'), retryAfterSeconds: 180 } satisfies DeliverResult
    }
    const fakes = createFakes({}, { deliver })

    expect(await run(several('ada', 'grace'), fakes, teamBridge)).toEqual({
      type: 'retry',
      retryInSeconds: 180,
      stopBatch,
    })
    expect(fakes.reports).toMatchObject([
      { kind: 'handed_back', error: { code }, retryInSeconds: 180 },
    ])
  })
})
