import * as z from 'zod/mini'
import { parseJson } from '../src/lib/json.ts'

/** The fields of a function's log line that the story uses. */
const logLine = z.looseObject({
  event: z.string(),
  source: z.optional(z.string()),
  outcome: z.optional(z.string()),
  contact_id: z.optional(z.string()),
  calls: z.optional(z.number()),
  receives: z.optional(z.number()),
  retry_in_seconds: z.optional(z.number()),
  code: z.optional(z.string()),
  intercom_code: z.optional(z.string()),
  advice: z.optional(z.string()),
  id: z.optional(z.string()),
  left_out: z.optional(z.array(z.string())),
  counts: z.optional(z.array(z.string())),
  attributes: z.optional(z.array(z.string())),
  stack: z.optional(z.string()),
})
type LogLine = z.infer<typeof logLine>

const parse = (line: string): LogLine | undefined => {
  const parsed = z.safeParse(logLine, parseJson(line))
  return parsed.success ? parsed.data : undefined
}

const notes = ({ left_out = [], counts = [] }: LogLine): string =>
  [...counts, ...left_out.map((reason) => `left out: ${reason}`)]
    .map((note) => `, ${note}`)
    .join('')

const describe = (line: LogLine): string | undefined => {
  const why = [line.code, line.intercom_code].filter(Boolean).join(' / ')
  switch (line.event) {
    case 'accepted':
      return `accepted and queued as ${line.id?.slice(0, 12)}${notes(line)}`
    case 'delivered': {
      const tries = (line.receives ?? 1) > 1 ? `, receive ${line.receives}` : ''
      return `${line.outcome} contact ${line.contact_id} with ${line.calls} ${line.calls === 1 ? 'request' : 'requests'}${tries}${notes(line)}`
    }
    case 'ignored':
      return 'ignored: not a signup'
    case 'incomplete':
      return `not all of it was written: ${why}: ${line.attributes?.join(', ') ?? line.advice}`
    case 'copy_parked':
      return `a copy parked as a dead letter, to be replayed: ${why}`
    case 'parked':
      return `parked as a dead letter: ${why}: ${line.advice}`
    case 'handed_back':
      return `returned to the queue, retried in ${line.retry_in_seconds} s: ${why}: ${line.advice}`
    case 'refused':
      // The gateway prints refusals itself; only an unexpected error has a stack.
      return line.stack
    case 'untried':
    case 'intercom':
      // An untried record is received again; the sandbox prints Intercom's responses itself.
      return undefined
    default:
      return `${line.event}: ${why}: ${line.advice ?? ''}${line.stack ? `\n${line.stack}` : ''}`
  }
}

/** Metrics are for CloudWatch. */
const isMetrics = (line: string): boolean => line.startsWith('{"_aws"')

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const dedupeMs = 5 * 60_000

/**
 * Creates the function that turns a line of a function's output into a line for the terminal, or
 * undefined if there is nothing to show. It remembers the accepted deliveries, since SQS drops an
 * identical delivery within five minutes without notice.
 */
export const createStory = (now: () => number): ((line: string) => string | undefined) => {
  const queuedAtMs = new Map<string, number>()
  const isDuplicate = ({ event, id }: LogLine): boolean => {
    if (event !== 'accepted' || id === undefined) return false
    const isQueued = now() - (queuedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) < dedupeMs
    if (!isQueued) queuedAtMs.set(id, now())
    return isQueued
  }
  return (line) => {
    if (line.trim() === '' || isMetrics(line)) return undefined
    const parsed = parse(line)
    if (!parsed) return line
    const text = isDuplicate(parsed)
      ? 'accepted again, not queued: SQS drops an identical delivery for 5 minutes'
      : describe(parsed)
    return text === undefined ? undefined : `${(parsed.source ?? '').padEnd(10)} ${text}`
  }
}
