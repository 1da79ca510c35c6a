import * as z from 'zod/mini'
import '../zod-messages.ts'
import { BridgeError } from '../errors.ts'
import { isRecord } from '../json-access.ts'
import { type SignatureScheme, schemeNeedsSecret } from '../signature/verify.ts'
import { companyFieldNames, contactFieldNames } from '../signup.ts'
import type { MappingOptions } from '../transform/options.ts'
import type { PayloadReader } from '../transform/read.ts'

/** How a signup is delivered, for every source. */
export type DeliveryOptions = {
  /** `false`: do not look the person up before creating. One request less; leads may double. */
  readonly lookup?: boolean
  /** What to write where the contact exists: only what is empty (default), nothing, or all. */
  readonly onExisting?: 'fill' | 'skip' | 'overwrite' | { readonly overwrite: readonly string[] }
  /** A contact that was archived in Intercom: restore it (default), or park the signup. */
  readonly onArchived?: 'restore' | 'park'
}

/** The options of every source: how its payload is mapped, and how its signups are delivered. */
export type SourceOptions<Payload = unknown> = MappingOptions<Payload> & DeliveryOptions

/** A preset: data, and the pure functions of `PayloadReader`. */
export type SourceDefinition<Payload> = PayloadReader<Payload> & {
  /** The sender's page about its deliveries. */
  readonly docs: string
  readonly signature: SignatureScheme
  /** Somebody waits for the response and can fix the signup: 422 names what is wrong with it. */
  readonly waits?: boolean
  /** A browser posts here: served under /forms, with these settings. */
  readonly form?: FormSettings
}

/** How a form's posts are taken, and where a browser is led to. */
export type FormSettings = {
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
  form?.turnstile === true || schemeNeedsSecret(signature)

export const isSource = (value: unknown): value is Source =>
  isRecord(value) && typeof value.toSignup === 'function' && isRecord(value.signature)
