import type { QueueMessage } from './message.ts'
import type { QueueRecord } from './record.ts'

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maxBatchEntries = 10

/** SQS allows 1 MiB a batch; the rest is for the attributes, which it counts too. */
const maxBatchBytes = 1_000_000

/** Splits messages into batches of at most ten messages and 1 MB, in order. */
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

/** The operations on queues that the bridge uses, each queue by its URL. */
export type Queues = {
  /** Opens a connection, so that the first store need not wait for one. */
  readonly connect: (queueUrl: string) => Promise<void>
  /**
   * Stores all messages in a FIFO queue.
   *
   * @throws BridgeError `temporarily_unavailable` if the queue did not store every message
   */
  readonly store: (queueUrl: string, messages: readonly QueueMessage[]) => Promise<void>
  /** @throws the queue's error; the record must then stay in its queue */
  readonly sendDeadLetter: (queueUrl: string, message: QueueMessage) => Promise<void>
  /**
   * Sets when records are received again.
   *
   * @throws the queue's error; the records are then received after its visibility timeout
   */
  readonly changeVisibility: (queueUrl: string, retries: readonly RecordRetry[]) => Promise<void>
}

/** A record to return to its queue, and after how many seconds it is received again. */
export type RecordRetry = { readonly record: QueueRecord; readonly retryInSeconds: number }
