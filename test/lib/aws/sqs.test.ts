import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openSdkSecretsManager } from '../../../src/lib/aws/sdk-secrets-manager.ts'
import { createGetSecret, openSecretsManager } from '../../../src/lib/aws/secrets-manager.ts'
import { createQueues, createSqsActions, queueUrlOf } from '../../../src/lib/aws/sqs.ts'
import type { QueueMessage } from '../../../src/lib/queue/message.ts'
import { record } from '../../support/records.ts'
import { startServer } from '../../support/server.ts'
import { startWorld } from '../../support/world.ts'

const message = (body: string, id = body): QueueMessage => ({ body, groupId: id, dedupeId: id })

test.each([
  [
    'arn:aws:sqs:eu-west-1:123456789012:inbox',
    'https://sqs.eu-west-1.amazonaws.com/123456789012/inbox',
  ],
  ['arn:aws:sqs:eu-west-1:999:own.fifo', 'https://sqs.eu-west-1.amazonaws.com/999/own.fifo'],
])('queueUrlOf returns the URL of %s: %s', (arn, url) => {
  expect(queueUrlOf(arn, 'https://sqs.eu-west-1.amazonaws.com/123456789012/queue.fifo')).toBe(url)
})

describe('createQueues', () => {
  let world: Awaited<ReturnType<typeof startWorld>>
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())

  test('store sends every message of a delivery', async () => {
    await world.store(Array.from({ length: 12 }, (_, index) => message(`m${index}`)))

    expect(await world.depth()).toEqual({ waiting: 12, held: 0 })
  })

  test('store throws temporarily_unavailable when SQS does not store one of several messages', async () => {
    const stored = { Id: '0', MessageId: 'm', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' }
    const refused = { Id: '1', Code: 'InternalError', SenderFault: false }
    const server = await startServer((_request, response) =>
      response
        .setHeader('content-type', 'application/x-amz-json-1.0')
        .end(JSON.stringify({ Successful: [stored], Failed: [refused] })),
    )
    const queues = createQueues(createSqsActions(process.env))
    const store = (messages: QueueMessage[]) =>
      queues.store(`${server.url}/000000000000/queue.fifo`, messages)

    await expect(store([message('a'), message('b')])).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      cause: undefined,
    })
    expect(server.requests).toHaveLength(1)
    await server.close()
  })

  test('sendDeadLetter throws when SQS does not say that it stored the message', async () => {
    const server = await startServer((_request, response) => response.end('{}'))
    const queues = createQueues(createSqsActions(process.env))

    await expect(
      queues.sendDeadLetter(`${server.url}/000000000000/dead-letters.fifo`, message('a')),
    ).rejects.toThrow('did not say')
    await server.close()
  })

  test('store throws temporarily_unavailable when the queue does not exist', async () => {
    const queues = createQueues(createSqsActions(process.env))
    const store = (messages: QueueMessage[]) =>
      queues.store(`${world.sqs.url}/000000000000/nobody.fifo`, messages)

    await expect(store([message('a')])).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  })

  test('store and getSecret throw temporarily_unavailable when AWS hangs, and the SDK logs nothing', async () => {
    const server = await startServer(() => undefined)
    const written = vi.spyOn(console, 'warn')
    const queues = createQueues(createSqsActions(process.env))
    const store = (messages: QueueMessage[]) =>
      queues.store(`${server.url}/000000000000/queue.fifo`, messages)
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url)

    const all = await Promise.allSettled([
      store([message('a')]),
      createGetSecret(openSecretsManager(process.env), 'signing')('AWSCURRENT'),
      createGetSecret(openSdkSecretsManager(process.env), 'intercom')('AWSCURRENT'),
    ])

    for (const settled of all) {
      expect(settled).toMatchObject({ reason: { code: 'temporarily_unavailable' } })
    }
    // Two tries each.
    expect(server.requests).toHaveLength(6)
    expect(written).not.toHaveBeenCalled()
    written.mockRestore()
    await server.close()
  }, 10_000)

  test('changeVisibility throws when a visibility was not changed', async () => {
    const retries = [{ record: record('x', { receiptHandle: 'unknown' }), retryInSeconds: 5 }]

    await expect(
      createQueues(createSqsActions(process.env)).changeVisibility(world.sqs.queueUrl, retries),
    ).rejects.toThrow()
  })
})
