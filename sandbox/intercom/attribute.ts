const dataTypes = ['string', 'integer', 'float', 'boolean', 'date'] as const
export type DataType = (typeof dataTypes)[number]

/** A custom attribute of contacts. */
export type Attribute = {
  readonly name: string
  readonly data_type: DataType
  /** The allowed values of a list attribute. */
  readonly options?: readonly string[]
  readonly api_writable: boolean
  /** Keeps its name, and contacts cannot have it. */
  readonly archived?: true
  readonly messenger_writable?: boolean
  readonly description?: string
  /** In unix seconds; absent if the attribute was not created through the API. */
  readonly created_at?: number
}

/** Returns the data type of that name, or undefined. */
export const readDataType = (name: unknown): DataType | undefined =>
  dataTypes.find((known) => known === name)

/** How an attribute is declared, for error messages. */
export const attributeNotation = `name, name:type, name:type:readonly or name:type:archived, without "." and "$", the type ${dataTypes.join(', ')} or options(one|another)`

const notation =
  /^(?<name>[^:.$]+)(?::(?<type>[a-z]+)(?:\((?<options>[^()]+)\))?(?::(?<state>readonly|archived))?)?$/

/**
 * Parses `plan`, `seats:integer`, `size:options(small|large)`, `score:integer:readonly` or
 * `old:string:archived`; the default type is `string`. Returns undefined if the text is none of
 * these.
 */
export const readAttribute = (text: string): Attribute | undefined => {
  const { name, type = 'string', options, state } = notation.exec(text)?.groups ?? {}
  if (name === undefined) return undefined
  const base = {
    name,
    api_writable: state !== 'readonly',
    ...(state === 'archived' && { archived: true as const }),
  }
  if (type === 'options') {
    const list = options?.split('|') ?? []
    return list.length < 2 ? undefined : { ...base, data_type: 'string', options: list }
  }
  const data_type = readDataType(type)
  return data_type && options === undefined ? { ...base, data_type } : undefined
}

const isOfType: { readonly [type in DataType]: (value: unknown) => boolean } = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  float: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: Number.isInteger,
}

/** The reason of an attribute that the workspace does not have. */
export const unknownAttribute = (name: string): string =>
  `Custom attribute '${name}' does not exist`

/** https://www.intercom.com/help/en/articles/179-send-custom-user-attributes-to-intercom */
const maxTextLength = 255

/**
 * Returns why no attribute accepts a value, or undefined. Whether Intercom refuses or cuts a longer
 * text is not known.
 */
export const shapeProblem = (name: string, value: unknown): string | undefined => {
  if (value !== null && typeof value === 'object')
    return `Custom attribute '${name}' must not be nested`
  return typeof value === 'string' && value.length > maxTextLength
    ? `Custom attribute '${name}' must have at most ${maxTextLength} characters`
    : undefined
}

/**
 * Returns why an attribute rejects a value, or undefined. Only the wording of `unknownAttribute` is
 * Intercom's.
 */
export const valueProblem = (attribute: Attribute, value: unknown): string | undefined => {
  const { name, data_type, options, api_writable, archived } = attribute
  if (archived) return unknownAttribute(name)
  if (!api_writable) return `Custom attribute '${name}' is not writable`
  if (value === null) return undefined
  if (options && !options.some((option) => option === value)) {
    return `Custom attribute '${name}' must be one of its options`
  }
  return (
    shapeProblem(name, value) ??
    (isOfType[data_type](value) ? undefined : `Custom attribute '${name}' must be a ${data_type}`)
  )
}
