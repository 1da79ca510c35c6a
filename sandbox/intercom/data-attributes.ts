const dataTypes = ['string', 'integer', 'float', 'boolean', 'date'] as const
type DataType = (typeof dataTypes)[number]

const writable: Readonly<Record<string, DataType>> = {
  role: 'string',
  name: 'string',
  owner_id: 'integer',
  email: 'string',
  phone: 'string',
  external_id: 'string',
  signed_up_at: 'date',
  last_seen_at: 'date',
  unsubscribed_from_emails: 'boolean',
  avatar: 'string',
}

const readOnly: Readonly<Record<string, DataType>> = {
  id: 'string',
  workspace_id: 'string',
  email_domain: 'string',
  created_at: 'date',
  updated_at: 'date',
  last_replied_at: 'date',
  last_contacted_at: 'date',
  last_email_opened_at: 'date',
  last_email_clicked_at: 'date',
  has_hard_bounced: 'boolean',
  marked_email_as_spam: 'boolean',
  language_override: 'string',
  browser: 'string',
  browser_version: 'string',
  browser_language: 'string',
  os: 'string',
}

const fits: { readonly [type in DataType]: (value: unknown) => boolean } = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  float: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: Number.isInteger,
}

const standard = (types: Readonly<Record<string, DataType>>, api_writable: boolean) =>
  Object.entries(types).map(([name, data_type]) => ({
    type: 'data_attribute',
    name,
    full_name: name,
    label: name,
    data_type,
    api_writable,
    ui_writable: false,
    messenger_writable: api_writable,
    custom: false,
    archived: false,
    model: 'contact',
  }))

/** `plan`, or with its type `seats:integer`: a colon may not stand in an attribute's own name. */
const readAttribute = (text: string): [name: string, type: DataType | undefined] => {
  const [name = text, suffix] = text.split(':')
  const type = dataTypes.find((known) => known === suffix)
  if (suffix !== undefined && !type) {
    throw new Error(`attribute ${text}: the type must be one of ${dataTypes.join(', ')}`)
  }
  return [name, type]
}

/** The custom attributes of the workspace. */
export type KnownAttributes = {
  /** What is wrong with an attribute of a request, in Intercom's words. */
  readonly wrong: (name: string, value: unknown) => string | undefined
  /** `GET /data_attributes?model=contact`. */
  readonly list: () => readonly object[]
  /** From now on these exist too. */
  readonly add: (names: readonly string[]) => void
}

/**
 * Knows the attributes given, each a name or `name:type`; without a list, every one. An attribute
 * without a type takes any text, number or boolean and is listed as a string.
 *
 * @throws where a type is none of Intercom's
 */
export const createAttributes = (names: readonly string[] | undefined): KnownAttributes => {
  const known = names && new Map(names.map(readAttribute))
  return {
    wrong: (name, value) => {
      if (known && !known.has(name)) return `Custom attribute '${name}' does not exist`
      if (value === null) return undefined
      if (typeof value === 'object') return `Custom attribute '${name}' must not be nested`
      const type = known?.get(name)
      return type && !fits[type](value) ? `Custom attribute '${name}' must be a ${type}` : undefined
    },
    add: (more) => {
      for (const [name, type] of more.map(readAttribute)) known?.set(name, type)
    },
    list: () => [
      ...standard(writable, true),
      ...standard(readOnly, false),
      ...[...(known ?? [])].map(([name, type], index) => ({
        id: index + 1,
        type: 'data_attribute',
        name,
        full_name: `custom_attributes.${name}`,
        label: name,
        description: '',
        data_type: type ?? 'string',
        api_writable: true,
        ui_writable: true,
        messenger_writable: true,
        custom: true,
        archived: false,
        model: 'contact',
      })),
    ],
  }
}
