const dataTypes = ['string', 'integer', 'float', 'boolean', 'date'] as const
export type DataType = (typeof dataTypes)[number]

/** A custom attribute of contacts. */
export type Attribute = {
  readonly name: string
  /** Absent until the first value sets it. */
  readonly data_type?: DataType
  /** The allowed values of a list attribute. */
  readonly options?: readonly string[]
  readonly api_writable: boolean
  readonly messenger_writable?: boolean
  readonly description?: string
  /** In unix seconds; absent if the attribute was not created through the API. */
  readonly created_at?: number
}

/** Returns the data type of that name, or undefined. */
export const readDataType = (name: unknown): DataType | undefined =>
  dataTypes.find((known) => known === name)

/** How an attribute is declared, for error messages. */
export const attributeNotation = `name, name:type or name:type:readonly, the type ${dataTypes.join(', ')} or options(one|another)`

const notation =
  /^(?<name>[^:]+)(?::(?<type>[a-z]+)(?:\((?<options>[^()]+)\))?(?<readonly>:readonly)?)?$/

/**
 * Parses `plan`, `seats:integer`, `size:options(small|large)` or `score:integer:readonly`. Returns
 * undefined if the text is none of these.
 */
export const readAttribute = (text: string): Attribute | undefined => {
  const { name, type, options, readonly } = notation.exec(text)?.groups ?? {}
  if (name === undefined) return undefined
  const api_writable = readonly === undefined
  if (type === undefined) return { name, api_writable }
  if (type === 'options') {
    const list = options?.split('|') ?? []
    return list.length < 2 ? undefined : { name, data_type: 'string', options: list, api_writable }
  }
  const data_type = readDataType(type)
  return data_type && options === undefined ? { name, data_type, api_writable } : undefined
}

/** Infers the data type of a value; any number is a `float`. */
export const dataTypeOf = (value: unknown): DataType | undefined => {
  if (typeof value === 'number') return 'float'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'string' ? 'string' : undefined
}

const isOfType: { readonly [type in DataType]: (value: unknown) => boolean } = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  float: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: Number.isInteger,
}

/** Returns why an attribute rejects a value, or undefined. The wording is not Intercom's. */
export const valueProblem = (attribute: Attribute, value: unknown): string | undefined => {
  const { name, data_type, options, api_writable } = attribute
  if (!api_writable) return `Custom attribute '${name}' is not writable`
  if (value === null) return undefined
  if (typeof value === 'object') return `Custom attribute '${name}' must not be nested`
  if (options && !options.some((option) => option === value)) {
    return `Custom attribute '${name}' must be one of its options`
  }
  return data_type && !isOfType[data_type](value)
    ? `Custom attribute '${name}' must be a ${data_type}`
    : undefined
}
