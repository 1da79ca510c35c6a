import type { Clock } from '../clock.ts'
import type { Bridge } from '../config/config.ts'
import type { QueueMessage } from './message.ts'
import { toBatches } from './queues.ts'
import {
  type DeadLetter,
  type DeadLetterFilter,
  matchesFilter,
  readDeadLetter,
  toReplay,
} from './read-dead-letter.ts'
import { isFifo, type QueueRecord } from './record.ts'

/** Identifies a received message, to release or delete it. */
export type Receipt = Pick<QueueRecord, 'messageId' | 'receiptHandle'>

/** The dead letters of a queue, and how to send them back to the FIFO queue. */
export type DeadLetterQueue = {
  /** Receives at most ten messages and hides them from others for a while; none: the end. */
  readonly receive: () => Promise<readonly QueueRecord[]>
  /** Makes held messages visible again. */
  readonly release: (receipts: readonly Receipt[]) => Promise<void>
  /** Deletes held messages. Returns those that were deleted. */
  readonly remove: <Held extends Receipt>(receipts: readonly Held[]) => Promise<readonly Held[]>
  /** Sends a batch to the FIFO queue. Returns the messages that it stored. */
  readonly sendBack: (batch: readonly QueueMessage[]) => Promise<readonly QueueMessage[]>
  /** The time of the clock that timestamps the messages, unix milliseconds. */
  readonly now: () => Promise<number>
  readonly counts: () => Promise<{
    /** Dead letters that can be received. */
    readonly deadLetters: number
    /** Dead letters that were received and are held. */
    readonly held: number
    /** Messages that can be received from the FIFO queue. */
    readonly waiting: number
  }>
}

export type ScanOptions = {
  /** Ends the scan after the current batch. */
  readonly signal?: AbortSignal
  /** Called after every batch with the number of dead letters scanned so far. */
  readonly onScanned?: (scanned: number) => void
}

/** What a scan reached. */
export type ScanResult = {
  readonly scanned: number
  /** About how many another run held when the scan began, maybe one that was killed. */
  readonly heldByOthers: number
  /** About how many were not scanned: behind others of their group, or not reached in time. */
  readonly unseen: number
  readonly isComplete: boolean
}

/** Whether others may be in its group: SQS keeps the group, the bridge parks each record alone. */
const sharesGroup = ({ eventSourceARN, messageAttributes }: QueueRecord): boolean =>
  isFifo(eventSourceARN) && messageAttributes.reason === undefined

/**
 * Passes every message to `handle` once, ten at a time, and holds it so that the next ones are
 * received. `handle` returns the messages that it removed; all others are released at the end, also
 * after an error.
 */
const scan = async (
  queue: DeadLetterQueue,
  handle: (records: readonly QueueRecord[]) => Promise<readonly Receipt[]>,
  { signal, onScanned = () => {} }: ScanOptions,
): Promise<ScanResult> => {
  const { held: heldByOthers } = await queue.counts()
  const seen = new Set<string>()
  const held = new Map<string, Receipt>()
  let mayMiss = false
  try {
    while (!signal?.aborted) {
      const records = await queue.receive()
      if (records.length === 0) break
      for (const { messageId, receiptHandle } of records) {
        held.set(messageId, { messageId, receiptHandle })
      }
      // Messages whose hold ran out are received again: without this the scan would never end.
      const unseen = records.filter(({ messageId }) => !seen.has(messageId))
      mayMiss ||= unseen.length === 0
      if (unseen.length === 0) break
      for (const { messageId } of unseen) seen.add(messageId)
      for (const { messageId } of await handle(unseen)) held.delete(messageId)
      mayMiss ||= records.some((record) => held.has(record.messageId) && sharesGroup(record))
      onScanned(seen.size)
    }
    const unseen = mayMiss && !signal?.aborted ? (await queue.counts()).deadLetters : 0
    const isComplete = !signal?.aborted && unseen === 0
    return { scanned: seen.size, heldByOthers, unseen, isComplete }
  } finally {
    await queue.release([...held.values()])
  }
}

/** Calls `onLetter` for every dead letter that matches the filter. Removes none. */
export const forEachDeadLetter = (
  queue: DeadLetterQueue,
  bridge: Bridge,
  filter: DeadLetterFilter,
  onLetter: (letter: DeadLetter) => void,
  options: ScanOptions = {},
): Promise<ScanResult> =>
  scan(
    queue,
    async (records) => {
      for (const record of records) {
        const letter = await readDeadLetter(bridge, record)
        if (matchesFilter(letter, filter)) onLetter(letter)
      }
      return []
    },
    options,
  )

export type ReplayOptions = ScanOptions & {
  readonly filter: DeadLetterFilter
  /** Unarchive archived contacts. */
  readonly restore: boolean
  readonly clock: Pick<Clock, 'sleep'>
  /** Called after every batch that was sent back, and while the replay waits for the queue. */
  readonly onProgress?: (progress: ReplayProgress) => void
}

export type ReplayProgress = {
  /** How many were sent back so far. */
  readonly replayed: number
  /** How many the queue did not store: they stay dead letters. */
  readonly refused: number
  /** How many were sent back and could not be deleted: the next replay sends them again. */
  readonly undeleted: number
  /** Set while the replay waits: how many signups are in the queue. */
  readonly waitsFor?: number
}

/** A replay pauses while as many wait, so that live signups are not behind many others. */
const maxWaiting = 100
const waitingPauseMs = 5_000
/** A pause for every ten: SQS's counts are some seconds old, so they would miss a flood. */
const batchPauseMs = 250

/**
 * Sends the dead letters that match the filter to the FIFO queue, and deletes each one only after
 * the queue has stored it. A replay that ended early continues when it is run again. At worst it
 * sends a dead letter twice; a replay fills only empty fields.
 *
 * @throws the error of an SQS request that failed as a whole; no dead letter is lost
 */
export const replay = async (
  queue: DeadLetterQueue,
  bridge: Bridge,
  { filter, restore, clock, onProgress = () => {}, ...options }: ReplayOptions,
): Promise<ReplayProgress & ScanResult> => {
  const startedMs = await queue.now()
  let [replayed, refused, undeleted] = [0, 0, 0]

  const waitForRoom = async (): Promise<void> => {
    while (!options.signal?.aborted) {
      const { waiting } = await queue.counts()
      if (waiting < maxWaiting) return
      onProgress({ replayed, refused, undeleted, waitsFor: waiting })
      await clock.sleep(waitingPauseMs)
    }
  }

  const sendBack = async (records: readonly QueueRecord[]): Promise<Receipt[]> => {
    const recordOf = new Map<QueueMessage, QueueRecord>()
    for (const record of records) {
      const letter = await readDeadLetter(bridge, record)
      // A dead letter that is parked again meanwhile would be replayed again and again.
      const isSelected = letter.sentMs <= startedMs && matchesFilter(letter, filter)
      if (isSelected) recordOf.set(toReplay(letter, restore), record)
    }
    const allRemoved: Receipt[] = []
    for (const batch of toBatches([...recordOf.keys()])) {
      const stored = await queue.sendBack(batch)
      const removed = await queue.remove(stored.flatMap((message) => recordOf.get(message) ?? []))
      allRemoved.push(...removed)
      replayed += stored.length
      refused += batch.length - stored.length
      undeleted += stored.length - removed.length
    }
    if (recordOf.size > 0) {
      onProgress({ replayed, refused, undeleted })
      await clock.sleep(batchPauseMs)
      await waitForRoom()
    }
    return allRemoved
  }

  await waitForRoom()
  const result = await scan(queue, sendBack, options)
  return { replayed, refused, undeleted, ...result }
}
