import type { CountryCode } from 'libphonenumber-js'
import type { Question } from '../delivery.ts'
import { BridgeError } from '../errors.ts'
import { isRecord, own, ownPath } from '../json-access.ts'
import {
  type CompanyField,
  type ContactField,
  contactKeys,
  type Role,
  type SignupInput,
} from '../signup.ts'
import { isTicked } from './consent.ts'
import { isAbsent, type LeftOut } from './values.ts'

/**
 * Where a value stands: a question's id, ref, key or label, or a dotted path from the root of the
 * body, or of one event where a body holds several.
 */
export type Place = string

/** How a payload is mapped, for every source; these beat what its preset finds by itself. */
export type MappingOptions<Payload = unknown> = {
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
  /** The box that means "yes, e-mail me". */
  readonly consent?: Place
  /** The last word before normalising. Pure and synchronous; `undefined` ignores the payload. */
  readonly map?: (signup: SignupInput, payload: Payload) => SignupInput | undefined
}

const isFound = (value: unknown): boolean =>
  !isAbsent(value) && !(Array.isArray(value) && value.length === 0)

/** Whether a question is called as a trimmed place is, whatever its case and the blanks around it. */
const isNamed = (given: string | undefined, place: Place, lower: string): boolean =>
  given === place ||
  (given !== undefined && given.length >= place.length && given.trim().toLowerCase() === lower)

const questionNames = ['id', 'ref', 'key', 'label'] as const

const findQuestion = (questions: readonly Question[], place: Place): unknown => {
  if (questions.length === 0) return undefined
  const plain = place.trim()
  const lower = plain.toLowerCase()
  for (const name of questionNames) {
    const answered = questions.find(
      (question) => isNamed(question[name], plain, lower) && isFound(question.value),
    )
    if (answered) return answered.value
  }
  return undefined
}

/**
 * The value at a place: a question by its id, ref, key or label (in that order, trimmed and
 * case-insensitive), an input or key of just that name, or a dotted path from the root of the body.
 */
export const findValue = (body: unknown, questions: readonly Question[], place: Place): unknown => {
  const answer = findQuestion(questions, place)
  if (isFound(answer)) return answer
  const exact = own(body, place)
  return isFound(exact) ? exact : ownPath(body, place)
}

/** Answers with several values become one text; objects are left for normalising to refuse. */
const toScalar = (value: unknown): unknown =>
  Array.isArray(value) &&
  value.every((part) => ['string', 'number', 'boolean'].includes(typeof part))
    ? value.join(', ')
    : value
/** The values found for a table of places, by target; the first place that finds something wins. */
const collectFields = <Target extends string>(
  table: Readonly<Record<Place, Target>> | undefined,
  lookUp: (place: Place) => unknown,
  unmatched: (target: Target) => void,
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
    for (const target of missing) unmatched(target)
  }
  // fromEntries() forgets that the keys are targets.
  return Object.fromEntries(found) as { [target in Target]?: unknown }
}

/** A field of another name that an option maps is no unknown field any more. */
const withoutPlaces = (contact: SignupInput['contact'], options: MappingOptions) => {
  if (Object.keys(contact).every((name) => contactKeys.has(name))) return contact
  const { fields, attributes, company, note, consent } = options
  const places = new Set([fields, attributes, company].flatMap((table) => Object.keys(table ?? {})))
  for (const place of [note, consent]) if (place !== undefined) places.add(place)
  return Object.fromEntries(
    Object.entries(contact).filter(([name]) => contactKeys.has(name) || !places.has(name)),
  )
}

/** What a payload offers to the options: as received, as its schema gave it, and its questions. */
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
 * Lays a source's options over what its preset found: options beat the payload, where they find
 * something, and `map` has the last word.
 *
 * @throws BridgeError `mapping_failed` when `map` throws or does not give a signup
 */
export const applyOptions = (
  preset: SignupInput,
  { body, payload, questions }: ParsedPayload,
  options: MappingOptions,
): MappingResult => {
  const leftOut: LeftOut[] = []
  const lookUp = (place: Place) => findValue(body, questions, place)
  const unmatched = (path: string) => leftOut.push({ path, reason: 'field_unmatched' })

  const fields = collectFields(options.fields, lookUp, unmatched)
  const attributes = collectFields(options.attributes, lookUp, () => unmatched('custom_attributes'))
  const company = collectFields(options.company, lookUp, (field) => unmatched(`company.${field}`))
  const note = options.note === undefined ? undefined : toScalar(lookUp(options.note))

  const contact: SignupInput['contact'] = { ...withoutPlaces(preset.contact, options), ...fields }
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
    throw new BridgeError('mapping_failed', "the source's map() threw: mend it, then replay")
  }
  if (mapped === undefined) return undefined
  // A promise that rejects where nobody listens would end the process.
  if (mapped instanceof Promise) mapped.catch(() => undefined)
  if (!isRecord(mapped) || !isRecord(mapped.contact)) {
    throw new BridgeError(
      'mapping_failed',
      "the source's map() gave no signup: return the signup with its contact, or undefined, and no promise",
    )
  }
  // Checked just above; what stands in it is normalised next.
  return mapped as SignupInput
}
