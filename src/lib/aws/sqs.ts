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
  new BridgeError('temporarily_unavailable', 'the queue did not take every message', { cause })
/** Queues as SQS keeps them. */
export const createQueues = (client: SQSClient): Queues => ({
  store: (queueUrl, messages) => store(client, queueUrl, messages),
  sendDeadLetter: (queueUrl, message) => sendDeadLetter(client, queueUrl, message),
  changeVisibility: (queueUrl, handBacks) => changeVisibility(client, queueUrl, handBacks),
})

const store = async (
  client: SQSClient,
  queueUrl: string,
  messages: readonly QueueMessage[],
): Promise<void> => {
  for (const batch of toBatches(messages)) {
    const taken = await sendBatch(client, queueUrl, batch).catch((cause: unknown) => {
      throw unavailable(cause)
    })
    if (taken.length < batch.length) throw unavailable()
  }
}

/** What SQS takes as one message of a queue, standard or FIFO. */
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
 * Sends one batch, see `toBatches`, and gives the messages that the queue took.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 *
 * @throws what SQS fails with as a whole
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
  const taken = new Set(Successful.map(({ Id }) => Id).filter((id) => !failed.has(id)))
  return messages.filter((_message, index) => taken.has(String(index)))
}

const sendDeadLetter = async (
  client: SQSClient,
  queueUrl: string,
  message: QueueMessage,
): Promise<void> => {
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...toEntry(queueUrl, message) }))
}

/** The URL of the queue that an event came from: on the same host as the queue that is known. */
export const queueUrlOf = (arn: string, knownQueueUrl: string): string => {
  const [account, name] = arn.split(':').slice(-2)
  return new URL(`/${account}/${name}`, knownQueueUrl).href
}

const changeVisibility = async (
  client: SQSClient,
  queueUrl: string,
  handBacks: readonly RecordRetry[],
): Promise<void> => {
  let unchanged = 0
  for (let start = 0; start < handBacks.length; start += maxBatchEntries) {
    const batch = handBacks.slice(start, start + maxBatchEntries)
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
  if (unchanged > 0) throw new Error(`SQS did not change ${unchanged} visibilities`)
}
