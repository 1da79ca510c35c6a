/**
 * The part of an SQS record that the bridge reads.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export type QueueRecord = {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  readonly attributes: {
    readonly ApproximateReceiveCount: string
    readonly SentTimestamp: string
    readonly MessageGroupId?: string | undefined
    readonly MessageDeduplicationId?: string | undefined
  }
  readonly messageAttributes: Readonly<
    Record<string, { readonly stringValue?: string | undefined }>
  >
  readonly eventSourceARN: string
}

export const isFifo = (arn: string): boolean => arn.endsWith('.fifo')

/** How often a record was received, this time included: at least 1. */
export const receivesOf = (record: QueueRecord): number =>
  Math.max(1, Number(record.attributes.ApproximateReceiveCount) || 1)

/** The FIFO group of a record; on a standard queue, which has no groups, its message id. */
export const groupIdOf = (record: QueueRecord): string =>
  record.attributes.MessageGroupId ?? record.messageId

/** How long a record has been in its queue, in seconds. */
export const ageSecondsOf = ({ attributes }: QueueRecord, nowMs: number): number =>
  Math.max(0, nowMs - (Number(attributes.SentTimestamp) || nowMs)) / 1_000
