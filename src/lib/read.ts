import * as z from 'zod/mini'
import { parseBody } from './body.ts'
import { sha256 } from './digest.ts'
import { BridgeError, type Issue, type RefusalCode, refusalCodes } from './errors.ts'
import { applyOptions, type Readable } from './mapping.ts'
import { normalise } from './normalise.ts'
import type { Signup, SignupInput } from './signup.ts'
import type { Delivery, Source } from './sources/source.ts'
import { clean, isAbsent, type LeftOut } from './values.ts'

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
export const refusal = ({ code, message, issues }: Refusal): BridgeError =>
  new BridgeError(code, message, { issues })

/** The headers that reading needs; no other is kept, so that a queued delivery reads the same. */
const readHeaders = (source: Source): readonly string[] => [
  'content-type',
  'content-encoding',
  ...(source.payload.headers ?? []),
]

/** The delivery as it is read and queued: without the headers and the address it came with. */
export const strip = (source: Source, delivery: Delivery): Delivery => ({
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

const isRefusal = (error: unknown): error is BridgeError & { code: RefusalCode } =>
  error instanceof BridgeError && refusalCodes.some((code) => code === error.code)

const parsePayload = (source: Source, body: unknown): unknown => {
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

/** Calls a function of the source's own: what it throws is for the operator to mend. */
const ask = <T>(question: () => T): T => {
  try {
    return question()
  } catch (error) {
    if (isRefusal(error)) throw error
    // The cause is left out: its message may quote the payload.
    throw new BridgeError('mapping_failed', "the source's own code threw: mend it, then replay")
  }
}

const toEventId = (given: unknown): string | undefined => {
  if (isAbsent(given)) return undefined
  if (typeof given === 'string') return clean(given)
  return Number.isSafeInteger(given) ? String(given) : undefined
}

type Item = { readonly signup: Signup; readonly leftOut: readonly LeftOut[] } | Refusal | undefined

/** One signup of an event: the options laid over it, then normalised. */
const readItem = async (
  preset: SignupInput,
  readable: Readable,
  { options }: Source,
  eventId: string,
): Promise<Item> => {
  try {
    const { input, leftOut } = applyOptions(preset, readable, options)
    if (!input) return undefined
    const normalised = await normalise(input, { eventId, country: options.country })
    if (normalised.kind === 'signup') {
      return { signup: normalised.signup, leftOut: [...leftOut, ...normalised.leftOut] }
    }
    const message = 'the payload does not say who signed up'
    return { code: 'no_identity', message, issues: normalised.issues }
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}

/** What one event of a body holds; a refusal of all of it is its only item. */
type Entry = { readonly event_id: string | undefined; readonly items: readonly Item[] }

/** One event, up to what its source finds in it. */
const findSignups = (source: Source, event: unknown, delivery: Delivery) => {
  if (ask(() => source.payload.isSignup?.(event, delivery)) === false) return undefined
  const payload = parsePayload(source, event)
  const event_id = toEventId(ask(() => source.eventId(payload, delivery)))
  const questions = ask(() => source.questions?.(payload)) ?? []
  const found = ask(() => source.toSignup(payload, delivery, questions)) ?? []
  const presets = isMany(found) ? found : [found]
  return { event_id, presets, readable: { body: event, payload, questions } }
}

const readEvent = async (source: Source, event: unknown, delivery: Delivery): Promise<Entry> => {
  let event_id: string | undefined
  try {
    const found = findSignups(source, event, delivery)
    if (!found) return { event_id, items: [undefined] }
    event_id = found.event_id
    const eventId = event_id ?? sha256(delivery.body)
    const { presets, readable } = found
    const read = presets.map((preset) => readItem(preset, readable, source, eventId))
    const items = await Promise.all(read)
    return { event_id, items: items.length > 0 ? items : [undefined] }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { event_id, items: [error] }
  }
}

/**
 * A delivery as signups: the same for the webhook, the worker and a replay. Depends on nothing but
 * its arguments, and on nothing of the delivery but its body and the headers that its source reads.
 * A refusal is a value, since what to do about it depends on who waits.
 */
export const read = async (source: Source, received: Delivery): Promise<Reading> => {
  const delivery = strip(source, received)
  const entries: Entry[] = []
  try {
    const body = await parseBody(delivery, source.payload.format)
    const events = ask(() => source.payload.events?.(body)) ?? [body]
    entries.push(...(await Promise.all(events.map((event) => readEvent(source, event, delivery)))))
  } catch (error) {
    if (!isRefusal(error)) throw error
    entries.push({ event_id: undefined, items: [error] })
  }

  const items = entries.flatMap((entry) => entry.items)
  const event_id = () =>
    entries.find((entry) => entry.event_id !== undefined)?.event_id ?? sha256(delivery.body)
  const usable = items.flatMap((item, index) =>
    item && 'signup' in item ? [{ ...item, index }] : [],
  )
  const refusals = items.flatMap((item, index) =>
    item && 'code' in item
      ? [{ index, code: item.code, message: item.message, issues: item.issues }]
      : [],
  )
  const [first, ...rest] = usable.map(({ signup }) => signup)
  if (first) {
    return {
      kind: 'signups',
      event_id: event_id(),
      signups: [first, ...rest],
      indexes: usable.map(({ index }) => index),
      refusals,
      leftOut: usable.flatMap(({ leftOut }) => leftOut),
    }
  }
  const [refused] = refusals
  if (!refused) return { kind: 'ignored' }
  const { code, message, issues } = refused
  return { kind: 'refused', event_id: event_id(), code, message, issues }
}
