import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { QueueRecord } from './queue.ts'
import type { DeadLetterQueue, Receipt } from './replay.ts'
import { maxBatchEntries, sendBatch } from './send.ts'

/** Where dead letters are, and the queue that they came from. */
export type DeadLetterAddresses = {
  readonly queueUrl: string
  readonly deadLettersUrl: string
  readonly deadLettersArn: string
  /**
   * How long an answer may wait for a message. With a wait SQS asks all of its servers, so that an
   * empty answer is one.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
   */
  readonly waitSeconds: number
}

/** Longer than it takes to look at some ten thousand; soon over for what was left held by a crash. */
const holdSeconds = 300
const toRecord = (message: Message, eventSourceARN: string): QueueRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0', ...message.Attributes },
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
      name,
      { stringValue: StringValue },
    ]),
  ),
  eventSourceARN,
})

/**
 * SQS's own clock, by the `Date` of its last answer: the end of that second. This machine's where an
 * answer has none.
 */
const clockOf = (client: SQSClient, queueUrl: string): (() => number) => {
  let answered: string | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { headers } = result.response as { headers?: Readonly<Record<string, string>> }
      answered = headers?.date
      return result
    },
    { step: 'deserialize', override: true, name: `clock of ${queueUrl}` },
  )
  return () => {
    const ms = Date.parse(answered ?? '')
    return Number.isNaN(ms) ? Date.now() : ms + 999
  }
}

const inBatches = (receipts: readonly Receipt[]) =>
  Array.from({ length: Math.ceil(receipts.length / maxBatchEntries) }, (_, batch) =>
    receipts
      .slice(batch * maxBatchEntries, (batch + 1) * maxBatchEntries)
      .map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
  )

/**
 * The dead letters of a queue, as SQS keeps them. A FIFO queue gives the first messages of a group
 * and no others until those are deleted or visible again.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export const openDeadLetterQueue = (
  client: SQSClient,
  { queueUrl, deadLettersUrl, deadLettersArn, waitSeconds }: DeadLetterAddresses,
): DeadLetterQueue => {
  const countAt = async (QueueUrl: string): Promise<number> => {
    const AttributeNames = ['ApproximateNumberOfMessages'] as const
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    )
    return Number(Attributes.ApproximateNumberOfMessages)
  }
  const answeredMs = clockOf(client, deadLettersUrl)
  const QueueUrl = deadLettersUrl

  return {
    receive: async () => {
      const answer = await client
        .send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: maxBatchEntries,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['All'],
            VisibilityTimeout: holdSeconds,
            WaitTimeSeconds: waitSeconds,
          }),
        )
        .catch((thrown: unknown) => {
          // 120,000 are held, and no more can be: the end of what can be looked at.
          if (thrown instanceof Error && thrown.name === 'OverLimit') return { Messages: [] }
          throw thrown
        })
      return (answer.Messages ?? []).map((message) => toRecord(message, deadLettersArn))
    },
    release: async (receipts) => {
      for (const Entries of inBatches(receipts)) {
        await client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl,
            Entries: Entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
          }),
        )
      }
    },
    remove: async (receipts) => {
      for (const Entries of inBatches(receipts)) {
        await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
      }
    },
    now: async () => {
      await countAt(deadLettersUrl)
      return answeredMs()
    },
    sendBack: (batch) => sendBatch(client, queueUrl, batch),
    waiting: async () => ({
      deadLetters: await countAt(deadLettersUrl),
      queue: await countAt(queueUrl),
    }),
  }
}
