import type { Clock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config.ts'
import type { DeadLetter, DeadLetterFilter } from '../lib/dead-letter.ts'
import { fromRecord } from '../lib/queue.ts'
import { eachDeadLetter, type ReplayProgress, replay } from '../lib/replay.ts'
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
  readonly say: (line: string) => void
  /** How far it is: nothing that a pipe should read. */
  readonly tell: (line: string) => void
}

const number = (count: number): string => count.toLocaleString('en')
const letters = (count: number): string =>
  `${number(count)} dead ${count === 1 ? 'letter' : 'letters'}`
const minute = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`

const sayUnseen = ({ tell }: Dlq, unseen: number): void => {
  if (unseen > 0)
    tell(`about ${number(unseen)} more stand behind others of the same person: not looked at`)
}

/** Tells how far it is, every two seconds. */
const createProgress = ({ clock, tell }: Dlq, textOf: (count: number) => string) => {
  let toldMs = clock.now()
  return (count: number): void => {
    if (clock.now() - toldMs < 2_000) return
    toldMs = clock.now()
    tell(textOf(count))
  }
}

/** Shows the meant dead letters of every queue, one after the other. */
const each = async (
  dlq: Dlq,
  onLetter: (letter: DeadLetter, lane: LaneName) => void,
): Promise<number> => {
  let seen = 0
  const progress = createProgress(dlq, (count) => `looked at ${letters(count)} so far`)
  for (const { name, deadLetters } of dlq.lanes) {
    const unseen = await eachDeadLetter(
      deadLetters,
      dlq.bridge,
      dlq.filter,
      (letter) => {
        seen += 1
        progress(seen)
        onLetter(letter, name)
      },
      dlq,
    )
    sayUnseen(dlq, unseen)
  }
  return seen
}

/** How many dead letters there are, by queue, reason, code and source. */
export const list = async (dlq: Dlq): Promise<void> => {
  const rows = new Map<string, { cells: string[]; count: number; oldestMs: number }>()
  const seen = await each(dlq, ({ reason, code, source, sentMs }, lane) => {
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
    for (const line of toTable(header, table)) dlq.say(line)
  }
  dlq.say(seen === 0 ? 'no dead letters' : letters(seen))
}

const readsText = ({ reads }: DeadLetter): string => {
  if (reads.kind !== 'refused')
    return `a ${reads.kind === 'signup' ? 'signup' : 'payload to ignore'}`
  const issues = reads.issues.map(({ path, reason }) => (path ? `${path}: ${reason}` : reason))
  return printable([`still ${reads.code}`, ...issues].join('; '))
}

/** What a terminal would act upon is left out: a payload may hold anything. */
const printable = (text: string): string => text.replace(/(?![\t\n])\p{Cc}/gu, '')

const bodyOf = ({ record }: DeadLetter): string => {
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
 */
export const show = async (dlq: Dlq, withBody: boolean): Promise<void> => {
  const seen = await each(dlq, (letter, lane) => {
    const { record, reason, code, source, event_id, sentMs } = letter
    const fields = [
      ['reason', code === undefined ? reason : `${reason} / ${code}`],
      ['source', source],
      ['event', event_id],
      ['reads as', readsText(letter)],
      ['body', withBody ? bodyOf(letter) : undefined],
    ]
    dlq.say(`${lane}  ${record.messageId}  ${minute(sentMs)}`)
    for (const [name = '', text] of fields) {
      if (text !== undefined) dlq.say(`  ${name.padEnd(8)}  ${text}`)
    }
  })
  dlq.say(seen === 0 ? 'no dead letters' : letters(seen))
}

/** What a replay would send back, and how much of it would become a dead letter again. */
export const dryRun = async (dlq: Dlq): Promise<void> => {
  const still = new Map<string, number>()
  const seen = await each(dlq, ({ reads }) => {
    if (reads.kind === 'refused') still.set(reads.code, (still.get(reads.code) ?? 0) + 1)
  })
  dlq.say(`${letters(seen)} would go back`)
  for (const [code, count] of still) {
    dlq.say(`${number(count)} of them cannot be read by this config: ${code}`)
  }
}

/**
 * Sends dead letters back to their queues.
 *
 * @returns whether every one that was meant went back
 */
export const replayAll = async (dlq: Dlq, restore: boolean): Promise<boolean> => {
  let [replayed, refused] = [0, 0]
  const progress = createProgress(dlq, (count) => `${letters(count)} went back so far`)
  for (const { deadLetters } of dlq.lanes) {
    const before = replayed
    const onProgress = (now: ReplayProgress): void => {
      if (now.waitsFor === undefined) progress(before + now.replayed)
      else
        dlq.tell(
          `${letters(before + now.replayed)} went back; ${number(now.waitsFor)} signups wait in the queue: they go first`,
        )
    }
    const { filter, bridge, clock, signal } = dlq
    const done = await replay(deadLetters, bridge, { filter, restore, clock, signal, onProgress })
    replayed += done.replayed
    refused += done.refused
    sayUnseen(dlq, done.unseen)
  }
  dlq.say(`${letters(replayed)} went back`)
  if (refused > 0) dlq.say(`${number(refused)} were not taken by the queue: run it again`)
  if (dlq.signal.aborted) dlq.say('ended before all were looked at: run it again to go on')
  return refused === 0 && !dlq.signal.aborted
}
