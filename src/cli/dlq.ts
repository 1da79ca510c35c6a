import type { Clock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config/config.ts'
import type { DeadLetter, DeadLetterFilter } from '../lib/queue/read-dead-letter.ts'
import {
  forEachDeadLetter,
  type ReplayProgress,
  replay,
  type ScanResult,
} from '../lib/queue/replay.ts'
import { bodyText, codeText, letters, minute, number, readsText } from './dead-letter-text.ts'
import type { QueueName } from './queue-urls.ts'
import type { BridgeQueue } from './queues.ts'
import { toTable } from './table.ts'

/** What a command works with. */
export type Dlq = {
  readonly queues: readonly BridgeQueue[]
  readonly bridge: Bridge
  readonly filter: DeadLetterFilter
  readonly clock: Clock
  /** Ends the command after the current batch; what it held is visible again. */
  readonly signal: AbortSignal
  /** Prints a line of the result. */
  readonly print: (line: string) => void
  /** Prints a line for the person who waits, not for a pipe. */
  readonly printProgress: (line: string) => void
}

/** Prints what was not looked at; returns whether everything was. */
const reportScan = (
  { printProgress, signal }: Dlq,
  { heldByOthers, unseen, isComplete }: ScanResult,
): boolean => {
  if (heldByOthers > 0) {
    printProgress(
      `about ${number(heldByOthers)} are held by another run, or by one that was killed: they are visible within half an hour`,
    )
  }
  if (unseen > 0) {
    printProgress(
      `about ${number(unseen)} more were not looked at: they are behind others of the same person; a replay of those, or of all, reaches them`,
    )
  }
  if (signal.aborted) printProgress('ended before all were looked at')
  return isComplete && heldByOthers === 0
}

/** Prints progress at most every two seconds. */
const createProgress = ({ clock, printProgress }: Dlq) => {
  let printedMs = clock.now()
  return (text: string): void => {
    if (clock.now() - printedMs < 2_000) return
    printedMs = clock.now()
    printProgress(text)
  }
}

/** Calls `onLetter` with each dead letter that matches the filter, queue by queue. */
const scanQueues = async (dlq: Dlq, onLetter: (letter: DeadLetter, queue: QueueName) => void) => {
  const { bridge, filter, signal } = dlq
  let [count, isComplete] = [0, true]
  const progress = createProgress(dlq)
  for (const { name, deadLetters } of dlq.queues) {
    const onScanned = (scanned: number) => progress(`${name}: looked at ${letters(scanned)} so far`)
    const onMatch = (letter: DeadLetter): void => {
      count += 1
      onLetter(letter, name)
    }
    const options = { signal, onScanned }
    const result = await forEachDeadLetter(deadLetters, bridge, filter, onMatch, options)
    isComplete = reportScan(dlq, result) && isComplete
  }
  return { count, isComplete }
}

/**
 * Prints how many dead letters there are, by queue, reason, code, source and what was left out.
 *
 * @returns whether all were looked at
 */
export const list = async (dlq: Dlq): Promise<boolean> => {
  type Row = { cells: string[]; leftOut: string; count: number; oldestMs: number }
  const rows = new Map<string, Row>()
  const { count, isComplete } = await scanQueues(dlq, (letter, queue) => {
    const { reason, source, left_out, sentMs } = letter
    const cells = [queue, reason, codeText(letter) ?? '', source ?? '']
    const leftOut = left_out.join(', ')
    const key = [...cells, leftOut].join()
    const row = rows.get(key) ?? { cells, leftOut, count: 0, oldestMs: sentMs }
    row.count += 1
    row.oldestMs = Math.min(row.oldestMs, sentMs)
    rows.set(key, row)
  })
  if (count > 0) {
    const header = ['queue', 'reason', 'code', 'source', 'letters', 'oldest', 'left out']
    const table = [...rows.values()]
      .toSorted((a, b) => b.count - a.count)
      .map((row) => [...row.cells, number(row.count), minute(row.oldestMs), row.leftOut])
    for (const line of toTable(header, table)) dlq.print(line)
  }
  dlq.print(summaryOf(count, isComplete))
  return isComplete
}

const summaryOf = (count: number, isComplete: boolean): string => {
  if (!isComplete) return `${letters(count)}, and those that were not looked at`
  return count === 0 ? 'no dead letters' : letters(count)
}

/**
 * Prints each dead letter: its reason, and how today's config reads it.
 *
 * @param withBody whether its payload is printed, which is personal data
 * @returns whether all were looked at
 */
export const show = async (dlq: Dlq, withBody: boolean): Promise<boolean> => {
  const { count, isComplete } = await scanQueues(dlq, (letter, queue) => {
    const { record, reason, source, event_id, left_out, sentMs } = letter
    const fields = [
      ['reason', [reason, codeText(letter)].filter(Boolean).join(' / ')],
      ['left out', left_out.join(', ') || undefined],
      ['source', source],
      ['event', event_id],
      ['reads as', readsText(letter)],
      ['body', withBody ? bodyText(letter) : undefined],
    ]
    dlq.print(`${queue}  ${record.messageId}  ${minute(sentMs)}`)
    for (const [name = '', text] of fields) {
      // Indented, so that no line of a payload can be taken for a field.
      if (text !== undefined)
        dlq.print(`  ${name.padEnd(8)}  ${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`)
    }
  })
  dlq.print(summaryOf(count, isComplete))
  return isComplete
}

/**
 * Prints what a replay would send back, and how much of it would be parked again.
 *
 * @returns whether all were looked at
 */
export const dryRun = async (dlq: Dlq): Promise<boolean> => {
  const unreadable = new Map<string, number>()
  const { count, isComplete } = await scanQueues(dlq, ({ reads }) => {
    if (reads.kind === 'refused') {
      unreadable.set(reads.code, (unreadable.get(reads.code) ?? 0) + 1)
    }
  })
  dlq.print(`${letters(count)} would go back`)
  for (const [code, unreadableCount] of unreadable) {
    dlq.print(`${number(unreadableCount)} of them cannot be read by this config: ${code}`)
  }
  return isComplete
}

/**
 * Sends dead letters back: all of them to the FIFO queue.
 *
 * @returns whether every matching one was sent back
 */
export const replayAll = async (dlq: Dlq, restore: boolean): Promise<boolean> => {
  const { filter, bridge, clock, signal } = dlq
  const progress = createProgress(dlq)
  let total: ReplayProgress = { replayed: 0, refused: 0, undeleted: 0 }
  let isComplete = true
  try {
    for (const { name, deadLetters } of dlq.queues) {
      const before = total
      const onProgress = (ofQueue: ReplayProgress): void => {
        total = {
          replayed: before.replayed + ofQueue.replayed,
          refused: before.refused + ofQueue.refused,
          undeleted: before.undeleted + ofQueue.undeleted,
        }
        const text = `${letters(total.replayed)} went back so far`
        if (ofQueue.waitsFor === undefined) progress(text)
        else {
          dlq.printProgress(
            `${text}; ${number(ofQueue.waitsFor)} signups wait in the queue: they go first`,
          )
        }
      }
      const onScanned = (scanned: number) =>
        progress(
          `${name}: looked at ${number(scanned)}, ${letters(total.replayed)} went back so far`,
        )
      const options = { filter, restore, clock, signal, onScanned, onProgress }
      isComplete = reportScan(dlq, await replay(deadLetters, bridge, options)) && isComplete
    }
  } finally {
    const { replayed, refused, undeleted } = total
    dlq.print(`${letters(replayed)} went back`)
    if (refused > 0) dlq.print(`${number(refused)} were refused by the queue, and stay`)
    if (undeleted > 0) {
      dlq.print(`${number(undeleted)} of those could not be deleted, and go back again next time`)
    }
  }
  if (signal.aborted) dlq.print('run it again to continue')
  return isComplete && total.refused === 0 && total.undeleted === 0
}
