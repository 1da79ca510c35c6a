import { randomUUID } from 'node:crypto'
import type { SQSRecord } from 'aws-lambda'
import type { QueueMessage } from '../../src/lib/queue/message.ts'
import { createDedupe } from './dedupe.ts'
import { createGroups, type Message, maxBatch } from './groups.ts'
import { type QueuedMessage, toRecord } from './queue-message.ts'

/** Options of `createFifoQueue`. */
export type FifoQueueOptions = {
  readonly arn: string
  /** Unix milliseconds. */
  readonly now: () => number
  /** How long a received message is hidden; default 360 s. */
  readonly visibilityMs?: number
  /** The age at which a message is dropped; default: never. */
  readonly retentionMs?: number
  /** A message received this often is moved out instead of received again; default: never. */
  readonly maxReceives?: number
  /** Called with each message that is moved out, unchanged. */
  readonly onExhausted?: (message: QueuedMessage) => void
}

/** An SQS FIFO queue: throughput and deduplication per message group. */
export type FifoQueue = ReturnType<typeof createFifoQueue>

/**
 * Creates a queue in memory. A group returns its messages in order, as many as fit into the batch,
 * and then none until each of them is deleted or visible again.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export const createFifoQueue = ({
  arn,
  now,
  visibilityMs = 360_000,
  retentionMs = Number.POSITIVE_INFINITY,
  maxReceives = Number.POSITIVE_INFINITY,
  onExhausted = () => {},
}: FifoQueueOptions) => {
  const messages = new Map<string, Message>()
  const inFlight = new Map<string, Message>()
  const groups = createGroups(now)
  const dedupe = createDedupe(now)
  let sent = 0
  let received = 0

  const add = (message: Omit<QueuedMessage, 'order'>): void => {
    sent += 1
    messages.set(message.messageId, groups.add({ ...message, order: sent }))
  }

  const remove = (message: Message): void => {
    messages.delete(message.messageId)
    inFlight.delete(message.handle)
    groups.remove(message)
  }

  const hide = (message: Message): SQSRecord => {
    received += 1
    inFlight.delete(message.handle)
    message.handle = `${message.messageId}#${received}`
    message.hiddenUntilMs = now() + visibilityMs
    message.firstReceivedMs ||= now()
    message.receives += 1
    inFlight.set(message.handle, message)
    return toRecord(message, message.handle, arn)
  }

  /** The message of a handle; a handle is valid until its message is visible again. */
  const findInFlight = (handle: string): Message | undefined => {
    const message = inFlight.get(handle)
    return message && now() < message.hiddenUntilMs ? message : undefined
  }

  return {
    arn,
    /** Returns the message's id; for a duplicate, the id of the first message. */
    send: ({ body, groupId, dedupeId, attributes = {} }: QueueMessage): string => {
      const messageId = randomUUID()
      const before = dedupe.find(groupId, dedupeId, messageId)
      if (before !== undefined) return before
      const message = { messageId, body, groupId, dedupeId, attributes, sentMs: now() }
      add({ ...message, receives: 0, firstReceivedMs: 0 })
      return messageId
    },
    /** Adds a message that another queue moved out, unchanged. */
    insert: (message: QueuedMessage): void => add(message),
    /** Returns at most ten messages, and hides them. */
    receive: (max = maxBatch): SQSRecord[] => {
      const records: SQSRecord[] = []
      const room = () => Math.min(max, maxBatch) - records.length
      while (room() > 0) {
        const group = groups.next()
        if (!group) break
        for (const message of group.messages.slice(0, room())) {
          if (now() - message.sentMs >= retentionMs) {
            remove(message)
            continue
          }
          if (message.receives < maxReceives) {
            records.push(hide(message))
            continue
          }
          remove(message)
          onExhausted(message)
        }
        groups.settle(group)
      }
      return records
    },
    /** Returns false when the handle is stale. */
    delete: (handle: string): boolean => {
      const message = findInFlight(handle)
      if (!message) return false
      remove(message)
      groups.settle(message.group)
      return true
    },
    /** Returns false when the handle is stale. */
    changeVisibility: (handle: string, seconds: number): boolean => {
      const message = findInFlight(handle)
      if (!message) return false
      message.hiddenUntilMs = now() + seconds * 1_000
      groups.settle(message.group)
      return true
    },
    /** When `receive` may next return a message, in unix milliseconds. */
    nextVisibleMs: groups.nextMs,
    /** Resolves when a send, delete or visibility change makes a message receivable. */
    arrival: groups.arrival,
    find: (messageId: string): QueuedMessage | undefined => messages.get(messageId),
    /** All messages, hidden ones too, in the order they were sent. */
    messages: (): QueuedMessage[] => [...messages.values()],
    size: (): number => messages.size,
    /** How many messages were added so far. */
    sent: (): number => sent,
    /** How many messages are not hidden, including those behind a hidden one of their group. */
    visible: (): number =>
      messages.size -
      [...inFlight.values()].filter(({ hiddenUntilMs }) => now() < hiddenUntilMs).length,
    /** Removes and returns all messages. */
    clear: (): QueuedMessage[] => {
      const all = [...messages.values()]
      messages.clear()
      inFlight.clear()
      groups.clear()
      return all
    },
  }
}
