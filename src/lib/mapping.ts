import { BridgeError } from './errors.ts'
import { isRecord, own, ownPath } from './own.ts'
import { contactFieldNames, type SignupInput } from './signup.ts'
import type { Place, Question, SourceOptions } from './sources/source.ts'
import { isAbsent, type LeftOut } from './values.ts'

const same = (a: string | undefined, b: string): boolean =>
  a !== undefined && a.trim().toLowerCase() === b.trim().toLowerCase()

const isFound = (value: unknown): boolean =>
  !isAbsent(value) && !(Array.isArray(value) && value.length === 0)

const findQuestion = (questions: readonly Question[], place: Place): unknown => {
  for (const name of ['id', 'ref', 'key', 'label'] as const) {
    const asked = questions.filter((question) => same(question[name], place))
    const answered = asked.find(({ value }) => isFound(value))
    if (answered) return answered.value
  }
  return undefined
}

/**
 * The value at a place: a question by its id, ref, key or label (in that order, trimmed and
 * case-insensitive), an input or key of just that name, or a dotted path from the root of the body.
 */
export const find = (body: unknown, questions: readonly Question[], place: Place): unknown => {
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

/** Words that say no, also where more stands behind them: `no, thanks`, `not_subscribed`. */
const saysNo = /^(?:0|false|off|no|nein|non|not|n|opt_?out|unsubscribed|declined)(?![a-z0-9])/i

/** A box is ticked unless its value says no; a box that is not there was left empty. */
const isTicked = (value: unknown): boolean => {
  if (!isFound(value)) return false
  if (Array.isArray(value)) return value.some(isTicked)
  if (typeof value === 'boolean') return value
  return !saysNo.test(String(value).trim())
}

/** The values found for a table of places, by target; the first place that finds something wins. */
const collect = <Target extends string>(
  table: Readonly<Record<Place, Target>> | undefined,
  lookUp: (place: Place) => unknown,
  unmatched: (target: Target) => void,
): { [target in Target]?: unknown } => {
  const found = new Map<Target, unknown>()
  const targets = Object.entries(table ?? {}) as [Place, Target][] // entries() widens the values
  for (const [place, target] of targets) {
    const value = lookUp(place)
    if (isFound(value) && !found.has(target)) found.set(target, toScalar(value))
  }
  for (const target of new Set(targets.map(([, target]) => target))) {
    if (!found.has(target)) unmatched(target)
  }
  // fromEntries() forgets that the keys are targets.
  return Object.fromEntries(found) as { [target in Target]?: unknown }
}

/** A field of another name that an option maps is no unknown field any more. */
const withoutPlaces = (contact: SignupInput['contact'], options: SourceOptions) => {
  const { fields, attributes, company, note, consent } = options
  const places = new Set([fields, attributes, company].flatMap((table) => Object.keys(table ?? {})))
  for (const place of [note, consent]) if (place !== undefined) places.add(place)
  for (const name of [...contactFieldNames, 'custom_attributes']) places.delete(name)
  return Object.fromEntries(Object.entries(contact).filter(([name]) => !places.has(name)))
}

/** What a payload offers to the options: as received, as its schema gave it, and its questions. */
export type Readable = {
  readonly body: unknown
  readonly payload: unknown
  readonly questions: readonly Question[]
}

export type Mapped = {
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
  { body, payload, questions }: Readable,
  options: SourceOptions,
): Mapped => {
  const leftOut: LeftOut[] = []
  const lookUp = (place: Place) => find(body, questions, place)
  const unmatched = (path: string) => leftOut.push({ path, reason: 'field_unmatched' })

  const fields = collect(options.fields, lookUp, unmatched)
  const attributes = collect(options.attributes, lookUp, () => unmatched('custom_attributes'))
  const company = collect(options.company, lookUp, (field) => unmatched(`company.${field}`))
  const note = options.note === undefined ? undefined : toScalar(lookUp(options.note))

  const tags = [preset.tags ?? [], options.tags ?? []].flat()
  const input: SignupInput = {
    ...preset,
    contact: {
      ...withoutPlaces(preset.contact, options),
      ...fields,
      ...(options.role && { role: options.role }),
      custom_attributes: { ...preset.contact.custom_attributes, ...attributes },
    },
    ...(tags.length > 0 && { tags }),
    ...(Object.keys(company).length > 0 && { company: { ...preset.company, ...company } }),
    ...(isFound(note) && { note }),
    ...(options.consent !== undefined && { consent: isTicked(lookUp(options.consent)) }),
  }
  return { input: options.map ? callMap(options.map, input, payload) : input, leftOut }
}

const callMap = (
  map: NonNullable<SourceOptions['map']>,
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
