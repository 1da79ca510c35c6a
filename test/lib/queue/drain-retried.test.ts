import { describe, expect, test } from 'vitest'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import { start } from '../../support/clock.ts'
import { created, createFakes, nameOf, queued } from './draining.ts'

describe('drain after a retryable error', () => {
  test('retries the record with its backoff and delivers the others', async () => {
    const fakes = createFakes({ ada: 'intercom_unavailable' })
    const ada = await queued('ada', { receives: 3 })

    const failed = await drain([ada, await queued('grace')], fakes.dependencies)

    expect(failed).toEqual([ada.messageId])
    expect(fakes.retries).toEqual([{ record: ada, retryInSeconds: 60 }])
    expect(fakes.delivered).toEqual(['grace'])
    expect(fakes.parked).toEqual([])
  })

  test('retries the person’s later records with the same delay, untried', async () => {
    const fakes = createFakes({ ada: 'intercom_unavailable' })
    const records = [await queued('ada'), await queued('ada'), await queued('ada', { receives: 9 })]

    const failed = await drain(records, fakes.dependencies)

    expect(failed).toEqual(records.map(({ messageId }) => messageId))
    expect(fakes.started).toEqual(['ada'])
    expect(fakes.retries.map(({ retryInSeconds }) => retryInSeconds)).toEqual([15, 15, 15])
    expect(fakes.reports.map(({ kind }) => kind)).toEqual(['handed_back', 'untried', 'untried'])
  })

  test.each([
    ['rejects', async () => Promise.reject(new TypeError('canary'))],
    [
      'throws synchronously',
      () => {
        throw new TypeError('canary')
      },
    ],
  ])(
    'retries the record, and does not park it, when deliver %s unexpectedly',
    async (_name, deliver) => {
      const fakes = createFakes({}, { deliver })

      const failed = await drain([await queued('ada')], fakes.dependencies)

      expect(failed).toHaveLength(1)
      expect(fakes.reports).toMatchObject([{ kind: 'handed_back', error: { code: 'unexpected' } }])
    },
  )
})

test.each([new Error('no answer'), new BridgeError('intercom_rejected', 'no answer')])(
  'drain retries a record when its dead letter is not stored: %s',
  async (thrown) => {
    const park = async () => {
      throw thrown
    }
    const fakes = createFakes({ ada: 'intercom_rejected' }, { park })

    const failed = await drain([await queued('ada')], fakes.dependencies)

    expect(failed).toHaveLength(1)
    expect(fakes.reports).toMatchObject([
      {
        kind: 'handed_back',
        error: {
          code: 'temporarily_unavailable',
          message: expect.stringContaining('the record stays in its queue'),
          cause: { message: 'no answer' },
        },
      },
    ])
  },
)

test('drain retries a record when its dead-letter queue is not configured, and reports that', async () => {
  const park = async () => {
    throw new BridgeError('misconfigured', 'text')
  }
  const fakes = createFakes({ ada: 'intercom_rejected' }, { park })

  const failed = await drain([await queued('ada')], fakes.dependencies)

  expect(failed).toHaveLength(1)
  expect(fakes.reports).toMatchObject([{ kind: 'handed_back', error: { code: 'misconfigured' } }])
})

test.each(['misconfigured', 'temporarily_unavailable'] as const)(
  'drain retries a record of six days when its dead letter is not stored (%s)',
  async (code) => {
    let parkCalls = 0
    const fakes = createFakes(
      { ada: 'intercom_unavailable' },
      {
        now: () => (start + 6 * 86_400) * 1000,
        park: async () => {
          parkCalls += 1
          throw new BridgeError(code, 'text')
        },
      },
    )
    const ada = await queued('ada')

    expect(await drain([ada], fakes.dependencies)).toEqual([ada.messageId])
    expect(parkCalls).toBe(1)
    expect(fakes.reports).toMatchObject([{ kind: 'handed_back', error: { code } }])
  },
)

describe('drain with a signup whose extras are pending', () => {
  const deliverPending =
    (code: ErrorCode, retryAfterSeconds = 0): DrainDependencies['deliver'] =>
    async (signup) => ({
      ...created(nameOf(signup)),
      pending: new BridgeError(code, 'text'),
      retryAfterSeconds,
    })

  test('retries the record with its backoff and does not report it as delivered', async () => {
    const fakes = createFakes({}, { deliver: deliverPending('extras_unavailable') })
    const ada = await queued('ada')

    expect(await drain([ada], fakes.dependencies)).toEqual([ada.messageId])
    expect(fakes.retries).toEqual([{ record: ada, retryInSeconds: 15 }])
    expect(fakes.reports).toMatchObject([
      { kind: 'handed_back', error: { code: 'extras_unavailable' } },
    ])
    expect(fakes.parked).toEqual([])
  })

  test('retries the record without a delay when the time ran out', async () => {
    const fakes = createFakes({}, { deliver: deliverPending('out_of_time') })

    await drain([await queued('ada')], fakes.dependencies)

    expect(fakes.retries).toMatchObject([{ retryInSeconds: 0 }])
  })

  test.each(['extras_unavailable', 'out_of_time'] as const)(
    'delays a new lead and the person’s later records until the index shows it (%s)',
    async (code) => {
      const fakes = createFakes({}, { deliver: deliverPending(code, 180) })

      await drain([await queued('ada'), await queued('ada')], fakes.dependencies)

      expect(fakes.retries.map(({ retryInSeconds }) => retryInSeconds)).toEqual([180, 180])
      expect(fakes.reports.map(({ kind }) => kind)).toEqual(['handed_back', 'untried'])
    },
  )

  test('reports a new lead with the code and status of the error of its extras', async () => {
    const error = new BridgeError('extras_unavailable', 'text', {
      intercomStatus: 503,
      intercomCode: 'service_unavailable',
      requestId: 'r1',
    })
    const deliver = async () => ({ ...created('ada'), pending: error, retryAfterSeconds: 180 })
    const fakes = createFakes({}, { deliver })

    await drain([await queued('ada')], fakes.dependencies)

    expect(fakes.reports).toMatchObject([
      {
        error: {
          code: 'extras_unavailable',
          message: 'text',
          intercomStatus: 503,
          intercomCode: 'service_unavailable',
          requestId: 'r1',
          retryAfterSeconds: 180,
        },
      },
    ])
  })
})
