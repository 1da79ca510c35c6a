import * as z from 'zod/mini'
import type { Delivery } from '../delivery.ts'
import { sha256 } from '../digest.ts'
import { BridgeError, type Issue, type RefusalCode, refusalCodes } from '../errors.ts'
import type { Signup, SignupInput } from '../signup.ts'
import { parseFormBody, parseJsonBody } from './body.ts'
import { constantsOf } from './constants.ts'
import { type NormaliseContext, normalise } from './normalise.ts'
import type { LeftOut } from './normalise-values.ts'
import { applyOptions, type MappingResult } from './options.ts'
import type { ReadableSource } from './payload-types.ts'
import { clean, isAbsent } from './text.ts'

/** Why a payload, or one of its signups, cannot be used. */
export type Refusal = {
  readonly code: RefusalCode
  readonly message: string
  readonly issues: readonly Issue[]
}

export type Reading =
  | { readonly kind: 'ignored' }
  | {
      readonly kind: 'signups'
      readonly event_id: string
      readonly signups: readonly [Signup, ...Signup[]]
      /** The position of each among all that the source found, whatever `map` ignores. */
      readonly indexes: readonly number[]
      /** The other signups of the delivery, which cannot be used. */
      readonly refusals: readonly (Refusal & { readonly index: number })[]
      readonly leftOut: readonly LeftOut[]
    }
  | (Refusal & { readonly kind: 'refused'; readonly event_id: string })

/**
 * Reads a delivery into signups, the same in the webhook, the worker and a replay: the result
 * depends on nothing but the source, the body, the headers that the source reads and the time of
 * receipt. A refusal is returned, not thrown: what to do about it depends on the caller.
 */
export const read = async (source: ReadableSource, received: Delivery): Promise<Reading> => {
  const delivery = stripDelivery(source, received)
  const events = await readInputs(source, delivery)
  const bodyDigest = () => sha256(delivery.body)
  const constants = constantsOf(source.options)
  const results = await Promise.all(
    events.flatMap(({ event_id, items }) =>
      items.map((item) =>
        toResult(item, {
          eventId: event_id ?? bodyDigest(),
          country: source.options.country,
          receivedAt: delivery.received_at,
          constants,
        }),
      ),
    ),
  )
  const event_id = events.find((event) => event.event_id !== undefined)?.event_id ?? bodyDigest()
  return toReading(results, event_id)
}

/** Returns a refusal as the error to respond with, or to park. */
export const toRefusalError = ({ code, message, issues }: Refusal): BridgeError =>
  new BridgeError(code, message, { issues })

/** Returns the delivery as it is read and queued: without its URL and the headers not needed. */
export const stripDelivery = (source: ReadableSource, delivery: Delivery): Delivery => ({
  ...delivery,
  method: 'POST',
  url: '',
  headers: Object.fromEntries(
    readHeaders(source).flatMap((name) => {
      const value = delivery.headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  ),
})

/** The headers that reading needs; no others are kept, so a queued delivery reads the same. */
const readHeaders = (source: ReadableSource): readonly string[] => [
  'content-type',
  'content-encoding',
  ...(source.payload.headers ?? []),
]

/** One event of a body: each of its signups as mapped or refused, or one refusal for all of it. */
type EventReading = {
  readonly event_id: string | undefined
  readonly items: readonly (MappingResult | Refusal)[]
}

/** Parses a delivery and maps its events; the values are as received. */
export const readInputs = async (
  source: ReadableSource,
  delivery: Delivery,
): Promise<EventReading[]> => {
  try {
    const isJson = source.payload.format === 'json'
    const events = splitEvents(
      source,
      isJson ? parseJsonBody(delivery) : await parseFormBody(delivery),
    )
    if ('code' in events) return [{ event_id: undefined, items: [events] }]
    return events.map((event) => readEvent(source, event, delivery))
  } catch (error) {
    if (!isRefusalError(error)) throw error
    return [{ event_id: undefined, items: [error] }]
  }
}

const splitEvents = (source: ReadableSource, body: unknown): readonly unknown[] | Refusal => {
  try {
    return source.payload.events?.(body) ?? [body]
  } catch (error) {
    return toRefusal(error)
  }
}

/** An event without a signup: one empty item, so that it keeps its position. */
const ignored: EventReading['items'] = [{ input: undefined, leftOut: [] }]

/** Finds the signups of one event, and applies the source's options over each. */
const readEvent = (source: ReadableSource, event: unknown, delivery: Delivery): EventReading => {
  let event_id: string | undefined
  try {
    if (source.payload.isSignup?.(event, delivery) === false) return { event_id, items: ignored }
    const payload = parsePayload(source, event)
    event_id = toEventId(source.eventId(payload, delivery))
    const questions = source.questions?.(payload) ?? []
    const found = source.toSignup(payload, delivery, questions) ?? []
    const unread = source.unread?.(payload) ?? []
    const parsed = { body: event, payload, questions, unread }
    const mapOne = (preset: SignupInput): MappingResult | Refusal => {
      try {
        return applyOptions(preset, parsed, source.options)
      } catch (error) {
        return toRefusal(error)
      }
    }
    const items = isList(found) ? found.map(mapOne) : [mapOne(found)]
    return { event_id, items: items.length > 0 ? items : ignored }
  } catch (error) {
    return { event_id, items: [toRefusal(error)] }
  }
}

const parsePayload = (source: ReadableSource, event: unknown): unknown => {
  const parsed = z.safeParse(source.payload.schema, event)
  if (parsed.success) return parsed.data
  throw new BridgeError('invalid_signup', "the payload does not have this source's shape", {
    // zod's messages name types, never values.
    issues: parsed.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      reason: message,
    })),
  })
}

const toEventId = (id: unknown): string | undefined => {
  if (isAbsent(id)) return undefined
  if (typeof id === 'string') return clean(id)
  return Number.isSafeInteger(id) ? String(id) : undefined
}

const isList = (found: SignupInput | readonly SignupInput[]): found is readonly SignupInput[] =>
  Array.isArray(found)

const isRefusalError = (error: unknown): error is BridgeError & { code: RefusalCode } =>
  error instanceof BridgeError && refusalCodes.some((code) => code === error.code)

/** Returns any error thrown by a source's code as a refusal: the operator has to fix that code. */
const toRefusal = (error: unknown): Refusal =>
  isRefusalError(error)
    ? error
    : // The cause is left out: its message may quote the payload.
      {
        code: 'mapping_failed',
        message: "the source's own code threw: fix it, then replay",
        issues: [],
      }

type Result =
  | { readonly signup: Signup; readonly leftOut: readonly LeftOut[] }
  | Refusal
  | undefined

const refusalMessages = {
  no_identity: 'the payload does not say who signed up',
  invalid_signup:
    'the opt-out cannot be read: send unsubscribed_from_emails as true or false, or fix what the source maps to it',
} as const

const toResult = async (
  item: MappingResult | Refusal,
  context: NormaliseContext,
): Promise<Result> => {
  if ('code' in item) return item
  if (!item.input) return undefined
  const normalised = await normalise(item.input, context)
  if (normalised.kind === 'signup') {
    return { signup: normalised.signup, leftOut: [...item.leftOut, ...normalised.leftOut] }
  }
  const { kind, issues } = normalised
  return { code: kind, message: refusalMessages[kind], issues }
}

const toReading = (results: readonly Result[], event_id: string): Reading => {
  const usable = results.flatMap((result, index) =>
    result && 'signup' in result ? [{ ...result, index }] : [],
  )
  const refusals = results.flatMap((result, index) =>
    result && 'code' in result
      ? [{ index, code: result.code, message: result.message, issues: result.issues }]
      : [],
  )
  const [first, ...rest] = usable.map(({ signup }) => signup)
  if (first) {
    return {
      kind: 'signups',
      event_id,
      signups: [first, ...rest],
      indexes: usable.map(({ index }) => index),
      refusals,
      leftOut: usable.flatMap(({ leftOut }) => leftOut),
    }
  }
  const [refusal] = refusals
  if (!refusal) return { kind: 'ignored' }
  const { code, message, issues } = refusal
  return { kind: 'refused', event_id, code, message, issues }
}
