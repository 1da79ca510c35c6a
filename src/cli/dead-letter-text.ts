import { fromRecord } from '../lib/queue/message.ts'
import type { DeadLetter } from '../lib/queue/read-dead-letter.ts'

/** A count with its thousands apart. */
export const number = (count: number): string => count.toLocaleString('en')

/** `1 dead letter`, `2,000 dead letters`. */
export const letters = (count: number): string =>
  `${number(count)} dead ${count === 1 ? 'letter' : 'letters'}`

/** A time to the minute, in UTC. */
export const minute = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`

/** Drops what a terminal would act upon, or not show: a payload may contain anything. */
const printable = (text: string): string =>
  text.replace(/(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')

/** Intercom's code and the field that it is about: `parameter_invalid (owner_id)`. */
export const codeText = ({ code, field }: DeadLetter): string | undefined =>
  field === undefined ? code : [code, `(${field})`].filter(Boolean).join(' ')

/** How today's config reads a dead letter. */
export const readsText = ({ reads }: DeadLetter): string => {
  if (reads.kind !== 'refused')
    return `a ${reads.kind === 'signup' ? 'signup' : 'payload to ignore'}`
  const issues = reads.issues.map(({ path, reason }) => (path ? `${path}: ${reason}` : reason))
  return printable([`still ${reads.code}: ${reads.message}`, ...issues].join('; '))
}

/** The payload of a dead letter: personal data. */
export const bodyText = ({ record }: DeadLetter): string => {
  try {
    return printable(new TextDecoder().decode(fromRecord(record).delivery.body))
  } catch {
    return printable(record.body)
  }
}
