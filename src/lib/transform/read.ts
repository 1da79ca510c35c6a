import type { Delivery } from '../delivery.ts'
import { sha256 } from '../digest.ts'
import { BridgeError } from '../errors.ts'
import { once } from '../memoise.ts'
import type { AnySignup, EventKind } from '../signup.ts'
import { constantsOf } from './constants.ts'
import { kindsTaken } from './mapping-options.ts'
import { type NormaliseContext, normalise } from './normalise.ts'
import type { LeftOut } from './normalise-values.ts'
import type { MappingResult } from './options.ts'
import type { ReadableSource } from './payload-types.ts'
import { type Refusal, readInputs } from './read-inputs.ts'

export type Reading =
  | {
      readonly kind: 'ignored'
      /** Set if an event is of a signup's type, and the source's own code (`map`) ignores it. */
      readonly isDropped?: true
    }
  | {
      readonly kind: 'signups'
      readonly event_id: string
      readonly signups: readonly [AnySignup, ...AnySignup[]]
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
  const bodyDigest = once(() => sha256(delivery.body))
  const constants = constantsOf(source.options)
  const kinds = kindsTaken(source.options)
  const results: Result[] = []
  for (const { event_id, items } of events) {
    const context = {
      eventId: event_id ?? bodyDigest(),
      country: source.options.country,
      receivedAt: delivery.received_at,
      constants,
      kinds,
    }
    for (const item of items) results.push(await toResult(item, context))
  }
  const event_id = events.find((event) => event.event_id !== undefined)?.event_id ?? bodyDigest()
  const isDropped = events.some(({ isOther }) => !isOther)
  return toReading(results, event_id, isDropped)
}

/** Returns a refusal as the error to respond with, or to park. */
export const toRefusalError = ({ code, message, issues }: Refusal): BridgeError =>
  new BridgeError(code, message, { issues })

/** Returns the delivery as it is read and queued: without its URL and the headers not needed. */
export const stripDelivery = (source: ReadableSource, delivery: Delivery): Delivery => ({
  ...delivery,
  method: 'POST',
  url: '',
  headers: keptHeaders(source, delivery.headers),
})

const alwaysKept = ['content-type', 'content-encoding']

/** The headers that reading needs; no others are kept, so a queued delivery reads the same. */
const keptHeaders = (
  { payload }: ReadableSource,
  headers: Delivery['headers'],
): Delivery['headers'] => {
  const kept: Record<string, string> = {}
  for (const names of [alwaysKept, payload.headers ?? []]) {
    for (const name of names) {
      const value = headers[name]
      if (value !== undefined) kept[name] = value
    }
  }
  return kept
}

type Result =
  | { readonly signup: AnySignup; readonly leftOut: readonly LeftOut[] }
  | Refusal
  | undefined

const refusals = {
  no_identity: { code: 'no_identity', message: 'the payload does not say who signed up' },
  opt_out_unreadable: {
    code: 'invalid_signup',
    message:
      'the opt-out cannot be read: send unsubscribed_from_emails as true or false, or fix what the source maps to it',
  },
  event_unknown: {
    code: 'invalid_signup',
    message:
      'the event is of no known kind: send created, updated or deleted, or fix what map() returns',
  },
} as const

const toResult = async (
  item: MappingResult | Refusal,
  context: NormaliseContext & { readonly kinds: readonly EventKind[] },
): Promise<Result> => {
  if ('code' in item) return item
  if (!item.input) return undefined
  const normalised = await normalise(item.input, context)
  if (normalised.kind === 'signup') {
    // The source's own code may say another kind than the sender's type.
    const { signup } = normalised
    const { contact, event = 'created', isKindless } = signup
    if (contact && !isKindless && !context.kinds.includes(event)) return undefined
    const { exactTags } = item
    return {
      signup: contact && exactTags ? { ...signup, exactTags } : signup,
      leftOut: [...item.leftOut, ...normalised.leftOut],
    }
  }
  if (normalised.kind === 'company_deleted') return undefined
  const { kind, issues } = normalised
  return { ...refusals[kind], issues }
}

const toReading = (results: readonly Result[], event_id: string, isDropped: boolean): Reading => {
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
  if (!refusal) return { kind: 'ignored', ...(isDropped && { isDropped }) }
  const { code, message, issues } = refusal
  return { kind: 'refused', event_id, code, message, issues }
}
