import type { CountryCode } from 'libphonenumber-js'
import * as z from 'zod/mini'
import '../zod-texts.ts'
import { BridgeError } from '../errors.ts'
import { isRecord } from '../own.ts'
import { isProven, type SignatureScheme } from '../signature.ts'
import {
  type CompanyField,
  type ContactField,
  companyFieldNames,
  contactFieldNames,
  type Role,
  type SignupInput,
} from '../signup.ts'

/** One delivery: an HTTP request, or a queue record, from a source. */
export type Delivery = {
  readonly source: string
  /** Unix seconds. */
  readonly received_at: number
  readonly method: string
  /** The address as the sender knows it, for schemes that sign it; empty off the queue. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** An answer to a form builder's question, found by `fields` through any of its four names. */
export type Question = {
  readonly id?: string | undefined
  readonly ref?: string | undefined
  readonly key?: string | undefined
  readonly label?: string | undefined
  /** What the builder's own type of the question says that its answer is. */
  readonly type?: 'email' | 'name' | 'phone' | undefined
  readonly value: unknown
}

/**
 * Where a value stands: a question's id, ref, key or label, or a dotted path from the root of the
 * body, or of one event where a body holds several.
 */
export type Place = string

export type SourceOptions<Payload = unknown> = {
  /** Where a contact field is found. Beats what the preset finds by itself. */
  readonly fields?: Readonly<Record<Place, ContactField>>
  /** Where a custom attribute is found, and its name in Intercom. */
  readonly attributes?: Readonly<Record<Place, string>>
  /** `user` (an account) or `lead` (somebody who has none yet). */
  readonly role?: Role
  /** Constant tags, by name. */
  readonly tags?: readonly string[]
  /** Where the fields of the person's company are found; without a company_id there is none. */
  readonly company?: Readonly<Record<Place, CompanyField>>
  /** Where the text of a note on the contact is found. */
  readonly note?: Place
  /** The country of phone numbers written without one, such as 'DE'. */
  readonly country?: CountryCode
  /** `false`: do not look the person up by e-mail first. One call less; leads may double. */
  readonly lookup?: boolean
  /** What to write where the contact exists: only what is empty (default), nothing, or all. */
  readonly onExisting?: 'fill' | 'skip' | 'overwrite' | { readonly overwrite: readonly string[] }
  /** A contact that was archived in Intercom: bring it back (default), or park the signup. */
  readonly onArchived?: 'restore' | 'park'
  /** The box that means "yes, e-mail me". */
  readonly consent?: Place
  /** The last word before normalising. Pure and synchronous; `undefined` ignores the payload. */
  readonly map?: (signup: SignupInput, payload: Payload) => SignupInput | undefined
}

/** A delivery's body, by the format that its source declares. */
export type PayloadFormat = 'json' | 'form'

export type SourceDefinition<Payload> = {
  /** The sender's page about its deliveries. */
  readonly docs: string
  readonly signature: SignatureScheme
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
  /** Somebody waits for the answer and can mend the signup: 422 names what is wrong with it. */
  readonly waits?: boolean
  /** A browser posts here: served under /forms, with these answers. */
  readonly form?: FormAnswers
}

export type FormAnswers = {
  readonly redirect: { readonly success?: string; readonly failure?: string }
  /** Origins a browser may post from; empty: any. */
  readonly origins: readonly string[]
  /** Whether Cloudflare Turnstile must vouch for each post. */
  readonly turnstile: boolean
}

/** A configured sender: its preset's definition and the user's options. */
export type Source = SourceDefinition<unknown> & { readonly options: SourceOptions }

const words = z.record(z.string().check(z.minLength(1)), z.string().check(z.minLength(1)))
const place = z.string().check(z.minLength(1))
const commonOptions = {
  fields: z.optional(z.record(place, z.enum(contactFieldNames))),
  attributes: z.optional(
    words.check(
      z.refine((names) => Object.values(names).every((name) => !/[.$]/.test(name)), {
        error: 'custom attribute names hold no "." and no "$"',
      }),
    ),
  ),
  role: z.optional(z.enum(['user', 'lead'])),
  tags: z.optional(z.readonly(z.array(place))),
  company: z.optional(z.record(place, z.enum(companyFieldNames))),
  note: z.optional(place),
  country: z.optional(
    z.string().check(z.regex(/^[A-Z]{2}$/, 'a two-letter country code, such as "DE"')),
  ),
  lookup: z.optional(z.boolean()),
  onExisting: z.optional(
    z.union([
      z.enum(['fill', 'skip', 'overwrite']),
      z.strictObject({ overwrite: z.readonly(z.array(place)) }),
    ]),
  ),
  onArchived: z.optional(z.enum(['restore', 'park'])),
  consent: z.optional(place),
  map: z.optional(
    z.custom((value) => typeof value === 'function', { error: 'expected a function' }),
  ),
}

/** Every fault of a value as `path: reason`, for one message that names them all. */
const faultsOf = (schema: z.ZodMiniType, value: unknown): string[] => {
  const parsed = z.safeParse(schema, value)
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`)
}

/**
 * Checks options at once, all of them; `preset` is how the message names them.
 *
 * @throws BridgeError `invalid_config`, naming every fault
 */
export const assertOptions = (
  preset: string,
  options: unknown,
  extra: Readonly<Record<string, z.ZodMiniType>> = {},
): void => {
  const faults = faultsOf(z.strictObject({ ...commonOptions, ...extra }), options)
  if (faults.length > 0) {
    throw new BridgeError('invalid_config', `${preset}: ${faults.join('; ')}`)
  }
}

/**
 * A source, `options` unchecked: for presets with options of their own, which check them with
 * `assertOptions` first.
 */
export const makeSource = <Payload>(
  definition: SourceDefinition<Payload>,
  options: SourceOptions<Payload>,
): Source => {
  const source = { ...definition, options }
  // A payload reaches these functions only through the definition's own schema (read.ts).
  return source as unknown as Source
}

/**
 * Makes a preset of data and one pure function; the preset takes the options of every source.
 *
 * @throws BridgeError `invalid_config` from the preset, naming every fault of its options
 */
export const defineSource =
  <Payload>(definition: SourceDefinition<Payload>) =>
  (options: SourceOptions<Payload> = {}): Source => {
    assertOptions(`the source of ${definition.docs}`, options)
    return makeSource(definition, options)
  }

/** Whether a source needs a secret at all: its sender's, or Turnstile's. */
export const needsSecret = ({ signature, form }: Source): boolean =>
  form?.turnstile === true || isProven(signature)

export const isSource = (value: unknown): value is Source =>
  isRecord(value) && typeof value.toSignup === 'function' && isRecord(value.signature)
