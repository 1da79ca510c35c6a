import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromRecord, personKey, toMessages } from '../../../src/lib/queue/message.ts'
import { toDeadLetter } from '../../../src/lib/queue/park.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import type { Reading } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { fifoArn, record } from '../../support/records.ts'

const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex')

const signup = (contact: Partial<Signup['contact']>, event_id = 'e1'): Signup => ({
  event_id,
  contact: { role: 'user', ...contact },
})
const reading = (...signups: [Signup, ...Signup[]]): Extract<Reading, { kind: 'signups' }> => ({
  kind: 'signups',
  event_id: 'e1',
  signups,
  indexes: signups.map((_signup, index) => index),
  refusals: [],
  leftOut: [],
})
const ada = signup({ email: 'ada@example.com' })

describe('a message', () => {
  test('carries the whole delivery to the byte, and the signup’s index', () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index)
    const given = { ...delivery(body, { 'content-type': 'application/json' }), url: '' }

    const messages = toMessages(given, reading(ada, signup({ email: 'grace@example.com' })))

    expect(messages.map(({ body: text }) => fromRecord(record(text)))).toEqual([
      { delivery: given, index: 0 },
      { delivery: given, index: 1 },
    ])
  })

  test('is plain ASCII, whatever the body holds', () => {
    const [message] = toMessages(delivery('\ufffe\uffff\u0000 ä \ud83d\ude00'), reading(ada))

    expect(message?.body).toMatch(/^[\x20-\x7e]+$/)
  })

  test.each([
    [{ email: 'ada@example.com', external_id: '1', phone: '+1' }, 'ada@example.com'],
    [{ external_id: '1', phone: '+1' }, '1'],
    [{ phone: '+1' }, '+1'],
  ])('of %j is in the group of the SHA-256 of %j', (contact, identity) => {
    const [message] = toMessages(delivery('{}'), reading(signup(contact)))

    expect(message?.groupId).toBe(sha256(identity))
    expect(personKey(signup(contact))).toBe(sha256(identity))
  })

  test('has a dedupe id of its source, event id, index and body alone', () => {
    const idOf = (given = delivery('{}'), read = reading(ada)) =>
      toMessages(given, read)[0]?.dedupeId
    const other = { ...delivery('{}'), received_at: start + 9, headers: { 'x-a': 'b' } }

    expect(idOf()).toMatch(/^[0-9a-f]{64}$/)
    expect(idOf(other)).toBe(idOf())
    expect(idOf({ ...delivery('{}'), source: 'other' })).not.toBe(idOf())
    expect(idOf(delivery('{} '))).not.toBe(idOf())
    expect(idOf(delivery('{}'), reading(signup({ email: 'a@b.co' }, 'e2')))).not.toBe(idOf())
    const two = toMessages(delivery('{}'), reading(ada, ada)).map(({ dedupeId }) => dedupeId)
    expect(new Set(two).size).toBe(2)
  })

  test('of a refused reading is one, in the group of its body', () => {
    const refused: Reading = {
      kind: 'refused',
      event_id: 'e1',
      code: 'no_identity',
      message: '',
      issues: [],
    }

    const messages = toMessages(delivery('{}'), refused)

    expect(messages).toMatchObject([{ groupId: sha256('{}') }])
    // Once it can be read, a replay delivers all of it.
    expect(fromRecord(record(messages[0]?.body ?? ''))).not.toHaveProperty('index')
  })
})

test('a signup that cannot be used has a message of its own, beside those that can', () => {
  const refused = { code: 'no_identity', message: '', issues: [], index: 1 } as const
  const mixed: Reading = { ...reading(ada), indexes: [2], refusals: [refused] }

  const messages = toMessages(delivery('[]'), mixed)

  expect(messages.map(({ body }) => fromRecord(record(body)).index)).toEqual([2, 1])
  expect(messages.map(({ groupId }) => groupId)).toEqual([sha256('ada@example.com'), sha256('[]')])
})

describe('a record of another producer', () => {
  const signupJson = '{"email":"ada@example.com"}'
  const of = (body: unknown) => ({
    delivery: {
      source: 'queue',
      received_at: start,
      method: 'POST',
      url: '',
      headers: {},
      body: bytes(typeof body === 'string' ? body : JSON.stringify(body)),
    },
  })
  const source = { source: { stringValue: 'clerk', dataType: 'String' } }

  test('is plain JSON of the source `queue`', () => {
    expect(fromRecord(record(signupJson))).toEqual(of(signupJson))
  })

  test('may name its source by an attribute', () => {
    expect(fromRecord(record(signupJson, { messageAttributes: source }))).toEqual({
      delivery: { ...of(signupJson).delivery, source: 'clerk' },
    })
  })

  test('may be in an SNS envelope, which may name the source too', () => {
    const envelope = { Type: 'Notification', TopicArn: 'arn', Message: signupJson }
    const naming = {
      ...envelope,
      MessageAttributes: { source: { Type: 'String', Value: 'clerk' } },
    }

    expect(fromRecord(record(envelope))).toEqual(of(signupJson))
    expect(fromRecord(record(naming)).delivery.source).toBe('clerk')
  })

  test('may be in an EventBridge envelope', () => {
    const detail = { email: 'ada@example.com' }
    const envelope = { version: '0', id: 'x', 'detail-type': 'signup', source: 'my.app', detail }

    expect(fromRecord(record(envelope))).toEqual(of(detail))
  })

  test.each(['not json', '5', 'null', '[]', '{"Type":"Notification"}', '{"detail":{}}'])(
    'is taken as it is otherwise: %s',
    (body) => {
      expect(fromRecord(record(body))).toEqual(of(body))
    },
  )
})

describe('a dead letter that came back', () => {
  const text = (stringValue: string) => ({ stringValue, dataType: 'String' })
  const [ours] = toMessages(delivery('{}'), reading(ada))
  const bodies: [string, string][] = [
    ['a message of ours', ours?.body ?? ''],
    ['one of another producer', '{"email":"ada@example.com"}'],
  ]

  describe.each(bodies)('%s', (_name, body) => {
    const replayOf = (messageAttributes: Record<string, { stringValue?: string }>) =>
      fromRecord(record(body, { messageAttributes })).replay

    test('restores an archived contact where the replay says so', () => {
      expect(replayOf({ replay: text('restore') })).toBe('restore_archived')
      expect(replayOf({ replay: text('restore'), reason: text('contact_archived') })).toBe(
        'restore_archived',
      )
    })

    test.each(['', 'park', 'true', 'Restore', 'anything'])(
      'parks an archived contact where the replay says %j',
      (said) => {
        expect(replayOf({ replay: text(said) })).toBe('park_archived')
      },
    )

    test.each(['contact_archived', 'intercom_rejected', 'attributes_refused', 'unexpected'])(
      'is one by its reason alone, as it was parked: %s',
      (reason) => {
        expect(replayOf({ reason: text(reason) })).toBe('park_archived')
      },
    )

    test.each(['', 'signed up', 'Contact_archived', 'receives_exhausted', 'toString'])(
      'is none by the reason %j, which is another producer’s own',
      (reason) => {
        expect(replayOf({ reason: text(reason), source: text('queue') })).toBeUndefined()
      },
    )

    test('is none without attributes, or with a reason that is no text', () => {
      expect(fromRecord(record(body))).not.toHaveProperty('replay')
      expect(replayOf({ reason: {} })).toBeUndefined()
    })
  })

  test('is one as it was parked, and carries the same delivery', () => {
    const given = record(ours?.body ?? '')
    const letter = toDeadLetter(given, { reason: 'contact_archived', source: 'test' })
    const messageAttributes = Object.fromEntries(
      Object.entries(letter.attributes ?? {}).map(([name, value]) => [name, text(value)]),
    )

    expect(fromRecord(record(letter.body, { messageAttributes }))).toEqual({
      ...fromRecord(given),
      replay: 'park_archived',
    })
  })
})

test.each([
  { signup_bridge: 1 },
  { signup_bridge: 2, source: 'a', received_at: 1, headers: {}, body: '', index: 0 },
  { signup_bridge: 1, source: 'a', received_at: 1, headers: {}, body: '', index: 'x' },
])('a message of ours that is not whole is invalid_message: %j', (body) => {
  expect(() => fromRecord(record(body))).toThrow(
    expect.objectContaining({ code: 'invalid_message' }),
  )
})

test('an envelope that nests too deep to be written again is left as it is', () => {
  const body = `{"detail-type":"x","detail":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`

  expect(fromRecord(record(body)).delivery.body).toEqual(bytes(body))
})

describe('a dead letter', () => {
  const given = record('the body as it came', { messageId: 'm7', eventSourceARN: fifoArn })
  const parking = {
    reason: 'intercom_rejected',
    code: 'parameter_invalid',
    source: 'clerk',
  } as const

  test('keeps the body and says why', () => {
    expect(toDeadLetter(given, { ...parking, event_id: 'evt_1' })).toEqual({
      body: 'the body as it came',
      groupId: 'm7',
      dedupeId: sha256('m7 intercom_rejected'),
      attributes: {
        reason: 'intercom_rejected',
        code: 'parameter_invalid',
        source: 'clerk',
        event_id: 'evt_1',
      },
    })
  })

  test.each(['ä', 'line\nbreak', 'x'.repeat(257)])(
    'shows the digest of an event id that is not plain: %j',
    (event_id) => {
      expect(toDeadLetter(given, { ...parking, event_id }).attributes).toMatchObject({
        event_id: sha256(event_id),
      })
    },
  )

  test('shows the digest of a source that is no name of ours', () => {
    expect(
      toDeadLetter(given, { ...parking, source: 'Ada <ada@example.com>' }).attributes,
    ).toMatchObject({
      source: sha256('Ada <ada@example.com>'),
    })
  })

  test('leaves out what it does not know', () => {
    const { attributes } = toDeadLetter(given, {
      reason: 'invalid_message',
      code: undefined,
      event_id: '',
    })

    expect(attributes).toEqual({ reason: 'invalid_message' })
  })
})
