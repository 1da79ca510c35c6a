import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src/lib/digest.ts'
import { defineBridge, signup } from '../../../src/lib/index.ts'
import { matchesFilter, readDeadLetter, toReplay } from '../../../src/lib/queue/read-dead-letter.ts'
import { type Parking, toDeadLetter } from '../../../src/lib/queue/to-dead-letter.ts'
import { start } from '../../support/clock.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'

const bridge = defineBridge({ sources: { backend: signup() } })
const ada = { event_id: 'e1', email: 'ada@example.com' }

const parked = (body: object, parking: Parking) => {
  const { attributes = {} } = toDeadLetter(record(body), parking)
  const messageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]),
  )
  return record(body, { messageAttributes })
}

describe('readDeadLetter', () => {
  test('returns why and when a record was parked', async () => {
    const parking = {
      reason: 'intercom_rejected',
      code: 'parameter_invalid',
      field: 'custom_attributes.Team size',
    } as const

    expect(
      await readDeadLetter(bridge, parked(ada, { ...parking, source: 'backend', event_id: 'e1' })),
    ).toMatchObject({ ...parking, source: 'backend', event_id: 'e1', sentMs: start * 1000 })
  })

  test('returns what a copy was delivered without, and nothing for other dead letters', async () => {
    const left_out = ['owner_id', 'custom_attributes.Team size']
    const copy = parked(ada, { reason: 'fields_refused', left_out })

    expect(await readDeadLetter(bridge, copy)).toMatchObject({ left_out })
    expect(await readDeadLetter(bridge, parked(ada, { reason: 'no_identity' }))).toMatchObject({
      left_out: [],
    })
  })

  test('returns receives_exhausted, the source and the event for a record that SQS moved', async () => {
    expect(await readDeadLetter(bridge, record(ada))).toMatchObject({
      reason: 'receives_exhausted',
      code: undefined,
      source: 'queue',
      event_id: 'e1',
    })
  })

  test('ignores attributes of another producer with the same names', async () => {
    const messageAttributes = Object.fromEntries(
      ['reason', 'code', 'field', 'event_id', 'left_out'].map((name) => [
        name,
        { stringValue: 'Ada' },
      ]),
    )

    expect(await readDeadLetter(bridge, record(ada, { messageAttributes }))).toMatchObject({
      reason: 'receives_exhausted',
      code: undefined,
      field: undefined,
      event_id: 'e1',
      left_out: [],
    })
  })

  test('hashes an event id that looks like an address, and a source that is not a valid name', async () => {
    const messageAttributes = { source: { stringValue: 'Ada Lovelace' } }
    const body = { ...ada, event_id: 'ada@example.com' }

    expect(await readDeadLetter(bridge, record(body))).toMatchObject({
      event_id: sha256('ada@example.com'),
    })
    expect(await readDeadLetter(bridge, record(body, { messageAttributes }))).toMatchObject({
      source: sha256('Ada Lovelace'),
      reads: { kind: 'refused', code: 'unknown_source' },
    })
  })

  test.each([
    [ada, { kind: 'signup' }],
    [{ name: 'Ada' }, { kind: 'refused', code: 'no_identity' }],
    [{ signup_bridge: 9 }, { kind: 'refused', code: 'invalid_message', issues: [] }],
  ])('reads %j as %j', async (body, reads) => {
    expect((await readDeadLetter(bridge, record(body))).reads).toMatchObject(reads)
  })
})

test.each([fifoArn, inboxArn])(
  'readDeadLetter shows a signup that its source no longer finds, of %s',
  async (eventSourceARN) => {
    const ignoring = defineBridge({ sources: { backend: signup({ map: () => undefined }) } })
    const message = { signup_bridge: 1, source: 'backend', received_at: start, headers: {} }
    const body = { ...message, body: Buffer.from(JSON.stringify(ada)).toString('base64') }
    const readsOf = async (index?: number) =>
      (await readDeadLetter(ignoring, record({ ...body, index }, { eventSourceARN }))).reads

    expect(await readsOf(0)).toMatchObject({ kind: 'refused', code: 'invalid_signup' })
    expect(await readsOf()).toEqual({ kind: 'ignored' })
  },
)

test('readDeadLetter reads one of the inbox as its replay: `inbox` does not bound that', async () => {
  const bounded = defineBridge({
    sources: { backend: signup(), crm: signup() },
    inbox: { sources: ['backend'] },
  })
  const letter = await readDeadLetter(bounded, parked(ada, { reason: 'unknown_source' }))

  expect(letter).toMatchObject({
    reads: { kind: 'signup' },
    groupId: sha256('ada@example.com'),
  })
})

test.each([
  [{}, true],
  [{ reason: 'no_identity' }, true],
  [{ reason: 'no_identity', source: 'backend', event: 'e1' }, true],
  [{ reason: 'mapping_failed' }, false],
  [{ source: 'clerk' }, false],
  [{ event: 'e2' }, false],
  [{ reason: 'no_identity', event: 'e2' }, false],
])('matchesFilter with the filter %j returns %s', async (filter, matches) => {
  const parking = { reason: 'no_identity', source: 'backend', event_id: 'e1' } as const

  expect(matchesFilter(await readDeadLetter(bridge, parked(ada, parking)), filter)).toBe(matches)
})

describe('toReplay', () => {
  test('returns the body unchanged, in the group of its person', async () => {
    const letter = await readDeadLetter(bridge, parked(ada, { reason: 'intercom_rejected' }))

    expect(toReplay(letter, false)).toEqual({
      body: JSON.stringify(ada),
      groupId: sha256('ada@example.com'),
      dedupeId: sha256('m1'),
      attributes: { replay: 'fill', received_at: String(start) },
    })
  })

  test('uses a group of the body when no person can be read', async () => {
    const letter = await readDeadLetter(bridge, parked({}, { reason: 'no_identity' }))

    expect(toReplay(letter, false).groupId).toBe(sha256('{}'))
  })

  test('does not name what was left out: the replay fills it in, or names it again', async () => {
    const letter = await readDeadLetter(
      bridge,
      parked(ada, { reason: 'fields_refused', left_out: ['phone'] }),
    )

    expect(toReplay(letter, false).attributes).not.toHaveProperty('left_out')
  })

  test('keeps the source, and sets `replay` to `restore` when restoring', async () => {
    const parking = { reason: 'contact_archived', source: 'backend' } as const
    const letter = await readDeadLetter(bridge, parked(ada, parking))

    expect(toReplay(letter, true).attributes).toMatchObject({
      ...{ replay: 'restore', source: 'backend' },
    })
  })

  test('keeps when a message of another producer was received first', async () => {
    const { messageAttributes } = parked(ada, { reason: 'intercom_rejected' })
    const attributes = { SentTimestamp: String((start + 500) * 1000) }
    const letter = await readDeadLetter(bridge, record(ada, { messageAttributes, attributes }))
    const movedBySqs = await readDeadLetter(bridge, record(ada))

    expect(toReplay(letter, false).attributes?.received_at).toBe(String(start))
    expect(toReplay(movedBySqs, false).attributes?.received_at).toBe(String(start))
  })
})
