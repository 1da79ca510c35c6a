import { beforeEach, describe, expect, test } from 'vitest'
import { createFifoQueue, type FifoQueue } from './fifo-queue.ts'

const arn = 'arn:aws:sqs:eu-west-1:000000000000:queue.fifo'
let nowMs = 0
let sends = 0
const start = (options: { maxReceives?: number; onExhausted?: FifoQueue['insert'] } = {}) =>
  createFifoQueue({ arn, now: () => nowMs, ...options })
let queue: FifoQueue
beforeEach(() => {
  nowMs = 1_000_000
  queue = start()
})

const send = (groupId: string, body: string, to = queue) => {
  sends += 1
  return to.send({ groupId, body, dedupeId: `dedupe-${sends}` })
}
const receive = (max?: number, from = queue) => from.receive(max)
const bodies = (max?: number) => receive(max).map(({ body }) => body)

test('the FIFO queue returns a message as the event source mapping does', () => {
  const messageId = queue.send({
    body: 'body',
    groupId: 'ada',
    dedupeId: 'd',
    attributes: { reason: 'no_identity' },
  })
  nowMs += 5_000

  expect(receive()).toEqual([
    {
      messageId,
      receiptHandle: expect.any(String),
      body: 'body',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1000000',
        SequenceNumber: '00000000000000000001',
        MessageGroupId: 'ada',
        MessageDeduplicationId: 'd',
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: '1005000',
      },
      messageAttributes: {
        reason: {
          stringValue: 'no_identity',
          stringListValues: [],
          binaryListValues: [],
          dataType: 'String',
        },
      },
      md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
      eventSource: 'aws:sqs',
      eventSourceARN: arn,
      awsRegion: 'eu-west-1',
    },
  ])
})

describe('a FIFO group', () => {
  test('returns its messages in order, several in one batch', () => {
    for (const body of ['a1', 'b1', 'a2', 'b2', 'a3']) send(body.slice(0, 1), body)

    expect(bodies()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2'])
  })

  test('returns at most ten messages at a time', () => {
    for (let index = 0; index < 12; index += 1) send('a', `a${index}`)
    send('b', 'b')

    expect(receive(50)).toHaveLength(10)
    expect(bodies()).toEqual(['b'])
  })

  test('returns nothing while one of its messages is in flight', () => {
    send('a', 'a1')
    const [first] = receive()
    send('a', 'a2')
    expect(bodies()).toEqual([])

    expect(queue.delete(first?.receiptHandle ?? '')).toBe(true)
    expect(bodies()).toEqual(['a2'])
  })

  test('returns nothing while one of its messages is hidden, and then that one first', () => {
    for (const body of ['a1', 'a2', 'a3']) send('a', body)
    const [first, second] = receive(2)
    queue.changeVisibility(first?.receiptHandle ?? '', 30)
    queue.changeVisibility(second?.receiptHandle ?? '', 0)

    nowMs += 29_999
    expect(bodies()).toEqual([])
    expect(queue.nextVisibleMs()).toBe(nowMs + 1)
    nowMs += 1
    expect(bodies()).toEqual(['a1', 'a2', 'a3'])
  })

  test('unlocks when the message hidden longest is deleted', () => {
    for (const body of ['a1', 'a2']) send('a', body)
    const [first, second] = receive()
    queue.changeVisibility(first?.receiptHandle ?? '', 10)
    expect(queue.nextVisibleMs()).toBe(nowMs + 360_000)
    queue.delete(second?.receiptHandle ?? '')

    expect(queue.nextVisibleMs()).toBe(nowMs + 10_000)
    nowMs += 10_000
    expect(bodies()).toEqual(['a1'])
  })

  test('blocks no other group', () => {
    send('a', 'a1')
    receive()
    send('b', 'b1')

    expect(bodies()).toEqual(['b1'])
  })
})

test('the FIFO queue returns groups by the age of their first message', () => {
  for (const name of ['a', 'b', 'c']) send(name, `${name}1`)
  const [a] = receive(1)
  queue.changeVisibility(a?.receiptHandle ?? '', 0)

  expect(bodies(2)).toEqual(['a1', 'b1'])
})

describe('FIFO queue visibility', () => {
  test('returns an undeleted message after 360 s, with its receive count raised', () => {
    send('a', 'a1')
    const [first] = receive()
    nowMs += 359_999
    expect(bodies()).toEqual([])
    nowMs += 1

    const [again] = receive()
    expect(again).toMatchObject({
      messageId: first?.messageId,
      attributes: { ApproximateReceiveCount: '2', ApproximateFirstReceiveTimestamp: '1000000' },
    })
    expect(again?.receiptHandle).not.toBe(first?.receiptHandle)
  })

  test.each(['is visible again', 'was received again'])(
    'makes a handle stale once its message %s',
    (what) => {
      send('a', 'a1')
      const [first] = receive()
      const handle = first?.receiptHandle ?? ''
      nowMs += 360_000
      if (what === 'was received again') receive()

      expect(queue.delete(handle)).toBe(false)
      expect(queue.changeVisibility(handle, 0)).toBe(false)
      expect(queue.size()).toBe(1)
    },
  )

  test('is undefined next for a queue without messages', () => {
    expect(queue.nextVisibleMs()).toBeUndefined()
    send('a', 'a1')
    expect(queue.nextVisibleMs()).toBe(nowMs)
  })
})

describe('a repeated deduplication id', () => {
  const sendTwin = (groupId: string, body: string) =>
    queue.send({ groupId, body, dedupeId: 'twin' })

  test('is sent once in five minutes within a group, even after a delete', () => {
    const id = sendTwin('a', 'first')
    const [first] = receive()
    queue.delete(first?.receiptHandle ?? '')
    nowMs += 299_999

    expect(sendTwin('a', 'second')).toBe(id)
    expect(queue.size()).toBe(0)
    nowMs += 1
    expect(sendTwin('a', 'third')).not.toBe(id)
    expect(bodies()).toEqual(['third'])
  })

  test('sends another message in another group', () => {
    sendTwin('a', 'a1')
    sendTwin('b', 'b1')

    expect(bodies()).toEqual(['a1', 'b1'])
  })
})

test('the FIFO queue moves a message out unchanged after maxReceives, and its group continues', () => {
  const letters = start()
  queue = start({ maxReceives: 2, onExhausted: letters.insert })
  const id = queue.send({ groupId: 'a', body: 'poison', dedupeId: 'p', attributes: { k: 'v' } })
  for (let receives = 0; receives < 2; receives += 1) {
    const [record] = receive()
    queue.changeVisibility(record?.receiptHandle ?? '', 0)
  }
  send('a', 'a2')

  expect(bodies()).toEqual(['a2'])
  expect(letters.messages()).toMatchObject([
    {
      messageId: id,
      body: 'poison',
      groupId: 'a',
      dedupeId: 'p',
      receives: 2,
      attributes: { k: 'v' },
    },
  ])
})

test('the FIFO queue’s arrival resolves when a message is sent, deleted or made visible', async () => {
  const arrived: string[] = []
  const wait = async (what: string) => {
    const arrival = queue.arrival()
    if (what === 'sent') send('a', 'a1')
    const [record] = receive(1)
    if (what === 'made visible') queue.changeVisibility(record?.receiptHandle ?? '', 0)
    if (what === 'deleted') {
      send('a', 'a2')
      queue.delete(record?.receiptHandle ?? '')
    }
    await arrival
    arrived.push(what)
  }
  await wait('sent')
  nowMs += 360_000
  await wait('made visible')
  await wait('deleted')

  expect(arrived).toEqual(['sent', 'made visible', 'deleted'])
})

test('the FIFO queue returns 20,000 messages of 5,000 groups once each, in group order', () => {
  for (let index = 0; index < 20_000; index += 1) send(`g${index % 5_000}`, String(index))
  const last = new Map<string, number>()
  let inversions = 0

  for (let records = receive(); records.length > 0; records = receive()) {
    for (const { body, receiptHandle, attributes } of records) {
      const group = attributes.MessageGroupId ?? ''
      if ((last.get(group) ?? -1) >= Number(body)) inversions += 1
      last.set(group, Number(body))
      queue.delete(receiptHandle)
    }
  }

  expect(inversions).toBe(0)
  expect(last.size).toBe(5_000)
  expect(queue.size()).toBe(0)
})
