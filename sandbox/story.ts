import * as z from 'zod/mini'
import { parseJson } from '../src/lib/json.ts'

/** The part of a handler's log line that a story is told of. */
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

const tell = (line: LogLine): string | undefined => {
  const why = [line.code, line.intercom_code].filter(Boolean).join(' / ')
  switch (line.event) {
    case 'accepted':
      return `accepted and queued as ${line.id?.slice(0, 12)}${notes(line)}`
    case 'delivered': {
      const tries = (line.receives ?? 1) > 1 ? ` at receive ${line.receives}` : ''
      return `${line.outcome} contact ${line.contact_id} with ${line.calls} ${line.calls === 1 ? 'call' : 'calls'}${tries}${notes(line)}`
    }
    case 'ignored':
      return 'ignored: not a signup'
    case 'incomplete':
      return `but not all of it: ${why}: ${line.attributes?.join(', ') ?? line.advice}`
    case 'copy_parked':
      return `a copy parked in the dead letters, to be replayed: ${why}`
    case 'parked':
      return `parked in the dead letters: ${why}: ${line.advice}`
    case 'handed_back':
      return `back to the queue for ${line.retry_in_seconds} s: ${why}: ${line.advice}`
    case 'refused':
      // The gateway tells of refusals, but not where a fault of ours is.
      return line.stack
    case 'untried':
    case 'intercom':
      // What was not tried comes again; Intercom's own answers are told by the sandbox.
      return undefined
    default:
      return `${line.event}: ${why}: ${line.advice ?? ''}${line.stack ? `\n${line.stack}` : ''}`
  }
}

/** Metrics lines are for CloudWatch. */
const isMetrics = (line: string): boolean => line.startsWith('{"_aws"')

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const dedupeMs = 5 * 60_000

/**
 * Tells the story of each delivery, a line each, from what the functions write. It remembers what
 * was queued, since SQS drops the same delivery within five minutes and says nothing.
 */
export const createStory = (now: () => number): ((line: string) => string | undefined) => {
  const queuedAtMs = new Map<string, number>()
  const isAgain = ({ event, id }: LogLine): boolean => {
    if (event !== 'accepted' || id === undefined) return false
    const again = now() - (queuedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) < dedupeMs
    if (!again) queuedAtMs.set(id, now())
    return again
  }
  return (line) => {
    if (line.trim() === '' || isMetrics(line)) return undefined
    const parsed = parse(line)
    if (!parsed) return line
    const told = isAgain(parsed)
      ? 'accepted again: SQS drops the same delivery for 5 minutes, to the byte'
      : tell(parsed)
    return told === undefined ? undefined : `${(parsed.source ?? '').padEnd(10)} ${told}`
  }
}
