import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openBridgeQueues, type Target } from '../../src/cli/queues.ts'
import { startCloudFormation } from '../support/cloudformation.ts'
import { startWorld } from '../support/world.ts'

let world: Awaited<ReturnType<typeof startWorld>>
let cloudFormation: Awaited<ReturnType<typeof startCloudFormation>>
beforeEach(async () => {
  world = await startWorld()
  // As AWS names them: with a host that only the SDK's endpoint leads to this machine.
  const urlAtAws = (url: string) => `https://sqs.eu-west-1.amazonaws.com${new URL(url).pathname}`
  const signups = {
    QueueUrl: urlAtAws(world.sqs.queueUrl),
    DeadLetterQueueUrl: urlAtAws(world.sqs.deadLetterQueueUrl),
  }
  const inbox = {
    InboxUrl: urlAtAws(world.inbox.url),
    InboxDeadLetterQueueUrl: urlAtAws(world.inboxDeadLetters.url),
  }
  cloudFormation = await startCloudFormation({
    'with-inbox': { ...signups, ...inbox },
    'without-inbox': signups,
    other: { Something: 'else' },
  })
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloudFormation.url)
})
afterEach(() => Promise.all([world.close(), cloudFormation.close()]))

const send = (queueUrl: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      world.sqs.client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: '{}',
          ...(queueUrl.endsWith('.fifo') && {
            MessageGroupId: 'group',
            MessageDeduplicationId: `${index}`,
          }),
        }),
      ),
    ),
  )

/** The name of each queue that is opened, with its number of dead letters. */
const open = async (target: Target) => {
  await send(world.sqs.deadLetterQueueUrl, 2)
  await send(world.inboxDeadLetters.url, 1)
  const { queues, where, close } = await openBridgeQueues(target, process.env)
  const counts = await Promise.all(
    queues.map(async ({ name, deadLetters }) => [name, (await deadLetters.counts()).deadLetters]),
  )
  close()
  return { counts, where }
}
const stack = (stackName: string): Target => ({ type: 'stack', stackName })

describe('openBridgeQueues', () => {
  test('sends the dead letters of the inbox to the queue of signups', async () => {
    await send(world.sqs.queueUrl, 1)
    await send(world.inbox.url, 2)
    const { queues, close } = await openBridgeQueues(stack('with-inbox'), process.env)
    const [, inbox] = queues
    const message = { body: '{}', groupId: 'of a person', dedupeId: 'replay' }

    expect(await inbox?.deadLetters.counts()).toMatchObject({ waiting: 1 })
    expect(await inbox?.deadLetters.sendBack([message])).toEqual([message])
    expect(await inbox?.deadLetters.counts()).toMatchObject({ waiting: 2 })
    close()
  })

  test('opens the queues that the outputs of a stack name', async () => {
    expect(await open(stack('with-inbox'))).toEqual({
      counts: [
        ['signups', 2],
        ['inbox', 1],
      ],
      where: 'the stack with-inbox in eu-west-1',
    })
  })

  test('opens no inbox if the stack has none', async () => {
    expect((await open(stack('without-inbox'))).counts).toEqual([['signups', 2]])
  })

  test.each([
    ['signups', () => [world.sqs.queueUrl, world.sqs.deadLetterQueueUrl], 2],
    ['inbox', () => [world.inbox.url, world.inboxDeadLetters.url], 1],
    ['inbox', () => [world.sqs.queueUrl, world.inboxDeadLetters.url], 1],
  ] as const)('opens the %s by its URLs alone', async (name, urls, count) => {
    const [queueUrl = '', deadLettersUrl = ''] = urls()

    expect(await open({ type: 'urls', urls: { queueUrl, deadLettersUrl } })).toEqual({
      counts: [[name, count]],
      where: new URL(world.sqs.url).origin,
    })
  })

  test('throws if the stack has no such outputs', async () => {
    await expect(open(stack('other'))).rejects.toThrow(
      /^the stack other has no outputs QueueUrl and DeadLetterQueueUrl: /,
    )
  })

  test('throws if a queue does not exist', async () => {
    const { queueUrl } = world.sqs
    const urls = { queueUrl, deadLettersUrl: queueUrl.replace('.fifo', '-nowhere.fifo') }

    await expect(open({ type: 'urls', urls })).rejects.toThrow(
      `${new URL(world.sqs.url).origin} has no such queue: check the stage, the URL or AWS_REGION`,
    )
  })

  test('throws if a URL is not one', async () => {
    const urls = { queueUrl: 'a', deadLettersUrl: world.sqs.deadLetterQueueUrl }

    await expect(open({ type: 'urls', urls })).rejects.toThrow('a is not a URL')
  })

  test.each([
    [
      'swapped',
      () => [world.sqs.deadLetterQueueUrl, world.sqs.queueUrl],
      /is not a dead-letter queue: check which URL/,
    ],
    ['the same', () => [world.inbox.url, world.inbox.url], /is not a dead-letter queue/],
    [
      'of a standard queue and FIFO dead letters',
      () => [world.inbox.url, world.sqs.deadLetterQueueUrl],
      /^FIFO dead letters go back to a FIFO queue/,
    ],
  ] as const)('throws if the URLs are %s: a replay would move signups', async (_, urls, text) => {
    const [queueUrl = '', deadLettersUrl = ''] = urls()

    await expect(open({ type: 'urls', urls: { queueUrl, deadLettersUrl } })).rejects.toThrow(text)
  })
})
