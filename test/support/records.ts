import type { QueueRecord } from '../../src/lib/queue/record.ts'
import { start } from './clock.ts'

export const fifoArn = 'arn:aws:sqs:eu-west-1:000000000000:queue.fifo'
export const inboxArn = 'arn:aws:sqs:eu-west-1:000000000000:inbox'

/** A queue record as the event source mapping passes it to the worker. */
export const record = (
  body: string | object,
  more: Partial<Omit<QueueRecord, 'attributes'>> & {
    attributes?: Partial<QueueRecord['attributes']>
  } = {},
): QueueRecord => {
  const { attributes, ...rest } = more
  return {
    messageId: 'm1',
    receiptHandle: 'handle-m1',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    messageAttributes: {},
    eventSourceARN: inboxArn,
    ...rest,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(start * 1000),
      ...attributes,
    },
  }
}
