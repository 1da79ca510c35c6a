import * as z from 'zod/mini'
import type { Delivery, Question } from '../delivery.ts'
import { sha256 } from '../digest.ts'
import { BridgeError, type Issue, type RefusalCode, refusalCodes } from '../errors.ts'
import type { Signup, SignupInput } from '../signup.ts'
import { parseFormBody, parseJsonBody } from './body.ts'
import { normalise } from './normalise.ts'
import { applyOptions, type MappingOptions, type MappingResult } from './options.ts'
import { clean, isAbsent, type LeftOut } from './values.ts'

/** A delivery's body, by the format that its source declares. */
export type PayloadFormat = 'json' | 'form'

/** How a sender's payload is read: its shape, and pure functions from it to signups. */
export type PayloadReader<Payload> = {
  readonly payload: {
    readonly format: PayloadFormat
    /** The events of a body that may hold several, each read by itself; absent: the body is one. */
    readonly events?: (body: unknown) => readonly unknown[]
    /** Tells a signup from the sender's other events, which are ignored; absent: all are signups. */
    readonly isSignup?: (event: unknown, delivery: Delivery) => boolean
    /** Loose on what it does not know, strict on what `toSignup` uses. */
    readonly schema: z.ZodMiniType<Payload>
    /** Headers that the functions below and above read; no other reaches the queue. */
    readonly headers?: readonly string[]
  }
  /** The sender's own id of this event, stable over its retries; none → SHA-256 of the body. */
  readonly eventId: (payload: Payload, delivery: Delivery) => unknown
  /** A signup, several, or `undefined` for "genuine, and not a signup after all". Pure. */
  readonly toSignup: (
    payload: Payload,
    delivery: Delivery,
    questions: readonly Question[],
  ) => SignupInput | readonly SignupInput[] | undefined
  /** Form builders: every question, answered or not. */
  readonly questions?: (payload: Payload) => readonly Question[]
}

/** The part of a source that reads its deliveries. */
export type ReadableSource = PayloadReader<unknown> & { readonly options: MappingOptions }

/** Why a payload, or one signup of several in it, cannot be used. */
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
      /** Where each stands in what the source found, whatever `map` ignores today or tomorrow. */
      readonly indexes: readonly number[]
      /** Those beside them that cannot be used. */
      readonly refusals: readonly (Refusal & { readonly index: number })[]
      readonly leftOut: readonly LeftOut[]
    }
  | (Refusal & { readonly kind: 'refused'; readonly event_id: string })

/** A refusal as the error that it is answered or parked with. */
export const toRefusalError = ({ code, message, issues }: Refusal): BridgeError =>
  new BridgeError(code, message, { issues })

/** The headers that reading needs; no other is kept, so that a queued delivery reads the same. */
const readHeaders = (source: ReadableSource): readonly string[] => [
  'content-type',
  'content-encoding',
  ...(source.payload.headers ?? []),
]

/** The delivery as it is read and queued: without the headers and the address it came with. */
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

const isRefusalError = (error: unknown): error is BridgeError & { code: RefusalCode } =>
  error instanceof BridgeError && refusalCodes.some((code) => code === error.code)

const parsePayload = (source: ReadableSource, body: unknown): unknown => {
  const parsed = z.safeParse(source.payload.schema, body)
  if (parsed.success) return parsed.data
  throw new BridgeError('invalid_signup', "the payload is not of this source's shape", {
    // zod's own texts name types and never values.
    issues: parsed.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      reason: message,
    })),
  })
}

const isMany = (found: SignupInput | readonly SignupInput[]): found is readonly SignupInput[] =>
  Array.isArray(found)

const toEventId = (given: unknown): string | undefined => {
  if (isAbsent(given)) return undefined
  if (typeof given === 'string') return clean(given)
  return Number.isSafeInteger(given) ? String(given) : undefined
}

/** What one event of a body holds: each signup as mapped, or why it, or all of it, is refused. */
type EventReading = {
  readonly event_id: string | undefined
  readonly items: readonly (MappingResult | Refusal)[]
}

const ignored: EventReading['items'] = [{ input: undefined, leftOut: [] }]

/** What is thrown while an event is mapped is for the operator to mend, whoever's code threw it. */
const toRefusal = (error: unknown): Refusal =>
  isRefusalError(error)
    ? error
    : // The cause is left out: its message may quote the payload.
      {
        code: 'mapping_failed',
        message: "the source's own code threw: mend it, then replay",
        issues: [],
      }

/** One event: the signups that its source finds in it, with the options laid over them. */
const readEvent = (source: ReadableSource, event: unknown, delivery: Delivery): EventReading => {
  let event_id: string | undefined
  try {
    if (source.payload.isSignup?.(event, delivery) === false) return { event_id, items: ignored }
    const payload = parsePayload(source, event)
    event_id = toEventId(source.eventId(payload, delivery))
    const questions = source.questions?.(payload) ?? []
    const found = source.toSignup(payload, delivery, questions) ?? []
    const readable = { body: event, payload, questions }
    const mapOne = (preset: SignupInput): MappingResult | Refusal => {
      try {
        return applyOptions(preset, readable, source.options)
      } catch (error) {
        return toRefusal(error)
      }
    }
    const items = isMany(found) ? found.map(mapOne) : [mapOne(found)]
    // An event without a signup keeps its place, too.
    return { event_id, items: items.length > 0 ? items : ignored }
  } catch (error) {
    return { event_id, items: [toRefusal(error)] }
  }
}

const eventsOf = (source: ReadableSource, body: unknown): readonly unknown[] | Refusal => {
  try {
    return source.payload.events?.(body) ?? [body]
  } catch (error) {
    return toRefusal(error)
  }
}

/** The events of a delivery, parsed and mapped, each value still as it came. */
export const readInputs = async (
  source: ReadableSource,
  delivery: Delivery,
): Promise<EventReading[]> => {
  try {
    const isJson = source.payload.format === 'json'
    const events = eventsOf(
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

type Item = { readonly signup: Signup; readonly leftOut: readonly LeftOut[] } | Refusal | undefined

const toItem = async (
  given: MappingResult | Refusal,
  eventId: string,
  { options: { country } }: ReadableSource,
): Promise<Item> => {
  if ('code' in given) return given
  const { input, leftOut } = given
  if (!input) return undefined
  const normalised = await normalise(input, { eventId, country })
  if (normalised.kind === 'signup') {
    return { signup: normalised.signup, leftOut: [...leftOut, ...normalised.leftOut] }
  }
  const message = 'the payload does not say who signed up'
  return { code: 'no_identity', message, issues: normalised.issues }
}

/**
 * A delivery as signups: the same for the webhook, the worker and a replay. Depends on nothing but
 * its arguments, and on nothing of the delivery but its body and the headers that its source reads.
 * A refusal is a value, since what to do about it depends on who waits.
 */
export const read = async (source: ReadableSource, received: Delivery): Promise<Reading> => {
  const delivery = stripDelivery(source, received)
  const entries = await readInputs(source, delivery)
  const digest = () => sha256(delivery.body)
  const items = await Promise.all(
    entries.flatMap((entry) =>
      entry.items.map((item) => toItem(item, entry.event_id ?? digest(), source)),
    ),
  )

  const usable = items.flatMap((item, index) =>
    item && 'signup' in item ? [{ ...item, index }] : [],
  )
  const refusals = items.flatMap((item, index) =>
    item && 'code' in item
      ? [{ index, code: item.code, message: item.message, issues: item.issues }]
      : [],
  )
  const event_id = entries.find((entry) => entry.event_id !== undefined)?.event_id ?? digest()
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
  const [refused] = refusals
  if (!refused) return { kind: 'ignored' }
  const { code, message, issues } = refused
  return { kind: 'refused', event_id, code, message, issues }
}
