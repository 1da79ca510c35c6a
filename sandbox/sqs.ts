import { findPackageJSON } from 'node:module'
import { pathToFileURL } from 'node:url'
import { CreateQueueCommand, SQS } from '@aws-sdk/client-sqs'
import { type BuildAppOptions, buildApp } from 'fauxqs'
import { sandboxQueueNames } from '../src/lib/queue/names.ts'
import { refusedRequest } from './guard.ts'
import type { QueueSettings } from './template.ts'

const accountId = '000000000000'

export type CreateQueueOptions = {
  /** SQS attributes. A name that ends with `.fifo` creates a FIFO queue. */
  readonly attributes?: Readonly<Record<string, string>>
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number }
}

export type SqsOptions = {
  /** 0 lets the system choose. */
  readonly port: number
  readonly region?: string
  readonly queue: Pick<QueueSettings, 'attributes'> & { readonly maxReceiveCount: number }
  readonly deadLetters: Pick<QueueSettings, 'attributes'>
}

export type SandboxSqs = {
  readonly url: string
  readonly queueUrl: string
  readonly queueArn: string
  readonly deadLetterQueueUrl: string
  readonly deadLetterQueueArn: string
  readonly client: SQS
  /** Creates another queue. */
  readonly createQueue: (
    name: string,
    options?: CreateQueueOptions,
  ) => Promise<{ readonly url: string; readonly arn: string }>
  readonly close: () => Promise<void>
}

type Stores = NonNullable<BuildAppOptions['stores']>
type Queue = NonNullable<ReturnType<Stores['sqsStore']['getQueueByName']>>

/** Creates the store of fauxqs, which accepts a store but does not export one. */
const createStore = async (): Promise<Stores['sqsStore']> => {
  const home = findPackageJSON('fauxqs', import.meta.url)
  if (home === undefined) throw new Error('fauxqs is not installed: run npm ci')
  const { SqsStore } = await import(new URL('./dist/sqs/sqsStore.js', pathToFileURL(home)).href)
  return new SqsStore()
}

/**
 * Makes a FIFO queue of fauxqs 2.4.1 receive like SQS. fauxqs returns one message of a group at a
 * time; SQS returns as many as it can, in order, and then none until all of them are deleted or
 * visible.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
const receiveWholeGroups = (queue: Queue): void => {
  const { fifoMessages, fifoLockedGroups: locks } = queue
  const makeVisible = queue.processTimers.bind(queue)
  queue.processTimers = () => {
    makeVisible()
    // fauxqs puts each returned message first, which would reverse the order of two.
    for (const messages of fifoMessages.values()) {
      if (messages.length > 1) {
        messages.sort((a, b) => Number(a.sequenceNumber ?? 0) - Number(b.sequenceNumber ?? 0))
      }
    }
  }

  const receive = queue.dequeue.bind(queue)
  queue.dequeue = (maxCount, visibilityTimeout, deadLetterQueue) => {
    const receiveUpTo = (count: number) => receive(count, visibilityTimeout, deadLetterQueue)
    if (visibilityTimeout === 0) return receiveUpTo(maxCount)
    queue.processTimers()
    const received: ReturnType<Queue['dequeue']> = []
    const taken = new Map<string, number>()
    const lockedByOthers = new Set(locks.keys())
    for (let more = receiveUpTo(maxCount); more.length > 0; ) {
      received.push(...more)
      for (const [group, count] of locks) {
        if (lockedByOthers.has(group)) continue
        locks.delete(group)
        taken.set(group, (taken.get(group) ?? 0) + count)
      }
      more = receiveUpTo(maxCount - received.length)
    }
    for (const [group, count] of taken) locks.set(group, count)
    return received
  }
}

/** Starts an SQS on 127.0.0.1, in memory, with the bridge's queue and its dead letter queue. */
export const startSqs = async ({
  port,
  region = 'eu-west-1',
  queue,
  deadLetters,
}: SqsOptions): Promise<SandboxSqs> => {
  const sqsStore = await createStore()
  // The type requires the stores of SNS and S3, too; the app creates missing ones.
  const stores = { sqsStore } as Stores
  const app = buildApp({ logger: false, defaultRegion: region, stores })
  app.addHook('onRequest', async ({ headers }, reply) => {
    const refusal = refusedRequest(headers)
    if (refusal !== undefined) return reply.code(403).type('text/plain').send(`${refusal}\n`)
  })
  const url = await app.listen({ host: '127.0.0.1', port })
  const client = new SQS({
    endpoint: url,
    region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  })

  const createQueue: SandboxSqs['createQueue'] = async (name, { attributes, redrive } = {}) => {
    await client.send(
      new CreateQueueCommand({
        QueueName: name,
        Attributes: {
          ...(name.endsWith('.fifo') && { FifoQueue: 'true' }),
          ...attributes,
          ...(redrive && {
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: redrive.deadLetterArn,
              maxReceiveCount: redrive.maxReceiveCount,
            }),
          }),
        },
      }),
    )
    const created = sqsStore.getQueueByName(name)
    if (created?.isFifo()) receiveWholeGroups(created)
    // fauxqs returns a host name that only wildcard DNS resolves; the path is enough to find a
    // queue.
    return { url: `${url}/${accountId}/${name}`, arn: `arn:aws:sqs:${region}:${accountId}:${name}` }
  }

  const deadLetterQueue = await createQueue(sandboxQueueNames.signups.deadLetters, deadLetters)
  const main = await createQueue(sandboxQueueNames.signups.queue, {
    attributes: queue.attributes,
    redrive: { deadLetterArn: deadLetterQueue.arn, maxReceiveCount: queue.maxReceiveCount },
  })

  return {
    url,
    queueUrl: main.url,
    queueArn: main.arn,
    deadLetterQueueUrl: deadLetterQueue.url,
    deadLetterQueueArn: deadLetterQueue.arn,
    client,
    createQueue,
    close: async () => {
      client.destroy()
      await app.close()
    },
  }
}
