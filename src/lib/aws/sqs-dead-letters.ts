import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQS,
} from '@aws-sdk/client-sqs'
import type { QueueMessage } from '../queue/message.ts'
import { maxBatchEntries } from '../queue/queues.ts'
import type { QueueRecord } from '../queue/record.ts'
import type { DeadLetterQueue, Receipt } from '../queue/replay.ts'
import { sendBatch } from './sqs.ts'

/** Where the dead letters are, and the queue that a replay sends them to. */
export type DeadLetterAddresses = {
  readonly queueUrl: string
  readonly deadLettersUrl: string
  readonly deadLettersArn: string
  /**
   * How long SQS waits for a message before it responds. With a wait it queries all of its servers,
   * so that an empty response means an empty queue.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
   */
  readonly waitSeconds: number
}

/** Longer than a scan of all that SQS lets a client hold. After a crash it is visible again. */
const holdSeconds = 1_800

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
 * SQS's own time: the end of the second in the `Date` header of its last response; this machine's
 * time if that has none.
 */
const clockOf = (client: SQS, queueUrl: string): (() => number) => {
  let date: string | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { headers } = result.response as { headers?: Readonly<Record<string, string>> }
      date = headers?.date
      return result
    },
    { step: 'deserialize', override: true, name: `clock of ${queueUrl}` },
  )
  return () => {
    const ms = Date.parse(date ?? '')
    return Number.isNaN(ms) ? Date.now() : ms + 999
  }
}

const inBatches = <Held extends Receipt>(receipts: readonly Held[]): Held[][] =>
  Array.from({ length: Math.ceil(receipts.length / maxBatchEntries) }, (_, batch) =>
    receipts.slice(batch * maxBatchEntries, (batch + 1) * maxBatchEntries),
  )

const toEntries = (batch: readonly Receipt[]) =>
  batch.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }))

/** Errors of a batch that one of its messages causes: too long with its `replay` attribute, say. */
const messageErrors = new Set([
  'BatchRequestTooLong',
  'InvalidMessageContents',
  'InvalidParameterValue',
  'MessageTooLong',
])
const isMessageError = (thrown: unknown): boolean =>
  thrown instanceof Error && messageErrors.has(thrown.name)

/**
 * Opens the dead letters of a queue in SQS. A FIFO queue returns the first messages of a group, and
 * no others until those are deleted or visible again.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export const openDeadLetterQueue = (
  client: SQS,
  { queueUrl, deadLettersUrl, deadLettersArn, waitSeconds }: DeadLetterAddresses,
): DeadLetterQueue => {
  const countsAt = async (QueueUrl: string) => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    )
    return {
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      held: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    }
  }
  const serverNow = clockOf(client, deadLettersUrl)
  const QueueUrl = deadLettersUrl

  return {
    receive: async () => {
      const response = await client
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
          // 120,000 messages are held, the most that SQS allows: no more can be scanned.
          if (thrown instanceof Error && thrown.name === 'OverLimit') return { Messages: [] }
          throw thrown
        })
      return (response.Messages ?? []).map((message) => toRecord(message, deadLettersArn))
    },
    release: async (receipts) => {
      for (const batch of inBatches(receipts)) {
        const Entries = toEntries(batch).map((entry) => ({ ...entry, VisibilityTimeout: 0 }))
        await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
      }
    },
    remove: async (receipts) => {
      const remaining = new Set(receipts)
      // Receipts that fail are tried once more.
      for (let attempt = 0; attempt < 2; attempt += 1) {
        for (const batch of inBatches([...remaining])) {
          const Entries = toEntries(batch)
          const { Successful = [] } = await client.send(
            new DeleteMessageBatchCommand({ QueueUrl, Entries }),
          )
          for (const { Id } of Successful) {
            const deleted = batch[Number(Id)]
            if (deleted) remaining.delete(deleted)
          }
        }
      }
      return receipts.filter((receipt) => !remaining.has(receipt))
    },
    now: async () => {
      await countsAt(deadLettersUrl)
      return serverNow()
    },
    sendBack: async (batch) => {
      try {
        return await sendBatch(client, queueUrl, batch)
      } catch (thrown) {
        if (!isMessageError(thrown)) throw thrown
        if (batch.length === 1) return []
      }
      // Sent one by one, so that the message that caused the error blocks no other.
      const stored: QueueMessage[] = []
      for (const message of batch) {
        const sent = await sendBatch(client, queueUrl, [message]).catch((thrown: unknown) => {
          if (isMessageError(thrown)) return []
          throw thrown
        })
        stored.push(...sent)
      }
      return stored
    },
    counts: async () => {
      const [deadLetters, queue] = [await countsAt(deadLettersUrl), await countsAt(queueUrl)]
      return { deadLetters: deadLetters.waiting, held: deadLetters.held, waiting: queue.waiting }
    },
  }
}
