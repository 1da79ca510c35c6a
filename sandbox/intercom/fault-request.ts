import { isRecord } from '../../src/lib/json-access.ts'
import { attributeNotation, readAttribute } from './attribute.ts'

/** What goes wrong, for which calls, and how often. */
export type Fault = {
  /** Only calls of this method. */
  readonly method?: string
  /** Only calls of this path, exactly; `*` stands for one segment: `/contacts/*`. */
  readonly path?: string
  /** For so many calls; without it, and without `chance`, for every call until a reset. */
  readonly count?: number
  /** For each call with this probability, above 0 and up to 1. */
  readonly chance?: number
  /** Makes `chance` the same in every run; default 1. */
  readonly seed?: number
  /** Waits before anything else happens; alone, the call is then handled as ever. */
  readonly latency_ms?: number
  /** Answers with this instead of handling the call. */
  readonly status?: number
  /** The answer's body: a gateway's HTML page, or JSON; default Intercom's error list. */
  readonly body?: 'html' | Readonly<Record<string, unknown>>
  /** The `code` and `message` in that error list. */
  readonly code?: string
  readonly message?: string
  /** Ends the connection before handling the call. */
  readonly reset?: true
  /** Handles the call, then ends the connection without an answer. */
  readonly lost?: true
  /** Never answers. */
  readonly hang?: true
}

/** A fault, or what is set at once and stays until a reset. */
export type FaultRequest = Fault & {
  /** Calls in a window of 10 s. */
  readonly rate_limit?: number
  /** From now on the only good token; those before it are revoked. */
  readonly access_token?: string
  /** How long search does not see what is written from now on. */
  readonly index_lag_ms?: number
  /** Custom attributes that exist from now on, a reset or not; see `WorkspaceOptions`. */
  readonly attributes?: readonly string[]
  /** The ids of the admins who may own a contact or write a note from now on. */
  readonly admins?: readonly number[]
}

const methods = ['GET', 'POST', 'PUT', 'DELETE']
const integer = (from: number, to: number) => ({
  is: (value: unknown) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
  expected: `an integer from ${from} to ${to}`,
})
const text = { is: (value: unknown) => typeof value === 'string', expected: 'a string' }
const yes = { is: (value: unknown) => value === true, expected: 'true' }
const anHourMs = 3_600_000

const keys: {
  readonly [key in keyof Required<FaultRequest>]: {
    readonly is: (value: unknown) => boolean
    readonly expected: string
  }
} = {
  method: {
    is: (value) => methods.some((method) => method === value),
    expected: methods.join(', '),
  },
  path: {
    is: (value) => typeof value === 'string' && value.startsWith('/'),
    expected: 'a path such as /contacts or /contacts/*',
  },
  count: integer(1, 1_000_000),
  chance: {
    is: (value) => typeof value === 'number' && value > 0 && value <= 1,
    expected: 'a number above 0 and up to 1',
  },
  seed: integer(0, 0xffff_ffff),
  latency_ms: integer(0, anHourMs),
  status: integer(200, 599),
  body: { is: (value) => value === 'html' || isRecord(value), expected: '"html" or an object' },
  code: text,
  message: text,
  reset: yes,
  lost: yes,
  hang: yes,
  rate_limit: integer(0, 1_000_000),
  access_token: {
    is: (value) => typeof value === 'string' && /^\S+$/.test(value),
    expected: 'a token without spaces',
  },
  index_lag_ms: integer(0, anHourMs),
  attributes: {
    is: (value) =>
      Array.isArray(value) &&
      value.every((text) => typeof text === 'string' && readAttribute(text) !== undefined),
    expected: `a list, each of it ${attributeNotation}`,
  },
  admins: {
    is: (value) => Array.isArray(value) && value.every(Number.isInteger),
    expected: 'a list of integers',
  },
}

const outcomes = ['status', 'reset', 'lost', 'hang'] as const
const settings = ['rate_limit', 'access_token', 'index_lag_ms', 'attributes', 'admins'] as const
const effects = [...outcomes, 'latency_ms', ...settings] as const
const ofStatus = ['body', 'code', 'message'] as const

const wrongIn = (fault: unknown): string | undefined => {
  if (!isRecord(fault)) return 'must be an object'
  for (const [key, value] of Object.entries(fault)) {
    const known = Object.entries(keys).find(([name]) => name === key)?.[1]
    if (!known) return `${key} is not known; known are ${Object.keys(keys).join(', ')}`
    if (!known.is(value)) return `${key} must be ${known.expected}`
  }
  const has = (key: string) => Object.hasOwn(fault, key)
  if (!effects.some(has)) return `needs one of ${effects.join(', ')}`
  const chosen = outcomes.filter(has)
  if (chosen.length > 1) return `${chosen.join(' and ')} exclude each other`
  const stray = ofStatus.find((key) => has(key) && !has('status'))
  if (stray) return `${stray} needs a status`
  if (has('seed') && !has('chance')) return 'seed needs a chance'
  return Number(fault.status) < 400 && !has('body') ? 'a status below 400 needs a body' : undefined
}

/** Reads one fault or a list of them, or says what is wrong with which. */
export const readFaults = (body: unknown): readonly FaultRequest[] | string => {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body]
  for (const [index, fault] of list.entries()) {
    const wrong = wrongIn(fault)
    if (wrong !== undefined) return Array.isArray(body) ? `fault ${index}: ${wrong}` : wrong
  }
  // Every member was looked at just above.
  return list as readonly FaultRequest[]
}
