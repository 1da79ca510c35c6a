import type { Clock } from '../clock.ts'
import type { Bridge } from '../config/config.ts'
import {
  type DeadLetter,
  type DeadLetterFilter,
  matchesFilter,
  readDeadLetter,
  toReplay,
} from './dead-letter.ts'
import type { QueueMessage } from './message.ts'
import { toBatches } from './queues.ts'
import { isFifo, type QueueRecord } from './record.ts'
/** What is needed to hold a received message. */
export type Receipt = Pick<QueueRecord, 'messageId' | 'receiptHandle'>

/** The dead letters of a queue, and the way back into it. */
export type DeadLetterQueue = {
  /** Gives at most ten messages and holds them, unseen by others, for a while; none: the end. */
  readonly receive: () => Promise<readonly QueueRecord[]>
  /** Lets held messages be seen again. */
  readonly release: (receipts: readonly Receipt[]) => Promise<void>
  /** Deletes held messages, and gives those that are gone. */
  readonly remove: <Held extends Receipt>(receipts: readonly Held[]) => Promise<readonly Held[]>
  /** Sends a batch to the queue, and gives what it took. */
  readonly sendBack: (batch: readonly QueueMessage[]) => Promise<readonly QueueMessage[]>
  /** The time by the clock that stamps its messages, unix milliseconds. */
  readonly now: () => Promise<number>
  readonly counts: () => Promise<{
    /** Dead letters that can be received, and those that somebody holds. */
    readonly deadLetters: number
    readonly held: number
    /** What can be received from the queue that they go back to. */
    readonly waiting: number
  }>
}

export type ScanOptions = {
  /** Ends the scan after the batch at hand. */
  readonly signal?: AbortSignal
  /** Told after every batch how many were looked at so far. */
  readonly onScanned?: (looked: number) => void
}

/** How far a scan came. */
export type ScanResult = {
  readonly scanned: number
  /** About how many somebody else held when it began: another run, or one that was killed. */
  readonly heldByOthers: number
  /** About how many stand behind others of their group, or were not reached in time. */
  readonly unseen: number
  readonly isComplete: boolean
}

/** What the bridge parks is in a group of its own; what SQS moves keeps the group of its person. */
const sharesGroup = ({ eventSourceARN, messageAttributes }: QueueRecord): boolean =>
  isFifo(eventSourceARN) && messageAttributes.reason === undefined

/**
 * Shows every message once, ten at a time, and holds it so that the next ones come; at the end, and
 * whatever happens, all that `take` did not answer as gone are released.
 */
const scan = async (
  queue: DeadLetterQueue,
  take: (records: readonly QueueRecord[]) => Promise<readonly Receipt[]>,
  { signal, onScanned: onLooked = () => {} }: ScanOptions,
): Promise<ScanResult> => {
  const { held: heldByOthers } = await queue.counts()
  const seen = new Set<string>()
  const held = new Map<string, Receipt>()
  let isUnsure = false
  try {
    while (!signal?.aborted) {
      const records = await queue.receive()
      if (records.length === 0) break
      for (const { messageId, receiptHandle } of records) {
        held.set(messageId, { messageId, receiptHandle })
      }
      // What was held for too long comes again, and would do so for ever.
      const unseen = records.filter(({ messageId }) => !seen.has(messageId))
      isUnsure ||= unseen.length === 0
      if (unseen.length === 0) break
      for (const { messageId } of unseen) seen.add(messageId)
      for (const { messageId } of await take(unseen)) held.delete(messageId)
      isUnsure ||= records.some((record) => held.has(record.messageId) && sharesGroup(record))
      onLooked(seen.size)
    }
    const unseen = isUnsure && !signal?.aborted ? (await queue.counts()).deadLetters : 0
    const isWhole = !signal?.aborted && unseen === 0
    return { scanned: seen.size, heldByOthers, unseen, isComplete: isWhole }
  } finally {
    await queue.release([...held.values()])
  }
}

/** Reads every dead letter that is meant, and leaves all of them where they are. */
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
  /** Bring archived contacts back. */
  readonly restore: boolean
  readonly clock: Pick<Clock, 'sleep'>
  /** Told after every batch that was sent back, and while it waits for the queue. */
  readonly onProgress?: (progress: ReplayProgress) => void
}

export type ReplayProgress = {
  /** How many went back so far. */
  readonly replayed: number
  /** How many the queue did not take: they stay dead letters. */
  readonly refused: number
  /** How many went back and could not be deleted: they go back once more when it is run again. */
  readonly undeleted: number
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
 * @throws what SQS fails with as a whole; nothing is lost then
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
      // What is parked once more meanwhile would go round and round.
      const isMeantNow = letter.sentMs <= startedMs && matchesFilter(letter, filter)
      if (isMeantNow) recordOf.set(toReplay(letter, restore), record)
    }
    const gone: Receipt[] = []
    for (const batch of toBatches([...recordOf.keys()])) {
      const taken = await queue.sendBack(batch)
      const removed = await queue.remove(taken.flatMap((message) => recordOf.get(message) ?? []))
      gone.push(...removed)
      replayed += taken.length
      refused += batch.length - taken.length
      undeleted += taken.length - removed.length
    }
    if (recordOf.size > 0) {
      onProgress({ replayed, refused, undeleted })
      await clock.sleep(batchPauseMs)
      await waitForRoom()
    }
    return gone
  }

  await waitForRoom()
  const looked = await scan(queue, sendBack, options)
  return { replayed, refused, undeleted, ...looked }
}
