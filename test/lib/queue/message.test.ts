import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  fromRecord,
  personKey,
  personKeys,
  receivedAttribute,
  toMessages,
} from '../../../src/lib/queue/message.ts'
import { toDeadLetter } from '../../../src/lib/queue/to-dead-letter.ts'
import type { AnySignup, Signup } from '../../../src/lib/signup.ts'
import type { Reading } from '../../../src/lib/transform/read.ts'
import { start } from '../../support/clock.ts'
import { bytes, delivery } from '../../support/deliveries.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'

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

describe('toMessages', () => {
  test('carries the whole delivery to the byte, with the index of the signup', () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index)
    const received = { ...delivery(body, { 'content-type': 'application/json' }), url: '' }

    const messages = toMessages(received, reading(ada, signup({ email: 'grace@example.com' })))

    expect(messages.map(({ body: text }) => fromRecord(record(text)))).toEqual([
      { delivery: received, index: 0 },
      { delivery: received, index: 1 },
    ])
  })

  test('returns a body in plain ASCII, whatever the delivery contains', () => {
    const [message] = toMessages(delivery('\ufffe\uffff\u0000 ä \ud83d\ude00'), reading(ada))

    expect(message?.body).toMatch(/^[\x20-\x7e]+$/)
  })

  test.each([
    [{ email: 'ada@example.com', external_id: '1', phone: '+1' }, 'ada@example.com'],
    [{ external_id: '1', phone: '+1' }, '1'],
    [{ phone: '+1' }, '+1'],
  ])('sets the group of %j to the SHA-256 of %j', (contact, identity) => {
    const [message] = toMessages(delivery('{}'), reading(signup(contact)))

    expect(message?.groupId).toBe(sha256(identity))
    expect(personKey(signup(contact))).toBe(sha256(identity))
  })

  test.each<[string, Partial<Signup>, string]>([
    ['a source that says more of an account', { isByAccount: true }, '1'],
    ['any other', {}, 'ada@example.com'],
  ])('sets the group of an account of %s: its e-mail may change', (_title, more, identity) => {
    const event = { ...signup({ email: 'ada@example.com', external_id: '1' }), ...more }
    const byEmail = { ...signup({ email: 'ada@example.com' }), ...more }

    expect(personKey(event)).toBe(sha256(identity))
    expect(personKey(byEmail)).toBe(sha256('ada@example.com'))
  })

  test('records of one account share a key, whatever their groups are', () => {
    const created = signup({ email: 'ada@example.com', external_id: '1' })
    const deleted: Signup = { ...signup({ external_id: '1' }), event: 'deleted' }

    expect(personKeys(created)).toEqual([sha256('ada@example.com'), sha256('1')])
    expect(personKeys(deleted)).toEqual([sha256('1'), sha256('1')])
    expect(personKeys(ada)).toEqual([sha256('ada@example.com')])
  })

  test('of a company without a person is its id', () => {
    const company: AnySignup = { event_id: 'e', companies: [{ company_id: 'c-1', name: 'Acme' }] }

    expect(personKey(company)).toBe(sha256('c-1'))
  })

  test('derives the dedupe id from source, event id, index and body only', () => {
    const idOf = (received = delivery('{}'), read = reading(ada)) =>
      toMessages(received, read)[0]?.dedupeId
    const other = { ...delivery('{}'), received_at: start + 9, headers: { 'x-a': 'b' } }

    expect(idOf()).toMatch(/^[0-9a-f]{64}$/)
    expect(idOf(other)).toBe(idOf())
    expect(idOf({ ...delivery('{}'), source: 'other' })).not.toBe(idOf())
    expect(idOf(delivery('{} '))).not.toBe(idOf())
    expect(idOf(delivery('{}'), reading(signup({ email: 'a@b.co' }, 'e2')))).not.toBe(idOf())
    const two = toMessages(delivery('{}'), reading(ada, ada)).map(({ dedupeId }) => dedupeId)
    expect(new Set(two).size).toBe(2)
  })

  test('returns one message for a refused reading, in the group of its body', () => {
    const refused: Reading = {
      kind: 'refused',
      event_id: 'e1',
      code: 'no_identity',
      message: '',
      issues: [],
    }

    const messages = toMessages(delivery('{}'), refused)

    expect(messages).toMatchObject([{ groupId: sha256('{}') }])
    // Without an index, a replay delivers all of its signups.
    expect(fromRecord(record(messages[0]?.body ?? ''))).not.toHaveProperty('index')
  })

  test('returns a message of its own for a signup that cannot be used', () => {
    const refused = { code: 'no_identity', message: '', issues: [], index: 1 } as const
    const mixed: Reading = { ...reading(ada), indexes: [2], refusals: [refused] }

    const messages = toMessages(delivery('[]'), mixed)

    expect(messages.map(({ body }) => fromRecord(record(body)).index)).toEqual([2, 1])
    expect(messages.map(({ groupId }) => groupId)).toEqual([
      sha256('ada@example.com'),
      sha256('[]'),
    ])
  })
})

describe('fromRecord with a message of another producer', () => {
  const signupJson = '{"email":"ada@example.com"}'
  const contentOf = (body: unknown) => ({
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

  test('reads plain JSON as the source `queue`', () => {
    expect(fromRecord(record(signupJson))).toEqual(contentOf(signupJson))
  })

  test('reads the source from an attribute', () => {
    expect(fromRecord(record(signupJson, { messageAttributes: source }))).toEqual({
      delivery: { ...contentOf(signupJson).delivery, source: 'clerk' },
    })
  })

  test('unwraps an SNS envelope and reads the source from it', () => {
    const envelope = { Type: 'Notification', TopicArn: 'arn', Message: signupJson }
    const withSource = {
      ...envelope,
      MessageAttributes: { source: { Type: 'String', Value: 'clerk' } },
    }

    expect(fromRecord(record(envelope))).toEqual(contentOf(signupJson))
    expect(fromRecord(record(withSource)).delivery.source).toBe('clerk')
  })

  test('unwraps an EventBridge envelope', () => {
    const detail = { email: 'ada@example.com' }
    const envelope = { version: '0', id: 'x', 'detail-type': 'signup', source: 'my.app', detail }

    expect(fromRecord(record(envelope))).toEqual(contentOf(detail))
  })

  test.each(['not json', '5', 'null', '[]', '{"Type":"Notification"}', '{"detail":{}}'])(
    'leaves any other body unchanged: %s',
    (body) => {
      expect(fromRecord(record(body))).toEqual(contentOf(body))
    },
  )
})

describe('fromRecord with a replayed dead letter', () => {
  const text = (stringValue: string) => ({ stringValue, dataType: 'String' })
  const [message] = toMessages(delivery('{}'), reading(ada))
  const bodies: [string, string][] = [
    ['of the bridge', message?.body ?? ''],
    ['of another producer', '{"email":"ada@example.com"}'],
  ]

  describe.each(bodies)('%s', (_name, body) => {
    const replayOf = (
      messageAttributes: Record<string, { stringValue?: string }>,
      eventSourceARN = inboxArn,
    ) => fromRecord(record(body, { messageAttributes, eventSourceARN })).replay

    test.each([
      { replay: text('restore') },
      { replay: text('restore'), reason: text('contact_archived') },
    ])('restores an archived contact on the FIFO queue alone: %j', (marks) => {
      expect(replayOf(marks, fifoArn)).toBe('restore_archived')
      expect(replayOf(marks)).toBe('park_archived')
    })

    test.each(['', 'park', 'true', 'Restore', 'anything'])(
      'parks an archived contact when the attribute `replay` is %j',
      (value) => {
        expect(replayOf({ replay: text(value) })).toBe('park_archived')
      },
    )

    test.each(['contact_archived', 'intercom_rejected', 'attributes_refused', 'unexpected'])(
      'recognises it by the reason %s alone',
      (reason) => {
        expect(replayOf({ reason: text(reason) })).toBe('park_archived')
      },
    )

    test.each(['', 'signed up', 'Contact_archived', 'receives_exhausted', 'toString'])(
      'does not recognise it by the reason %j, which is not a code of the bridge',
      (reason) => {
        expect(replayOf({ reason: text(reason), source: text('queue') })).toBeUndefined()
      },
    )

    test('recognises none without attributes, or with a reason without text', () => {
      expect(fromRecord(record(body))).not.toHaveProperty('replay')
      expect(replayOf({ reason: {} })).toBeUndefined()
    })
  })

  describe('of another producer keeps when it was received', () => {
    const sentSeconds = start + 86_400
    const attributes = { SentTimestamp: String(sentSeconds * 1000) }
    const receivedAt = (messageAttributes: Record<string, { stringValue?: string }>) =>
      fromRecord(record('{}', { messageAttributes, attributes })).delivery.received_at

    test.each([{ reason: text('no_identity') }, { replay: text('fill') }])(
      'as its dead letter says: %j',
      (marks) => {
        expect(receivedAt({ ...marks, received_at: text(String(start)) })).toBe(start)
      },
    )

    test.each([
      ['is not a dead letter', {}, String(start)],
      ['says none', { replay: text('fill') }, undefined],
      ['says no time', { replay: text('fill') }, '2026-01-01'],
      ['says a later one', { replay: text('fill') }, String(sentSeconds + 1)],
    ])('as SQS says if it %s', (_what, marks, received_at) => {
      const noted = received_at === undefined ? {} : { received_at: text(received_at) }

      expect(receivedAt({ ...marks, ...noted })).toBe(sentSeconds)
    })
  })

  test('recognises a parked record and reads the same delivery from it', () => {
    const original = record(message?.body ?? '')
    const letter = toDeadLetter(original, { reason: 'contact_archived', source: 'test' })
    const messageAttributes = Object.fromEntries(
      Object.entries(letter.attributes ?? {}).map(([name, value]) => [name, text(value)]),
    )

    expect(fromRecord(record(letter.body, { messageAttributes }))).toEqual({
      ...fromRecord(original),
      replay: 'park_archived',
    })
  })
})

describe('fromRecord with a message that dates itself', () => {
  const hour = 3_600
  const receivedAt = (
    received_at: number,
    SentTimestamp: string | undefined,
    eventSourceARN: string,
  ) => {
    const own = { signup_bridge: 1, source: 'test', received_at, headers: {}, body: '' }
    const attributes = { SentTimestamp: SentTimestamp as string }
    return fromRecord(record(own, { attributes, eventSourceARN })).delivery.received_at
  }

  describe.each([
    ['FIFO queue', fifoArn],
    ['inbox', inboxArn],
  ])('on the %s', (_queue, arn) => {
    test.each([
      ['a year ahead', start + 8_760 * hour, start],
      ['an hour ahead', start + hour, start],
      ['a second ahead', start + 1, start],
      ['when SQS took it', start, start],
      ['a second ago', start - 1, start - 1],
      ['a week ago', start - 168 * hour, start - 168 * hour],
      ['no time', 0, start],
      ['no time, below 0', -5, start],
    ])('to %s', (_when, said, expected) => {
      expect(receivedAt(said, String(start * 1000), arn)).toBe(expected)
    })

    test('counts whole seconds of SQS’s time', () => {
      expect(receivedAt(start + 9, String(start * 1000 + 999), arn)).toBe(start)
    })

    test.each([undefined, '', 'x', '0', '-1', 'Infinity'])(
      'is believed where SQS’s time is unusable: %j',
      (SentTimestamp) => {
        expect(receivedAt(start, SentTimestamp, arn)).toBe(start)
      },
    )
  })

  test.each(['', 'x', 'Infinity'])(
    'is of no time where neither says one, and its dead letter notes none: %j',
    (SentTimestamp) => {
      const untimed = record('{}', { attributes: { SentTimestamp } })

      expect(fromRecord(untimed).delivery.received_at).toBe(0)
      expect(receivedAttribute(untimed)).toEqual({})
    },
  )
})

test.each([
  { signup_bridge: 1 },
  { signup_bridge: 2, source: 'a', received_at: 1, headers: {}, body: '', index: 0 },
  { signup_bridge: 1, source: 'a', received_at: 1, headers: {}, body: '', index: 'x' },
])('fromRecord refuses an incomplete message of the bridge with invalid_message: %j', (body) => {
  expect(() => fromRecord(record(body))).toThrow(
    expect.objectContaining({ code: 'invalid_message' }),
  )
})

test('fromRecord does not unwrap an envelope that is nested too deep', () => {
  const body = `{"detail-type":"x","detail":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`

  expect(fromRecord(record(body)).delivery.body).toEqual(bytes(body))
})
