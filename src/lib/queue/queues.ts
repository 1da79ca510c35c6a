import type { QueueMessage } from './message.ts'
import type { QueueRecord } from './record.ts'

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maxBatchEntries = 10

/** A batch may hold 1 MiB in all; some is left for what SQS counts beside the body. */
const maxBatchBytes = 1_000_000

/** Batches that SQS takes: at most ten messages and 1 MB each, in order. */
export const toBatches = (messages: readonly QueueMessage[]): QueueMessage[][] => {
  const batches: QueueMessage[][] = []
  let bytes = 0
  for (const message of messages) {
    const size = Buffer.byteLength(message.body)
    const batch = batches.at(-1)
    if (!batch || batch.length >= maxBatchEntries || bytes + size > maxBatchBytes) {
      batches.push([message])
      bytes = size
    } else {
      batch.push(message)
      bytes += size
    }
  }
  return batches
}

/** All that the bridge does with queues, each by its URL. */
export type Queues = {
  /**
   * Stores messages in a FIFO queue, all of them.
   *
   * @throws BridgeError `temporarily_unavailable` unless the queue took every one
   */
  readonly store: (queueUrl: string, messages: readonly QueueMessage[]) => Promise<void>
  /** @throws what the queue fails with; the record must then stay where it is */
  readonly sendDeadLetter: (queueUrl: string, message: QueueMessage) => Promise<void>
  /**
   * Sets when handed-back records come again.
   *
   * @throws what the queue fails with; the records then come after its own visibility timeout
   */
  readonly changeVisibility: (queueUrl: string, handBacks: readonly RecordRetry[]) => Promise<void>
}

/** A record to hand back and when it may come again. */
export type RecordRetry = { readonly record: QueueRecord; readonly retryInSeconds: number }
