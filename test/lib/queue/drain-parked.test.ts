import { describe, expect, test } from 'vitest'
import { type Bridge, defineBridge } from '../../../src/lib/config/config.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import { clerk, signup } from '../../../src/lib/index.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { start } from '../../support/clock.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'
import { created, createFakes, nameOf, queued, team } from './draining.ts'

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

describe('drain with a record whose index the source no longer finds', () => {
  const indexed = (source: string, body: object, index: number | undefined, arn: string) => {
    const encoded = Buffer.from(JSON.stringify(body)).toString('base64')
    const message = { signup_bridge: 1, source, received_at: start, headers: {}, body: encoded }
    return record({ ...message, index }, { eventSourceARN: arn })
  }
  const keepsAda: SourceOptions['map'] = (input) =>
    input.contact.email === 'ada@example.com' ? input : undefined
  const changed = defineBridge({
    sources: {
      ignoring: signup({ map: () => undefined }),
      clerk: clerk(),
      team: team(),
      some: team({ map: keepsAda }),
    },
  })

  const lost: [string, string, object, number][] = [
    ['by a `map` that ignores it now', 'ignoring', { email: 'ada@example.com' }, 0],
    ['in an event of a type that is none', 'clerk', { type: 'user.deleted', data: {} }, 0],
    ['in a delivery that has fewer', 'team', ['ada', 'grace'], 2],
    ['beside one that it finds', 'some', ['ada', 'grace'], 1],
    ['in an empty delivery', 'team', [], 0],
    ['below 0', 'team', ['ada'], -1],
  ]
  describe.each([
    ['FIFO queue', fifoArn],
    ['inbox', inboxArn],
  ])('off the %s', (_queue, arn) => {
    test.each(lost)('parks it: %s', async (_where, source, body, index) => {
      const fakes = createFakes({}, { bridge: changed })

      expect(await drain([indexed(source, body, index, arn)], fakes.dependencies)).toEqual([])

      expect(fakes.delivered).toEqual([])
      expect(fakes.parked).toMatchObject([{ parking: { reason: 'invalid_signup', source } }])
      expect(fakes.reports).toMatchObject([
        { kind: 'parked', error: { message: expect.stringMatching(/no longer finds .* replay$/) } },
      ])
    })
  })

  test.each([
    ['without an index of an event that is none', 'clerk', { type: 'user.deleted' }, undefined, []],
    ['with the index of the one it finds', 'some', ['ada', 'grace'], 0, ['ada']],
  ])('parks none %s', async (_which, source, body, index, delivered) => {
    const fakes = createFakes({}, { bridge: changed })

    await drain([indexed(source, body, index, fifoArn)], fakes.dependencies)

    expect([fakes.parked, fakes.delivered]).toEqual([[], delivered])
  })
})

describe('drain with a config that bounds the inbox', () => {
  const sources = { backend: signup(), crm: signup({ onExisting: 'overwrite' }) }
  const bounded = (...names: string[]) => defineBridge({ sources, inbox: { sources: names } })
  const named = (source?: string) => ({
    messageAttributes: source === undefined ? {} : { source: { stringValue: source } },
  })
  const ada = { email: 'ada@example.com' }
  const own = (source: string) => ({
    ...{ signup_bridge: 1, source, received_at: start, headers: {} },
    body: Buffer.from(JSON.stringify(ada)).toString('base64'),
  })
  const envelope = {
    Type: 'Notification',
    Message: JSON.stringify(ada),
    MessageAttributes: { source: { Value: 'crm' } },
  }

  const refused: [string, QueueRecord][] = [
    ['by an attribute', record(ada, named('crm'))],
    ['by an envelope', record(envelope)],
    ['in the bridge’s own format', record(own('crm'))],
    ['by no name: it is `queue`', record(ada)],
  ]
  test.each(refused)('parks a record that names another source %s', async (_how, sent) => {
    const fakes = createFakes({}, { bridge: bounded('backend') })

    expect(await drain([sent], fakes.dependencies)).toEqual([])

    expect(fakes.delivered).toEqual([])
    expect(fakes.parked).toMatchObject([{ parking: { reason: 'unknown_source' } }])
    expect(fakes.reports).toMatchObject([
      { error: { message: expect.stringContaining('list it in inbox.sources') } },
    ])
  })

  const taken: [string, Bridge, QueueRecord][] = [
    ['a listed source by an attribute', bounded('backend', 'crm'), record(ada, named('crm'))],
    ['a listed source by an envelope', bounded('crm'), record(envelope)],
    ['a listed source in the bridge’s own format', bounded('crm'), record(own('crm'))],
    ['none, where `queue` is listed', bounded('queue'), record(ada)],
    ['any source, without a bound', defineBridge({ sources }), record(ada, named('crm'))],
    ['any source, with an empty one', defineBridge({ sources, inbox: {} }), record(ada)],
    [
      'any source on the FIFO queue',
      bounded('backend'),
      record(own('crm'), { eventSourceARN: fifoArn }),
    ],
    [
      'any source in a replay on the FIFO queue',
      bounded('backend'),
      record(ada, { eventSourceARN: fifoArn, ...named('crm') }),
    ],
  ]
  test.each(taken)('delivers a record that names %s', async (_what, bridge, sent) => {
    const fakes = createFakes({}, { bridge })

    await drain([sent], fakes.dependencies)

    expect([fakes.delivered, fakes.parked]).toEqual([['ada'], []])
  })

  test('parks a source that does not exist as before, listed or not', async () => {
    const fakes = createFakes({}, { bridge: bounded('backend') })

    await drain([record(ada, named('toString'))], fakes.dependencies)

    expect(fakes.reports).toMatchObject([
      { error: { message: expect.stringContaining('no source of this name') } },
    ])
  })
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
