import type { Clock } from './clock.ts'
import type { Bridge } from './config.ts'
import {
  type DeadLetter,
  type DeadLetterFilter,
  fromDeadLetter,
  isMeant,
  toReplay,
} from './dead-letter.ts'
import { isFifo, type QueueMessage, type QueueRecord } from './queue.ts'
import { toBatches } from './send.ts'

/** What is needed to hold a received message. */
export type Receipt = Pick<QueueRecord, 'messageId' | 'receiptHandle'>

/** The dead letters of a queue, and the way back into it. */
export type DeadLetterQueue = {
  /** Gives at most ten messages and holds them, unseen by others, for some minutes; none: the end. */
  readonly receive: () => Promise<readonly QueueRecord[]>
  /** Lets held messages be seen again. */
  readonly release: (receipts: readonly Receipt[]) => Promise<void>
  readonly remove: (receipts: readonly Receipt[]) => Promise<void>
  /** Sends a batch to the queue, and gives what it took. */
  readonly sendBack: (batch: readonly QueueMessage[]) => Promise<readonly QueueMessage[]>
  /** The time by the clock that stamps its messages, unix milliseconds. */
  readonly now: () => Promise<number>
  /** How many messages can be received: of the dead letters, and of the queue. */
  readonly waiting: () => Promise<{ readonly deadLetters: number; readonly queue: number }>
}

export type ScanOptions = {
  /** Ends the scan after the batch at hand. */
  readonly signal?: AbortSignal
}

/** What the bridge parks is in a group of its own; what SQS moves keeps the group of its person. */
const sharesGroup = ({ eventSourceARN, messageAttributes }: QueueRecord): boolean =>
  isFifo(eventSourceARN) && messageAttributes.reason === undefined

/**
 * Shows every message once, ten at a time, and holds it so that the next ones come; at the end, and
 * whatever happens, all that `take` did not answer as gone are released.
 *
 * @returns about how many could not be looked at: those that stand behind held ones in a group
 */
const scan = async (
  queue: DeadLetterQueue,
  take: (records: readonly QueueRecord[]) => Promise<readonly QueueRecord[]>,
  { signal }: ScanOptions,
): Promise<number> => {
  const held = new Map<string, Receipt>()
  let mayHideOthers = false
  try {
    while (!signal?.aborted) {
      const records = await queue.receive()
      if (records.length === 0) break
      // What was held for too long comes again, with another receipt.
      const unseen = records.filter(({ messageId }) => !held.has(messageId))
      for (const { messageId, receiptHandle } of records) {
        held.set(messageId, { messageId, receiptHandle })
      }
      for (const { messageId } of await take(unseen)) held.delete(messageId)
      mayHideOthers ||= records.some((record) => held.has(record.messageId) && sharesGroup(record))
    }
    return mayHideOthers ? (await queue.waiting()).deadLetters : 0
  } finally {
    await queue.release([...held.values()])
  }
}

/**
 * Reads every dead letter that is meant, and leaves all of them where they are.
 *
 * @returns how many could not be looked at
 */
export const eachDeadLetter = (
  queue: DeadLetterQueue,
  bridge: Bridge,
  filter: DeadLetterFilter,
  onLetter: (letter: DeadLetter) => void,
  options: ScanOptions = {},
): Promise<number> =>
  scan(
    queue,
    async (records) => {
      for (const record of records) {
        const letter = await fromDeadLetter(bridge, record)
        if (isMeant(letter, filter)) onLetter(letter)
      }
      return []
    },
    options,
  )

export type ReplayOptions = ScanOptions & {
  readonly filter: DeadLetterFilter
  /** Bring archived contacts back. */
  readonly restore: boolean
  readonly clock: Pick<Clock, 'sleep'>
  /** Told after every batch, and while it waits for the queue. */
  readonly onProgress?: (progress: ReplayProgress) => void
}

export type ReplayProgress = {
  /** How many went back so far. */
  readonly replayed: number
  /** How many the queue did not take: they stay dead letters. */
  readonly refused: number
  /** Set while it waits: so many signups are in the queue already. */
  readonly waitsFor?: number
}

/** A replay goes on while fewer wait, so that live signups never stand behind many others. */
const maxWaiting = 100
const waitingPauseMs = 5_000
/** Ten letters each: what SQS says of a queue is some seconds old, and a flood would pass unseen. */
const batchPauseMs = 250

/**
 * Sends the dead letters that are meant back into their queue, each deleted once the queue has it,
 * and not before: whatever ends it in between, it goes on from there when it is run again, and at
 * worst a letter goes back twice, which fills nothing that is not empty.
 *
 * @returns the counts, and how many could not be looked at
 */
export const replay = async (
  queue: DeadLetterQueue,
  bridge: Bridge,
  { filter, restore, clock, signal, onProgress = () => {} }: ReplayOptions,
): Promise<ReplayProgress & { readonly unseen: number }> => {
  const startedMs = await queue.now()
  let replayed = 0
  let refused = 0

  const waitForRoom = async (): Promise<void> => {
    while (!signal?.aborted) {
      const { queue: waitsFor } = await queue.waiting()
      if (waitsFor < maxWaiting) return
      onProgress({ replayed, refused, waitsFor })
      await clock.sleep(waitingPauseMs)
    }
  }

  const sendBack = async (records: readonly QueueRecord[]): Promise<QueueRecord[]> => {
    const letters: DeadLetter[] = []
    for (const record of records) {
      const letter = await fromDeadLetter(bridge, record)
      // What is parked once more meanwhile would go round and round.
      if (letter.sentMs <= startedMs && isMeant(letter, filter)) letters.push(letter)
    }
    const recordOf = new Map(
      letters.map((letter) => [toReplay(letter, restore), letter.record] as const),
    )
    const gone: QueueRecord[] = []
    for (const batch of toBatches([...recordOf.keys()])) {
      const taken = await queue.sendBack(batch)
      const records = taken.flatMap((message) => recordOf.get(message) ?? [])
      await queue.remove(records)
      gone.push(...records)
      replayed += records.length
      refused += batch.length - records.length
    }
    if (letters.length > 0) {
      onProgress({ replayed, refused })
      await clock.sleep(batchPauseMs)
      await waitForRoom()
    }
    return gone
  }

  await waitForRoom()
  const unseen = await scan(queue, sendBack, { ...(signal && { signal }) })
  return { replayed, refused, unseen }
}
