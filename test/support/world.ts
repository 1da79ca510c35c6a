import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { vi } from 'vitest'
import { startIntercom } from '../../sandbox/intercom/server.ts'
import { startSecretsManager } from '../../sandbox/secrets-manager.ts'
import { startSqs } from '../../sandbox/sqs.ts'
import { createQueues } from '../../src/lib/aws/sqs.ts'
import type { QueueMessage } from '../../src/lib/queue/message.ts'
import { sandboxQueueNames } from '../../src/lib/queue/names.ts'
import { createClock } from './clock.ts'

export const access_token = 'the-token'
const fifo = { FifoQueue: 'true', VisibilityTimeout: '360' }

/** Starts Intercom, SQS and Secrets Manager on loopback, with a virtual clock. */
export const startWorld = async () => {
  const clock = createClock()
  const [intercom, secrets, sqs] = await Promise.all([
    startIntercom({ port: 0, access_token, now: clock.now, attributes: ['plan'] }),
    startSecretsManager({
      port: 0,
      secrets: { signing: JSON.stringify({ backend: 's3cret' }), intercom: access_token },
    }),
    startSqs({
      port: 0,
      queue: { attributes: fifo, maxReceiveCount: 400 },
      deadLetters: { attributes: fifo },
    }),
  ])
  const inbox = await sqs.createQueue(sandboxQueueNames.inbox.queue, {
    attributes: { VisibilityTimeout: '360' },
  })
  const inboxDeadLetters = await sqs.createQueue(sandboxQueueNames.inbox.deadLetters)
  // The AWS SDK reads its endpoints and credentials from these.
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'sandbox')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'sandbox')
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', sqs.url)
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.url)

  const receive = async (queueUrl: string, visibilitySeconds?: number): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      ...(visibilitySeconds !== undefined && { VisibilityTimeout: visibilitySeconds }),
    })
    return (await sqs.client.send(command)).Messages ?? []
  }

  return {
    clock,
    intercom,
    secrets,
    sqs,
    inbox,
    inboxDeadLetters,
    webhookEnv: { QUEUE_URL: sqs.queueUrl, SIGNING_SECRET_ID: 'signing' },
    workerEnv: {
      QUEUE_URL: sqs.queueUrl,
      DEAD_LETTER_QUEUE_URL: sqs.deadLetterQueueUrl,
      INBOX_DEAD_LETTER_QUEUE_URL: inboxDeadLetters.url,
      INTERCOM_SECRET_ID: 'intercom',
      INTERCOM_BASE_URL: intercom.url,
      // Its search does not lag.
      CONFIRM: 'false',
    },
    store: (messages: readonly QueueMessage[]) =>
      createQueues(sqs.client).store(sqs.queueUrl, messages),
    sendToInbox: async (entries: readonly { body: string; source?: string }[]) => {
      await sqs.client.send(
        new SendMessageBatchCommand({
          QueueUrl: inbox.url,
          Entries: entries.map(({ body, source }, index) => ({
            Id: String(index),
            MessageBody: body,
            ...(source && {
              MessageAttributes: { source: { DataType: 'String', StringValue: source } },
            }),
          })),
        }),
      )
    },
    /** A batch as the event source mapping passes it to the worker, at most ten records. */
    batch: async (queueUrl = sqs.queueUrl): Promise<SQSEvent> => {
      const arn = queueUrl === inbox.url ? inbox.arn : sqs.queueArn
      return { Records: (await receive(queueUrl)).map((message) => toRecord(message, arn)) }
    },
    deadLetters: (queueUrl = sqs.deadLetterQueueUrl) => receive(queueUrl, 0),
    /** How many messages of a queue are visible, and how many are in flight. */
    depth: async (queueUrl = sqs.queueUrl) => {
      const { Attributes = {} } = await sqs.client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
      )
      return {
        waiting: Number(Attributes.ApproximateNumberOfMessages),
        held: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      }
    },
    close: async () => {
      vi.unstubAllEnvs()
      await Promise.all([intercom.close(), secrets.close(), sqs.close()])
    },
  }
}

const toRecord = (message: Message, arn: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: arn,
  awsRegion: 'eu-west-1',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '0',
    ...message.Attributes,
  },
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue = '' }]) => [
      name,
      { stringValue: StringValue, dataType: 'String' },
    ]),
  ),
})

/** The same batch, received again. */
export const receivedAgain = ({ Records }: SQSEvent): SQSEvent => ({
  Records: Records.map((record) => ({
    ...record,
    attributes: {
      ...record.attributes,
      ApproximateReceiveCount: String(Number(record.attributes.ApproximateReceiveCount) + 1),
    },
  })),
})

export const oneMinuteLeft = { getRemainingTimeInMillis: () => 60_000 }
