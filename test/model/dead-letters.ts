import { sha256 } from '../../src/lib/digest.ts'
import type { QueueMessage } from '../../src/lib/queue/message.ts'
import type { DeadLetterQueue } from '../../src/lib/queue/replay.ts'
import type { FifoQueue } from './fifo-queue.ts'

/** A dead letter as an operator sees it. */
export type ParkedSignup = {
  /** Why the bridge parked it, or `receives_exhausted` where SQS moved it out. */
  readonly reason: string
  readonly code: string | undefined
  readonly source: string | undefined
  readonly event_id: string | undefined
  /** As it was queued. */
  readonly body: string
  /** How often its record was received; 0 where that is not known. */
  readonly receives: number
}

/** The dead letters of a queue: parking, looking at them, replaying them. */
export const createDeadLetters = (queue: FifoQueue, letters: FifoQueue, now: () => number) => {
  const receivesWhenParked = new Map<string, number>()
  return {
    /** Its group is the id of the record that it stands for. */
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
        body,
        receives: receivesWhenParked.get(messageId) ?? receives,
      })),
    /**
     * Moves every dead letter back as SQS's own redrive does: body, group and attributes stay, the
     * message is a new one. Gives how many.
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
    /** The way of the `bridge` command to them. */
    asQueue: (reach: () => Promise<void>): DeadLetterQueue => ({
      receive: async () => {
        await reach()
        return letters.receive()
      },
      release: async (receipts) => {
        await reach()
        for (const { receiptHandle } of receipts) letters.changeVisibility(receiptHandle, 0)
      },
      remove: async (receipts) => {
        await reach()
        return receipts.filter(({ receiptHandle }) => letters.delete(receiptHandle))
      },
      now: async () => now(),
      sendBack: async (batch) => {
        await reach()
        for (const message of batch) queue.send(message)
        return batch
      },
      counts: async () => {
        await reach()
        const held = letters.size() - letters.visible()
        return { deadLetters: letters.visible(), held, waiting: queue.visible() }
      },
    }),
  }
}
