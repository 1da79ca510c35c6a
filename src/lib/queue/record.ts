/** The part of an SQS record that is read. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
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

export const receivesOf = (record: QueueRecord): number =>
  Math.max(1, Number(record.attributes.ApproximateReceiveCount) || 1)

/** The group whose order a record keeps; one of a standard queue is alone. */
export const groupIdOf = (record: QueueRecord): string =>
  record.attributes.MessageGroupId ?? record.messageId

/** How long its queue has had a record. */
export const ageSecondsOf = ({ attributes }: QueueRecord, nowMs: number): number =>
  Math.max(0, nowMs - (Number(attributes.SentTimestamp) || nowMs)) / 1_000
