import { describe, expect, test } from 'vitest'
import { BridgeError } from '../../../src/lib/errors.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import { start } from '../../support/clock.ts'
import { record } from '../../support/records.ts'
import { created, createFakes, nameOf, queued } from './draining.ts'

describe('drain with one poison record in a batch of ten', () => {
  test('parks it with its reason and delivers the nine others', async () => {
    const fakes = createFakes({ p4: 'intercom_rejected' })
    const records = await Promise.all(
      Array.from({ length: 10 }, (_, index) => queued(`p${index}`, { event_id: `e${index}` })),
    )

    const failed = await drain(records, fakes.dependencies)

    expect(failed).toEqual([])
    expect(fakes.delivered).toHaveLength(9)
    expect(fakes.parked).toMatchObject([
      {
        parking: {
          reason: 'intercom_rejected',
          code: 'not_found',
          source: 'backend',
          event_id: 'e4',
        },
      },
    ])
  })
})

describe('drain parks a record that cannot be read', () => {
  test.each([
    [
      'with a source that is missing from the config',
      'unknown_source',
      async () => queued('x', { source: 'lost' }),
    ],
    ['with a map that throws', 'mapping_failed', async () => queued('x', { source: 'broken' })],
    ['without a person', 'no_identity', async () => queued('x', { body: { name: 'X' } })],
    [
      'with a payload of another shape',
      'invalid_signup',
      async () => queued('x', { source: 'clerk', body: { type: 'user.created' } }),
    ],
    ['in an unknown format', 'invalid_message', async () => record({ signup_bridge: 9 })],
    ['that is not JSON', 'invalid_body', async () => record('text')],
  ] as const)('%s, as %s', async (_name, reason, make) => {
    const fakes = createFakes()

    const failed = await drain([await make()], fakes.dependencies)

    expect(failed).toEqual([])
    expect(fakes.parked).toMatchObject([{ parking: { reason } }])
    expect(fakes.delivered).toEqual([])
  })
})

test('drain parks a record of an unknown source with its name, and reports what to do', async () => {
  const fakes = createFakes()

  await drain([await queued('x', { source: 'lost' })], fakes.dependencies)

  expect(fakes.parked).toMatchObject([{ parking: { source: 'lost', event_id: undefined } }])
  expect(fakes.reports).toMatchObject([
    { source: 'lost', error: { message: expect.stringContaining('add it, deploy, then replay') } },
  ])
})

describe('drain with a contact that cannot be restored', () => {
  test('retries the record at its fourth receive', async () => {
    const fakes = createFakes({ ada: 'restore_failed' })

    const failed = await drain([await queued('ada', { receives: 4 })], fakes.dependencies)

    expect(failed).toHaveLength(1)
    expect(fakes.reports).toMatchObject([
      { kind: 'handed_back', error: { code: 'restore_failed' }, retryInSeconds: 120 },
    ])
    expect(fakes.parked).toEqual([])
  })

  test('parks the record as contact_deleted at its fifth receive', async () => {
    const fakes = createFakes({ ada: 'restore_failed' })

    const failed = await drain([await queued('ada', { receives: 5 })], fakes.dependencies)

    expect(failed).toEqual([])
    expect(fakes.parked).toMatchObject([
      { parking: { reason: 'contact_deleted', code: 'not_found', source: 'backend' } },
    ])
    expect(fakes.reports).toMatchObject([{ kind: 'parked', error: { code: 'contact_deleted' } }])
  })
})

describe('drain with a signup that is delivered in part', () => {
  const attributesRefused = new BridgeError('attributes_refused', 'text', {
    issues: [{ path: 'custom_attributes.plan', reason: 'not in the workspace' }],
  })
  const extrasFailed = new BridgeError('extras_failed', 'text', {
    intercomCode: 'api_plan_restricted',
    issues: [
      { path: 'tags', reason: 'api_plan_restricted' },
      { path: 'note', reason: 'refused' },
    ],
  })
  const deliverInPart =
    (...incomplete: BridgeError[]): DrainDependencies['deliver'] =>
    async (signup) =>
      created(nameOf(signup), ...incomplete)

  test.each([
    ['attributes_refused', attributesRefused, undefined, ['custom_attributes.plan']],
    ['extras_failed', extrasFailed, 'api_plan_restricted', ['tags', 'note']],
  ])(
    'does not retry the record and parks one copy of it as %s',
    async (reason, error, code, left_out) => {
      const fakes = createFakes({}, { deliver: deliverInPart(error) })
      const ada = await queued('ada', { event_id: 'e7' })

      const failed = await drain([ada], fakes.dependencies)

      expect(failed).toEqual([])
      expect(fakes.parked).toEqual([
        {
          record: ada,
          parking: { reason, code, source: 'backend', event_id: 'e7', left_out },
        },
      ])
    },
  )

  test('reports the record as delivered, then its copy as parked', async () => {
    const fakes = createFakes({}, { deliver: deliverInPart(attributesRefused) })

    await drain([await queued('ada')], fakes.dependencies)

    expect(fakes.reports).toMatchObject([
      { kind: 'delivered', source: 'backend', results: [{ incomplete: [attributesRefused] }] },
      { kind: 'copy_parked', source: 'backend', error: attributesRefused },
    ])
  })

  test('parks one copy for two errors', async () => {
    const fakes = createFakes({}, { deliver: deliverInPart(attributesRefused, extrasFailed) })

    const failed = await drain([await queued('ada')], fakes.dependencies)

    expect(failed).toEqual([])
    expect(fakes.parked).toMatchObject([
      {
        parking: {
          reason: 'attributes_refused',
          left_out: ['custom_attributes.plan', 'tags', 'note'],
        },
      },
    ])
    expect(fakes.reports).toMatchObject([
      { kind: 'delivered' },
      {
        kind: 'copy_parked',
        error: attributesRefused,
        leftOut: [...attributesRefused.issues, ...extrasFailed.issues],
      },
    ])
  })

  test('continues with the person’s later records', async () => {
    const fakes = createFakes({}, { deliver: deliverInPart(extrasFailed) })

    const failed = await drain([await queued('ada'), await queued('ada')], fakes.dependencies)

    expect(failed).toEqual([])
    expect(fakes.parked).toHaveLength(2)
  })

  test('retries the record when its copy is not stored', async () => {
    const park = async () => {
      throw new Error('no answer')
    }
    const fakes = createFakes({}, { deliver: deliverInPart(attributesRefused), park })
    const ada = await queued('ada')

    const failed = await drain([ada], fakes.dependencies)

    expect(failed).toEqual([ada.messageId])
    expect(fakes.retries).toEqual([{ record: ada, retryInSeconds: 15 }])
    expect(fakes.reports).toMatchObject([
      { kind: 'delivered' },
      { kind: 'handed_back', error: { code: 'temporarily_unavailable' } },
    ])
  })
})

test('drain parks a record that still fails after five days in its queue', async () => {
  const fakes = createFakes({ ada: 'intercom_unavailable' })
  const ada = await queued('ada')
  const aged = (days: number): QueueRecord => ({
    ...ada,
    attributes: {
      ...ada.attributes,
      SentTimestamp: String((start - days * 24 * 60 * 60) * 1_000),
    },
  })

  expect(await drain([aged(4.9)], fakes.dependencies)).toHaveLength(1)
  expect(fakes.parked).toEqual([])
  expect(await drain([aged(5)], fakes.dependencies)).toEqual([])
  expect(fakes.parked).toMatchObject([{ parking: { reason: 'intercom_unavailable' } }])
})
