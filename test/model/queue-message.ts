import { hash } from 'node:crypto'
import type { SQSRecord } from 'aws-lambda'

/** A message as a queue keeps it. */
export type QueuedMessage = {
  readonly messageId: string
  readonly body: string
  readonly groupId: string
  readonly dedupeId: string
  readonly attributes: Readonly<Record<string, string>>
  /** Unix milliseconds. */
  readonly sentMs: number
  /** Its position among all messages the queue was sent. */
  readonly order: number
  /** How often it was received. */
  readonly receives: number
  /** When it was first received, in unix milliseconds. */
  readonly firstReceivedMs: number
}

/**
 * A message as the event source mapping passes it to the function.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#sample-fifo-queues-message-event
 */
export const toRecord = (
  message: QueuedMessage,
  receiptHandle: string,
  eventSourceARN: string,
): SQSRecord => ({
  messageId: message.messageId,
  receiptHandle,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentMs),
    SequenceNumber: String(message.order).padStart(20, '0'),
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.dedupeId,
    SenderId: 'AROAEXAMPLE:signup-bridge',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
  },
  messageAttributes: Object.fromEntries(
    Object.entries(message.attributes).map(([name, stringValue]) => [
      name,
      { stringValue, stringListValues: [], binaryListValues: [], dataType: 'String' },
    ]),
  ),
  md5OfBody: hash('md5', message.body),
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion: eventSourceARN.split(':')[3] ?? '',
})
