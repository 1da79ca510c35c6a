import * as z from 'zod/mini'
import type { Issue } from '../src/lib/errors.ts'
import { parseJson } from '../src/lib/json.ts'

/** The fields of a function's log line that the story uses. */
const logLine = z.looseObject({
  event: z.string(),
  /** Of the response, in the lines of a request. */
  status: z.optional(z.number()),
  source: z.optional(z.string()),
  outcome: z.optional(z.string()),
  contact_id: z.optional(z.string()),
  calls: z.optional(z.number()),
  receives: z.optional(z.number()),
  retry_in_seconds: z.optional(z.number()),
  confirm_in_seconds: z.optional(z.number()),
  code: z.optional(z.string()),
  intercom_code: z.optional(z.string()),
  advice: z.optional(z.string()),
  id: z.optional(z.string()),
  left_out: z.optional(z.array(z.string())),
  counts: z.optional(z.array(z.string())),
  attributes: z.optional(z.array(z.string())),
  fields: z.optional(z.array(z.string())),
  stack: z.optional(z.string()),
})
type LogLine = z.infer<typeof logLine>

const parse = (line: string): LogLine | undefined => {
  const parsed = z.safeParse(logLine, parseJson(line))
  return parsed.success ? parsed.data : undefined
}

const acceptedBody = z.looseObject({
  left_out: z.array(z.looseObject({ path: z.string(), reason: z.string() })),
})

/** What was left out, by name: what the response says, else reading; `undefined` if nothing was. */
const namesOf = ({ body, left_out = [] }: StoryResponse): string[] | undefined => {
  const parsed = z.safeParse(acceptedBody, parseJson(body))
  const named = parsed.success ? parsed.data.left_out : left_out
  return named.length > 0 ? named.map(({ path, reason }) => `${path} (${reason})`) : undefined
}

const notes = ({ left_out = [], counts = [] }: LogLine): string => {
  const leftOut = left_out.length > 0 ? [`left out: ${[...new Set(left_out)].join(', ')}`] : []
  return [...counts, ...leftOut].map((note) => `, ${note}`).join('')
}

const whyOf = ({ code, intercom_code }: LogLine): string =>
  [code, intercom_code].filter(Boolean).join(' / ')

const refusedNames = ({ attributes = [], fields = [] }: LogLine): string =>
  [...fields, ...attributes].join('; ')

/** Who waits for a new contact, for what and until when. */
const holdOf = ({ confirm_in_seconds }: LogLine, nowMs: number): string => {
  if (confirm_in_seconds === undefined) return ''
  const until = new Date(nowMs + confirm_in_seconds * 1_000).toISOString().slice(11, 19)
  return `; later signups of this person wait until ${until}, when Intercom's search shows the contact`
}

const whatBecame = ({ outcome, contact_id }: LogLine): string => {
  if (contact_id !== undefined) return `${outcome} contact ${contact_id}`
  if (outcome === 'company_updated') return 'company updated'
  if (outcome === 'not_found') return 'found no contact to remove'
  return outcome === 'unchanged' ? 'left the contact archived' : `${outcome} the contact`
}

const describe = (line: LogLine, nowMs: number): string | undefined => {
  const why = whyOf(line)
  switch (line.event) {
    case 'accepted':
      return `accepted and queued as ${line.id?.slice(0, 12)}${notes(line)}`
    case 'delivered': {
      const tries = (line.receives ?? 1) > 1 ? `, receive ${line.receives}` : ''
      return `${whatBecame(line)} with ${line.calls} ${line.calls === 1 ? 'request' : 'requests'}${tries}${notes(line)}${holdOf(line, nowMs)}`
    }
    case 'ignored':
      return 'ignored: not a signup'
    case 'incomplete':
      return `not all of it was written: ${why}: ${refusedNames(line) || line.advice}`
    case 'copy_parked':
      return `a copy parked as a dead letter, to be replayed: ${[why, refusedNames(line)].filter(Boolean).join(': ')}`
    case 'parked':
      return `parked as a dead letter: ${why}: ${line.advice}`
    case 'handed_back':
      return `returned to the queue, retried in ${line.retry_in_seconds} s: ${why}: ${line.advice}`
    case 'refused':
      // Shown with its response; only an unexpected error has a stack.
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

/** A response of the gateway. */
export type StoryResponse = {
  readonly path: string
  readonly status: number
  readonly body: string
  readonly location: string
  /** What reading an accepted request leaves out: a page or a redirect does not name it. */
  readonly left_out?: readonly Issue[]
}

/** How a refusal is shown: the response, and the log's code where the response hides it. */
const describeRefusal = (
  { status, body, location }: StoryResponse,
  failurePages: readonly (string | undefined)[],
  refused: LogLine | undefined,
): string | undefined => {
  const why = refused && !body.includes(`"${refused.code}"`) ? ` (${whyOf(refused)})` : ''
  if (status >= 400) return `refused with ${status}: ${body}${why}`
  return status === 303 && failurePages.includes(location)
    ? `refused: redirected to ${location}${why}; ask with "accept: application/json" why`
    : undefined
}

const withName = (name: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : `${name.padEnd(10)} ${text}`

/**
 * Creates the story that the terminal shows of the functions' output and the gateway's responses;
 * `print` gets each of its lines. The lines of a request wait for its response, which follows them
 * and says by name what was left out. It remembers the accepted deliveries, since SQS drops an identical
 * delivery within five minutes without notice.
 */
export const createStory = (now: () => number, print: (text: string) => void) => {
  const queuedAtMs = new Map<string, number>()
  const waiting: LogLine[] = []

  const isDuplicate = ({ event, id }: LogLine): boolean => {
    if (event !== 'accepted' || id === undefined) return false
    const isQueued = now() - (queuedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) < dedupeMs
    if (!isQueued) queuedAtMs.set(id, now())
    return isQueued
  }
  const printIfAny = (text: string | undefined): void => {
    if (text !== undefined) print(text)
  }
  const show = (line: LogLine): void => {
    const text = isDuplicate(line)
      ? 'accepted again, not queued: SQS drops an identical delivery for 5 minutes'
      : describe(line, now())
    printIfAny(withName(line.source ?? '', text))
  }

  return {
    /** Takes a line that a function wrote. */
    onLine: (text: string): void => {
      if (text.trim() === '' || isMetrics(text)) return
      const line = parse(text)
      if (!line) print(text)
      else if (line.status !== undefined && line.event !== 'intercom') waiting.push(line)
      else show(line)
    },
    /** Takes the response to the request whose lines came last. */
    onResponse: (
      response: StoryResponse,
      failurePages: readonly (string | undefined)[] = [],
    ): void => {
      const [first, ...rest] = waiting.splice(0)
      const named = namesOf(response)
      if (first) show(named ? { ...first, left_out: named } : first)
      for (const line of rest) show(named ? { ...line, left_out: undefined } : line)
      const refused = [first, ...rest].find((line) => line?.event === 'refused')
      const name = response.path.split('/').at(-1) ?? ''
      printIfAny(withName(name, describeRefusal(response, failurePages, refused)))
    },
  }
}
