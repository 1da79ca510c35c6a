import type { Question } from '../delivery.ts'
import { BridgeError } from '../errors.ts'
import { shownKey } from '../field-names.ts'
import { isRecord, own } from '../json-access.ts'
import { memoiseByObject } from '../memoise.ts'
import {
  attributePrefix,
  type CompanyInput,
  type ContactField,
  contactFieldNames,
  type DataEventInput,
  type SignupInput,
  type TagRule,
} from '../signup.ts'
import { findValue, isFound, type Place } from './find-value.ts'
import { type MappedKeys, toMappedKeys, unmappedEntries, withoutMappedKeys } from './mapped-keys.ts'
import {
  attributeTargets,
  type CompanyTarget,
  type DataEventTarget,
  type FindConsent,
  type MappingOptions,
  metadataParts,
  placesOf,
  type SubscriptionTarget,
} from './mapping-options.ts'
import type { LeftOut } from './normalise-values.ts'
import { tagRules, tagsAt } from './tags-from.ts'
import { isAbsent, toScalar, toSingle, toTagList } from './text.ts'

/** A place, and the field that it fills. */
type Filling<Target extends string> = readonly [place: Place, target: Target]

/** Computed once for each source's options, as all that depends on them alone. */
const fillings = memoiseByObject(({ fields, attributes, company }: MappingOptions) => ({
  fields: fillingsOf(fields),
  attributes: attributeTargets(attributes).map(({ place, to }): Filling<string> => [place, to]),
  company: fillingsOf(company),
}))

const mappedKeys = memoiseByObject((options: MappingOptions) => toMappedKeys(placesOf(options)))

const fillingsOf = <Target extends string>(
  table: Readonly<Record<Place, Target | readonly Target[]>> = {},
): Filling<Target>[] =>
  Object.entries(table).flatMap(([place, targets]) =>
    [targets].flat().map((target): Filling<Target> => [place, target as Target]),
  )

/** An opt-out is read from all values of its box: the hidden input's and its own. */
const toFieldValue = (value: unknown, target: ContactField): unknown =>
  target === 'unsubscribed_from_emails' ? value : toSingle(value)

/** A page may have the input twice; a list of numbers is no such input, and stays one. */
const toAttributeValue = (found: unknown): unknown => {
  const single = toSingle(found)
  return typeof single === 'string' ? single : toScalar(found)
}

/**
 * The values found at places, by target: of several places the first with a value counts.
 * `onMissing` is called once with each target without a value.
 */
const collectFields = <Target extends string>(
  fillings: readonly Filling<Target>[],
  lookUp: (place: Place) => unknown,
  onMissing: (target: Target) => void,
  toValue: (found: unknown, target: Target) => unknown = toSingle,
): { [target in Target]?: unknown } => {
  if (fillings.length === 0) return {}
  const found = new Map<Target, unknown>()
  for (const [place, target] of fillings) {
    const value = lookUp(place)
    if (isFound(value) && !found.has(target)) found.set(target, toValue(value, target))
  }
  if (found.size < fillings.length) {
    const missing = new Set(fillings.flatMap(([, target]) => (found.has(target) ? [] : [target])))
    for (const target of missing) onMissing(target)
  }
  // fromEntries() forgets that the keys are targets.
  return Object.fromEntries(found) as { [target in Target]?: unknown }
}

/** The data event of an option, with the values at its places. */
const toDataEvent = (
  { name, metadata = {} }: DataEventTarget,
  lookUp: (place: Place) => unknown,
  onMissing: (path: string) => void,
): DataEventInput => {
  const values = Object.entries(metadata).flatMap(([key, target]) => {
    const found = Object.entries(metadataParts(target)).map(
      ([part, place]) => [part, lookUp(place)] as const,
    )
    if (!found.some(([, value]) => isFound(value))) {
      onMissing(`metadata.${key}`)
      return []
    }
    const others = typeof target === 'string' ? {} : target
    return [[key, { ...others, ...Object.fromEntries(found) }] as const]
  })
  return { event_name: name, metadata: Object.fromEntries(values) }
}

/** A preset's company with what the option `company` found over it. */
const mergeCompany = (
  company: CompanyInput,
  found: { readonly [target in CompanyTarget]?: unknown },
): CompanyInput => {
  const entries = Object.entries(found)
  const isAttribute = ([target]: readonly [string, unknown]) => target.startsWith(attributePrefix)
  const attributes = entries.filter(isAttribute)
  const merged = {
    ...company,
    ...Object.fromEntries(entries.filter((entry) => !isAttribute(entry))),
  }
  if (attributes.length === 0) return merged
  const named = attributes.map(([target, value]) => [target.slice(attributePrefix.length), value])
  const own = isRecord(company.custom_attributes) ? company.custom_attributes : {}
  return { ...merged, custom_attributes: { ...own, ...Object.fromEntries(named) } }
}

/** The fields and attributes whose place the sender set to null. */
const nullsAt = (options: MappingOptions, lookUp: (place: Place) => unknown): string[] => {
  const { fields, attributes } = fillings(options)
  const places = [
    ...fields,
    ...attributes.map(([place, to]): Filling<string> => [place, `${attributePrefix}${to}`]),
  ]
  return places.flatMap(([place, path]) => (lookUp(place) === null ? [path] : []))
}

/** The contact fields that a preset found to be null. */
const nullFields = ({ contact }: SignupInput): string[] =>
  contactFieldNames.filter((name) => contact[name] === null)

/** An event as received, as parsed by its source's schema, and its questions. */
export type ParsedPayload = {
  readonly body: unknown
  readonly payload: unknown
  readonly questions: readonly Question[]
  /** Keys with a value that the preset does not read, and the sender should know of. */
  readonly unread?: readonly string[]
  /** What the option `events` posts for it. */
  readonly dataEvent?: DataEventTarget | undefined
  /**
   * Loaded only for the options `consent` and `subscriptions`, since its lists of words are long;
   * without it: a no.
   */
  readonly findConsent?: FindConsent | undefined
}

export type MappingResult = {
  readonly input: SignupInput | undefined
  readonly leftOut: readonly LeftOut[]
  /** `exactTags` of the signup: no payload and no `map` decides which tags are removed. */
  readonly exactTags?: readonly TagRule[]
}

/** What an option is applied over, as an object; a value of another type is left out. */
const toObject = (leftOut: LeftOut[], given: unknown, { path, reason }: LeftOut) => {
  if (isRecord(given)) return given
  if (isFound(given)) leftOut.push({ path, reason })
  return {}
}

const attributesInvalid = { path: 'custom_attributes', reason: 'attribute_invalid' } as const
const companyInvalid = { path: 'company', reason: 'company_without_id' } as const

/**
 * Applies `company` to an event of a company, or of a membership: the other options are about a
 * user's payload. Where a source maps another id, of the account or of the company, the sender's own
 * is not it.
 */
const applyToCompany = (
  received: SignupInput,
  body: unknown,
  options: MappingOptions,
): SignupInput => {
  const filling = fillings(options)
  const maps = (target: string) =>
    [...filling.fields, ...filling.company].some(([, to]) => to === target)
  const lookUp = (place: Place) => findValue(body, [], place)
  const found = collectFields(filling.company, lookUp, () => undefined)
  const isOther = maps('company_id') && found.company_id === undefined
  const { external_id: _id, ...others } = received.contact
  return {
    ...received,
    contact: maps('external_id') ? others : received.contact,
    company: isOther ? undefined : mergeCompany(received.company ?? {}, found),
  }
}

/** A membership that comes before its signup creates a contact who has agreed to nothing yet. */
const asksNothing = (
  { about }: SignupInput,
  { consent, subscriptions }: MappingOptions,
): Pick<SignupInput, 'consent' | 'subscriptions'> =>
  about === 'company'
    ? {}
    : {
        ...(consent !== undefined && { consent: false }),
        ...(subscriptions && {
          subscriptions: Object.fromEntries(Object.keys(subscriptions).map((name) => [name, null])),
        }),
      }

/**
 * Applies a source's options over the signup that its preset found: a place with a value replaces
 * the preset's value, and `map` runs last.
 *
 * @throws BridgeError `mapping_failed` if `map` throws or does not return a signup
 */
export const applyOptions = (
  received: SignupInput,
  { body, payload, questions, unread = [], dataEvent, findConsent }: ParsedPayload,
  options: MappingOptions,
): MappingResult => {
  if (received.about === 'company' || received.about === 'membership') {
    const leftOut: LeftOut[] = []
    const lookUp = (place: Place) => findValue(body, questions, place)
    const onMissing = (path: string) => leftOut.push({ path, reason: 'field_unmatched' })
    const input = {
      ...applyToCompany(received, body, options),
      ...(dataEvent && { data_event: toDataEvent(dataEvent, lookUp, onMissing) }),
      ...asksNothing(received, options),
    }
    return { input: options.map ? runMap(options.map, input, payload) : input, leftOut }
  }
  const mapped = (): MappedKeys => mappedKeys(options)
  const leftOut: LeftOut[] = unread
    .flatMap((key) => unmappedEntries(mapped(), [key, own(body, key)]))
    .map(([key]) => ({ path: shownKey(key), reason: 'field_unknown' }))
  const lookUp = (place: Place) => findValue(body, questions, place)
  const onMissing = (path: string) => leftOut.push({ path, reason: 'field_unmatched' })

  const filling = fillings(options)
  const fields = collectFields(filling.fields, lookUp, onMissing, toFieldValue)
  const attributes = collectFields(
    filling.attributes,
    lookUp,
    (name) => onMissing(`${attributePrefix}${name}`),
    toAttributeValue,
  )
  const company = collectFields(filling.company, lookUp, (field) => onMissing(`company.${field}`))
  const note = options.note === undefined ? undefined : toSingle(lookUp(options.note))

  const preset = withoutMappedKeys(received, mapped)
  const contact = Object.hasOwn(fields, 'email_verified')
    ? { ...preset.contact, ...fields }
    : withoutStale(preset.contact, { ...preset.contact, ...fields })
  if (options.role) contact.role = options.role
  // The config's own come first: those over Intercom's limit are left out from the end.
  const given = toObject(leftOut, contact.custom_attributes, attributesInvalid)
  contact.custom_attributes = { ...attributes, ...given, ...attributes }

  const input: SignupInput = { ...preset, contact }
  const { clears = preset.event === 'updated' ? nullFields(received) : undefined } = preset
  const nulls = clears ? nullsAt(options, lookUp) : []
  if (clears) input.clears = [...clears, ...nulls]
  if (preset.guessed)
    input.guessed = preset.guessed.filter((field) => !Object.hasOwn(fields, field))
  const rules = tagRules(options.tagsFrom)
  const found = rules.map((rule) => ({ rule, value: lookUp(rule.place) }))
  if (options.tags || rules.length > 0) {
    const notAllowed = () => leftOut.push({ path: 'tags', reason: 'tag_not_allowed' })
    input.tags = [
      // A preset reads them from there, too, whatever they are.
      ...(rules.some(({ place }) => place === 'tags') ? [] : toTagList(preset.tags)),
      ...(options.tags ?? []),
      ...found.flatMap(({ rule, value }) => tagsAt(rule, value, notAllowed)),
    ]
  }
  const named = found.filter(({ value }) => value !== undefined || preset.isWhole === true)
  const exactTags = preset.isKindless === true ? [] : named.map(({ rule }) => rule)
  if (Object.keys(company).length > 0) {
    input.company = mergeCompany(toObject(leftOut, preset.company, companyInvalid), company)
  } else if (
    isAbsent(preset.company) &&
    filling.company.some(([place]) => lookUp(place) === null)
  ) {
    input.companies ??= []
  }
  if (isFound(note)) input.note = note
  if (dataEvent) input.data_event = toDataEvent(dataEvent, lookUp, onMissing)
  const consent = options.consent && (findConsent?.(body, questions, options.consent) ?? false)
  if (consent !== undefined) input.consent = consent === true
  const answers = subscriptionsOf(options, (target) => findConsent?.(body, questions, target))
  if (options.subscriptions) {
    input.subscriptions = Object.fromEntries(
      answers.map(([name, answer]) => [name, toAnswer(answer)]),
    )
  }
  const result = options.map ? runMap(options.map, input, payload) : input
  // With a value of its own, `map` has read what the option could not.
  if (consent === 'unclear' && result?.consent === false) leftOut.push(consentUnclear)
  const isExpected = ({ path, reason }: LeftOut): boolean =>
    reason === 'field_unmatched' && (preset.event === 'deleted' || nulls.includes(path))
  for (const [name, answer] of answers) {
    if (answer === 'unclear' && own(result?.subscriptions, name) === null) {
      leftOut.push({ path: `subscriptions.${name}`, reason: 'consent_unclear' })
    }
  }
  return {
    input: result,
    leftOut: leftOut.filter((each) => !isExpected(each)),
    ...(exactTags.length > 0 && { exactTags }),
  }
}

/** That one e-mail is verified says nothing of another that took its place. */
const withoutStale = (
  { email, email_verified }: SignupInput['contact'],
  contact: SignupInput['contact'],
): SignupInput['contact'] => {
  const isStale =
    !isAbsent(email) &&
    contact.email !== email &&
    email_verified !== undefined &&
    contact.email_verified === email_verified
  return isStale ? { ...contact, email_verified: undefined } : contact
}

type Answer = ReturnType<FindConsent> | undefined

const subscriptionsOf = (
  { subscriptions = {} }: MappingOptions,
  find: (target: SubscriptionTarget) => Answer,
): (readonly [name: string, answer: Answer])[] =>
  Object.entries(subscriptions).map(([name, target]) => [name, find(target)])

const toAnswer = (answer: Answer): boolean | null => (typeof answer === 'boolean' ? answer : null)

const consentUnclear = { path: 'consent', reason: 'consent_unclear' } as const

const runMap = (
  map: NonNullable<MappingOptions['map']>,
  input: SignupInput,
  payload: unknown,
): SignupInput | undefined => {
  // `map` may change what it is given.
  const { email, email_verified } = input.contact
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
  const result = mapped as SignupInput
  return { ...result, contact: withoutStale({ email, email_verified }, result.contact) }
}
