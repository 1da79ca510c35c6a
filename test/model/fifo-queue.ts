import { randomUUID } from 'node:crypto'
import type { SQSRecord } from 'aws-lambda'
import type { QueueMessage } from '../../src/lib/queue/message.ts'
import { createDedupe } from './dedupe.ts'
import { createGroups, type Message, maxBatch } from './groups.ts'
import { type QueuedMessage, toRecord } from './queue-message.ts'

/** What a queue is made with. */
export type FifoQueueOptions = {
  readonly arn: string
  /** Unix milliseconds. */
  readonly now: () => number
  /** How long a message is hidden that was given out; default 360 s. */
  readonly visibilityMs?: number
  /** When a message is dropped, counted from when it was sent; default: never. */
  readonly retentionMs?: number
  /** A message that was given out so often is moved out instead; default: never. */
  readonly maxReceives?: number
  /** Takes what is moved out, as it is. */
  readonly onExhausted?: (message: QueuedMessage) => void
}

/** An SQS FIFO queue: throughput and deduplication per message group. */
export type FifoQueue = ReturnType<typeof createFifoQueue>

/**
 * A queue in memory. A group gives its messages in order, as many as fit into the batch, and then
 * nothing until each of them is deleted or visible again.
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
  let given = 0

  const add = (message: Omit<QueuedMessage, 'order'>): void => {
    sent += 1
    messages.set(message.messageId, groups.add({ ...message, order: sent }))
  }

  const remove = (message: Message): void => {
    messages.delete(message.messageId)
    inFlight.delete(message.handle)
    groups.remove(message)
  }

  const give = (message: Message): SQSRecord => {
    given += 1
    inFlight.delete(message.handle)
    message.handle = `${message.messageId}#${given}`
    message.hiddenUntilMs = now() + visibilityMs
    message.firstReceivedMs ||= now()
    message.receives += 1
    inFlight.set(message.handle, message)
    return toRecord(message, message.handle, arn)
  }

  /** A handle is good until its message is visible again. */
  const held = (handle: string): Message | undefined => {
    const message = inFlight.get(handle)
    return message && now() < message.hiddenUntilMs ? message : undefined
  }

  return {
    arn,
    /** Answers with the message's id: that of the first one, where this is sent once more. */
    send: ({ body, groupId, dedupeId, attributes = {} }: QueueMessage): string => {
      const messageId = randomUUID()
      const before = dedupe.find(groupId, dedupeId, messageId)
      if (before !== undefined) return before
      const message = { messageId, body, groupId, dedupeId, attributes, sentMs: now() }
      add({ ...message, receives: 0, firstReceivedMs: 0 })
      return messageId
    },
    /** Takes a message that another queue moved out, as it is. */
    take: (message: QueuedMessage): void => add(message),
    /** Gives at most ten messages, and hides them. */
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
            records.push(give(message))
            continue
          }
          remove(message)
          onExhausted(message)
        }
        groups.settle(group)
      }
      return records
    },
    /** False where the handle is stale. */
    delete: (handle: string): boolean => {
      const message = held(handle)
      if (!message) return false
      remove(message)
      groups.settle(message.group)
      return true
    },
    /** False where the handle is stale. */
    changeVisibility: (handle: string, seconds: number): boolean => {
      const message = held(handle)
      if (!message) return false
      message.hiddenUntilMs = now() + seconds * 1_000
      groups.settle(message.group)
      return true
    },
    /** When `receive` may next give something, in unix milliseconds. */
    nextVisibleMs: groups.nextMs,
    /** Resolves when something is sent, deleted or made visible that can be received at once. */
    arrival: groups.arrival,
    find: (messageId: string): QueuedMessage | undefined => messages.get(messageId),
    /** All that it holds, hidden ones too, in the order they were sent. */
    messages: (): QueuedMessage[] => [...messages.values()],
    size: (): number => messages.size,
    /** How many it took so far. */
    sent: (): number => sent,
    /** How many are not hidden, those behind a hidden one of their group too. */
    visible: (): number =>
      messages.size -
      [...inFlight.values()].filter(({ hiddenUntilMs }) => now() < hiddenUntilMs).length,
    /** Takes everything out. */
    clear: (): QueuedMessage[] => {
      const all = [...messages.values()]
      messages.clear()
      inFlight.clear()
      groups.clear()
      return all
    },
  }
}
