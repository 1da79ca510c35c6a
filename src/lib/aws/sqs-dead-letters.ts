import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { QueueMessage } from '../queue/message.ts'
import { maxBatchEntries } from '../queue/queues.ts'
import type { QueueRecord } from '../queue/record.ts'
import type { DeadLetterQueue, Receipt } from '../queue/replay.ts'
import { sendBatch } from './sqs.ts'

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

/** Longer than it takes to look at all that SQS lets one hold; what a crash leaves held is then seen. */
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
 * SQS's own clock, by the `Date` of its last answer: the end of that second. This machine's where an
 * answer has none.
 */
const clockOf = (client: SQSClient, queueUrl: string): (() => number) => {
  let response: string | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { headers } = result.response as { headers?: Readonly<Record<string, string>> }
      response = headers?.date
      return result
    },
    { step: 'deserialize', override: true, name: `clock of ${queueUrl}` },
  )
  return () => {
    const ms = Date.parse(response ?? '')
    return Number.isNaN(ms) ? Date.now() : ms + 999
  }
}

const inBatches = <Held extends Receipt>(receipts: readonly Held[]): Held[][] =>
  Array.from({ length: Math.ceil(receipts.length / maxBatchEntries) }, (_, batch) =>
    receipts.slice(batch * maxBatchEntries, (batch + 1) * maxBatchEntries),
  )
const toEntries = (batch: readonly Receipt[]) =>
  batch.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }))

/** What SQS refuses a batch for that is of one of its messages: with its mark it is too long, say. */
const ofOneMessage = new Set([
  'BatchRequestTooLong',
  'InvalidMessageContents',
  'InvalidParameterValue',
  'MessageTooLong',
])
const isOfOneMessage = (thrown: unknown): boolean =>
  thrown instanceof Error && ofOneMessage.has(thrown.name)

/**
 * The dead letters of a queue, as SQS keeps them. A FIFO queue gives the first messages of a group
 * and no others until those are deleted or visible again.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export const openDeadLetterQueue = (
  client: SQSClient,
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
  const answeredMs = clockOf(client, deadLettersUrl)
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
          // 120,000 are held, and no more can be: the end of what can be looked at.
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
      const left = new Set(receipts)
      // What fails of a batch is tried once more.
      for (let attempt = 0; attempt < 2; attempt += 1) {
        for (const batch of inBatches([...left])) {
          const Entries = toEntries(batch)
          const { Successful = [] } = await client.send(
            new DeleteMessageBatchCommand({ QueueUrl, Entries }),
          )
          for (const { Id } of Successful) {
            const gone = batch[Number(Id)]
            if (gone) left.delete(gone)
          }
        }
      }
      return receipts.filter((receipt) => !left.has(receipt))
    },
    now: async () => {
      await countsAt(deadLettersUrl)
      return answeredMs()
    },
    sendBack: async (batch) => {
      const taken: QueueMessage[] = []
      try {
        return await sendBatch(client, queueUrl, batch)
      } catch (thrown) {
        if (!isOfOneMessage(thrown)) throw thrown
        if (batch.length === 1) return []
      }
      for (const message of batch) {
        const sent = await sendBatch(client, queueUrl, [message]).catch((thrown: unknown) => {
          if (isOfOneMessage(thrown)) return []
          throw thrown
        })
        taken.push(...sent)
      }
      return taken
    },
    counts: async () => {
      const [deadLetters, queue] = [await countsAt(deadLettersUrl), await countsAt(queueUrl)]
      return { deadLetters: deadLetters.waiting, held: deadLetters.held, waiting: queue.waiting }
    },
  }
}
