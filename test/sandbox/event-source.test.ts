import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Batch,
  type EventSource,
  type EventSourceOptions,
  startEventSource,
} from '../../sandbox/event-source.ts'
import { createLambda, type Lambda } from '../../sandbox/lambda.ts'
import { type SandboxSqs, startSqs } from '../../sandbox/sqs.ts'

const maxReceiveCount = 3
const fifo = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' }

let sqs: SandboxSqs
const sources: EventSource[] = []
beforeEach(async () => {
  sqs = await startSqs({
    port: 0,
    queue: {
      attributes: { ...fifo, VisibilityTimeout: '30' },
      maxReceiveCount,
    },
    deadLetters: { attributes: fifo },
  })
})
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()))
  await sqs.close()
})

/** A worker in this process. */
const workerOf = (handler: (event: SQSEvent) => unknown): Lambda => ({
  // The event source sends nothing else.
  invoke: async (event) => handler(event as SQSEvent),
  reload: async () => {},
  kill: () => {},
  close: async () => {},
  pid: () => undefined,
})

const startSource = (
  handler: (event: SQSEvent) => unknown,
  options: Partial<EventSourceOptions> = {},
) => {
  const batches: Batch[] = []
  const source = startEventSource({
    client: sqs.client,
    queueUrl: sqs.queueUrl,
    queueArn: sqs.queueArn,
    batchSize: 10,
    maximumConcurrency: 2,
    createWorker: () => workerOf(handler),
    pollSeconds: 0.05,
    onBatch: (batch) => batches.push(batch),
    ...options,
  })
  sources.push(source)
  return { source, batches }
}

const send = (body: string, group = 'ada', options: Partial<SendMessageCommandInput> = {}) =>
  sqs.client.send(
    new SendMessageCommand({
      QueueUrl: sqs.queueUrl,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: `${group} ${body}`.slice(0, 128),
      ...options,
    }),
  )
const receive = async (queueUrl = sqs.queueUrl): Promise<Message[]> => {
  const { Messages = [] } = await sqs.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    }),
  )
  return Messages
}
const bodiesOf = (messages: readonly Message[]) => messages.map(({ Body }) => Body)
const makeVisible = ({ ReceiptHandle }: Message, seconds = 0) =>
  sqs.client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: sqs.queueUrl,
      ReceiptHandle,
      VisibilityTimeout: seconds,
    }),
  )
const remove = ({ ReceiptHandle }: Message) =>
  sqs.client.send(new DeleteMessageCommand({ QueueUrl: sqs.queueUrl, ReceiptHandle }))

const failures = (records: readonly SQSRecord[]) => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
})
const deferred = <T>() => Promise.withResolvers<T>()

describe('batch of the event source', () => {
  it('has every field of a message, in the format of Lambda', async () => {
    const event = deferred<SQSEvent>()
    startSource(event.resolve)

    const { MessageId } = await send('hello', 'ada', {
      MessageAttributes: {
        source: { DataType: 'String', StringValue: 'clerk' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 195]) },
      },
    })

    expect(await event.promise).toEqual({
      Records: [
        {
          messageId: MessageId,
          receiptHandle: expect.any(String),
          body: 'hello',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
            SequenceNumber: expect.stringMatching(/^\d{20}$/),
            MessageGroupId: 'ada',
            MessageDeduplicationId: 'ada hello',
          },
          messageAttributes: {
            source: {
              stringValue: 'clerk',
              stringListValues: [],
              binaryListValues: [],
              dataType: 'String',
            },
            bytes: {
              binaryValue: 'AP/D',
              stringListValues: [],
              binaryListValues: [],
              dataType: 'Binary',
            },
          },
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:signup-bridge-local-signups.fifo',
          awsRegion: 'eu-west-1',
        },
      ],
    })
  })

  it('has at most as many records as the batch size', async () => {
    for (const body of ['1', '2', '3', '4', '5']) await send(body)
    const { source, batches } = startSource(() => null, { batchSize: 2, maximumConcurrency: 1 })

    await source.drained()

    expect(batches.map(({ records }) => records.map(({ body }) => body))).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5'],
    ])
  })

  it('can come from a standard queue, in which failed messages stay', async () => {
    const { url, arn } = await sqs.createQueue('inbox')
    const { source, batches } = startSource(
      ({ Records }) => failures(Records.filter(({ body }) => body === 'bad')),
      { queueUrl: url, queueArn: arn, batchSize: 1, maximumConcurrency: 1 },
    )

    for (const MessageBody of ['bad', 'good']) {
      await sqs.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }))
    }

    await vi.waitFor(() => expect(batches).toHaveLength(2))
    await source.idle()
    const { Attributes } = await sqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    })
    expect(batches[0]?.records[0]?.attributes).not.toHaveProperty('MessageGroupId')
    expect(batches[0]?.records[0]?.eventSourceARN).toBe(arn)
  })
})

describe('worker response', () => {
  it.each([
    ['null', null],
    ['nothing', undefined],
    ['an empty object', {}],
    ['an object with a null list', { batchItemFailures: null }],
    ['an object with an empty list', { batchItemFailures: [] }],
  ])('deletes the whole batch if it is %s', async (_, response) => {
    await send('1')
    await send('2')
    const { source, batches } = startSource(() => response)

    await source.drained()

    expect(batches).toEqual([{ records: expect.any(Array), failed: [] }])
    expect(batches[0]?.records).toHaveLength(2)
  })

  it('keeps only the failed messages in the queue, until they are visible again', async () => {
    for (const body of ['1', '2', '3']) await send(body)
    let calls = 0
    const { source, batches } = startSource(
      ({ Records }) => {
        calls += 1
        return failures(calls === 1 ? Records.filter(({ body }) => body !== '1') : [])
      },
      // Long enough for a busy machine.
      { visibilityTimeoutSeconds: 1 },
    )

    await source.drained()

    expect(
      batches.flatMap(({ records }) =>
        records.map(({ body, attributes }) => [body, attributes.ApproximateReceiveCount]),
      ),
    ).toEqual([
      ['1', '1'],
      ['2', '1'],
      ['3', '1'],
      ['2', '2'],
      ['3', '2'],
    ])
  })

  it.each([
    ['is a thrown error', () => Promise.reject(new Error('out of order'))],
    ['is not an object', () => 'ok'],
    ['has batchItemFailures that are not a list', () => ({ batchItemFailures: {} })],
    ['has the id of another batch', () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] })],
    ['has an empty id', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['has a null id', () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
    [
      'has an id in another field',
      ({ Records: [record] }: SQSEvent) => ({ batchItemFailures: [{ id: record?.messageId }] }),
    ],
  ])('keeps the whole batch in the queue if it %s', async (_, respond) => {
    await send('1')
    await send('2')
    const { batches } = startSource(respond, { maximumConcurrency: 1 })

    await vi.waitFor(() => expect(batches).toHaveLength(1))

    expect(batches[0]?.error).toBeInstanceOf(Error)
    expect(batches[0]?.failed).toEqual(batches[0]?.records.map(({ messageId }) => messageId))
    const { Attributes } = await sqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl, AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '2' })
  })

  it('is ignored if the mapping does not report batch item failures', async () => {
    await send('1')
    const { source, batches } = startSource(({ Records }) => failures(Records), {
      reportBatchItemFailures: false,
    })

    await source.drained()

    expect(batches).toHaveLength(1)
  })

  it('moves a failed message to the dead letters after its last receive', async () => {
    await send('bad')
    await send('good', 'bob')
    const { source, batches } = startSource(
      ({ Records }) => failures(Records.filter(({ body }) => body === 'bad')),
      { visibilityTimeoutSeconds: 0.05 },
    )

    await source.drained()

    const receives = batches.flatMap(({ records }) => records.filter(({ body }) => body === 'bad'))
    expect(receives).toHaveLength(maxReceiveCount)
    expect(bodiesOf(await receive(sqs.deadLetterQueueUrl))).toEqual(['bad'])
  })
})

describe('startEventSource', () => {
  it('runs one message group in one invocation at a time, and different groups in parallel', async () => {
    const running = new Set<string>()
    const seen: string[] = []
    const both = deferred<void>()
    const { source } = startSource(
      async ({ Records }) => {
        const groups = new Set(Records.map(({ attributes }) => attributes.MessageGroupId ?? ''))
        for (const group of groups) expect(running.has(group)).toBe(false)
        for (const group of groups) running.add(group)
        if (running.size === 2) both.resolve()
        await both.promise
        seen.push(...Records.map(({ body }) => body))
        for (const group of groups) running.delete(group)
      },
      { batchSize: 1 },
    )

    for (const body of ['1', '2', '3']) await send(`ada ${body}`, 'ada')
    for (const body of ['1', '2', '3']) await send(`bob ${body}`, 'bob')

    await source.drained()
    expect(seen.filter((body) => body.startsWith('ada'))).toEqual(['ada 1', 'ada 2', 'ada 3'])
    expect(seen.filter((body) => body.startsWith('bob'))).toEqual(['bob 1', 'bob 2', 'bob 3'])
  })

  it('runs at most as many invocations at the same time as the maximum concurrency', async () => {
    let most = 0
    const all = deferred<void>()
    const { source } = startSource(
      async () => {
        most = Math.max(most, source.running())
        if (most === 3) all.resolve()
        await all.promise
      },
      { batchSize: 1, maximumConcurrency: 3 },
    )

    await Promise.all(Array.from({ length: 12 }, (_, person) => send('hello', `person ${person}`)))
    await source.drained()

    expect(most).toBe(3)
  })

  it('creates a worker when its first message arrives, and keeps it', async () => {
    const createWorker = vi.fn(() => workerOf(() => null))
    const { source } = startSource(() => null, { createWorker, maximumConcurrency: 1 })
    await source.drained()
    expect(createWorker).not.toHaveBeenCalled()

    for (const body of ['1', '2']) {
      await send(body)
      await source.drained()
    }

    expect(createWorker).toHaveBeenCalledOnce()
  })

  it('waits for the running invocation when it closes, and receives no further message', async () => {
    const started = deferred<void>()
    const finish = deferred<void>()
    const { source, batches } = startSource(
      async () => {
        started.resolve()
        await finish.promise
      },
      { batchSize: 1, maximumConcurrency: 1 },
    )
    await send('1')
    await started.promise
    await send('2')

    const closed = source.close()
    finish.resolve()
    await closed

    expect(batches).toMatchObject([{ failed: [] }])
    expect(bodiesOf(await receive())).toEqual(['2'])
  })

  it('kills the worker after closeTimeoutMs, and keeps the batch in the queue', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'event-source-'))
    const bundle = join(folder, 'index.mjs')
    writeFileSync(
      bundle,
      `export const handler = () => { console.log('started'); return new Promise(() => {}) }`,
    )
    const started = deferred<string>()
    const { source, batches } = startSource(() => null, {
      createWorker: () =>
        createLambda({
          name: 'worker',
          bundle,
          env: {},
          timeoutMs: 60_000,
          onLine: started.resolve,
        }),
      closeTimeoutMs: 20,
    })
    await send('1')
    await started.promise

    await source.close()

    expect(batches[0]?.error?.message).toBe('Runtime exited with error: signal: SIGKILL')
    expect(await receive()).toEqual([])
    rmSync(folder, { recursive: true })
  })

  it('leaves no poll running when it closes: the next receive gets the message', async () => {
    const { source } = startSource(() => null, { pollSeconds: 0.05 })
    await source.close()

    await send('1')

    expect(bodiesOf(await receive())).toEqual(['1'])
  })

  it('calls onError if the queue cannot be read, and continues polling', async () => {
    const onError = vi.fn()
    const { source } = startSource(() => null, {
      queueUrl: `${sqs.url}/000000000000/absent`,
      onError,
    })

    await vi.waitFor(() => expect(onError.mock.calls.length).toBeGreaterThan(2), 3_000)

    expect(onError.mock.calls[0]?.[0]).toMatchObject({ name: 'QueueDoesNotExist' })
    expect(source.running()).toBe(0)
  })
})

describe('startSqs', () => {
  it('returns as many messages of a group as it can, in order', async () => {
    for (const body of ['1', '2', '3']) await send(`ada ${body}`, 'ada')
    await send('bob 1', 'bob')

    const bodies = bodiesOf(await receive())

    expect(bodies.filter((body) => body?.startsWith('ada'))).toEqual(['ada 1', 'ada 2', 'ada 3'])
    expect(bodies).toContain('bob 1')
  })

  it('returns no message of a group until all received ones are deleted or visible', async () => {
    for (const body of ['1', '2']) await send(body)
    const [first, second] = await receive()
    await send('3')
    await send('other', 'bob')
    expect(bodiesOf(await receive())).toEqual(['other'])

    if (first) await remove(first)
    expect(await receive()).toEqual([])
    if (second) await makeVisible(second)

    expect(bodiesOf(await receive())).toEqual(['2', '3'])
  })

  it('keeps the order of messages that are made visible in any order', async () => {
    for (const body of ['1', '2', '3', '4']) await send(body)
    const [first, second, third, fourth] = await receive()

    for (const message of [third, first, fourth, second]) if (message) await makeVisible(message)

    expect(bodiesOf(await receive())).toEqual(['1', '2', '3', '4'])
  })

  it('keeps the order of messages whose visibility ends at the same time', async () => {
    for (const body of ['1', '2', '3']) await send(body)
    for (const message of await receive()) await makeVisible(message, 0.05)

    await vi.waitFor(async () => expect(bodiesOf(await receive())).toEqual(['1', '2', '3']))
  })

  it('counts receives', async () => {
    await send('1')
    for (const message of await receive()) await makeVisible(message)

    const [message] = await receive()

    expect(message?.Attributes?.ApproximateReceiveCount).toBe('2')
  })

  it('drops a message with a known deduplication id, even if that was deleted', async () => {
    const { MessageId } = await send('1')
    for (const message of await receive()) await remove(message)

    const second = await send('1')

    expect(second.MessageId).toBe(MessageId)
    expect(await receive()).toEqual([])
  })

  it('accepts a message of 900 KiB, and refuses one over 1 MiB', async () => {
    const body = 'x'.repeat(900 * 1_024)
    await send(body)

    await expect(send('x'.repeat(1_024 * 1_024 + 1), 'bob')).rejects.toThrow('1048576')

    expect(bodiesOf(await receive())).toEqual([body])
  })

  it('sets the attributes of the template', async () => {
    const { Attributes } = await sqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl, AttributeNames: ['All'] }),
    )

    expect(Attributes).toMatchObject({
      ...fifo,
      FifoQueue: 'true',
      QueueArn: sqs.queueArn,
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: sqs.deadLetterQueueArn,
        maxReceiveCount,
      }),
      VisibilityTimeout: '30',
    })
  })
})
