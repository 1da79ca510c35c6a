import type { Clock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config/config.ts'
import type { DeadLetter, DeadLetterFilter } from '../lib/queue/dead-letter.ts'
import { fromRecord } from '../lib/queue/message.ts'
import {
  forEachDeadLetter,
  type ReplayProgress,
  replay,
  type ScanResult,
} from '../lib/queue/replay.ts'
import type { Lane, LaneName } from './queues.ts'
import { toTable } from './table.ts'

/** What a command reads, writes and waits with. */
export type Dlq = {
  readonly lanes: readonly Lane[]
  readonly bridge: Bridge
  readonly filter: DeadLetterFilter
  readonly clock: Clock
  /** Ends the command after the batch at hand; nothing stays held. */
  readonly signal: AbortSignal
  /** The answer, a line. */
  readonly print: (line: string) => void
  /** How far it is: nothing that a pipe should read. */
  readonly printProgress: (line: string) => void
}

const number = (count: number): string => count.toLocaleString('en')
const letters = (count: number): string =>
  `${number(count)} dead ${count === 1 ? 'letter' : 'letters'}`
const minute = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`

/** Says what was not looked at, and gives whether that is nothing. */
const reportScan = (
  { printProgress: tell, signal }: Dlq,
  { heldByOthers, unseen, ...end }: ScanResult,
): boolean => {
  if (heldByOthers > 0) {
    tell(
      `about ${number(heldByOthers)} are held by another run, or by one that was killed: they show within half an hour`,
    )
  }
  if (unseen > 0) {
    tell(
      `about ${number(unseen)} more were not looked at: they stand behind others of the same person; a replay of those, or of all, comes by them`,
    )
  }
  if (signal.aborted) tell('ended before all were looked at')
  return end.isComplete && heldByOthers === 0
}

/** Tells how far it is, every two seconds. */
const createProgress = ({ clock, printProgress: tell }: Dlq) => {
  let toldMs = clock.now()
  return (text: string): void => {
    if (clock.now() - toldMs < 2_000) return
    toldMs = clock.now()
    tell(text)
  }
}

/** Shows the meant dead letters of every queue, one after the other. */
const each = async (dlq: Dlq, onLetter: (letter: DeadLetter, lane: LaneName) => void) => {
  let [seen, whole] = [0, true]
  const progress = createProgress(dlq)
  for (const { name, deadLetters } of dlq.lanes) {
    const onLooked = (looked: number) => progress(`${name}: looked at ${letters(looked)} so far`)
    const { bridge, filter, signal } = dlq
    const onMeant = (letter: DeadLetter): void => {
      seen += 1
      onLetter(letter, name)
    }
    const looked = await forEachDeadLetter(deadLetters, bridge, filter, onMeant, {
      signal,
      onScanned: onLooked,
    })
    whole = reportScan(dlq, looked) && whole
  }
  return { seen, whole }
}

/**
 * How many dead letters there are, by queue, reason, code and source.
 *
 * @returns whether all were looked at
 */
export const list = async (dlq: Dlq): Promise<boolean> => {
  const rows = new Map<string, { cells: string[]; count: number; oldestMs: number }>()
  const { seen, whole } = await each(dlq, ({ reason, code, source, sentMs }, lane) => {
    const cells = [lane, reason, code ?? '', source ?? '']
    const row = rows.get(cells.join()) ?? { cells, count: 0, oldestMs: sentMs }
    row.count += 1
    row.oldestMs = Math.min(row.oldestMs, sentMs)
    rows.set(cells.join(), row)
  })
  if (seen > 0) {
    const header = ['queue', 'reason', 'code', 'source', 'letters', 'oldest']
    const table = [...rows.values()]
      .toSorted((a, b) => b.count - a.count)
      .map(({ cells, count, oldestMs }) => [...cells, number(count), minute(oldestMs)])
    for (const line of toTable(header, table)) dlq.print(line)
  }
  dlq.print(sumOf(seen, whole))
  return whole
}

const sumOf = (seen: number, whole: boolean): string => {
  if (!whole) return `${letters(seen)}, and those that were not looked at`
  return seen === 0 ? 'no dead letters' : letters(seen)
}

/** What a terminal would act upon, or not show, is left out: a payload may hold anything. */
const printable = (text: string): string =>
  text.replace(/(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')

const readsText = ({ reads }: DeadLetter): string => {
  if (reads.kind !== 'refused')
    return `a ${reads.kind === 'signup' ? 'signup' : 'payload to ignore'}`
  const issues = reads.issues.map(({ path, reason }) => (path ? `${path}: ${reason}` : reason))
  return printable([`still ${reads.code}`, ...issues].join('; '))
}

const bodyText = ({ record }: DeadLetter): string => {
  try {
    return printable(new TextDecoder().decode(fromRecord(record).delivery.body))
  } catch {
    return printable(record.body)
  }
}

/**
 * Each dead letter: why it is one, and what today's config makes of it.
 *
 * @param withBody whether its payload is shown, which is personal data
 * @returns whether all were looked at
 */
export const show = async (dlq: Dlq, withBody: boolean): Promise<boolean> => {
  const { seen, whole } = await each(dlq, (letter, lane) => {
    const { record, reason, code, source, event_id, sentMs } = letter
    const fields = [
      ['reason', code === undefined ? reason : `${reason} / ${code}`],
      ['source', source],
      ['event', event_id],
      ['reads as', readsText(letter)],
      ['body', withBody ? bodyText(letter) : undefined],
    ]
    dlq.print(`${lane}  ${record.messageId}  ${minute(sentMs)}`)
    for (const [name = '', text] of fields) {
      // No line of a payload's can be taken for one of ours.
      if (text !== undefined)
        dlq.print(`  ${name.padEnd(8)}  ${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`)
    }
  })
  dlq.print(sumOf(seen, whole))
  return whole
}

/**
 * What a replay would send back, and how much of it would become a dead letter again.
 *
 * @returns whether all were looked at
 */
export const dryRun = async (dlq: Dlq): Promise<boolean> => {
  const still = new Map<string, number>()
  const { seen, whole } = await each(dlq, ({ reads }) => {
    if (reads.kind === 'refused') still.set(reads.code, (still.get(reads.code) ?? 0) + 1)
  })
  dlq.print(`${letters(seen)} would go back`)
  for (const [code, count] of still) {
    dlq.print(`${number(count)} of them cannot be read by this config: ${code}`)
  }
  return whole
}

/**
 * Sends dead letters back to their queues.
 *
 * @returns whether every one that was meant went back
 */
export const replayAll = async (dlq: Dlq, restore: boolean): Promise<boolean> => {
  const { filter, bridge, clock, signal } = dlq
  const progress = createProgress(dlq)
  let done: ReplayProgress = { replayed: 0, refused: 0, undeleted: 0 }
  let whole = true
  try {
    for (const { name, deadLetters } of dlq.lanes) {
      const before = done
      const onProgress = (now: ReplayProgress): void => {
        done = {
          replayed: before.replayed + now.replayed,
          refused: before.refused + now.refused,
          undeleted: before.undeleted + now.undeleted,
        }
        const went = `${letters(done.replayed)} went back so far`
        if (now.waitsFor === undefined) progress(went)
        else
          dlq.printProgress(
            `${went}; ${number(now.waitsFor)} signups wait in the queue: they go first`,
          )
      }
      const onLooked = (looked: number) =>
        progress(`${name}: looked at ${number(looked)}, ${letters(done.replayed)} went back so far`)
      const options = { filter, restore, clock, signal, onLooked, onProgress }
      whole = reportScan(dlq, await replay(deadLetters, bridge, options)) && whole
    }
  } finally {
    const { replayed, refused, undeleted } = done
    dlq.print(`${letters(replayed)} went back`)
    if (refused > 0) dlq.print(`${number(refused)} were not taken by the queue, and stay`)
    if (undeleted > 0) {
      dlq.print(`${number(undeleted)} of those could not be deleted, and go back again next time`)
    }
  }
  if (signal.aborted) dlq.print('run it again to go on')
  return whole && done.refused === 0 && done.undeleted === 0
}
