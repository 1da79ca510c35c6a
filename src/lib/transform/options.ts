import type { CountryCode } from 'libphonenumber-js'
import type { Question } from '../delivery.ts'
import { BridgeError } from '../errors.ts'
import { isRecord } from '../json-access.ts'
import {
  type CompanyField,
  type ContactField,
  contactKeys,
  type Role,
  type SignupInput,
} from '../signup.ts'
import { isTicked } from './consent.ts'
import { findValue, isFound, type Place } from './find-value.ts'
import type { LeftOut } from './normalise-values.ts'

export const attributeTypes = ['text', 'integer', 'float', 'boolean', 'date'] as const

/** The type of a custom attribute, as a config says it. */
export type AttributeType = (typeof attributeTypes)[number]

/** The custom attribute that a place fills: its name in Intercom (type `text`), or name and type. */
export type AttributeTarget = string | { readonly to: string; readonly type?: AttributeType }

/** How a source's payload is mapped to a signup. Options apply over what its preset finds. */
export type MappingOptions<Payload = unknown> = {
  /** The contact field that each place fills; replaces the value that the preset finds. */
  readonly fields?: Readonly<Record<Place, ContactField>>
  /** The custom attribute that each place fills, by its name in Intercom, with its type there. */
  readonly attributes?: Readonly<Record<Place, AttributeTarget>>
  /** `user` (has an account) or `lead` (has none yet). */
  readonly role?: Role
  /** Constant tags, by name. */
  readonly tags?: readonly string[]
  /** The company field that each place fills; a company needs a company_id. */
  readonly company?: Readonly<Record<Place, CompanyField>>
  /** Where the text of a note on the contact is found. */
  readonly note?: Place
  /** The country of phone numbers without a country code, such as 'DE'. */
  readonly country?: CountryCode
  /** Where the checkbox that agrees to e-mail is found. */
  readonly consent?: Place
  /**
   * Changes the signup after all other options, before it is normalised. Pure and synchronous;
   * `undefined` ignores the payload.
   */
  readonly map?: (signup: SignupInput, payload: Payload) => SignupInput | undefined
}

/** The custom attributes that the option `attributes` names, with their types. */
export const attributeTargets = (
  attributes: MappingOptions['attributes'],
): { readonly place: Place; readonly to: string; readonly type: AttributeType }[] =>
  Object.entries(attributes ?? {}).map(([place, target]) =>
    typeof target === 'string'
      ? { place, to: target, type: 'text' }
      : { place, to: target.to, type: target.type ?? 'text' },
  )

/** The option `attributes` without its types. */
const attributeNames = (attributes: MappingOptions['attributes']): Record<Place, string> =>
  Object.fromEntries(attributeTargets(attributes).map(({ place, to }) => [place, to]))

/** Joins several plain values to one text; `normalise` leaves out objects. */
const toScalar = (value: unknown): unknown =>
  Array.isArray(value) &&
  value.every((part) => ['string', 'number', 'boolean'].includes(typeof part))
    ? value.join(', ')
    : value

/**
 * The values found for a table of places, by target: of several places the first with a value
 * counts. `onMissing` is called once with each target without a value.
 */
const collectFields = <Target extends string>(
  table: Readonly<Record<Place, Target>> | undefined,
  lookUp: (place: Place) => unknown,
  onMissing: (target: Target) => void,
): { [target in Target]?: unknown } => {
  if (!table) return {}
  const found = new Map<Target, unknown>()
  const targets = Object.entries(table) as [Place, Target][] // entries() widens the values
  for (const [place, target] of targets) {
    const value = lookUp(place)
    if (isFound(value) && !found.has(target)) found.set(target, toScalar(value))
  }
  if (found.size < targets.length) {
    const missing = new Set(targets.flatMap(([, target]) => (found.has(target) ? [] : [target])))
    for (const target of missing) onMissing(target)
  }
  // fromEntries() forgets that the keys are targets.
  return Object.fromEntries(found) as { [target in Target]?: unknown }
}

/** Drops unknown fields that an option maps, so that they are not counted as `field_unknown`. */
const withoutMappedFields = (contact: SignupInput['contact'], options: MappingOptions) => {
  if (Object.keys(contact).every((name) => contactKeys.has(name))) return contact
  const { fields, attributes, company, note, consent } = options
  const places = new Set([fields, attributes, company].flatMap((table) => Object.keys(table ?? {})))
  for (const place of [note, consent]) if (place !== undefined) places.add(place)
  return Object.fromEntries(
    Object.entries(contact).filter(([name]) => contactKeys.has(name) || !places.has(name)),
  )
}

/** An event as received, as parsed by its source's schema, and its questions. */
export type ParsedPayload = {
  readonly body: unknown
  readonly payload: unknown
  readonly questions: readonly Question[]
}

export type MappingResult = {
  readonly input: SignupInput | undefined
  readonly leftOut: readonly LeftOut[]
}

/**
 * Applies a source's options over the signup that its preset found: a place with a value replaces
 * the preset's value, and `map` runs last.
 *
 * @throws BridgeError `mapping_failed` if `map` throws or does not return a signup
 */
export const applyOptions = (
  preset: SignupInput,
  { body, payload, questions }: ParsedPayload,
  options: MappingOptions,
): MappingResult => {
  const leftOut: LeftOut[] = []
  const lookUp = (place: Place) => findValue(body, questions, place)
  const onMissing = (path: string) => leftOut.push({ path, reason: 'field_unmatched' })

  const fields = collectFields(options.fields, lookUp, onMissing)
  const attributes = collectFields(attributeNames(options.attributes), lookUp, () =>
    onMissing('custom_attributes'),
  )
  const company = collectFields(options.company, lookUp, (field) => onMissing(`company.${field}`))
  const note = options.note === undefined ? undefined : toScalar(lookUp(options.note))

  const contact: SignupInput['contact'] = {
    ...withoutMappedFields(preset.contact, options),
    ...fields,
  }
  if (options.role) contact.role = options.role
  contact.custom_attributes = { ...preset.contact.custom_attributes, ...attributes }

  const input: SignupInput = { ...preset, contact }
  if (options.tags) input.tags = [preset.tags ?? [], options.tags].flat()
  if (Object.keys(company).length > 0) input.company = { ...preset.company, ...company }
  if (isFound(note)) input.note = note
  if (options.consent !== undefined) input.consent = isTicked(lookUp(options.consent))
  return { input: options.map ? runMap(options.map, input, payload) : input, leftOut }
}

const runMap = (
  map: NonNullable<MappingOptions['map']>,
  input: SignupInput,
  payload: unknown,
): SignupInput | undefined => {
  let mapped: unknown
  try {
    mapped = map(input, payload)
  } catch {
    // The cause is left out: it is the user's own code, and its message may quote the payload.
    throw new BridgeError('mapping_failed', "the source's map() threw: fix it, then replay")
  }
  if (mapped === undefined) return undefined
  // An unhandled rejection would end the process.
  if (mapped instanceof Promise) mapped.catch(() => undefined)
  if (!isRecord(mapped) || !isRecord(mapped.contact)) {
    throw new BridgeError(
      'mapping_failed',
      "the source's map() returned no signup: return a signup with its contact, or undefined, never a promise",
    )
  }
  // Checked above; its values are normalised next.
  return mapped as SignupInput
}
