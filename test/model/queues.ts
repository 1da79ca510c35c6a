import type { Clock } from '../../src/lib/clock.ts'
import { BridgeError } from '../../src/lib/errors.ts'
import type { Queues } from '../../src/lib/queue/queues.ts'
import { createDeadLetters } from './dead-letters.ts'
import { createFifoQueue } from './fifo-queue.ts'

const account = '000000000000'
const urlOf = (name: string): string => `https://sqs.eu-west-1.amazonaws.com/${account}/${name}`
const arnOf = (name: string): string => `arn:aws:sqs:eu-west-1:${account}:${name}`

const dayMs = 86_400_000

/** The queue URLs in the functions' environment. */
export const queueUrl = urlOf('signup-bridge-model-signups.fifo')
export const deadLetterQueueUrl = urlOf('signup-bridge-model-dead-letters.fifo')

/** Creates the bridge's queue and its dead letters, and the `Queues` that the functions use. */
export const createModelQueues = (
  clock: Clock,
  latencyMs: number,
  {
    random,
    ...options
  }: {
    readonly visibilityMs: number
    readonly maxReceives: number
    readonly random: () => number
  },
) => {
  const deadLetterQueue = createFifoQueue({
    arn: arnOf('signup-bridge-model-dead-letters.fifo'),
    now: clock.now,
    visibilityMs: 1_800_000,
    retentionMs: 14 * dayMs,
  })
  const queue = createFifoQueue({
    arn: arnOf('signup-bridge-model-signups.fifo'),
    now: clock.now,
    retentionMs: 7 * dayMs,
    ...options,
    onExhausted: deadLetterQueue.insert,
  })
  const deadLetters = createDeadLetters(queue, deadLetterQueue, clock.now)
  let isDown = false
  let sendFailures = 0
  const unavailable = (message: string) => new BridgeError('temporarily_unavailable', message)

  const checkAvailable = async (queueUrls: readonly string[], url: string): Promise<void> => {
    await clock.sleep(latencyMs)
    if (!queueUrls.includes(url)) throw new Error(`QueueDoesNotExist: ${url}`)
    if (isDown) throw unavailable('SQS did not respond')
  }
  const queues: Queues = {
    connect: async () => {},
    store: async (url, messages) => {
      await checkAvailable([queueUrl], url)
      const stored = messages.filter(() => random() >= sendFailures)
      for (const message of stored) queue.send(message)
      if (stored.length < messages.length) throw unavailable('SQS did not store every message')
    },
    sendDeadLetter: async (url, message) => {
      await checkAvailable([deadLetterQueueUrl], url)
      if (random() < sendFailures) throw unavailable('SQS did not store the message')
      deadLetters.park(message)
    },
    changeVisibility: async (url, handBacks) => {
      await checkAvailable([queueUrl], url)
      const unchanged = handBacks.filter(
        ({ record, retryInSeconds }) =>
          !queue.changeVisibility(record.receiptHandle, retryInSeconds),
      )
      if (unchanged.length > 0) {
        throw new Error(`SQS did not change ${unchanged.length} visibilities`)
      }
    },
  }
  return {
    queue,
    deadLetters,
    queues,
    /** The dead letters as the `bridge` command reaches them. */
    deadLetterQueue: deadLetters.asQueue(() => clock.sleep(latencyMs)),
    /** Sets the probability that a sent message is not stored, independent for each. */
    setSendFailures: (chance: number): void => {
      sendFailures = chance
    },
    /** While down, the functions' requests fail; the event source mapping continues. */
    setDown: (down: boolean): void => {
      isDown = down
    },
  }
}
