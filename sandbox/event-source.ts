import { setTimeout as wait } from 'node:timers/promises'
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQS,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { readFailures, toRecord } from './event-source-format.ts'
import type { Lambda } from './lambda.ts'

export type Batch = {
  readonly records: readonly SQSRecord[]
  /** The ids of the messages that stay in the queue. */
  readonly failed: readonly string[]
  /** Why the whole batch failed: what the function threw, or what is wrong with its response. */
  readonly error?: Error
}

export type EventSourceOptions = {
  readonly client: SQS
  readonly queueUrl: string
  readonly queueArn: string
  readonly batchSize: number
  readonly maximumConcurrency: number
  readonly createWorker: () => Lambda
  /** Default: the queue's own. */
  readonly visibilityTimeoutSeconds?: number
  /** False: the response is ignored, and a successful invocation deletes the whole batch. */
  readonly reportBatchItemFailures?: boolean
  /** How long one poll waits for messages; `close` waits for the end of the poll. */
  readonly pollSeconds?: number
  /** How long `close` waits for running invocations. */
  readonly closeTimeoutMs?: number
  /** Called after each invocation. */
  readonly onBatch?: (batch: Batch) => void
  /** Called when the queue cannot be read or written. */
  readonly onError?: (error: unknown) => void
}

export type EventSource = {
  /** The number of running invocations. */
  readonly running: () => number
  /** Resolves when no invocation is running. */
  readonly idle: () => Promise<void>
  /** Resolves when no message is visible, in flight or delayed, and no invocation is running. */
  readonly drained: () => Promise<void>
  /** Stops polling, waits for running invocations, then closes the workers. */
  readonly close: () => Promise<void>
}

/**
 * Polls a standard or FIFO queue like Lambda's event source mapping and invokes a worker with each
 * batch. There are `maximumConcurrency` pollers, each with its own worker. Messages that succeed
 * are deleted; failed ones become visible again after their visibility timeout.
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
  let isClosed = false
  let batchEnded = Promise.withResolvers<void>()

  const receive = async (): Promise<SQSRecord[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        // SQS returns at most 10; larger batches need a batching window, which the template does
        // not use.
        MaxNumberOfMessages: Math.min(batchSize, 10),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
        // A poll is not aborted: fauxqs would continue it and receive messages for no one. Unlike
        // SQS, fauxqs accepts fractions of a second, so a poll ends soon.
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

  const deleteSucceeded = async ({ records, failed }: Batch): Promise<void> => {
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
        if (isClosed) return
        if (records.length === 0) continue
        running += 1
        try {
          if (worker === undefined) {
            worker = createWorker()
            workers.push(worker)
          }
          const batch = await invoke(worker, records)
          await deleteSucceeded(batch)
          onBatch(batch)
        } finally {
          running -= 1
          batchEnded.resolve()
          batchEnded = Promise.withResolvers()
        }
      } catch (error) {
        onError(error)
        // `close` ends the wait early by rejecting it.
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
      isClosed = true
      await Promise.all(workers.map((worker) => worker.close()))
      await Promise.all(pollers)
    },
  }
}
