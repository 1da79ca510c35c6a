import { setTimeout as wait } from 'node:timers/promises'
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { readFailures, toRecord } from './event-source-format.ts'
import type { Lambda } from './lambda.ts'

export type Batch = {
  readonly records: readonly SQSRecord[]
  /** Ids of the messages that stay in the queue. */
  readonly failed: readonly string[]
  /** What the function threw, or why its answer counts as a failure of the whole batch. */
  readonly error?: Error
}

export type EventSourceOptions = {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly queueArn: string
  readonly batchSize: number
  readonly maximumConcurrency: number
  readonly createWorker: () => Lambda
  /** Absent: the queue's own. */
  readonly visibilityTimeoutSeconds?: number
  /** False: what the function answers is not read, a normal end deletes the whole batch. */
  readonly reportBatchItemFailures?: boolean
  /** How long one poll waits for messages, and so the longest that `close` waits for it. */
  readonly pollSeconds?: number
  /** How long `close` waits for invocations under way. */
  readonly closeTimeoutMs?: number
  readonly onBatch?: (batch: Batch) => void
  /** Told when the queue itself cannot be read or written. */
  readonly onError?: (error: unknown) => void
}

export type EventSource = {
  /** How many invocations are under way. */
  readonly running: () => number
  /** Resolves as soon as no invocation is under way. */
  readonly idle: () => Promise<void>
  /** Resolves once the queue is empty, in flight and delayed messages too, and nothing runs. */
  readonly drained: () => Promise<void>
  /** Ends polling, waits for what is under way, then ends the workers. */
  readonly close: () => Promise<void>
}

/**
 * Polls a queue as Lambda's event source mapping does and invokes a worker with each batch: as many
 * pollers as `maximumConcurrency`, each with a worker of its own. What succeeds is deleted; what
 * fails is left to its visibility timeout. Takes standard and FIFO queues.
 */
export const startEventSource = ({
  client,
  queueUrl,
  queueArn,
  batchSize,
  maximumConcurrency,
  createWorker,
  visibilityTimeoutSeconds,
  reportBatchItemFailures = true,
  pollSeconds = 0.25,
  closeTimeoutMs = 5_000,
  onBatch = () => {},
  onError = () => {},
}: EventSourceOptions): EventSource => {
  const workers: Lambda[] = []
  const closing = new AbortController()
  let running = 0
  let isOver = false
  let batchEnded = Promise.withResolvers<void>()

  const receive = async (): Promise<SQSRecord[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        // More than SQS gives at once would need a batching window, which nothing here has.
        MaxNumberOfMessages: Math.min(batchSize, 10),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
        // Never aborted: fauxqs would go on with the poll and take messages that nobody gets. It takes
        // fractions of a second, unlike SQS, so that the end of a poll is never far.
        WaitTimeSeconds: pollSeconds,
        ...(visibilityTimeoutSeconds !== undefined && {
          VisibilityTimeout: visibilityTimeoutSeconds,
        }),
      }),
    )
    return Messages.map((message) => toRecord(message, queueArn))
  }

  const invoke = async (worker: Lambda, records: readonly SQSRecord[]): Promise<Batch> => {
    try {
      const response = await worker.invoke({ Records: [...records] } satisfies SQSEvent)
      return { records, failed: reportBatchItemFailures ? readFailures(response, records) : [] }
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      return { records, failed: records.map(({ messageId }) => messageId), error }
    }
  }

  const deleteDone = async ({ records, failed }: Batch): Promise<void> => {
    const Entries = records
      .filter(({ messageId }) => !failed.includes(messageId))
      .map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }))
    if (Entries.length === 0) return
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
  }

  const poll = async (): Promise<void> => {
    let worker: Lambda | undefined
    while (!closing.signal.aborted) {
      try {
        const records = await receive()
        if (isOver) return
        if (records.length === 0) continue
        running += 1
        try {
          if (worker === undefined) {
            worker = createWorker()
            workers.push(worker)
          }
          const batch = await invoke(worker, records)
          await deleteDone(batch)
          onBatch(batch)
        } finally {
          running -= 1
          batchEnded.resolve()
          batchEnded = Promise.withResolvers()
        }
      } catch (error) {
        onError(error)
        // The wait ends early, with an error of its own, when the mapping closes.
        await wait(200, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }
  const pollers = Array.from({ length: maximumConcurrency }, poll)

  const idle = async (): Promise<void> => {
    while (running > 0) await batchEnded.promise
  }
  const isEmpty = async (): Promise<boolean> => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    )
    return Object.values(Attributes).every((count) => count === '0')
  }

  return {
    running: () => running,
    idle,
    drained: async () => {
      for (;;) {
        await idle()
        if ((await isEmpty()) && running === 0) return
        await Promise.race([batchEnded.promise, wait(20)])
      }
    },
    close: async () => {
      closing.abort()
      await Promise.race([Promise.all(pollers), wait(closeTimeoutMs, undefined, { ref: false })])
      isOver = true
      await Promise.all(workers.map((worker) => worker.close()))
      await Promise.all(pollers)
    },
  }
}
