import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { BridgeError } from '../errors.ts'
import type { QueueMessage } from '../queue/message.ts'
import { maxBatchEntries, type Queues, type RecordRetry, toBatches } from '../queue/queues.ts'

const unavailable = (cause?: unknown) =>
  new BridgeError('temporarily_unavailable', 'the queue did not store every message', { cause })

/** Creates the queue operations on SQS. */
export const createQueues = (client: SQSClient): Queues => ({
  store: (queueUrl, messages) => store(client, queueUrl, messages),
  sendDeadLetter: (queueUrl, message) => sendDeadLetter(client, queueUrl, message),
  changeVisibility: (queueUrl, retries) => changeVisibility(client, queueUrl, retries),
})

const store = async (
  client: SQSClient,
  queueUrl: string,
  messages: readonly QueueMessage[],
): Promise<void> => {
  for (const batch of toBatches(messages)) {
    const stored = await sendBatch(client, queueUrl, batch).catch((cause: unknown) => {
      throw unavailable(cause)
    })
    if (stored.length < batch.length) throw unavailable()
  }
}

/** A message in the form that SQS expects, for a standard or a FIFO queue. */
const toEntry = (queueUrl: string, { body, groupId, dedupeId, attributes = {} }: QueueMessage) => ({
  MessageBody: body,
  ...(queueUrl.endsWith('.fifo') && {
    MessageGroupId: groupId,
    MessageDeduplicationId: dedupeId,
  }),
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, text]) => [
      name,
      { DataType: 'String', StringValue: text },
    ]),
  ),
})

/**
 * Sends one batch (see `toBatches`). Returns the messages that the queue stored.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 *
 * @throws the error of SQS if the whole request failed
 */
export const sendBatch = async (
  client: SQSClient,
  queueUrl: string,
  messages: readonly QueueMessage[],
): Promise<QueueMessage[]> => {
  const Entries = messages.map((message, index) => ({
    Id: String(index),
    ...toEntry(queueUrl, message),
  }))
  const { Successful = [], Failed = [] } = await client.send(
    new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
  )
  const failed = new Set(Failed.map(({ Id }) => Id))
  const stored = new Set(Successful.map(({ Id }) => Id).filter((id) => !failed.has(id)))
  return messages.filter((_message, index) => stored.has(String(index)))
}

const sendDeadLetter = async (
  client: SQSClient,
  queueUrl: string,
  message: QueueMessage,
): Promise<void> => {
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...toEntry(queueUrl, message) }))
}

/** The URL of a queue by its ARN: on the same host as a queue whose URL is known. */
export const queueUrlOf = (arn: string, knownQueueUrl: string): string => {
  const [account, name] = arn.split(':').slice(-2)
  return new URL(`/${account}/${name}`, knownQueueUrl).href
}

const changeVisibility = async (
  client: SQSClient,
  queueUrl: string,
  retries: readonly RecordRetry[],
): Promise<void> => {
  let unchanged = 0
  for (let start = 0; start < retries.length; start += maxBatchEntries) {
    const batch = retries.slice(start, start + maxBatchEntries)
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queueUrl,
      Entries: batch.map(({ record, retryInSeconds }, index) => ({
        Id: String(index),
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: retryInSeconds,
      })),
    })
    const { Failed = [] } = await client.send(command)
    unchanged += Failed.length
  }
  if (unchanged > 0) throw new Error(`SQS did not change the visibility of ${unchanged} records`)
}
