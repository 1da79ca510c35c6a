import { type DataAttribute, isCustom, type Scalar } from '../intercom/data-attributes.ts'
import { own } from '../json-access.ts'
import { readPlainAnswer } from '../transform/answer.ts'
import { toUnixSeconds } from '../transform/time.ts'

/** A custom attribute of a signup, as the workspace takes it. */
export type FittedAttribute<Value = Scalar> = {
  /** The name in the signup. */
  readonly name: string
  /** The name in the workspace. */
  readonly sentAs: string
  readonly value: Value
  /** Why it has to be left out, in words for the log; absent if it may be sent. */
  readonly problem?: string
}

const comparable = (text: string): string => text.normalize('NFC').trim().toLowerCase()

/** Whether two names are the same, in any case and with any outer blanks. */
export const isSameName = (a: string, b: string): boolean => comparable(a) === comparable(b)

/** The item with a text, else the only one whose text is the same but for case and outer blanks. */
export const findByText = <T>(
  items: readonly T[],
  textOf: (item: T) => string | undefined,
  wanted: string,
): T | undefined => {
  const exact = items.find((item) => textOf(item) === wanted)
  if (exact !== undefined) return exact
  const [only, another] = items.filter((item) => isSameName(textOf(item) ?? '', wanted))
  return another === undefined ? only : undefined
}

const toInteger = (value: Scalar): number | undefined => {
  const isWhole = typeof value === 'string' && /^[+-]?\d+(?:\.0+)?$/.test(value.trim())
  const number = isWhole ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

/** A double holds 15 significant digits of any decimal number. */
const maxDigits = 15

const toFloat = (value: Scalar): number | undefined => {
  if (typeof value === 'number') return value
  const text = typeof value === 'string' ? value.trim() : ''
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return undefined
  const digits = text.replace(/[+.-]/g, '').replace(/^0+/, '')
  const isExact = digits.length <= maxDigits || String(Number(text)) === text
  return isExact ? Number(text) : undefined
}

/** Converts a value to a type of Intercom, only where nothing is lost; else `undefined`. */
const converters = new Map<string, (value: Scalar) => Scalar | undefined>([
  ['string', String],
  ['integer', toInteger],
  ['float', toFloat],
  ['boolean', readPlainAnswer],
  // Intercom stores a date as unix seconds.
  ['date', toUnixSeconds],
  ['datetime', toUnixSeconds],
])

const isScalar = (value: unknown): value is Scalar =>
  ['string', 'number', 'boolean'].includes(typeof value)

/** Intercom lists an option as an object, older API versions as its value. */
const optionValue = (option: unknown): unknown => own(option, 'value') ?? option

const fitValue = (
  { data_type, options }: DataAttribute,
  value: Scalar,
): { readonly value: Scalar } | { readonly problem: string } => {
  const convert = converters.get(data_type ?? '')
  const converted = convert ? convert(value) : value
  if (converted === undefined) return { problem: `not of its type, ${data_type}` }
  if (!options?.length) return { value: converted }
  const option = findByText(options.map(optionValue).filter(isScalar), String, String(converted))
  const fitted = option !== undefined && convert ? convert(option) : option
  return fitted === undefined ? { problem: 'not one of its options' } : { value: fitted }
}

const findAttribute = (
  list: readonly DataAttribute[],
  name: string,
): { readonly attribute: DataAttribute } | { readonly problem: string } => {
  const usable = list.filter((attribute) => isCustom(attribute) && !attribute.archived)
  const attribute = findByText(usable, (candidate) => candidate.name, name)
  if (!attribute) return { problem: 'not in the workspace' }
  return attribute.api_writable === false ? { problem: 'not writable' } : { attribute }
}

/**
 * Fits one attribute to the workspace's list: its name (any case, any outer blanks), its type and
 * its options. An unknown type accepts any value: Intercom decides.
 */
export const fitAttribute = (
  list: readonly DataAttribute[],
  name: string,
  value: Scalar,
): FittedAttribute => {
  const found = findAttribute(list, name)
  if ('problem' in found) return { name, sentAs: name, value, ...found }
  const { attribute } = found
  return { name, sentAs: attribute.name, value, ...fitValue(attribute, value) }
}

/**
 * Fits the attributes of a signup. Of two that are the same attribute of the workspace and fit it
 * the one whose name is exact is sent, else the first; the other has a problem.
 */
export const fitAttributes = (
  list: readonly DataAttribute[],
  attributes: Readonly<Record<string, Scalar>>,
): readonly FittedAttribute[] => {
  const fitted = Object.entries(attributes).map(([name, value]) => fitAttribute(list, name, value))
  return fitted.map((attribute) => {
    if (attribute.problem !== undefined) return attribute
    const same = fitted.filter(
      ({ sentAs, problem }) => sentAs === attribute.sentAs && problem === undefined,
    )
    const sent = same.find(({ name, sentAs }) => name === sentAs) ?? same[0]
    return attribute === sent ? attribute : { ...attribute, problem: 'given twice' }
  })
}

/** Finds the attributes to empty; those that the workspace does not have or protects are ignored. */
export const fitClears = (
  list: readonly DataAttribute[],
  names: readonly string[],
): readonly FittedAttribute<null>[] =>
  names.flatMap((name) => {
    const found = findAttribute(list, name)
    return 'problem' in found ? [] : [{ name, sentAs: found.attribute.name, value: null }]
  })
