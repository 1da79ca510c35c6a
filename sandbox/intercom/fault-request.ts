import { isRecord } from '../../src/lib/json-access.ts'
import { attributeNotation, readAttribute } from './attribute.ts'
import { readSubscriptionType, subscriptionNotation } from './subscriptions.ts'

/** What goes wrong, for which requests, and how often. */
export type Fault = {
  /** Only requests with this method. */
  readonly method?: string
  /** Only requests to this exact path; `*` matches one segment: `/contacts/*`. */
  readonly path?: string
  /** How many requests it affects; without it and without `chance`, every request until a reset. */
  readonly count?: number
  /** The probability that it affects a request, above 0 and up to 1. */
  readonly chance?: number
  /** Makes `chance` the same in every run; default 1. */
  readonly seed?: number
  /** Waits first; without another effect, the request is then handled as usual. */
  readonly latency_ms?: number
  /** Responds with this status instead of handling the request. */
  readonly status?: number
  /** The response's body: a gateway's HTML page, or JSON; default Intercom's error list. */
  readonly body?: 'html' | Readonly<Record<string, unknown>>
  /** The `code`, `message` and `field` in that error list. */
  readonly code?: string
  readonly message?: string
  readonly field?: string
  /** Closes the connection before the request is handled. */
  readonly reset?: true
  /** Handles the request, then closes the connection without a response. */
  readonly lost?: true
  /** Never responds. */
  readonly hang?: true
}

/** The body of `POST /_sandbox/faults`: a fault, and settings that hold until a reset. */
export type FaultRequest = Fault & {
  /** Requests in a window of 10 s. */
  readonly rate_limit?: number
  /** The only valid token from now on; earlier ones are revoked. */
  readonly access_token?: string
  /** How long search does not see a change that is written from now on. */
  readonly index_lag_ms?: number
  /** More custom attributes, which a reset keeps; see `WorkspaceOptions`. */
  readonly attributes?: readonly string[]
  /** More subscription types, which a reset keeps; see `WorkspaceOptions`. */
  readonly subscription_types?: readonly string[]
  /** Those of companies. */
  readonly company_attributes?: readonly string[]
  /** The ids of the admins who may own a contact or write a note from now on. */
  readonly admins?: readonly number[]
}

const methods = ['GET', 'POST', 'PUT', 'DELETE']
const integer = (from: number, to: number) => ({
  isValid: (value: unknown) =>
    Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
  expected: `an integer from ${from} to ${to}`,
})
const string = { isValid: (value: unknown) => typeof value === 'string', expected: 'a string' }
const attributeList = {
  isValid: (value: unknown) =>
    Array.isArray(value) &&
    value.every((text) => typeof text === 'string' && readAttribute(text) !== undefined),
  expected: `a list, each member ${attributeNotation}`,
}
const isTrue = { isValid: (value: unknown) => value === true, expected: 'true' }
const hourMs = 3_600_000

const keys: {
  readonly [key in keyof Required<FaultRequest>]: {
    readonly isValid: (value: unknown) => boolean
    readonly expected: string
  }
} = {
  method: {
    isValid: (value) => methods.some((method) => method === value),
    expected: methods.join(', '),
  },
  path: {
    isValid: (value) => typeof value === 'string' && value.startsWith('/'),
    expected: 'a path such as /contacts or /contacts/*',
  },
  count: integer(1, 1_000_000),
  chance: {
    isValid: (value) => typeof value === 'number' && value > 0 && value <= 1,
    expected: 'a number above 0 and up to 1',
  },
  seed: integer(0, 0xffff_ffff),
  latency_ms: integer(0, hourMs),
  status: integer(200, 599),
  body: {
    isValid: (value) => value === 'html' || isRecord(value),
    expected: '"html" or an object',
  },
  code: string,
  message: string,
  field: string,
  reset: isTrue,
  lost: isTrue,
  hang: isTrue,
  rate_limit: integer(0, 1_000_000),
  access_token: {
    isValid: (value) => typeof value === 'string' && /^\S+$/.test(value),
    expected: 'a token without spaces',
  },
  index_lag_ms: integer(0, hourMs),
  subscription_types: {
    isValid: (value) =>
      Array.isArray(value) &&
      value.every((text) => typeof text === 'string' && readSubscriptionType(text) !== undefined),
    expected: `a list, each member ${subscriptionNotation}`,
  },
  attributes: attributeList,
  company_attributes: attributeList,
  admins: {
    isValid: (value) => Array.isArray(value) && value.every(Number.isInteger),
    expected: 'a list of integers',
  },
}

const outcomes = ['status', 'reset', 'lost', 'hang'] as const
const settings = [
  'rate_limit',
  'access_token',
  'index_lag_ms',
  'attributes',
  'company_attributes',
  'subscription_types',
  'admins',
] as const
const effects = [...outcomes, 'latency_ms', ...settings] as const
const statusOptions = ['body', 'code', 'message', 'field'] as const

const faultProblem = (fault: unknown): string | undefined => {
  if (!isRecord(fault)) return 'must be an object'
  for (const [key, value] of Object.entries(fault)) {
    const known = Object.entries(keys).find(([name]) => name === key)?.[1]
    if (!known) return `${key} is not known; known are ${Object.keys(keys).join(', ')}`
    if (!known.isValid(value)) return `${key} must be ${known.expected}`
  }
  const has = (key: string) => Object.hasOwn(fault, key)
  if (!effects.some(has)) return `needs one of ${effects.join(', ')}`
  const chosen = outcomes.filter(has)
  if (chosen.length > 1) return `${chosen.join(' and ')} exclude each other`
  const stray = statusOptions.find((key) => has(key) && !has('status'))
  if (stray) return `${stray} needs a status`
  if (has('seed') && !has('chance')) return 'seed needs a chance'
  return Number(fault.status) < 400 && !has('body') ? 'a status below 400 needs a body' : undefined
}

/** Reads one fault or a list of faults, or returns what is wrong with the first invalid one. */
export const readFaults = (body: unknown): readonly FaultRequest[] | string => {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body]
  for (const [index, fault] of list.entries()) {
    const problem = faultProblem(fault)
    if (problem !== undefined) return Array.isArray(body) ? `fault ${index}: ${problem}` : problem
  }
  // Every member was checked above.
  return list as readonly FaultRequest[]
}
