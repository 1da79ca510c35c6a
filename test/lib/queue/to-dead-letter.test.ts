import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { QueueRecord } from '../../../src/lib/queue/record.ts'
import { toDeadLetter } from '../../../src/lib/queue/to-dead-letter.ts'
import { start } from '../../support/clock.ts'
import { fifoArn, record } from '../../support/records.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('toDeadLetter', () => {
  const parked = record('the body as received', { messageId: 'm7', eventSourceARN: fifoArn })
  const parking = {
    reason: 'intercom_rejected',
    code: 'parameter_invalid',
    source: 'clerk',
  } as const

  test('keeps the body and adds the reason', () => {
    expect(toDeadLetter(parked, { ...parking, event_id: 'evt_1' })).toEqual({
      body: 'the body as received',
      groupId: 'm7',
      dedupeId: sha256('m7 intercom_rejected'),
      attributes: {
        reason: 'intercom_rejected',
        code: 'parameter_invalid',
        source: 'clerk',
        event_id: 'evt_1',
        received_at: String(start),
      },
    })
  })

  test.each(['ä', 'line\nbreak', 'x'.repeat(257)])(
    'hashes an event id that is not plain text: %j',
    (event_id) => {
      expect(toDeadLetter(parked, { ...parking, event_id }).attributes).toMatchObject({
        event_id: sha256(event_id),
      })
    },
  )

  test('hashes a source that is not a valid name', () => {
    expect(
      toDeadLetter(parked, { ...parking, source: 'Ada <ada@example.com>' }).attributes,
    ).toMatchObject({
      source: sha256('Ada <ada@example.com>'),
    })
  })

  test.each([
    ['owner_id', 'owner_id'],
    ['custom_attributes.Team size', 'custom_attributes.Team size'],
    ['ada@example.com', sha256('ada@example.com')],
    ['custom_attributes.ada@example.com', sha256('custom_attributes.ada@example.com')],
  ])('names the field %j as %j', (field, expected) => {
    expect(toDeadLetter(parked, { ...parking, field }).attributes).toMatchObject({
      code: 'parameter_invalid',
      field: expected,
    })
  })

  const leftOutOf = (...left_out: string[]) =>
    toDeadLetter(parked, { reason: 'fields_refused', left_out }).attributes?.left_out

  test('names what a copy was delivered without', () => {
    expect(leftOutOf('owner_id', 'custom_attributes.Team size', 'company', 'owner_id')).toBe(
      'owner_id,custom_attributes.Team size,company',
    )
  })

  test.each(['custom_attributes.ada@example.com', 'custom_attributes.größe', 'a,b', ''])(
    'names only what reads like a name, not %j',
    (path) => {
      expect(leftOutOf('phone', path)).toBe('phone')
      expect(leftOutOf(path)).toBeUndefined()
    },
  )

  test('cuts the names at a comma, at 256 characters', () => {
    const name = (letter: string, length: number) => letter.repeat(length)
    const four = [name('a', 63), name('b', 63), name('c', 63), name('d', 64)]

    expect(leftOutOf(...four)).toBe(four.join())
    expect(leftOutOf(...four)).toHaveLength(256)
    expect(leftOutOf(...four, 'e')).toBe(four.join())
    const tooLong = [name('a', 64), name('b', 64), name('c', 63), name('d', 63)]
    expect(leftOutOf(...tooLong)).toBe(tooLong.slice(0, 3).join())
  })

  test('leaves out attributes that are unknown or empty', () => {
    const { attributes } = toDeadLetter(parked, {
      reason: 'invalid_message',
      code: undefined,
      event_id: '',
      left_out: [],
    })

    expect(attributes).toEqual({ reason: 'invalid_message', received_at: String(start) })
  })

  test('keeps no time of a message of the bridge, which has it in the body, or without one', () => {
    const own = record({ signup_bridge: 1, received_at: start })
    const timeless = record('{}', { attributes: { SentTimestamp: 'x' } })
    const attributesOf = (one: QueueRecord) =>
      toDeadLetter(one, { reason: 'unexpected' }).attributes

    expect(attributesOf(own)).toEqual({ reason: 'unexpected' })
    expect(attributesOf(timeless)).toEqual({ reason: 'unexpected' })
  })
})
