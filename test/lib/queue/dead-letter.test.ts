import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src/lib/digest.ts'
import { defineBridge, signup } from '../../../src/lib/index.ts'
import { matchesFilter, readDeadLetter, toReplay } from '../../../src/lib/queue/dead-letter.ts'
import { type Parking, toDeadLetter } from '../../../src/lib/queue/park.ts'
import { start } from '../../support/clock.ts'
import { record } from '../../support/records.ts'

const bridge = defineBridge({ sources: { backend: signup() } })
const ada = { event_id: 'e1', email: 'ada@example.com' }

const parked = (body: object, parking: Parking) => {
  const { attributes = {} } = toDeadLetter(record(body), parking)
  const messageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]),
  )
  return record(body, { messageAttributes })
}

describe('a dead letter', () => {
  test('says why it was parked, and when', async () => {
    const parking = { reason: 'intercom_rejected', code: 'parameter_invalid' } as const

    expect(
      await readDeadLetter(bridge, parked(ada, { ...parking, source: 'backend', event_id: 'e1' })),
    ).toMatchObject({ ...parking, source: 'backend', event_id: 'e1', sentMs: start * 1000 })
  })

  test('that SQS moved is receives_exhausted, of the source and event that are read', async () => {
    expect(await readDeadLetter(bridge, record(ada))).toMatchObject({
      reason: 'receives_exhausted',
      code: undefined,
      source: 'queue',
      event_id: 'e1',
    })
  })

  test('takes no attribute of another producer for its own', async () => {
    const messageAttributes = Object.fromEntries(
      ['reason', 'code', 'event_id'].map((name) => [name, { stringValue: 'Ada' }]),
    )

    expect(await readDeadLetter(bridge, record(ada, { messageAttributes }))).toMatchObject({
      reason: 'receives_exhausted',
      code: undefined,
      event_id: 'e1',
    })
  })

  test('shows an event’s id that may be an address, and a source that is no name, as digests', async () => {
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
  ])('%j reads as %j today', async (body, reads) => {
    expect((await readDeadLetter(bridge, record(body))).reads).toMatchObject(reads)
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
])('by the filter %j it is meant: %s', async (filter, meant) => {
  const parking = { reason: 'no_identity', source: 'backend', event_id: 'e1' } as const

  expect(matchesFilter(await readDeadLetter(bridge, parked(ada, parking)), filter)).toBe(meant)
})

describe('it goes back', () => {
  test('as it was queued, in the group of its person', async () => {
    const letter = await readDeadLetter(bridge, parked(ada, { reason: 'intercom_rejected' }))

    expect(toReplay(letter, false)).toEqual({
      body: JSON.stringify(ada),
      groupId: sha256('ada@example.com'),
      dedupeId: sha256('m1'),
      attributes: { replay: 'fill' },
    })
  })

  test('in a group of its body where no person can be read', async () => {
    const letter = await readDeadLetter(bridge, parked({}, { reason: 'no_identity' }))

    expect(toReplay(letter, false).groupId).toBe(sha256('{}'))
  })

  test('with its source, and marked to restore where that is wanted', async () => {
    const parking = { reason: 'contact_archived', source: 'backend' } as const
    const letter = await readDeadLetter(bridge, parked(ada, parking))

    expect(toReplay(letter, true).attributes).toEqual({ replay: 'restore', source: 'backend' })
  })
})
