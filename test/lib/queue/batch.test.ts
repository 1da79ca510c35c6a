import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type Bridge, defineBridge } from '../../../src/lib/config/config.ts'
import type { DeliverResult } from '../../../src/lib/deliver/deliver.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { clerk, defineSource, signup as signupSource } from '../../../src/lib/index.ts'
import { type DrainDependencies, drain } from '../../../src/lib/queue/batch.ts'
import { toMessages } from '../../../src/lib/queue/message.ts'
import type { Parking } from '../../../src/lib/queue/park.ts'
import type { RecordReport } from '../../../src/lib/queue/process-record.ts'
import type { RecordRetry } from '../../../src/lib/queue/queues.ts'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { delivery } from '../../support/deliveries.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'

const bridge: Bridge = defineBridge({
  sources: {
    backend: signupSource(),
    broken: signupSource({
      map: () => {
        throw new Error('canary')
      },
    }),
    clerk: clerk(),
  },
})

let queuedSoFar = 0
/** A FIFO record of ours, as the webhook queued it. */
const queued = async (
  person: string,
  more: { source?: string; receives?: number; event_id?: string; body?: object } = {},
): Promise<QueueRecord> => {
  queuedSoFar += 1
  const { source = 'backend', receives = 1 } = more
  const body = more.body ?? {
    email: `${person}@example.com`,
    event_id: more.event_id ?? `e${queuedSoFar}`,
  }
  const given = { ...delivery(body), source, url: '' }
  const configured = bridge.sources[source] ?? signupSource()
  const reading = await read(configured, given)
  if (reading.kind === 'ignored') throw new Error('ignored')
  const [message] = toMessages(given, reading)
  return record(message?.body ?? '', {
    messageId: `m${queuedSoFar}-${person}`,
    eventSourceARN: fifoArn,
    attributes: { ApproximateReceiveCount: String(receives), MessageGroupId: message?.groupId },
  })
}

const nameOf = ({ contact }: Signup) => contact.email?.split('@')[0] ?? ''
/** What a signup gives whose contact is there, without what is incomplete. */
const made = (id: string, ...incomplete: BridgeError[]): DeliverResult => ({
  outcome: 'created',
  contact: { type: 'contact', id },
  counts: [],
  calls: 2,
  incomplete,
  isNewLead: false,
})

/** A worker's surroundings that note what they are asked to do. */
const createWorld = (
  failing: Readonly<Record<string, ErrorCode | Error>> = {},
  more: Partial<DrainDependencies> = {},
) => {
  const begun: string[] = []
  const delivered: string[] = []
  const parked: { record: QueueRecord; parking: Parking }[] = []
  const handedBack: RecordRetry[] = []
  const results: RecordReport[] = []
  const dependencies: DrainDependencies = {
    bridge,
    deliver: async (signup) => {
      const name = nameOf(signup)
      begun.push(name)
      await new Promise(setImmediate)
      const failure = failing[name]
      if (failure instanceof Error) throw failure
      if (failure !== undefined)
        throw new BridgeError(failure, 'text', { intercomCode: 'not_found' })
      delivered.push(name)
      return made(name)
    },
    park: async (given, parking) => {
      parked.push({ record: given, parking })
    },
    holdApart: async () => {},
    setVisibility: async (handBacks) => {
      handedBack.push(...handBacks)
    },
    remainingMs: () => 60_000,
    random: () => 0,
    now: () => start * 1000,
    onResult: (result) => results.push(result),
    ...more,
  }
  return { dependencies, begun, delivered, parked, handedBack, results }
}

test('records that are delivered are done', async () => {
  const world = createWorld()

  const failed = await drain([await queued('ada'), await queued('grace')], world.dependencies)

  expect(failed).toEqual([])
  expect(world.delivered).toEqual(['ada', 'grace'])
  expect(world.results).toMatchObject([
    { kind: 'delivered', source: 'backend', results: [{ outcome: 'created', calls: 2 }] },
    { kind: 'delivered' },
  ])
})

test('what became of a record is told with its source and how long it took', async () => {
  let nowMs = 0
  const world = createWorld(
    { grace: 'intercom_rejected', lin: 'intercom_unavailable' },
    { now: () => nowMs, random: () => 0 },
  )
  const { deliver } = world.dependencies
  const unreadable = record({ signup_bridge: 9 })
  const records = [await queued('grace'), unreadable, await queued('lin'), await queued('lin')]

  for (const given of [records.slice(0, 1), records.slice(1, 2), records.slice(2)]) {
    await drain(given, {
      ...world.dependencies,
      deliver: (signup, policy) => {
        nowMs += 70
        return deliver(signup, policy)
      },
    })
  }

  const told = { source: 'backend', durationMs: 70 }
  const [grace, , lin, later] = records
  expect(world.results).toEqual([
    { ...told, record: grace, kind: 'parked', error: expect.any(BridgeError) },
    { record: unreadable, durationMs: 0, kind: 'parked', error: expect.any(BridgeError) },
    {
      ...told,
      record: lin,
      kind: 'handed_back',
      error: expect.any(BridgeError),
      retryInSeconds: 15,
    },
    { record: later, durationMs: 0, kind: 'untried', retryInSeconds: 15 },
  ])
})

test('what was left out is told of a record that no webhook told of, and not again', async () => {
  const body = { email: 'ada@example.com', phone: 'none' }
  const world = createWorld()

  await drain([record(body)], world.dependencies)
  await drain([await queued('ada', { body })], world.dependencies)

  expect(world.results).toMatchObject([
    { leftOut: [{ path: 'phone', reason: 'phone_invalid' }] },
    { leftOut: [] },
  ])
})

test('where nothing comes again, no visibility is changed', async () => {
  const setVisibility = async () => {
    throw new Error('not to be asked')
  }
  const world = createWorld({}, { setVisibility })

  expect(await drain([await queued('ada')], world.dependencies)).toEqual([])
})

test('the records of one person run in order, different persons at the same time', async () => {
  const order: string[] = []
  const world = createWorld(
    {},
    {
      deliver: async (signup) => {
        const label = `${nameOf(signup)} ${signup.event_id}`
        order.push(`begin ${label}`)
        await new Promise(setImmediate)
        order.push(`end ${label}`)
        return made('a')
      },
    },
  )
  const records = [
    await queued('ada', { event_id: '1' }),
    await queued('grace', { event_id: '2' }),
    await queued('ada', { event_id: '3' }),
  ]

  await drain(records, world.dependencies)

  expect(order.slice(0, 2)).toEqual(['begin ada 1', 'begin grace 2'])
  expect(order.indexOf('end ada 1')).toBeLessThan(order.indexOf('begin ada 3'))
})

describe('one poison record in a batch of ten', () => {
  test('is parked with its reason, the nine others are delivered', async () => {
    const world = createWorld({ p4: 'intercom_rejected' })
    const records = await Promise.all(
      Array.from({ length: 10 }, (_, index) => queued(`p${index}`, { event_id: `e${index}` })),
    )

    const failed = await drain(records, world.dependencies)

    expect(failed).toEqual([])
    expect(world.delivered).toHaveLength(9)
    expect(world.parked).toMatchObject([
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

describe('a record that cannot be read is parked:', () => {
  test.each([
    [
      'a source that the config lost',
      'unknown_source',
      async () => queued('x', { source: 'lost' }),
    ],
    ['a map that throws', 'mapping_failed', async () => queued('x', { source: 'broken' })],
    ['nobody', 'no_identity', async () => queued('x', { body: { name: 'X' } })],
    [
      'another shape',
      'invalid_signup',
      async () => queued('x', { source: 'clerk', body: { type: 'user.created' } }),
    ],
    ['no format of ours', 'invalid_message', async () => record({ signup_bridge: 9 })],
    ['no JSON', 'invalid_body', async () => record('text')],
  ] as const)('%s is %s', async (_name, reason, make) => {
    const world = createWorld()

    const failed = await drain([await make()], world.dependencies)

    expect(failed).toEqual([])
    expect(world.parked).toMatchObject([{ parking: { reason } }])
    expect(world.delivered).toEqual([])
  })
})

test('a source that the config lost is parked with its name and what to do', async () => {
  const world = createWorld()

  await drain([await queued('x', { source: 'lost' })], world.dependencies)

  expect(world.parked).toMatchObject([{ parking: { source: 'lost', event_id: undefined } }])
  expect(world.results).toMatchObject([
    { source: 'lost', error: { message: expect.stringContaining('add it, deploy, then replay') } },
  ])
})

describe('a failure that time mends', () => {
  test('hands the record back with its backoff, and delivers the others', async () => {
    const world = createWorld({ ada: 'intercom_unavailable' })
    const ada = await queued('ada', { receives: 3 })

    const failed = await drain([ada, await queued('grace')], world.dependencies)

    expect(failed).toEqual([ada.messageId])
    expect(world.handedBack).toEqual([{ record: ada, retryInSeconds: 60 }])
    expect(world.delivered).toEqual(['grace'])
    expect(world.parked).toEqual([])
  })

  test('hands the person’s later records back with it, untried and at the same time', async () => {
    const world = createWorld({ ada: 'intercom_unavailable' })
    const records = [await queued('ada'), await queued('ada'), await queued('ada', { receives: 9 })]

    const failed = await drain(records, world.dependencies)

    expect(failed).toEqual(records.map(({ messageId }) => messageId))
    expect(world.begun).toEqual(['ada'])
    expect(world.handedBack.map(({ retryInSeconds }) => retryInSeconds)).toEqual([15, 15, 15])
    expect(world.results.map(({ kind }) => kind)).toEqual(['handed_back', 'untried', 'untried'])
  })

  test.each([
    ['rejects', async () => Promise.reject(new TypeError('canary'))],
    [
      'throws at once',
      () => {
        throw new TypeError('canary')
      },
    ],
  ])(
    'of our own making (an exception that %s) is handed back too, not parked',
    async (_how, deliver) => {
      const world = createWorld({}, { deliver })

      const failed = await drain([await queued('ada')], world.dependencies)

      expect(failed).toHaveLength(1)
      expect(world.results).toMatchObject([{ kind: 'handed_back', error: { code: 'unexpected' } }])
    },
  )
})

test('a bad token stops the batch: what is not begun goes back with it, nothing is parked', async () => {
  const world = createWorld({ ada: 'intercom_unauthorized' })
  const first = await queued('ada')
  const records = [first, await queued('grace'), await queued('grace'), await queued('grace')]

  const failed = await drain(records, world.dependencies)

  // Grace's first record was under way; her later ones were not begun.
  expect(world.begun).toEqual(['ada', 'grace'])
  expect(failed).toEqual([records[0], records[2], records[3]].map((each) => each?.messageId ?? ''))
  expect(new Set(world.handedBack.map(({ retryInSeconds }) => retryInSeconds))).toEqual(
    new Set([31, 15]),
  )
  expect(world.parked).toEqual([])
})

test('a stopped batch stays stopped, whatever else fails in it', async () => {
  const world = createWorld({ ada: 'intercom_unauthorized', grace: 'intercom_unavailable' })
  const records = [await queued('ada'), await queued('grace'), await queued('lin')]
  const later = await queued('lin')

  const failed = await drain([...records, later], world.dependencies)

  expect(world.delivered).toEqual(['lin'])
  expect(failed).toContain(later.messageId)
})

test('under 12 s left nothing is begun, and all comes back at once', async () => {
  let remainingMs = 12_000
  const world = createWorld({}, { remainingMs: () => remainingMs })
  const records = [await queued('ada'), await queued('ada'), await queued('ada')]
  const { deliver } = world.dependencies

  const failed = await drain(records, {
    ...world.dependencies,
    deliver: (signup, policy) => {
      remainingMs -= 6
      return deliver(signup, policy)
    },
  })

  expect(world.delivered).toEqual(['ada'])
  expect(failed).toEqual([records[1]?.messageId, records[2]?.messageId])
  expect(world.handedBack.map(({ retryInSeconds }) => retryInSeconds)).toEqual([0, 0])
})

test('a record whose invocation ran out of time comes again at once, and its batch goes on', async () => {
  const world = createWorld({ ada: 'out_of_time' })
  const records = [await queued('ada', { receives: 9 }), await queued('ada')]

  const failed = await drain([...records, await queued('grace')], world.dependencies)

  expect(failed).toEqual(records.map(({ messageId }) => messageId))
  expect(world.handedBack.map(({ retryInSeconds }) => retryInSeconds)).toEqual([0, 0])
  expect(world.delivered).toEqual(['grace'])
})

describe('a contact that cannot be restored', () => {
  test('comes again four times', async () => {
    const world = createWorld({ ada: 'restore_failed' })

    const failed = await drain([await queued('ada', { receives: 4 })], world.dependencies)

    expect(failed).toHaveLength(1)
    expect(world.results).toMatchObject([
      { kind: 'handed_back', error: { code: 'restore_failed' }, retryInSeconds: 120 },
    ])
    expect(world.parked).toEqual([])
  })

  test('is parked as deleted on the fifth receive', async () => {
    const world = createWorld({ ada: 'restore_failed' })

    const failed = await drain([await queued('ada', { receives: 5 })], world.dependencies)

    expect(failed).toEqual([])
    expect(world.parked).toMatchObject([
      { parking: { reason: 'contact_deleted', code: 'not_found', source: 'backend' } },
    ])
    expect(world.results).toMatchObject([{ kind: 'parked', error: { code: 'contact_deleted' } }])
  })
})

describe('a signup delivered without all it brought', () => {
  const attributesRefused = new BridgeError('attributes_refused', 'text', {
    issues: [{ path: 'custom_attributes.plan', reason: 'not in the workspace' }],
  })
  const extrasFailed = new BridgeError('extras_failed', 'text', {
    intercomCode: 'api_plan_restricted',
  })
  const lacking =
    (...incomplete: BridgeError[]): DrainDependencies['deliver'] =>
    async (signup) =>
      made(nameOf(signup), ...incomplete)

  test.each([
    ['attributes_refused', attributesRefused, undefined],
    ['extras_failed', extrasFailed, 'api_plan_restricted'],
  ])('is done, and a copy is parked once as %s', async (reason, error, code) => {
    const world = createWorld({}, { deliver: lacking(error) })
    const given = await queued('ada', { event_id: 'e7' })

    const failed = await drain([given], world.dependencies)

    expect(failed).toEqual([])
    expect(world.parked).toEqual([
      {
        record: given,
        parking: { reason, code, source: 'backend', event_id: 'e7' },
      },
    ])
  })

  test('is told as delivered, then as a copy that was parked', async () => {
    const world = createWorld({}, { deliver: lacking(attributesRefused) })

    await drain([await queued('ada')], world.dependencies)

    expect(world.results).toMatchObject([
      { kind: 'delivered', source: 'backend', results: [{ incomplete: [attributesRefused] }] },
      { kind: 'copy_parked', source: 'backend', error: attributesRefused },
    ])
  })

  test('makes one copy of two troubles', async () => {
    const world = createWorld({}, { deliver: lacking(attributesRefused, extrasFailed) })

    const failed = await drain([await queued('ada')], world.dependencies)

    expect(failed).toEqual([])
    expect(world.parked).toMatchObject([{ parking: { reason: 'attributes_refused' } }])
    expect(world.results.map(({ kind }) => kind)).toEqual(['delivered', 'copy_parked'])
  })

  test('lets the person’s later records go on', async () => {
    const world = createWorld({}, { deliver: lacking(extrasFailed) })

    const failed = await drain([await queued('ada'), await queued('ada')], world.dependencies)

    expect(failed).toEqual([])
    expect(world.parked).toHaveLength(2)
  })

  test('stays where the dead letters do not take the copy', async () => {
    const park = async () => {
      throw new Error('no answer')
    }
    const world = createWorld({}, { deliver: lacking(attributesRefused), park })
    const given = await queued('ada')

    const failed = await drain([given], world.dependencies)

    expect(failed).toEqual([given.messageId])
    expect(world.handedBack).toEqual([{ record: given, retryInSeconds: 15 }])
    expect(world.results).toMatchObject([
      { kind: 'delivered' },
      { kind: 'handed_back', error: { code: 'temporarily_unavailable' } },
    ])
  })
})

describe('how a signup is delivered', () => {
  const overwriting = defineBridge({
    sources: { backend: signupSource({ onExisting: 'overwrite', lookup: false }) },
  })
  const policyOf = async (given: QueueRecord): Promise<Policy | undefined> => {
    const policies: Policy[] = []
    const deliver: DrainDependencies['deliver'] = async (signup, policy) => {
      policies.push(policy)
      return made(nameOf(signup))
    }
    const world = createWorld({}, { bridge: overwriting, deliver })
    await drain([given], world.dependencies)
    return policies[0]
  }
  const body = { email: 'ada@example.com', event_id: '1', occurred_at: start - 60 }

  test('is what its source says', async () => {
    expect(await policyOf(await queued('ada', { body }))).toEqual({
      lookup: false,
      onExisting: 'overwrite',
      onArchived: 'restore',
      mark: start - 60,
      received_at: start,
    })
  })

  test('is never later than the delivery was received', async () => {
    const early = { ...body, occurred_at: start + 60 }

    expect(await policyOf(await queued('ada', { body: early }))).toMatchObject({ mark: start })
  })

  test.each([
    [1, false],
    [2, true],
  ])(
    'knows how often it was received: %i, so that a lead is looked up: %s',
    async (receives, lookup) => {
      const lead = { ...body, role: 'lead' }

      expect(await policyOf(await queued('ada', { body: lead, receives }))).toMatchObject({
        lookup,
      })
    },
  )

  test('of a dead letter that came back is to fill', async () => {
    const given = await queued('ada', { body })
    const messageAttributes = { reason: { stringValue: 'contact_archived' } }

    expect(await policyOf({ ...given, messageAttributes })).toMatchObject({
      onExisting: 'fill',
      onArchived: 'park',
      replayedAtMs: Number(given.attributes.SentTimestamp),
    })
  })
})

test.each([new Error('no answer'), new BridgeError('intercom_rejected', 'no answer')])(
  'a record that the dead letters do not take stays, to be parked when it comes again: %s',
  async (thrown) => {
    const park = async () => {
      throw thrown
    }
    const world = createWorld({ ada: 'intercom_rejected' }, { park })

    const failed = await drain([await queued('ada')], world.dependencies)

    expect(failed).toHaveLength(1)
    expect(world.results).toMatchObject([
      {
        kind: 'handed_back',
        error: {
          code: 'temporarily_unavailable',
          message: expect.stringContaining('it stays in its queue'),
          cause: { message: 'no answer' },
        },
      },
    ])
  },
)

test('a record whose dead letters are not configured stays, and the log says so', async () => {
  const park = async () => {
    throw new BridgeError('misconfigured', 'our words')
  }
  const world = createWorld({ ada: 'intercom_rejected' }, { park })

  const failed = await drain([await queued('ada')], world.dependencies)

  expect(failed).toHaveLength(1)
  expect(world.results).toMatchObject([{ kind: 'handed_back', error: { code: 'misconfigured' } }])
})

test('a replayed delivery of several, once refused whole, gives all of them', async () => {
  const team = (map?: () => undefined) =>
    defineSource({
      docs: 'https://example.com',
      signature: { type: 'bearer' },
      payload: { format: 'json', schema: z.array(z.string()) },
      eventId: () => 'e1',
      toSignup: (names) => names.map((name) => ({ contact: { email: `${name}@example.com` } })),
    })(map ? { map } : {})
  const broken = () => {
    throw new Error('a bug')
  }
  const given = { ...delivery(['ada', 'grace', 'lin']), source: 'team', url: '' }
  const reading = await read(team(broken), given)
  if (reading.kind !== 'refused') throw new Error('not refused')
  const messages = toMessages(given, reading)
  const mended = createWorld({}, { bridge: defineBridge({ sources: { team: team() } }) })

  await drain(
    messages.map(({ body }) => record(body)),
    mended.dependencies,
  )

  expect(messages).toHaveLength(1)
  expect(mended.delivered).toEqual(['ada', 'grace', 'lin'])
})

test('one of several that cannot be used is parked alone, the others are delivered', async () => {
  const team = defineSource({
    docs: 'https://example.com',
    signature: { type: 'bearer' },
    payload: { format: 'json', schema: z.array(z.nullable(z.string())) },
    eventId: () => 'e1',
    toSignup: (names) => names.map((name) => ({ contact: { email: name } })),
  })()
  const given = {
    ...delivery(['ada@example.com', null, 'lin@example.com']),
    source: 'team',
    url: '',
  }
  const reading = await read(team, given)
  if (reading.kind !== 'signups') throw new Error('refused')
  const records = toMessages(given, reading).map(({ body, groupId }, index) =>
    record(body, { messageId: `m${index}`, attributes: { MessageGroupId: groupId } }),
  )
  const world = createWorld({}, { bridge: defineBridge({ sources: { team } }) })

  expect(await drain(records, world.dependencies)).toEqual([])
  expect(world.delivered).toEqual(['ada', 'lin'])
  expect(world.parked).toMatchObject([{ parking: { reason: 'no_identity', event_id: 'e1' } }])
})

describe('a record of several signups', () => {
  const team = defineSource({
    docs: 'https://example.com',
    signature: { type: 'bearer' },
    payload: { format: 'json', schema: z.array(z.nullable(z.string())) },
    eventId: () => 'e1',
    toSignup: (names) =>
      names.map((name) => ({ contact: { email: name && `${name}@example.com` } })),
  })
  const several = defineBridge({ sources: { team: team() } })
  /** As a delivery comes that once could not be read at all: all of it in one. */
  const recordOf = async (
    names: readonly (string | null)[],
    receives = 1,
  ): Promise<QueueRecord> => {
    const broken = team({
      map: () => {
        throw new Error('a bug')
      },
    })
    const given = { ...delivery(names), source: 'team', url: '' }
    const reading = await read(broken, given)
    if (reading.kind !== 'refused') throw new Error('not refused')
    const [message] = toMessages(given, reading)
    return record(message?.body ?? '', {
      attributes: { ApproximateReceiveCount: String(receives) },
    })
  }
  const drainOne = async (
    given: QueueRecord,
    failing: Readonly<Record<string, ErrorCode | Error>>,
    more: Partial<DrainDependencies> = {},
  ) => {
    const world = createWorld(failing, { bridge: several, ...more })
    const failed = await drain([given], world.dependencies)
    return { ...world, failed }
  }

  test('of which one can never succeed is delivered but for that one, told, and then parked', async () => {
    const { failed, delivered, parked, results } = await drainOne(
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
    expect(results).toMatchObject([
      { kind: 'delivered', results: [{ contact: { id: 'grace' } }, { contact: { id: 'lin' } }] },
      { kind: 'parked', error: { code: 'intercom_rejected' } },
    ])
  })

  test('of which several can never succeed is parked once, by the first of them', async () => {
    const { parked, results } = await drainOne(await recordOf(['ada', 'grace', 'lin']), {
      grace: 'identity_conflict',
      lin: 'contact_archived',
    })

    expect(parked).toMatchObject([{ parking: { reason: 'identity_conflict' } }])
    expect(results.map(({ kind }) => kind)).toEqual(['delivered', 'parked'])
  })

  test('of which none can succeed is parked, and told as nothing else', async () => {
    const { delivered, results } = await drainOne(await recordOf(['ada', 'grace']), {
      ada: 'intercom_rejected',
      grace: 'intercom_rejected',
    })

    expect(delivered).toEqual([])
    expect(results.map(({ kind }) => kind)).toEqual(['parked'])
  })

  test('of which one cannot be used is delivered but for that one, told, and then parked', async () => {
    const { failed, delivered, parked, results } = await drainOne(
      await recordOf(['ada', null, 'lin']),
      {},
    )

    expect(failed).toEqual([])
    expect(delivered).toEqual(['ada', 'lin'])
    expect(parked).toMatchObject([{ parking: { reason: 'no_identity' } }])
    expect(results.map(({ kind }) => kind)).toEqual(['delivered', 'parked'])
  })

  test('of which one may succeed later comes again, its later ones untried', async () => {
    const given = await recordOf(['ada', 'grace', 'lin'])
    const { failed, begun, parked, results } = await drainOne(given, {
      ada: 'intercom_rejected',
      grace: 'intercom_unavailable',
    })

    expect(failed).toEqual([given.messageId])
    expect(begun).toEqual(['ada', 'grace'])
    expect(parked).toEqual([])
    expect(results).toMatchObject([
      { kind: 'handed_back', error: { code: 'intercom_unavailable' } },
    ])
  })

  test('of which one met a fault of ours comes again', async () => {
    const { failed, results } = await drainOne(await recordOf(['ada', 'grace']), {
      ada: new TypeError('canary'),
    })

    expect(failed).toHaveLength(1)
    expect(results).toMatchObject([{ kind: 'handed_back', error: { code: 'unexpected' } }])
  })

  test.each([
    [4, ['handed_back'], []],
    [5, ['delivered', 'parked'], ['grace']],
  ])(
    'of which one cannot be restored, at receive %i, is told as %j',
    async (receives, kinds, names) => {
      const { delivered, results } = await drainOne(await recordOf(['ada', 'grace'], receives), {
        ada: 'restore_failed',
      })

      expect(results.map(({ kind }) => kind)).toEqual(kinds)
      expect(delivered).toEqual(names)
    },
  )

  test('whose first makes a lead comes again once the index shows it, whatever the next fails with', async () => {
    const secondsAfter = async (code: ErrorCode, receives = 1) => {
      const deliver: DrainDependencies['deliver'] = async (signup) => {
        if (nameOf(signup) === 'grace') throw new BridgeError(code, 'text')
        return { ...made(nameOf(signup)), isNewLead: true }
      }
      const given = await recordOf(['ada', 'grace'], receives)
      const { handedBack } = await drainOne(given, {}, { deliver })
      return handedBack.map(({ retryInSeconds }) => retryInSeconds)
    }

    expect(await secondsAfter('intercom_unavailable')).toEqual([180])
    expect(await secondsAfter('intercom_unauthorized')).toEqual([180])
    expect(await secondsAfter('out_of_time')).toEqual([180])
    expect(await secondsAfter('unexpected')).toEqual([180])
    expect(await secondsAfter('intercom_unavailable', 10)).toEqual([450])
  })

  test('whose first makes a lead waits for the index too where the dead letters do not take it', async () => {
    const deliver: DrainDependencies['deliver'] = async (signup) => {
      if (nameOf(signup) === 'grace') throw new BridgeError('intercom_rejected', 'text')
      return { ...made(nameOf(signup)), isNewLead: true }
    }
    const park = async () => {
      throw new Error('no answer')
    }

    const { handedBack } = await drainOne(await recordOf(['ada', 'grace']), {}, { deliver, park })

    expect(handedBack).toMatchObject([{ retryInSeconds: 180 }])
  })

  test('whose lead may or may not have been made waits as long as that takes', async () => {
    const { handedBack } = await drainOne(await recordOf(['ada', 'grace']), {
      grace: 'create_unclear',
    })

    expect(handedBack).toMatchObject([{ retryInSeconds: 180 }])
  })
})

describe('a signup whose extras wait', () => {
  const pending =
    (code: ErrorCode, isNewLead = false): DrainDependencies['deliver'] =>
    async (signup) => ({
      ...made(nameOf(signup)),
      pending: new BridgeError(code, 'text'),
      isNewLead,
    })

  test('comes again with its backoff, and is not told as delivered', async () => {
    const world = createWorld({}, { deliver: pending('extras_unavailable') })
    const given = await queued('ada')

    expect(await drain([given], world.dependencies)).toEqual([given.messageId])
    expect(world.handedBack).toEqual([{ record: given, retryInSeconds: 15 }])
    expect(world.results).toMatchObject([
      { kind: 'handed_back', error: { code: 'extras_unavailable' } },
    ])
    expect(world.parked).toEqual([])
  })

  test('for lack of time comes again at once', async () => {
    const world = createWorld({}, { deliver: pending('out_of_time') })

    await drain([await queued('ada')], world.dependencies)

    expect(world.handedBack).toMatchObject([{ retryInSeconds: 0 }])
  })

  test.each(['extras_unavailable', 'out_of_time'] as const)(
    'of a new lead comes again once the index shows it, with the person’s later ones (%s)',
    async (code) => {
      const world = createWorld({}, { deliver: pending(code, true) })

      await drain([await queued('ada'), await queued('ada')], world.dependencies)

      expect(world.handedBack.map(({ retryInSeconds }) => retryInSeconds)).toEqual([180, 180])
      expect(world.results.map(({ kind }) => kind)).toEqual(['handed_back', 'untried'])
    },
  )

  test('of a new lead is told with the code and status that kept them back', async () => {
    const error = new BridgeError('extras_unavailable', 'text', {
      intercomStatus: 503,
      intercomCode: 'service_unavailable',
      requestId: 'r1',
    })
    const deliver = async () => ({ ...made('ada'), pending: error, isNewLead: true })
    const world = createWorld({}, { deliver })

    await drain([await queued('ada')], world.dependencies)

    expect(world.results).toMatchObject([
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

test('one person in two groups, as dead letters come back, is still one after the other', async () => {
  const order: string[] = []
  const world = createWorld(
    {},
    {
      deliver: async ({ event_id }) => {
        order.push(`begin ${event_id}`)
        await new Promise(setImmediate)
        order.push(`end ${event_id}`)
        return made('a')
      },
    },
  )
  const regrouped = async (event_id: string) => {
    const given = await queued('ada', { event_id })
    return { ...given, attributes: { ...given.attributes, MessageGroupId: `letter ${event_id}` } }
  }

  await drain([await regrouped('1'), await regrouped('2')], world.dependencies)

  expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
})

test('records that a later one ties together still run as they came', async () => {
  const order: string[] = []
  const deliver: DrainDependencies['deliver'] = async (signup) => {
    order.push(`begin ${signup.event_id}`)
    await new Promise(setImmediate)
    order.push(`end ${signup.event_id}`)
    return made(nameOf(signup))
  }
  const world = createWorld({}, { deliver })
  const grouped = async (person: string, event_id: string, MessageGroupId: string) => {
    const given = await queued(person, { event_id })
    return { ...given, attributes: { ...given.attributes, MessageGroupId } }
  }
  const records = [
    await grouped('ada', '1', 'a'),
    await grouped('lin', '2', 'l'),
    await grouped('grace', '3', 'g'),
    await grouped('ada', '4', 'g'),
    await grouped('grace', '5', 'x'),
  ]

  await drain(records, world.dependencies)

  // The fourth is of the first one's person and the third one's group, the fifth of its person.
  expect(order.slice(0, 2)).toEqual(['begin 1', 'begin 2'])
  expect(order.filter((each) => !each.endsWith('2'))).toEqual([
    ...['begin 1', 'end 1', 'begin 3', 'end 3', 'begin 4', 'end 4', 'begin 5', 'end 5'],
  ])
})

test('records of two chains that a later one ties together run as they came, not chain by chain', async () => {
  const world = createWorld()
  const grouped = async (person: string, MessageGroupId: string) => {
    const given = await queued(person)
    return { ...given, attributes: { ...given.attributes, MessageGroupId } }
  }
  const records = [
    await grouped('ada', 'a'),
    await grouped('lin', 'l'),
    await grouped('grace', 'a'),
    await grouped('lin', 'a'),
  ]

  await drain(records, world.dependencies)

  expect(world.delivered).toEqual(['ada', 'lin', 'grace', 'lin'])
})

test('a record that cannot be read holds up its group where the dead letters do not take it', async () => {
  const park = async () => {
    throw new Error('no answer')
  }
  const world = createWorld({}, { park })
  const later = await queued('ada')
  const { MessageGroupId } = later.attributes
  const unreadable = record(
    { signup_bridge: 9 },
    {
      eventSourceARN: fifoArn,
      attributes: { ...(MessageGroupId !== undefined && { MessageGroupId }) },
    },
  )

  await drain([unreadable, later], world.dependencies)

  expect(world.begun).toEqual([])
  expect(world.results.map(({ kind }) => kind)).toEqual(['handed_back', 'untried'])
})

test('a record that still fails after five days in its queue is parked by that', async () => {
  const world = createWorld({ ada: 'intercom_unavailable' })
  const given = await queued('ada')
  const aged = (days: number): QueueRecord => ({
    ...given,
    attributes: {
      ...given.attributes,
      SentTimestamp: String((start - days * 24 * 60 * 60) * 1_000),
    },
  })

  expect(await drain([aged(4.9)], world.dependencies)).toHaveLength(1)
  expect(world.parked).toEqual([])
  expect(await drain([aged(5)], world.dependencies)).toEqual([])
  expect(world.parked).toMatchObject([{ parking: { reason: 'intercom_unavailable' } }])
})

test('a stopped batch gives each group the wait of its own receives', async () => {
  const world = createWorld({ ada: 'intercom_unauthorized' })
  const slow = await queued('ada', { receives: 10 })
  const graces = [await queued('grace'), await queued('grace')]

  await drain([slow, ...graces], world.dependencies)

  // Grace's first record was under way when the batch was stopped.
  expect(world.handedBack).toEqual([
    { record: slow, retryInSeconds: 450 },
    { record: graces[1], retryInSeconds: 15 },
  ])
})

describe('records of a standard queue', () => {
  const inbox = (email: string, messageId: string) =>
    record({ email }, { messageId, eventSourceARN: inboxArn })

  test('of one person run in order too', async () => {
    const world = createWorld({ ada: 'intercom_unavailable' })

    const failed = await drain(
      [
        inbox('ada@example.com', 'm1'),
        inbox('grace@example.com', 'm2'),
        inbox('Ada@Example.com', 'm3'),
      ],
      world.dependencies,
    )

    expect(failed).toEqual(['m1', 'm3'])
    expect(world.begun).toEqual(['ada', 'grace'])
  })
})

test('a record whose signup the mapping now ignores is done', async () => {
  const given = await queued('ada')
  const ignoring = defineBridge({ sources: { backend: signupSource({ map: () => undefined }) } })
  const world = createWorld({}, { bridge: ignoring })

  expect(await drain([given], world.dependencies)).toEqual([])
  expect(world.results).toMatchObject([{ kind: 'ignored' }])
})

describe('a batch that one of its records has met before', () => {
  test('is held apart, so that a record which ends every process takes no others along', async () => {
    const first = await queued('ada', { receives: 2 })
    const records = [first, await queued('grace'), await queued('ada'), await queued('lin')]
    const order: string[] = []
    const world = createWorld(
      {},
      {
        holdApart: async (held) => {
          order.push(
            ...held.map(
              ({ record: { messageId }, retryInSeconds }) => `${messageId} ${retryInSeconds}`,
            ),
          )
        },
        deliver: async (signup) => {
          order.push(nameOf(signup))
          return made('a')
        },
      },
    )

    await drain(records, world.dependencies)

    const seconds = [90, 105, 90, 120]
    expect(order.slice(0, 4)).toEqual(
      records.map(({ messageId }, index) => `${messageId} ${seconds[index]}`),
    )
    expect(order.slice(4).toSorted()).toEqual(['ada', 'ada', 'grace', 'lin'])
  })

  test('is not, where all are new', async () => {
    const world = createWorld({}, { holdApart: () => Promise.reject(new Error('not called')) })

    expect(await drain([await queued('ada'), await queued('lin')], world.dependencies)).toEqual([])
  })
})

test.each(['misconfigured', 'temporarily_unavailable'] as const)(
  'a record of six days whose dead letter is not taken (%s) stays in its queue',
  async (code) => {
    let parks = 0
    const world = createWorld(
      { ada: 'intercom_unavailable' },
      {
        now: () => (start + 6 * 86_400) * 1000,
        park: async () => {
          parks += 1
          throw new BridgeError(code, 'text')
        },
      },
    )
    const ada = await queued('ada')

    expect(await drain([ada], world.dependencies)).toEqual([ada.messageId])
    expect(parks).toBe(1)
    expect(world.results).toMatchObject([{ kind: 'handed_back', error: { code } }])
  },
)
