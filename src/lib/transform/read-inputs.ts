import * as z from 'zod/mini'
import type { Delivery } from '../delivery.ts'
import { BridgeError, type Issue, type RefusalCode, refusalCodes } from '../errors.ts'
import { type EventKind, eventKinds, type SignupInput } from '../signup.ts'
import { classifyEvent, typesTaken } from './event-type.ts'
import { foreignReader } from './foreign-event.ts'
import { type DataEventTarget, hasConsent, kindsTaken, tracks } from './mapping-options.ts'
import { loadAnswerReaders } from './normalise.ts'
import { applyOptions, type MappingResult, type ParsedPayload } from './options.ts'
import { parseBody } from './page-body.ts'
import type { ReadableSource } from './payload-types.ts'
import { clean, isAbsent } from './text.ts'

/** Why a payload, or one of its signups, cannot be used. */
export type Refusal = {
  readonly code: RefusalCode
  readonly message: string
  readonly issues: readonly Issue[]
}

/** One event of a body: each of its signups as mapped or refused, or one refusal for all of it. */
type EventReading = {
  readonly event_id: string | undefined
  readonly items: readonly (MappingResult | Refusal)[]
  /** Set for an event of a type that is no signup. */
  readonly isOther?: true
}

/** Parses a delivery and maps its events; the values are as received. */
export const readInputs = async (
  source: ReadableSource,
  delivery: Delivery,
): Promise<EventReading[]> => {
  try {
    const events = splitEvents(source, await parseBody(source.payload.format, delivery))
    if ('code' in events) return [{ event_id: undefined, items: [events] }]
    const findConsent = hasConsent(source.options)
      ? (await loadAnswerReaders()).findConsent
      : undefined
    return events.map((event) => readEvent(source, event, delivery, findConsent))
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
const readEvent = (
  source: ReadableSource,
  event: unknown,
  delivery: Delivery,
  findConsent: ParsedPayload['findConsent'],
): EventReading => {
  let event_id: string | undefined
  try {
    const { kind, dataEvent, isKindless, reader = source } = kindOf(source, event, delivery)
    if (kind === 'other') return { event_id, items: ignored, isOther: true }
    const payload = parsePayload(reader, event)
    event_id = toEventId(reader.eventId(payload, delivery))
    const questions = reader.questions?.(payload) ?? []
    const found = reader.toSignup(payload, delivery, questions) ?? []
    const unread = reader.unread?.(payload) ?? []
    const isWhole = tracks(source.options) && !isKindless && source.isWhole?.(payload) === true
    const flags = {
      ...(isWhole && { isWhole }),
      ...(isKindless && { isKindless }),
      ...((tracks(source.options) || source.options.events) && { isByAccount: true }),
    }
    const parsed = { body: event, payload, questions, unread, dataEvent, findConsent }
    const mapOne = (preset: SignupInput): MappingResult | Refusal => {
      // No person, so there is no one to post the event of.
      if (isKindless && preset.about === 'company') return { input: undefined, leftOut: [] }
      try {
        return applyOptions(
          { ...withKind(asTaken(source, preset, isKindless), kind), ...flags },
          parsed,
          source.options,
        )
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

/** The types of the sender say the kind, unless the preset reads it from the payload itself. */
const withKind = (preset: SignupInput, kind: EventKind): SignupInput =>
  kind === 'created' ? preset : { event: kind, ...preset }

/** What an event is to a source. */
type Taken = {
  readonly kind: EventKind | 'other'
  readonly dataEvent?: DataEventTarget | undefined
  /** Only the option `events` takes it. */
  readonly isKindless?: true
  /** Reads it instead of the preset, since its type is none of the preset's. */
  readonly reader?: ReadableSource
}

/**
 * A customer is a company, and an event about a part, only to a source that takes what changes; only
 * such a one changes companies.
 */
const asTaken = (
  { options }: ReadableSource,
  preset: SignupInput,
  isKindless = false,
): SignupInput => {
  if (isKindless && preset.about === 'membership') {
    const { about: _about, company: _company, leaves: _leaves, ...person } = preset
    return person
  }
  if (tracks(options)) return preset
  const { part: _part, ...whole } = preset
  if (preset.about !== 'customer') return whole
  const { about: _about, company: _company, ...person } = whole
  return person
}

/** What failed, and what to do about it at the sender. */
const withAdvice = (problem: string, { payload: { advice } }: ReadableSource): string =>
  advice === undefined ? problem : `${problem}: ${advice}`

/** @throws BridgeError `invalid_signup` if the event may be one that the source takes, in another shape */
const kindOf = (source: ReadableSource, event: unknown, delivery: Delivery): Taken => {
  const { types, typeOf = types?.of } = source.payload
  const { events } = source.options
  const kinds = kindsTaken(source.options)
  const type = events && typeOf?.(event, delivery)
  const named = typeof type === 'string' && events && Object.hasOwn(events, type) && events[type]
  if (!types) return { kind: 'created', dataEvent: named || events?.['*'] }
  const kind = classifyEvent(types, event, delivery, kinds)
  if (kind === 'created' || kind === 'updated') {
    return { kind, dataEvent: named || events?.['*'] }
  }
  if (kind === 'deleted') return { kind }
  if (named) {
    const isForeign = !types.isComplete && !typesTaken(types, eventKinds).includes(type)
    const reader = isForeign ? foreignReader(source) : source
    return { kind: 'updated', dataEvent: named, isKindless: true, reader }
  }
  if (kind === 'other') return { kind }
  throw new BridgeError(
    'invalid_signup',
    withAdvice('the event has no type, or a type in another version', source),
    {
      issues: [{ path: '', reason: `expected the type ${typesTaken(types, kinds).join(' or ')}` }],
    },
  )
}

const parsePayload = (source: ReadableSource, event: unknown): unknown => {
  const parsed = z.safeParse(source.payload.schema, event)
  if (parsed.success) return parsed.data
  throw new BridgeError(
    'invalid_signup',
    withAdvice("the payload does not have this source's shape", source),
    {
      // zod's messages name types, never values.
      issues: parsed.error.issues.map(({ path, message }) => ({
        path: path.join('.'),
        reason: message,
      })),
    },
  )
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
