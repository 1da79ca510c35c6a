import { type Message, PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorker, handler } from '../../src/handlers/worker.ts'
import { defineBridge } from '../../src/lib/config/config.ts'
import { form, signup } from '../../src/lib/index.ts'
import { toMessages } from '../../src/lib/queue/message.ts'

import { read } from '../../src/lib/transform/read.ts'
import { delivery, formHeaders } from '../support/deliveries.ts'
import { createNotes } from '../support/telemetry.ts'
import { access_token, again, minute, startWorld } from '../support/world.ts'

const bridge = defineBridge({
  sources: { backend: signup(), waitlist: form({ role: 'lead' }) },
})

let world: Awaited<ReturnType<typeof startWorld>>
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  world.intercom.reset()
  world.secrets.put('intercom', access_token)
  for (const url of [
    world.sqs.queueUrl,
    world.sqs.deadLetterQueueUrl,
    world.inbox.url,
    world.inboxDeadLetters.url,
  ]) {
    await world.sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }))
  }
})

const startWorker = (env: Record<string, string | undefined> = {}) => {
  const notes = createNotes()
  const worker = createWorker(
    { ...world.workerEnv, ...env },
    { bridge, clock: world.clock, random: () => 0.5, telemetry: notes.telemetry },
  )
  return { worker, ...notes }
}

const queue = async (source: 'backend' | 'waitlist', body: object | string): Promise<void> => {
  const headers = source === 'waitlist' ? formHeaders : { 'content-type': 'application/json' }
  const given = { ...delivery(body, headers), source, url: '' }
  const reading = await read(bridge.sources[source] ?? signup(), given)
  if (reading.kind === 'ignored') throw new Error('ignored')
  await world.store(toMessages(given, reading))
}
let events = 0
/** Each with an event id of its own: SQS drops what it has seen in the last five minutes. */
const person = (name: string, more: object = {}) => {
  events += 1
  return { email: `${name}@example.com`, event_id: `event-${events}`, ...more }
}
const emails = () => world.intercom.contacts().map(({ email }) => email)
const calls = () =>
  world.intercom.calls().map(({ method, path, status }) => `${method} ${path} ${status}`)

/** The batch as from a queue that is not there. */
const elsewhere = ({ Records }: SQSEvent): SQSEvent => ({
  Records: Records.map((record) => ({
    ...record,
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:nowhere.fifo',
  })),
})

test('a queued signup becomes a contact', async () => {
  await queue('backend', person('ada', { external_id: '1', name: 'Ada' }))
  const { worker, logged, counted } = startWorker()

  expect(await worker(await world.batch(), minute)).toEqual({ batchItemFailures: [] })

  expect(world.intercom.contacts()).toMatchObject([
    { email: 'ada@example.com', external_id: '1', name: 'Ada', role: 'user' },
  ])
  expect(calls()).toEqual(['POST /contacts/search 200', 'POST /contacts 200'])
  expect(logged.filter(({ event }) => event === 'delivered')).toMatchObject([
    { source: 'backend', outcome: 'created', calls: 2, receives: 1 },
  ])
  expect(counted.get('created')).toBe(1)
})

test('the metrics of a batch are written with it', async () => {
  const { telemetry } = createNotes()
  const flush = vi.fn()
  const surroundings = { bridge, clock: world.clock, telemetry: { ...telemetry, flush } }

  await createWorker(world.workerEnv, surroundings)({ Records: [] }, minute)

  expect(flush).toHaveBeenCalledOnce()
})

describe('Intercom answers 503', () => {
  test('twice: tried again in place', async () => {
    await queue('backend', person('ada'))
    world.intercom.addFault({ status: 503, count: 2 })
    const { worker } = startWorker()

    expect(await worker(await world.batch(), minute)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['ada@example.com'])
  })

  test('five times: back to the queue, delivered when it comes again, nothing parked', async () => {
    await queue('backend', person('ada'))
    world.intercom.addFault({ status: 503, count: 5 })
    const { worker, logged } = startWorker()
    const batch = await world.batch()

    const first = await worker(batch, minute)
    expect(first.batchItemFailures).toEqual([{ itemIdentifier: batch.Records[0]?.messageId }])
    expect(await world.depth()).toEqual({ waiting: 0, held: 1 })

    expect(await worker(again(batch), minute)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['ada@example.com'])
    expect(await world.deadLetters()).toEqual([])
    expect(logged.filter(({ event }) => event !== 'intercom')).toMatchObject([
      {
        event: 'handed_back',
        code: 'intercom_unavailable',
        intercom_status: 503,
        retry_in_seconds: 23,
      },
      { event: 'delivered', outcome: 'created', receives: 2 },
    ])
  })
})

test.each([
  ['resets the connection', { reset: true }],
  ['answers with a gateway’s page', { status: 502, body: 'html' }],
  ['answers 200 with a page', { status: 200, body: 'html' }],
  ['answers 408', { status: 408 }],
  ['redirects', { status: 302, body: 'html' }],
] as const)('where Intercom %s, the call is tried again', async (_name, fault) => {
  await queue('backend', person('ada'))
  world.intercom.addFault({ ...fault, count: 2 })
  const { worker } = startWorker()

  expect(await worker(await world.batch(), minute)).toEqual({ batchItemFailures: [] })
  expect(emails()).toEqual(['ada@example.com'])
})

describe('a user whose create had no answer', () => {
  test('is one contact: the second try is told of the first', async () => {
    await queue('backend', person('ada', { external_id: '1' }))
    world.intercom.addFault({ lost: true, method: 'POST', path: '/contacts', count: 1 })
    const { worker } = startWorker()

    expect(await worker(await world.batch(), minute)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['ada@example.com'])
    expect(calls().map((call) => call.replace(/[0-9a-f]{24}/, 'ID'))).toEqual([
      'POST /contacts/search 200',
      'POST /contacts 0',
      'POST /contacts 409',
      'GET /contacts/ID 200',
    ])
  })
})

describe('a lead whose create had no answer', () => {
  test('waits 180 s for the index, is found, and is one contact', async () => {
    await queue('waitlist', 'email=lin%40example.com')
    world.intercom.addFault({ lost: true, method: 'POST', path: '/contacts', count: 1 })
    const { worker, logged } = startWorker()
    const batch = await world.batch()

    expect((await worker(batch, minute)).batchItemFailures).toHaveLength(1)
    expect(logged.find(({ event }) => event === 'handed_back')).toMatchObject({
      code: 'create_unclear',
      retry_in_seconds: 180,
    })

    expect(await worker(again(batch), minute)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['lin@example.com'])
  })
})

describe('a token that was rotated', () => {
  test('is read again on the first 401: no restart, nothing parked, nothing handed back', async () => {
    const { worker } = startWorker()
    await queue('backend', person('ada'))
    await worker(await world.batch(), minute)
    world.secrets.put('intercom', 'the-next-token')
    world.intercom.addFault({ access_token: 'the-next-token' })
    await queue('backend', person('grace'))

    expect(await worker(await world.batch(), minute)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['ada@example.com', 'grace@example.com'])
    expect(calls().filter((call) => call.endsWith('401'))).toHaveLength(1)
    expect(await world.deadLetters()).toEqual([])
  })

  test('and is bad hands everything back, asks for the secret once, parks nothing', async () => {
    for (const name of ['ada', 'grace', 'lin']) await queue('backend', person(name))
    world.intercom.addFault({ access_token: 'somewhere-else' })
    const { worker, counted } = startWorker()
    const batch = await world.batch()
    const askedBefore = world.secrets.calls().length

    const { batchItemFailures } = await worker(batch, minute)

    expect(batchItemFailures).toHaveLength(3)
    expect(counted.get('intercom_unauthorized')).toBeGreaterThan(0)
    // Once to begin with, and once more in doubt.
    expect(world.secrets.calls().length - askedBefore).toBe(2)
    expect(await world.deadLetters()).toEqual([])

    world.secrets.put('intercom', 'somewhere-else')
    world.clock.advance(30_000)
    expect(await worker(again(batch), minute)).toEqual({ batchItemFailures: [] })
    expect(emails()).toHaveLength(3)
  })

  test.each([
    [401, 'token_unauthorized'],
    [402, 'api_plan_restricted'],
    [403, 'api_plan_restricted'],
  ])('and lacks a right (%i %s) hands everything back', async (status, code) => {
    await queue('backend', person('ada'))
    world.intercom.addFault({ status, code, count: 1 })
    const { worker, counted } = startWorker()

    expect((await worker(await world.batch(), minute)).batchItemFailures).toHaveLength(1)
    expect(counted.get('intercom_forbidden')).toBe(1)
  })
})

test('a full rate window is waited out in place', async () => {
  await queue('backend', person('ada'))
  await queue('backend', person('grace'))
  world.intercom.addFault({ rate_limit: 2 })
  const { worker } = startWorker()
  const sleptBefore = world.clock.slept.length

  expect(await worker(await world.batch(), minute)).toEqual({ batchItemFailures: [] })
  expect(emails()).toHaveLength(2)
  const waits = world.clock.slept.slice(sleptBefore)
  expect(waits.length).toBeGreaterThan(0)
  for (const ms of waits) expect(ms).toBeLessThanOrEqual(11_000)
})

test('without time to wait, the batch goes back to the queue', async () => {
  await queue('backend', person('ada'))
  world.intercom.addFault({ rate_limit: 0 })
  const { worker, logged } = startWorker()

  const { batchItemFailures } = await worker(await world.batch(), {
    getRemainingTimeInMillis: () => 13_000,
  })

  expect(batchItemFailures).toHaveLength(1)
  expect(logged.find(({ event }) => event === 'handed_back')).toMatchObject({
    code: 'intercom_rate_limited',
  })
})

test('one poison record in a batch of ten: nine delivered, one parked with its reason', async () => {
  world.intercom.addFault({ admins: [1] })
  for (let index = 0; index < 10; index += 1) {
    await queue(
      'backend',
      person(`p${index}`, index === 4 ? { event_id: 'poison', owner_id: 7 } : {}),
    )
  }
  const batch = await world.batch()
  expect(batch.Records).toHaveLength(10)
  const { worker } = startWorker()

  expect(await worker(batch, minute)).toEqual({ batchItemFailures: [] })

  expect(emails()).toHaveLength(9)
  const letters = await world.deadLetters()
  expect(letters).toHaveLength(1)
  expect(batch.Records.map(({ body }) => body)).toContain(letters[0]?.Body)
  expect(attributesOf(letters[0])).toEqual({
    reason: 'intercom_rejected',
    code: 'parameter_invalid',
    source: 'backend',
    event_id: 'poison',
  })
})

const attributesOf = (letter: Message | undefined) =>
  Object.fromEntries(
    Object.entries(letter?.MessageAttributes ?? {}).map(([name, value]) => [
      name,
      value.StringValue,
    ]),
  )

describe('records of other producers, from a standard queue,', () => {
  test('are delivered: plain JSON, an SNS envelope, raw, an EventBridge envelope', async () => {
    const detail = { email: 'event@example.com' }
    await world.sendToInbox([
      { body: JSON.stringify({ email: 'plain@example.com' }) },
      {
        body: JSON.stringify({
          Type: 'Notification',
          TopicArn: 'a',
          Message: '{"email":"sns@example.com"}',
        }),
      },
      { body: JSON.stringify({ email: 'raw@example.com' }), source: 'backend' },
      { body: JSON.stringify({ 'detail-type': 'signup', source: 'my.app', detail }) },
    ])
    const { worker } = startWorker()

    expect(await worker(await world.batch(world.inbox.url), minute)).toEqual({
      batchItemFailures: [],
    })
    expect(emails().sort()).toEqual([
      'event@example.com',
      'plain@example.com',
      'raw@example.com',
      'sns@example.com',
    ])
  })

  test('are told of what was left out of them; the webhook told of its own', async () => {
    const half = person('half', { phone: 'none' })
    await world.sendToInbox([{ body: JSON.stringify(half) }])
    await queue('backend', person('queued', { phone: 'none' }))
    const { worker, logged, counted } = startWorker()

    await worker(await world.batch(world.inbox.url), minute)
    await worker(await world.batch(), minute)

    expect(counted.get('phone_invalid')).toBe(1)
    expect(logged.filter(({ left_out }) => left_out)).toMatchObject([
      { event: 'delivered', left_out: ['phone_invalid'] },
    ])
  })

  test('are parked in dead letters of their own kind', async () => {
    await world.sendToInbox([{ body: 'not a signup' }, { body: '{}', source: 'nobody' }])
    const { worker } = startWorker()

    expect(await worker(await world.batch(world.inbox.url), minute)).toEqual({
      batchItemFailures: [],
    })
    const letters = await world.deadLetters(world.inboxDeadLetters.url)
    expect(letters.map((letter) => attributesOf(letter).reason).sort()).toEqual([
      'invalid_body',
      'unknown_source',
    ])
    expect(await world.deadLetters()).toEqual([])
  })

  test('stay where they are while there are no such dead letters', async () => {
    await world.sendToInbox([{ body: 'not a signup' }])
    const { worker, logged } = startWorker({ INBOX_DEAD_LETTER_QUEUE_URL: '' })

    const { batchItemFailures } = await worker(await world.batch(world.inbox.url), minute)

    expect(batchItemFailures).toHaveLength(1)
    expect(logged.find(({ event }) => event === 'handed_back')).toMatchObject({
      code: 'misconfigured',
      advice: expect.stringContaining('INBOX_DEAD_LETTER_QUEUE_URL is missing'),
    })
    expect(await world.depth(world.inbox.url)).toEqual({ waiting: 0, held: 1 })
  })
})

test('a wrong environment never throws: every record goes back', async () => {
  await queue('backend', person('ada'))
  const batch = await world.batch()

  const answer = await handler(batch, minute)

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: batch.Records[0]?.messageId }] })
  expect(emails()).toEqual([])
})

describe('a wrong environment', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.stubEnv('QUEUE_URL', undefined)
  })

  test('gives each group one wait, and all of its records that one', async () => {
    for (const name of ['ada', 'ada', 'grace']) await queue('backend', person(name))
    const batch = await world.batch()
    vi.stubEnv('QUEUE_URL', world.sqs.queueUrl)
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5)
    const send = vi.spyOn(SQSClient.prototype, 'send')

    expect((await handler(batch, minute)).batchItemFailures).toHaveLength(3)

    const groups = new Map(
      batch.Records.map(({ receiptHandle, attributes }) => [
        receiptHandle,
        attributes.MessageGroupId,
      ]),
    )
    const [{ QueueUrl, Entries }] = send.mock.calls.map(([{ input }]) => input) as [
      { QueueUrl: string; Entries: { ReceiptHandle: string; VisibilityTimeout: number }[] },
    ]
    const waits = Entries.map(({ ReceiptHandle, VisibilityTimeout }) =>
      [groups.get(ReceiptHandle), VisibilityTimeout].join(' '),
    )
    expect(QueueUrl).toBe(world.sqs.queueUrl)
    expect(Entries).toHaveLength(3)
    expect(new Set(waits).size).toBe(2)
    expect(new Set(Entries.map((entry) => entry.VisibilityTimeout))).toEqual(new Set([15, 23]))
  })

  test('hands all back even where the queue is not known or not to be reached', async () => {
    await queue('backend', person('ada'))
    const batch = await world.batch()

    vi.stubEnv('QUEUE_URL', 'no address')
    expect((await handler(batch, minute)).batchItemFailures).toHaveLength(1)
    vi.stubEnv('QUEUE_URL', world.sqs.queueUrl)
    expect((await handler(elsewhere(batch), minute)).batchItemFailures).toHaveLength(1)
    expect(await handler({ Records: [] }, minute)).toEqual({ batchItemFailures: [] })
  })
})

test('a visibility that cannot be changed is told, and the records come back all the same', async () => {
  await queue('backend', person('ada'))
  world.intercom.addFault({ status: 503, count: 5 })
  const { worker, logged } = startWorker()
  const batch = elsewhere(await world.batch())

  expect((await worker(batch, minute)).batchItemFailures).toHaveLength(1)

  expect(logged.find(({ event }) => event === 'visibility_unchanged')).toMatchObject({
    code: 'temporarily_unavailable',
    advice: expect.stringContaining('after the queue’s own timeout'),
  })
})
