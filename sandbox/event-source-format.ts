import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs'
import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda'
import { isRecord } from '../src/lib/json-access.ts'

const toMessageAttribute = (attribute: MessageAttributeValue): SQSMessageAttribute => ({
  ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
  ...(attribute.BinaryValue !== undefined && {
    binaryValue: Buffer.from(attribute.BinaryValue).toString('base64'),
  }),
  stringListValues: [],
  binaryListValues: [],
  dataType: attribute.DataType ?? 'String',
})

/**
 * Converts a message to a record of Lambda's event.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
 */
export const toRecord = (message: Message, queueArn: string): SQSRecord => {
  const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '' } = message
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '',
      ...message.Attributes,
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => [
        name,
        toMessageAttribute(attribute),
      ]),
    ),
    ...(message.MD5OfMessageAttributes && {
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
    }),
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  }
}

/**
 * Reads the ids of the failed messages from the function's response: none if the response or its
 * list is absent or empty.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 *
 * @throws Error if the response fails the whole batch
 */
export const readFailures = (response: unknown, records: readonly SQSRecord[]): string[] => {
  if (response === null || response === undefined) return []
  if (!isRecord(response)) throw new Error('the response is not an object')
  const { batchItemFailures = null } = response
  if (batchItemFailures === null) return []
  if (!Array.isArray(batchItemFailures)) throw new Error('batchItemFailures is not a list')
  const ids = new Set(records.map(({ messageId }) => messageId))
  return batchItemFailures.map((failure) => {
    const id = isRecord(failure) ? failure.itemIdentifier : undefined
    if (typeof id !== 'string' || !ids.has(id)) {
      throw new Error('an itemIdentifier is missing or not a message of the batch')
    }
    return id
  })
}
