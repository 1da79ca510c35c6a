import { sha256 } from '../../src/lib/digest.ts'
import type { QueueMessage } from '../../src/lib/queue/message.ts'
import type { DeadLetterQueue } from '../../src/lib/queue/replay.ts'
import type { FifoQueue } from './fifo-queue.ts'

/** A dead letter as an operator sees it. */
export type ParkedSignup = {
  /** The bridge's reason, or `receives_exhausted` when SQS moved the message. */
  readonly reason: string
  readonly code: string | undefined
  readonly source: string | undefined
  readonly event_id: string | undefined
  /** What the contact of a copy was delivered without, by commas. */
  readonly left_out: string | undefined
  /** The body as it was queued. */
  readonly body: string
  /** How often its record was received; 0 when unknown. */
  readonly receives: number
}

/** The dead letters of a queue: parks, lists and redrives them. */
export const createDeadLetters = (queue: FifoQueue, letters: FifoQueue, now: () => number) => {
  const receivesWhenParked = new Map<string, number>()
  return {
    /** The message's group is the id of the parked record. */
    park: (message: QueueMessage): void => {
      const receives = queue.find(message.groupId)?.receives ?? 0
      receivesWhenParked.set(letters.send(message), receives)
    },
    parked: (): ParkedSignup[] =>
      letters.messages().map(({ messageId, attributes, body, receives }) => ({
        reason: attributes.reason ?? 'receives_exhausted',
        code: attributes.code,
        source: attributes.source,
        event_id: attributes.event_id,
        left_out: attributes.left_out,
        body,
        receives: receivesWhenParked.get(messageId) ?? receives,
      })),
    /**
     * Moves every dead letter back as SQS's redrive does: a new message with the same body, group
     * and attributes. Returns how many were moved.
     */
    redrive: (attributes: Readonly<Record<string, string>> = {}): number => {
      const redriven = letters.clear()
      for (const letter of redriven) {
        queue.send({
          body: letter.body,
          groupId: letter.groupId,
          dedupeId: sha256(letter.messageId),
          attributes: { ...letter.attributes, ...attributes },
        })
      }
      return redriven.length
    },
    /** The dead letters as the `bridge` command reaches them; `delay` runs before each request. */
    asQueue: (delay: () => Promise<void>): DeadLetterQueue => ({
      receive: async () => {
        await delay()
        return letters.receive()
      },
      release: async (receipts) => {
        await delay()
        for (const { receiptHandle } of receipts) letters.changeVisibility(receiptHandle, 0)
      },
      remove: async (receipts) => {
        await delay()
        return receipts.filter(({ receiptHandle }) => letters.delete(receiptHandle))
      },
      now: async () => now(),
      sendBack: async (batch) => {
        await delay()
        for (const message of batch) queue.send(message)
        return batch
      },
      counts: async () => {
        await delay()
        const held = letters.size() - letters.visible()
        return { deadLetters: letters.visible(), held, waiting: queue.visible() }
      },
    }),
  }
}
