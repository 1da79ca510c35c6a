const dataTypes = ['string', 'integer', 'float', 'boolean', 'date'] as const
export type DataType = (typeof dataTypes)[number]

/** A custom attribute of contacts. */
export type Attribute = {
  readonly name: string
  /** Absent: not known yet. */
  readonly data_type?: DataType
  /** All that a list attribute takes. */
  readonly options?: readonly string[]
  readonly api_writable: boolean
  readonly messenger_writable?: boolean
  readonly description?: string
  /** In unix seconds; absent where the sandbox began with it. */
  readonly created_at?: number
}

/** The type of that name, if there is one. */
export const readDataType = (name: unknown): DataType | undefined =>
  dataTypes.find((known) => known === name)

/** What an attribute may be called. */
export const attributeNotation = `name, name:type or name:type:readonly, the type ${dataTypes.join(', ')} or options(one|another)`

const notation =
  /^(?<name>[^:]+)(?::(?<type>[a-z]+)(?:\((?<options>[^()]+)\))?(?<readonly>:readonly)?)?$/

/** Reads `plan`, `seats:integer`, `size:options(small|large)`, `score:integer:readonly`. */
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

/** The type that a value is of; a number may be any. */
export const dataTypeOf = (value: unknown): DataType | undefined => {
  if (typeof value === 'number') return 'float'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'string' ? 'string' : undefined
}

const fits: { readonly [type in DataType]: (value: unknown) => boolean } = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  float: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: Number.isInteger,
}

/** What is wrong with the value of an attribute; the wording is not Intercom's. */
export const wrongValue = (attribute: Attribute, value: unknown): string | undefined => {
  const { name, data_type, options, api_writable } = attribute
  if (!api_writable) return `Custom attribute '${name}' is not writable`
  if (value === null) return undefined
  if (typeof value === 'object') return `Custom attribute '${name}' must not be nested`
  if (options && !options.some((option) => option === value)) {
    return `Custom attribute '${name}' must be one of its options`
  }
  return data_type && !fits[data_type](value)
    ? `Custom attribute '${name}' must be a ${data_type}`
    : undefined
}
