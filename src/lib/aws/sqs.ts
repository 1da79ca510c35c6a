import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityBatchResult,
  SendMessageBatchRequest,
  SendMessageBatchResult,
  SendMessageRequest,
  SendMessageResult,
} from '@aws-sdk/client-sqs'
import type { Environment } from '../config/env.ts'
import { BridgeError } from '../errors.ts'
import { memoise } from '../memoise.ts'
import type { QueueMessage } from '../queue/message.ts'
import { maxBatchEntries, type Queues, type RecordRetry, toBatches } from '../queue/queues.ts'
import { createAwsCaller } from './aws-caller.ts'

const unavailable = (cause?: unknown) =>
  new BridgeError('temporarily_unavailable', 'the queue did not store every message', { cause })

type Action<Input, Output> = (input: Input) => Promise<Partial<Output>>

/** The actions that the functions use; the class `SQS` of the SDK has them, too. */
export type SqsActions = {
  readonly connect?: (queueUrl: string) => Promise<void>
  readonly sendMessage: Action<SendMessageRequest, SendMessageResult>
  readonly sendMessageBatch: Action<SendMessageBatchRequest, SendMessageBatchResult>
  readonly changeMessageVisibilityBatch: Action<
    ChangeMessageVisibilityBatchRequest,
    ChangeMessageVisibilityBatchResult
  >
}

/** Creates the actions; each is sent to the host of its queue's URL. */
export const createSqsActions = (env: Environment): SqsActions => {
  const callerAt = memoise((origin) =>
    createAwsCaller(
      { signingName: 'sqs', target: 'AmazonSQS', version: '1.0', baseUrl: new URL(origin) },
      env,
    ),
  )
  const call = <Input extends { readonly QueueUrl: string | undefined }>(
    action: string,
    input: Input,
  ) => callerAt(new URL(input.QueueUrl ?? '').origin).call(action, input)
  return {
    // A batch of none: the role may send it, SQS refuses it, and the connection stays.
    connect: async (QueueUrl) => {
      await call('SendMessageBatch', { QueueUrl, Entries: [] }).catch(() => undefined)
    },
    sendMessage: (input) => call('SendMessage', input),
    sendMessageBatch: (input) => call('SendMessageBatch', input),
    changeMessageVisibilityBatch: (input) => call('ChangeMessageVisibilityBatch', input),
  }
}

/** Creates the queue operations on SQS. */
export const createQueues = (sqs: SqsActions): Queues => ({
  connect: async (queueUrl) => sqs.connect?.(queueUrl),
  store: (queueUrl, messages) => store(sqs, queueUrl, messages),
  sendDeadLetter: (queueUrl, message) => sendDeadLetter(sqs, queueUrl, message),
  changeVisibility: (queueUrl, retries) => changeVisibility(sqs, queueUrl, retries),
})

const store = async (
  sqs: SqsActions,
  queueUrl: string,
  messages: readonly QueueMessage[],
): Promise<void> => {
  for (const batch of toBatches(messages)) {
    const stored = await sendBatch(sqs, queueUrl, batch).catch((cause: unknown) => {
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
  sqs: SqsActions,
  queueUrl: string,
  messages: readonly QueueMessage[],
): Promise<QueueMessage[]> => {
  const Entries = messages.map((message, index) => ({
    Id: String(index),
    ...toEntry(queueUrl, message),
  }))
  const sent = await sqs.sendMessageBatch({ QueueUrl: queueUrl, Entries })
  const { Successful = [], Failed = [] } = sent
  const failed = new Set(Failed.map(({ Id }) => Id))
  const stored = new Set(Successful.map(({ Id }) => Id).filter((id) => !failed.has(id)))
  return messages.filter((_message, index) => stored.has(String(index)))
}

const sendDeadLetter = async (
  sqs: SqsActions,
  queueUrl: string,
  message: QueueMessage,
): Promise<void> => {
  const sent = await sqs.sendMessage({ QueueUrl: queueUrl, ...toEntry(queueUrl, message) })
  // The record leaves its queue next: only SQS's word for it counts.
  if (!sent.MessageId) throw new Error('SQS did not say that it stored the dead letter')
}

/** The URL of a queue by its ARN: on the same host as a queue whose URL is known. */
export const queueUrlOf = (arn: string, knownQueueUrl: string): string => {
  const [account, name] = arn.split(':').slice(-2)
  return new URL(`/${account}/${name}`, knownQueueUrl).href
}

const changeVisibility = async (
  sqs: SqsActions,
  queueUrl: string,
  retries: readonly RecordRetry[],
): Promise<void> => {
  let unchanged = 0
  for (let start = 0; start < retries.length; start += maxBatchEntries) {
    const batch = retries.slice(start, start + maxBatchEntries)
    const { Failed = [] } = await sqs.changeMessageVisibilityBatch({
      QueueUrl: queueUrl,
      Entries: batch.map(({ record, retryInSeconds }, index) => ({
        Id: String(index),
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: retryInSeconds,
      })),
    })
    unchanged += Failed.length
  }
  if (unchanged > 0) throw new Error(`SQS did not change the visibility of ${unchanged} records`)
}
