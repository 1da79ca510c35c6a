import type * as z from 'zod/mini'
import type { Delivery, Question } from '../delivery.ts'
import type { SignupInput } from '../signup.ts'
import type { EventTypes } from './event-type.ts'
import type { EventOptions, MappingOptions } from './mapping-options.ts'

/**
 * The format of a delivery's body, as its source declares it; `page`: a form, or the JSON object that
 * a page's script sends instead.
 */
export type PayloadFormat = 'json' | 'json-lines' | 'form' | 'page'

/** The contract of a preset: the shape of its sender's payload, and pure functions that read it. */
export type PayloadReader<Payload> = {
  readonly payload: {
    readonly format: PayloadFormat
    /** The events of a body that may have several, each read by itself; absent: the body is one. */
    readonly events?: (body: unknown) => readonly unknown[]
    /** What the sender's events are. Absent: all are signups. */
    readonly types?: EventTypes
    /** Where the type of an event is found if there are no `types`. */
    readonly typeOf?: EventTypes['of']
    /** What to set up at the sender, for the operator who finds a signup in another shape. */
    readonly advice?: string
    /** Strict on what the functions below use, loose on everything else. */
    readonly schema: z.ZodMiniType<Payload>
    /** The headers that these functions read, in lower case; no other reaches the queue. */
    readonly headers?: readonly string[]
  }
  /** The sender's id of the event, the same in its retries; absent: SHA-256 of the body. */
  readonly eventId: (payload: Payload, delivery: Delivery) => unknown
  /** Returns a signup, several, or `undefined` if the event is none after all. Pure. */
  readonly toSignup: (
    payload: Payload,
    delivery: Delivery,
    questions: readonly Question[],
  ) => SignupInput | readonly SignupInput[] | undefined
  /** Whether an event has the whole person: then an older one adds nothing to a newer. */
  readonly isWhole?: (payload: Payload) => boolean
  /** Of a form builder: every question, answered or not. */
  readonly questions?: (payload: Payload) => readonly Question[]
  /** Keys with a value that `toSignup` does not read; those that no option maps are counted. */
  readonly unread?: (payload: Payload) => readonly string[]
}

/** The part of a source that `read` uses. */
export type ReadableSource = PayloadReader<unknown> & {
  readonly options: MappingOptions & EventOptions
}
