import * as z from 'zod/mini'
import '../zod-messages.ts'
import { BridgeError } from '../errors.ts'
import { isRecord } from '../json-access.ts'
import { once } from '../memoise.ts'
import { type SignatureScheme, schemeNeedsSecret } from '../signature/verify.ts'
import {
  attributePrefix,
  companyFieldNames,
  contactFieldNames,
  eventKinds,
  isBridgeAttribute,
} from '../signup.ts'
import {
  attributeTypes,
  type EventOptions,
  type MappingOptions,
} from '../transform/mapping-options.ts'
import type { PayloadReader } from '../transform/payload-types.ts'
import { tagRules } from '../transform/tags-from.ts'
import { assertEvents, eventsSchema } from './events-option.ts'

/** How a source's signups are delivered. */
export type DeliveryOptions = {
  /** `false`: create without a search first. Saves a request, but may create duplicate leads. */
  readonly lookup?: boolean
  /**
   * What to write to an existing contact: empty fields (`fill`, the default), nothing (`skip`),
   * every field (`overwrite`), or empty fields and the listed ones.
   */
  readonly onExisting?: 'fill' | 'skip' | 'overwrite' | { readonly overwrite: readonly string[] }
  /** Contact fields and custom attributes that are written once, and never replaced or emptied. */
  readonly keep?: readonly string[]
  /**
   * If the contact is archived in Intercom: restore it (default), or park the signup. A delivery
   * that does not prove its time (`provesTime`) is parked in any case.
   */
  readonly onArchived?: 'restore' | 'park'
  /**
   * Where leads stand beside the account that have its e-mail, which the sender says is verified:
   * leave them (default), or merge them into it, which is final.
   */
  readonly onDuplicate?: 'leave' | 'merge'
  /**
   * `'exact'`: detach the contact from companies that the newest signup does not name; only if it
   * names one, or says with an empty list that there is none.
   */
  readonly companies?: 'exact'
}

/** The options of a source whose sender also says what changes and who is deleted. */
export type LifecycleOptions = EventOptions & {
  /**
   * Other sources whose contacts this one may update and delete too, or `'all'`; by default only
   * those that it owns.
   */
  readonly accountsOf?: readonly string[] | 'all'
}

/** The options of every source. */
export type SourceOptions<Payload = unknown> = MappingOptions<Payload> & DeliveryOptions

/** What a signup may have that decides whether another one could create a second contact. */
export type Given = 'external_id' | 'lead'

/** A preset: data, and the pure functions of `PayloadReader`. */
export type SourceDefinition<Payload> = PayloadReader<Payload> & {
  /** The URL of the sender's documentation of its deliveries. */
  readonly docs: string
  readonly signature: SignatureScheme
  /** Each `part` that `toSignup` may say. */
  readonly parts?: readonly string[]
  /** What `toSignup` may set by itself; absent: both. */
  readonly gives?: readonly Given[]
  /**
   * Whether the sender waits for the response and can fix the signup: it gets a 422 with the
   * issues, and the names of what was left out.
   */
  readonly waits?: boolean
  /** Settings of a source that browsers post to; it is served under /forms. */
  readonly form?: FormSettings
}

/** Who may post a form, and where the browser is redirected to. */
export type FormSettings = {
  readonly redirect: { readonly success?: string; readonly failure?: string }
  /** Origins that may post; empty: any. */
  readonly origins: readonly string[]
  /** Whether each post needs a valid Cloudflare Turnstile token. */
  readonly turnstile: boolean
}

/** The input in which Cloudflare's widget posts its token. */
export const turnstileInput = 'cf-turnstile-response'

/** A configured source: its preset's definition and the user's options. */
export type Source = SourceDefinition<unknown> & {
  readonly options: SourceOptions & LifecycleOptions
}

const nonEmpty = once(() => z.string().check(z.minLength(1)))
const attributeName = once(() =>
  nonEmpty().check(
    z.refine((text) => !/[.$]/.test(text), 'custom attribute names contain no "." and no "$"'),
  ),
)
const attributeTarget = once(() => {
  const name = attributeName()
  return z.union([name, z.strictObject({ to: name, type: z.optional(z.enum(attributeTypes)) })], {
    error: `expected a name, or { to, type } with a type of ${attributeTypes.join(', ')}`,
  })
})
const isCompanyTarget = (target: unknown): boolean =>
  companyFieldNames.some((name) => name === target) ||
  (typeof target === 'string' &&
    target.startsWith(attributePrefix) &&
    /^[^.$]+$/.test(target.slice(attributePrefix.length)))

/** One field alone is checked as a list of one. */
const companyTargets = once(() =>
  z.pipe(
    z.transform((targets: unknown) => (typeof targets === 'string' ? [targets] : targets)),
    z
      .array(
        z.custom(isCompanyTarget, {
          error: `expected one of ${companyFieldNames.join(', ')}, or custom_attributes.NAME`,
        }),
      )
      .check(z.minLength(1)),
  ),
)
const tagRule = once(() =>
  z.union(
    [
      z.strictObject({
        place: nonEmpty(),
        allow: z.readonly(z.array(nonEmpty()).check(z.minLength(1))),
      }),
      z.strictObject({ place: nonEmpty(), prefix: z.string().check(z.regex(/\S/)) }),
    ],
    { error: 'expected { place, allow } with tags, or { place, prefix }' },
  ),
)
const yesAnswers = () => z.readonly(z.array(nonEmpty()).check(z.minLength(1)))

const recordName = () =>
  attributeName().check(
    z.refine((name) => !isBridgeAttribute(name), 'this custom attribute is the bridge’s own'),
  )
const subscriptionTarget = once(() =>
  z.union(
    [
      nonEmpty(),
      z.strictObject({
        place: nonEmpty(),
        yes: z.optional(yesAnswers()),
        record: z.optional(
          z.union([z.literal('note'), z.strictObject({ attribute: recordName() })]),
        ),
      }),
    ],
    { error: "expected a place, or { place, yes, record } with 'note' or { attribute } as record" },
  ),
)

/** Schemas by the option's name. */
export type OptionSchemas = Readonly<Record<string, () => z.ZodMiniType>>

/** Refuses an option of a lifecycle where the sender only says who signed up. */
const noLifecycle = () => z.never({ error: 'this sender only says who signed up' })

/** Made when an option is first given: most sources have few. */
const commonOptions: OptionSchemas = {
  on: noLifecycle,
  onDeleted: noLifecycle,
  accountsOf: noLifecycle,
  fields: () => z.record(nonEmpty(), z.enum(contactFieldNames)),
  attributes: () => z.record(nonEmpty(), attributeTarget()),
  role: () => z.enum(['user', 'lead']),
  tags: () => z.readonly(z.array(nonEmpty())),
  tagsFrom: () =>
    z.pipe(
      z.transform((rules: unknown) => (Array.isArray(rules) ? rules : [rules])),
      z.array(tagRule()).check(z.minLength(1)),
    ),
  company: () => z.record(nonEmpty(), companyTargets()),
  note: nonEmpty,
  events: eventsSchema,
  country: () => z.string().check(z.regex(/^[A-Z]{2}$/, 'a two-letter country code, such as "DE"')),
  lookup: () => z.boolean(),
  onExisting: () =>
    z.union([
      z.enum(['fill', 'skip', 'overwrite']),
      z.strictObject({ overwrite: z.readonly(z.array(nonEmpty())) }),
    ]),
  keep: () => z.readonly(z.array(nonEmpty()).check(z.minLength(1))),
  onArchived: () => z.enum(['restore', 'park']),
  onDuplicate: () => z.enum(['leave', 'merge']),
  companies: () => z.literal('exact'),
  consent: () =>
    z.union([nonEmpty(), z.strictObject({ place: nonEmpty(), yes: yesAnswers() })], {
      error: 'expected a place, or { place, yes } with the answers that mean yes',
    }),
  subscriptions: () => z.record(nonEmpty(), subscriptionTarget()),
  map: () => z.custom((value) => typeof value === 'function', { error: 'expected a function' }),
}

/** Of a preset whose sender has other kinds of event than new signups. */
export const lifecycleOptions: OptionSchemas = {
  on: () => {
    const expected = { error: `expected a list of ${eventKinds.join(', ')}` }
    const kinds = z.array(z.enum(eventKinds, expected), expected)
    return z.readonly(kinds.check(z.minLength(1, expected)))
  },
  onDeleted: () => z.enum(['archive', 'delete', 'block', 'ignore']),
  accountsOf: () =>
    z.union([z.literal('all'), z.readonly(z.array(nonEmpty()))], {
      error: 'expected names of sources, or "all"',
    }),
}

/** Every problem of a value as `path: reason`. */
const problemsOf = (schema: z.ZodMiniType, value: unknown): string[] => {
  const parsed = z.safeParse(schema, value)
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`)
}

/**
 * Checks the common options and those of `own`, all optional, and the `required` ones; the message
 * starts with `preset`.
 *
 * @throws BridgeError `invalid_config`, listing every problem
 */
export const assertOptions = (
  preset: string,
  options: unknown,
  own: OptionSchemas = {},
  required: OptionSchemas = {},
): void => {
  const isEmpty = isRecord(options) && Object.keys(options).length === 0
  if (isEmpty && Object.keys(required).length === 0) return
  const isGiven = (name: string) => isRecord(options) && name in options
  const schemas = Object.entries({ ...commonOptions, ...required, ...own }).flatMap(
    ([name, schema]) => {
      if (Object.hasOwn(required, name)) return [[name, schema()] as const]
      return isGiven(name) ? [[name, z.optional(schema())] as const] : []
    },
  )
  const problems = problemsOf(z.strictObject(Object.fromEntries(schemas)), options)
  if (problems.length > 0) {
    throw new BridgeError('invalid_config', `${preset}: ${problems.join('; ')}`)
  }
}

/**
 * Creates a source; of `options` only what depends on the preset is checked: presets with options of
 * their own call `assertOptions` first.
 *
 * @throws BridgeError `invalid_config` if `events` names a type that cannot come, or anyone could name
 * any tag that begins so
 */
export const makeSource = <Payload>(
  definition: SourceDefinition<Payload>,
  options: SourceOptions<Payload> & LifecycleOptions,
): Source => {
  assertEvents(definition.docs, definition.payload, options)
  const isOpen = definition.signature.type === 'open' || definition.questions !== undefined
  if (isOpen && tagRules(options.tagsFrom).some((rule) => 'prefix' in rule)) {
    throw new BridgeError(
      'invalid_config',
      'tagsFrom: visitors write the answers, so that `prefix` lets anyone create tags: list them in `allow`',
    )
  }
  const { onDeleted, on = [] } = options
  if (onDeleted !== undefined && onDeleted !== 'ignore' && !on.includes('deleted')) {
    throw new BridgeError(
      'invalid_config',
      `onDeleted: the source takes no deletions: add 'deleted' to \`on\``,
    )
  }
  const source = { ...definition, options }
  // read-inputs.ts calls these functions only with a payload that the definition's schema has parsed.
  return source as unknown as Source
}

/** A preset whose sender also says what changes, or who is deleted. */
type LifecycleDefinition = {
  readonly payload: {
    readonly types:
      | { readonly updated: readonly string[] }
      | { readonly deleted: readonly string[] }
  }
}

/**
 * Creates a preset: a function of the common options that returns a source; with types for `updated`
 * or `deleted` of the options of those kinds, too.
 *
 * @throws BridgeError `invalid_config` from the preset, listing every problem of its options
 *
 * @example
 * const event = z.looseObject({ id: z.string(), email: z.string() })
 * const acme = defineSource({ docs: 'https://acme.example', signature: { type: 'bearer' },
 *   payload: { format: 'json', schema: event }, eventId: ({ id }) => id,
 *   toSignup: ({ email }) => ({ contact: { email } }) })
 */
export function defineSource<Payload>(
  definition: SourceDefinition<Payload> & LifecycleDefinition,
): (options?: SourceOptions<Payload> & LifecycleOptions) => Source
export function defineSource<Payload>(
  definition: SourceDefinition<Payload>,
): (options?: SourceOptions<Payload>) => Source
export function defineSource<Payload>(definition: SourceDefinition<Payload>) {
  const types = definition.payload?.types
  if (types && !eventKinds.some((kind) => types[kind])) {
    throw new BridgeError(
      'invalid_config',
      `${definition.docs}: \`types\` names no type that is created, updated or deleted`,
    )
  }
  const own = types?.updated || types?.deleted ? lifecycleOptions : {}
  return (options: SourceOptions<Payload> = {}): Source => {
    assertOptions(`the source documented at ${definition.docs}`, options, own)
    return makeSource(definition, options)
  }
}

/** Whether a source's signups may have an account id, or be leads; `map` may return anything. */
export const mayGive = ({ gives, options }: Source, given: Given): boolean => {
  if (options.map) return true
  if (given === 'lead' && options.role) return options.role === 'lead'
  // A lead carries no account id.
  if (given === 'external_id' && options.role === 'lead') return false
  const field = given === 'lead' ? 'role' : given
  return gives?.includes(given) !== false || Object.values(options.fields ?? {}).includes(field)
}

/** Whether a source needs a secret: its sender's, or Turnstile's. */
export const needsSecret = ({ signature, form }: Source): boolean =>
  form?.turnstile === true || schemeNeedsSecret(signature)

export const isSource = (value: unknown): value is Source =>
  isRecord(value) && typeof value.toSignup === 'function' && isRecord(value.signature)
