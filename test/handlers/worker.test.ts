import { type Message, PurgeQueueCommand } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWorker, handler } from '../../src/handlers/worker.ts'
import { defineBridge } from '../../src/lib/config/config.ts'
import { form, signup } from '../../src/lib/index.ts'
import { toMessages } from '../../src/lib/queue/message.ts'
import { read } from '../../src/lib/transform/read.ts'
import { delivery, formHeaders } from '../support/deliveries.ts'
import { startServer } from '../support/server.ts'
import { captureTelemetry } from '../support/telemetry.ts'
import { access_token, oneMinuteLeft, receivedAgain, startWorld } from '../support/world.ts'

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
  const captured = captureTelemetry()
  const worker = createWorker(
    { ...world.workerEnv, ...env },
    { bridge, clock: world.clock, random: () => 0.5, telemetry: captured.telemetry },
  )
  return { worker, ...captured }
}

const queue = async (source: 'backend' | 'waitlist', body: object | string): Promise<void> => {
  const headers = source === 'waitlist' ? formHeaders : { 'content-type': 'application/json' }
  const queued = { ...delivery(body, headers), source, url: '' }
  const reading = await read(bridge.sources[source] ?? signup(), queued)
  if (reading.kind === 'ignored') throw new Error('ignored')
  await world.store(toMessages(queued, reading))
}
let events = 0
/** Each has its own event id: SQS drops a message whose id it received in the last 5 minutes. */
const person = (name: string, more: object = {}) => {
  events += 1
  return { email: `${name}@example.com`, event_id: `event-${events}`, ...more }
}
/** Sends Intercom a request that is not the worker's. */
const toIntercom = async (
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly id: string }> => {
  const response = await fetch(`${world.workerEnv.INTERCOM_BASE_URL}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Bearer ${access_token}`,
      'intercom-version': '2.14',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { id } = (await response.json()) as { readonly id: string }
  return { id }
}
const emails = () => world.intercom.contacts().map(({ email }) => email)
const calls = () =>
  world.intercom.calls().map(({ method, path, status }) => `${method} ${path} ${status}`)

/** The batch, as if from a queue that does not exist. */
const elsewhere = ({ Records }: SQSEvent): SQSEvent => ({
  Records: Records.map((record) => ({
    ...record,
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:nowhere.fifo',
  })),
})

test('the worker delivers a queued signup as a contact', async () => {
  await queue('backend', person('ada', { external_id: '1', name: 'Ada' }))
  const { worker, logged, counted } = startWorker()

  expect(await worker(await world.batch(), oneMinuteLeft)).toEqual({ batchItemFailures: [] })

  expect(world.intercom.contacts()).toMatchObject([
    { email: 'ada@example.com', external_id: '1', name: 'Ada', role: 'user' },
  ])
  expect(calls()).toEqual(['POST /contacts/search 200', 'POST /contacts 200'])
  expect(logged.filter(({ event }) => event === 'delivered')).toMatchObject([
    { source: 'backend', outcome: 'created', calls: 2, receives: 1 },
  ])
  expect(counted.get('created')).toBe(1)
})

test('the worker returns a record for 180 s until search shows its contact, and confirms it then', async () => {
  await queue('backend', person('ada', { external_id: '1' }))
  const { worker, logged, counted } = startWorker({ CONFIRM: 'true' })
  const batch = await world.batch()
  const [record] = batch.Records

  expect(await worker(batch, oneMinuteLeft)).toEqual({
    batchItemFailures: [{ itemIdentifier: record?.messageId }],
  })
  expect(await worker(receivedAgain(batch), oneMinuteLeft)).toEqual({ batchItemFailures: [] })

  expect(logged.filter(({ event }) => event === 'delivered')).toMatchObject([
    { outcome: 'created', confirm_in_seconds: 180 },
    { outcome: 'confirmed', calls: 1 },
  ])
  expect(counted.get('handed_back')).toBeUndefined()
})

test('the worker writes the metrics after each batch', async () => {
  const { telemetry } = captureTelemetry()
  const flush = vi.fn()
  const overrides = { bridge, clock: world.clock, telemetry: { ...telemetry, flush } }

  await createWorker(world.workerEnv, overrides)({ Records: [] }, oneMinuteLeft)

  expect(flush).toHaveBeenCalledOnce()
})

describe('a 503 from Intercom', () => {
  test('twice is retried in the same invocation', async () => {
    await queue('backend', person('ada'))
    world.intercom.addFault({ status: 503, count: 2 })
    const { worker } = startWorker()

    expect(await worker(await world.batch(), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['ada@example.com'])
  })

  test('five times returns the record to the queue; its retry delivers it, nothing is parked', async () => {
    await queue('backend', person('ada'))
    world.intercom.addFault({ status: 503, count: 5 })
    const { worker, logged } = startWorker()
    const batch = await world.batch()

    const first = await worker(batch, oneMinuteLeft)
    expect(first.batchItemFailures).toEqual([{ itemIdentifier: batch.Records[0]?.messageId }])
    expect(await world.depth()).toEqual({ waiting: 0, held: 1 })

    expect(await worker(receivedAgain(batch), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
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
  ['a connection reset', { reset: true }],
  ['502 with a gateway’s page', { status: 502, body: 'html' }],
  ['200 with an HTML page', { status: 200, body: 'html' }],
  ['408', { status: 408 }],
  ['400 with the code service_error', { status: 400, code: 'service_error' }],
] as const)('the worker retries a request to Intercom after %s', async (_name, fault) => {
  await queue('backend', person('ada'))
  world.intercom.addFault({ ...fault, count: 2 })
  const { worker } = startWorker()

  expect(await worker(await world.batch(), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
  expect(emails()).toEqual(['ada@example.com'])
})

describe('a fault that is the same for all', () => {
  const people = async (count: number) => {
    for (let index = 0; index < count; index += 1) await queue('backend', person(`p${index}`))
    return world.batch()
  }

  test('(a version that Intercom does not know) returns all records, and the log names the variable', async () => {
    const batch = await people(2)
    const { worker, logged, counted } = startWorker({ INTERCOM_VERSION: '2.99' })

    expect((await worker(batch, oneMinuteLeft)).batchItemFailures).toHaveLength(2)
    expect(await world.deadLetters()).toEqual([])
    expect(counted.get('misconfigured')).toBe(2)
    expect(logged.find(({ event }) => event === 'handed_back')).toMatchObject({
      code: 'misconfigured',
      intercom_status: 400,
      intercom_code: 'intercom_version_invalid',
      advice: expect.stringContaining('set INTERCOM_VERSION'),
    })

    const fixed = startWorker()
    expect(await fixed.worker(receivedAgain(batch), oneMinuteLeft)).toEqual({
      batchItemFailures: [],
    })
    expect(emails()).toHaveLength(2)
  })

  test.each([
    ['a redirect', { status: 302, body: 'html' }, 'INTERCOM_REGION'],
    ['404', { status: 404 }, 'INTERCOM_BASE_URL'],
    ['a page of 404', { status: 404, body: 'html' }, 'INTERCOM_BASE_URL'],
    ['405', { status: 405 }, 'INTERCOM_BASE_URL'],
  ] as const)(
    '(%s) returns all records, and nothing is retried in place',
    async (_name, fault, variable) => {
      const batch = await people(2)
      world.intercom.addFault(fault)
      const { worker, logged } = startWorker()

      expect((await worker(batch, oneMinuteLeft)).batchItemFailures).toHaveLength(2)
      expect(calls()).toHaveLength(2)
      expect(await world.deadLetters()).toEqual([])
      expect(logged.find(({ event }) => event === 'handed_back')).toMatchObject({
        code: 'misconfigured',
        advice: expect.stringContaining(variable),
      })
    },
  )

  test('(the same refusal of everyone) parks four records of ten at most, and returns the others', async () => {
    const batch = await people(10)
    world.intercom.addFault({ status: 400, code: 'bad_request' })
    const { worker, counted } = startWorker()

    expect((await worker(batch, oneMinuteLeft)).batchItemFailures).toHaveLength(6)
    expect([counted.get('intercom_rejected'), counted.get('intercom_refuses_all')]).toEqual([4, 6])
    expect(await world.deadLetters()).toHaveLength(4)
  })
})

describe('a user whose create request got no response', () => {
  test('is one contact: the retry gets a 409 that names the first', async () => {
    await queue('backend', person('ada', { external_id: '1' }))
    world.intercom.addFault({ lost: true, method: 'POST', path: '/contacts', count: 1 })
    const { worker } = startWorker()

    expect(await worker(await world.batch(), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['ada@example.com'])
    expect(calls().map((call) => call.replace(/[0-9a-f]{24}/, 'ID'))).toEqual([
      'POST /contacts/search 200',
      'POST /contacts 0',
      'POST /contacts 409',
      'GET /contacts/ID 200',
    ])
  })
})

describe('a lead whose create request got no response', () => {
  test('is retried after 180 s, when search finds it, and is one contact', async () => {
    await queue('waitlist', 'email=lin%40example.com')
    world.intercom.addFault({ lost: true, method: 'POST', path: '/contacts', count: 1 })
    const { worker, logged } = startWorker()
    const batch = await world.batch()

    expect((await worker(batch, oneMinuteLeft)).batchItemFailures).toHaveLength(1)
    expect(logged.find(({ event }) => event === 'handed_back')).toMatchObject({
      code: 'create_unclear',
      retry_in_seconds: 180,
    })

    expect(await worker(receivedAgain(batch), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['lin@example.com'])
  })
})

describe('the worker’s Intercom token', () => {
  test('is read again on the first 401: a rotation returns and parks no record', async () => {
    const { worker } = startWorker()
    await queue('backend', person('ada'))
    await worker(await world.batch(), oneMinuteLeft)
    world.secrets.put('intercom', 'the-next-token')
    world.intercom.addFault({ access_token: 'the-next-token' })
    await queue('backend', person('grace'))

    expect(await worker(await world.batch(), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
    expect(emails()).toEqual(['ada@example.com', 'grace@example.com'])
    expect(calls().filter((call) => call.endsWith('401'))).toHaveLength(1)
    expect(await world.deadLetters()).toEqual([])
  })

  test('that is wrong returns all records, reads the secret again once, parks nothing', async () => {
    for (const name of ['ada', 'grace', 'lin']) await queue('backend', person(name))
    world.intercom.addFault({ access_token: 'somewhere-else' })
    const { worker, counted } = startWorker()
    const batch = await world.batch()
    const callsBefore = world.secrets.calls().length

    const { batchItemFailures } = await worker(batch, oneMinuteLeft)

    expect(batchItemFailures).toHaveLength(3)
    expect(counted.get('intercom_unauthorized')).toBeGreaterThan(0)
    // The first load, and one more after the first 401.
    expect(world.secrets.calls().length - callsBefore).toBe(2)
    expect(await world.deadLetters()).toEqual([])

    world.secrets.put('intercom', 'somewhere-else')
    world.clock.advance(30_000)
    expect(await worker(receivedAgain(batch), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
    expect(emails()).toHaveLength(3)
  })

  test.each([
    [401, 'token_unauthorized'],
    [402, 'api_plan_restricted'],
    [403, 'api_plan_restricted'],
  ])('that lacks a permission (%i %s) returns all records', async (status, code) => {
    await queue('backend', person('ada'))
    world.intercom.addFault({ status, code, count: 1 })
    const { worker, counted } = startWorker()

    expect((await worker(await world.batch(), oneMinuteLeft)).batchItemFailures).toHaveLength(1)
    expect(counted.get('intercom_forbidden')).toBe(1)
  })
})

test('the worker waits until a full rate window ends', async () => {
  await queue('backend', person('ada'))
  await queue('backend', person('grace'))
  world.intercom.addFault({ rate_limit: 2 })
  const { worker } = startWorker()
  const sleptBefore = world.clock.slept.length

  expect(await worker(await world.batch(), oneMinuteLeft)).toEqual({ batchItemFailures: [] })
  expect(emails()).toHaveLength(2)
  const waits = world.clock.slept.slice(sleptBefore)
  expect(waits.length).toBeGreaterThan(0)
  for (const ms of waits) expect(ms).toBeLessThanOrEqual(11_000)
})

test('the worker returns the batch to the queue if there is no time to wait', async () => {
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

test('the worker parks one bad record in a batch of ten, and delivers the other nine', async () => {
  const poison = { email: 'p4@example.com', external_id: 'poison' }
  const { id } = await toIntercom('POST', '/contacts', { role: 'user', ...poison })
  await toIntercom('DELETE', `/contacts/${id}`)
  for (let index = 0; index < 10; index += 1) {
    const more = index === 4 ? { ...poison, event_id: 'poison' } : {}
    await queue('backend', person(`p${index}`, more))
  }
  const batch = await world.batch()
  expect(batch.Records).toHaveLength(10)
  const { worker } = startWorker()

  expect(await worker(batch, oneMinuteLeft)).toEqual({ batchItemFailures: [] })

  expect(emails()).toHaveLength(9)
  const letters = await world.deadLetters()
  expect(letters).toHaveLength(1)
  expect(batch.Records.map(({ body }) => body)).toContain(letters[0]?.Body)
  expect(attributesOf(letters[0])).toEqual({
    reason: 'contact_deleted',
    code: 'bad_request',
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

describe('records of other producers, from the inbox,', () => {
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

    expect(await worker(await world.batch(world.inbox.url), oneMinuteLeft)).toEqual({
      batchItemFailures: [],
    })
    expect(emails().sort()).toEqual([
      'event@example.com',
      'plain@example.com',
      'raw@example.com',
      'sns@example.com',
    ])
  })

  test('are logged with what was left out of them; the webhook already logged its own', async () => {
    const half = person('half', { phone: 'none' })
    await world.sendToInbox([{ body: JSON.stringify(half) }])
    await queue('backend', person('queued', { phone: 'none' }))
    const { worker, logged, counted } = startWorker()

    await worker(await world.batch(world.inbox.url), oneMinuteLeft)
    await worker(await world.batch(), oneMinuteLeft)

    expect(counted.get('phone_invalid')).toBe(1)
    expect(logged.filter(({ left_out }) => left_out)).toMatchObject([
      { event: 'delivered', left_out: ['phone_invalid'] },
    ])
  })

  test('are parked in the inbox’s dead letter queue', async () => {
    await world.sendToInbox([{ body: 'not a signup' }, { body: '{}', source: 'nobody' }])
    const { worker } = startWorker()

    expect(await worker(await world.batch(world.inbox.url), oneMinuteLeft)).toEqual({
      batchItemFailures: [],
    })
    const letters = await world.deadLetters(world.inboxDeadLetters.url)
    expect(letters.map((letter) => attributesOf(letter).reason).sort()).toEqual([
      'invalid_body',
      'unknown_source',
    ])
    expect(await world.deadLetters()).toEqual([])
  })

  test('stay in the inbox if it has no dead letter queue', async () => {
    await world.sendToInbox([{ body: 'not a signup' }])
    const { worker, logged } = startWorker({ INBOX_DEAD_LETTER_QUEUE_URL: '' })

    const { batchItemFailures } = await worker(await world.batch(world.inbox.url), oneMinuteLeft)

    expect(batchItemFailures).toHaveLength(1)
    expect(logged.find(({ event }) => event === 'handed_back')).toMatchObject({
      code: 'misconfigured',
      advice: expect.stringContaining('INBOX_DEAD_LETTER_QUEUE_URL is missing'),
    })
    expect(await world.depth(world.inbox.url)).toEqual({ waiting: 0, held: 1 })
  })
})

test('the worker’s handler returns all records in a wrong environment, and does not throw', async () => {
  await queue('backend', person('ada'))
  const batch = await world.batch()

  const response = await handler(batch, oneMinuteLeft)

  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: batch.Records[0]?.messageId }] })
  expect(emails()).toEqual([])
})

describe('the worker’s handler in a wrong environment', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.stubEnv('QUEUE_URL', undefined)
  })

  test('makes all records of a group wait equally long', async () => {
    for (const name of ['ada', 'ada', 'grace']) await queue('backend', person(name))
    const batch = await world.batch()
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5)
    const sqs = await startServer((_request, response) => response.end('{}'))
    vi.stubEnv('QUEUE_URL', `${sqs.url}/000000000000/queue.fifo`)

    expect((await handler(batch, oneMinuteLeft)).batchItemFailures).toHaveLength(3)

    const groups = new Map(
      batch.Records.map(({ receiptHandle, attributes }) => [
        receiptHandle,
        attributes.MessageGroupId,
      ]),
    )
    const [request] = sqs.bodies.map((body) => JSON.parse(body)) as [
      { QueueUrl: string; Entries: { ReceiptHandle: string; VisibilityTimeout: number }[] },
    ]
    const { Entries } = request
    const waits = Entries.map(({ ReceiptHandle, VisibilityTimeout }) =>
      [groups.get(ReceiptHandle), VisibilityTimeout].join(' '),
    )
    expect(request.QueueUrl).toMatch(sqs.url)
    expect(Entries).toHaveLength(3)
    expect(new Set(waits).size).toBe(2)
    expect(new Set(Entries.map((entry) => entry.VisibilityTimeout))).toEqual(new Set([15, 23]))
    await sqs.close()
  })

  test('returns all records even if the queue is unknown or unavailable', async () => {
    await queue('backend', person('ada'))
    const batch = await world.batch()

    vi.stubEnv('QUEUE_URL', 'no address')
    expect((await handler(batch, oneMinuteLeft)).batchItemFailures).toHaveLength(1)
    vi.stubEnv('QUEUE_URL', world.sqs.queueUrl)
    expect((await handler(elsewhere(batch), oneMinuteLeft)).batchItemFailures).toHaveLength(1)
    expect(await handler({ Records: [] }, oneMinuteLeft)).toEqual({ batchItemFailures: [] })
  })
})

test('the worker logs that a visibility was not changed, and still returns the records', async () => {
  await queue('backend', person('ada'))
  world.intercom.addFault({ status: 503, count: 5 })
  const { worker, logged } = startWorker()
  const batch = elsewhere(await world.batch())

  expect((await worker(batch, oneMinuteLeft)).batchItemFailures).toHaveLength(1)

  expect(logged.find(({ event }) => event === 'visibility_unchanged')).toMatchObject({
    code: 'temporarily_unavailable',
    advice: expect.stringContaining('after the queue’s own timeout'),
  })
})
