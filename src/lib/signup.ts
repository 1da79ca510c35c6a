type Attributes = Record<string, string | number | boolean>

/** What happened to a person: signed up, changed, or was deleted at the sender. */
export const eventKinds = ['created', 'updated', 'deleted'] as const
export type EventKind = (typeof eventKinds)[number]

/**
 * The request body of Intercom's Create contact, under Intercom's own names.
 * Times are whole unix seconds; `owner_id` is an integer, from API version 2.16 on sent as text.
 * `email_verified` is sent from 2.16 on, and only beside `email`.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact
 */
export type ContactFields = {
  role: 'user' | 'lead'
  external_id?: string | undefined
  email?: string | undefined
  email_verified?: boolean | undefined
  phone?: string | undefined
  name?: string | undefined
  avatar?: string | undefined
  signed_up_at?: number | undefined
  last_seen_at?: number | undefined
  owner_id?: number | undefined
  unsubscribed_from_emails?: boolean | undefined
  custom_attributes?: Attributes | undefined
}

/** A company, under the names of Intercom's Create or update a company. */
export type Company = {
  company_id: string
  name?: string | undefined
  website?: string | undefined
  plan?: string | undefined
  industry?: string | undefined
  size?: number | undefined
  monthly_spend?: number | undefined
  /** When the company was created, unix seconds. */
  remote_created_at?: number | undefined
  custom_attributes?: Attributes | undefined
}

/** A value of a data event's metadata, as Intercom types it; an amount is in cents. */
export type MetadataValue =
  | string
  | number
  | { readonly url: string; readonly value: string }
  | { readonly amount: number; readonly currency: string }

/**
 * What happened, under the names of Intercom's Submit a data event; `created_at` in unix seconds.
 * https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/data-events/createdataevent
 */
export type DataEvent = {
  event_name: string
  created_at: number
  metadata?: Record<string, MetadataValue> | undefined
}

/** Which tags a payload may name: those listed, in any case, or those that begin so. */
export type TagRule = { readonly allow: readonly string[] } | { readonly prefix: string }

/** A signup in normal form: every source is read into it, and delivery uses nothing else. */
export type Signup = {
  event_id: string
  /** Unix seconds. */
  occurred_at?: number | undefined
  /** Absent: `created`. */
  event?: Exclude<EventKind, 'created'> | undefined
  /** Set if it has the whole person: an older event adds nothing to a newer one. */
  isWhole?: true | undefined
  /**
   * Set if it is about something of the person's, such as a subscription: its time says nothing of the
   * person's own fields, and the other way round.
   */
  part?: string | undefined
  /** Set if its source says more of an account than its signup: all of it is delivered in order. */
  isByAccount?: true | undefined
  /**
   * Set if only the option `events` takes it: it may fill, but says nothing of what is newest.
   */
  isKindless?: true | undefined
  contact: ContactFields
  /** Whether the person agreed to e-mail; absent: not asked. */
  consent?: boolean | undefined
  /**
   * Whether the person agreed to each subscription type, by its name or id in Intercom; null: asked,
   * and the box is empty.
   */
  subscriptions?: Readonly<Record<string, boolean | null>> | undefined
  tags?: string[] | undefined
  /** The rules of its tags: a change that is the newest removes a contact's others of these. */
  exactTags?: readonly TagRule[] | undefined
  /** Empty if the sender says that there is none. */
  companies?: Company[] | undefined
  /** Set if a company of the person could not be read: what is not named may still be theirs. */
  hasUnreadCompany?: true | undefined
  /** Set if it only says which companies the person has joined or left. */
  isMembership?: true | undefined
  /** The `company_id` of each company that the person has left. */
  leaves?: string[] | undefined
  note?: string | undefined
  data_event?: DataEvent | undefined
  /**
   * What the sender explicitly empties: names of contact fields, and `custom_attributes.NAME`.
   * Cleared only where the signup overwrites.
   */
  clears?: string[] | undefined
}

type OfAnEvent = 'event_id' | 'occurred_at' | 'event'

/** What happened to a company: no person is named. */
export type CompanySignup = Pick<Signup, OfAnEvent> & {
  [field in Exclude<keyof Signup, OfAnEvent | 'companies'>]?: undefined
} & { companies: [Company] }

/** What a source reads: of a person, or of a company alone. */
export type AnySignup = Signup | CompanySignup

export type Role = ContactFields['role']
export type ContactField = Exclude<keyof ContactFields, 'custom_attributes'>
export type CompanyField = Exclude<keyof Company, 'custom_attributes'>

/** What the name of a custom attribute has before it in a path: `custom_attributes.plan`. */
export const attributePrefix = 'custom_attributes.'
export const companyAttributePrefix = `company.${attributePrefix}`

/** The contact fields that `fields` may name on its right side. */
export const contactFieldNames = [
  'role',
  'external_id',
  'email',
  'email_verified',
  'phone',
  'name',
  'avatar',
  'signed_up_at',
  'last_seen_at',
  'owner_id',
  'unsubscribed_from_emails',
] as const satisfies readonly ContactField[]

/**
 * The contact fields that a null empties: not the account id, which Intercom keeps, and not
 * `last_seen_at`, which never goes back.
 */
export const clearableFields = [
  'email',
  'phone',
  'name',
  'avatar',
  'signed_up_at',
  'owner_id',
] as const satisfies readonly ContactField[]

/**
 * The custom attribute that holds the time of the newest event applied, unix seconds; negative if
 * that event deleted the person. Only the bridge writes it.
 */
export const markName = 'signup_bridge_at'

/**
 * The custom attribute that holds the time of what a source, or a part such as `subscription`, has
 * applied by itself.
 */
export const ownMarkName = (name: string): string => `${markName}_${name}`

/** The custom attribute that names the source which owns a contact; only the bridge writes it. */
export const ownerName = 'signup_bridge_source'

/**
 * The custom attribute of a company that holds the time of the newest event applied to it, unix
 * seconds. Another name than the contacts': Intercom has each name once.
 */
export const companyMarkName = 'signup_bridge_company_at'

/** Whether a custom attribute is the bridge's own: no source may map it. */
export const isBridgeAttribute = (name: string): boolean => {
  const lower = name.trim().toLowerCase()
  const isOwn = [ownerName, markName, companyMarkName].includes(lower)
  return isOwn || lower.startsWith(`${markName}_`)
}

/** The keys of a signup's `contact`. */
export const contactKeys: ReadonlySet<string> = new Set([...contactFieldNames, 'custom_attributes'])

export const companyFieldNames = [
  'company_id',
  'name',
  'website',
  'plan',
  'industry',
  'size',
  'monthly_spend',
  'remote_created_at',
] as const satisfies readonly CompanyField[]

/** The keys of a company as it is received; `created_at` is another name of `remote_created_at`. */
export const companyKeys: ReadonlySet<string> = new Set([
  ...companyFieldNames,
  'created_at',
  'custom_attributes',
])

/** A company as a preset or `map` returns it: the values as received. */
export type CompanyInput = { [field in CompanyField]?: unknown } & {
  created_at?: unknown
  custom_attributes?: Readonly<Record<string, unknown>> | null | undefined
}

/** A data event as an option or `map` returns it: the values as received. */
export type DataEventInput = {
  event_name: unknown
  metadata?: Readonly<Record<string, unknown>> | undefined
}

/**
 * A signup as a preset or `map` returns it: the same names, the values as received. `normalise`
 * decides which can be used.
 */
export type SignupInput = {
  event_id?: unknown
  occurred_at?: unknown
  /** `created`, `updated` or `deleted`; a preset leaves it out where its `types` say it. */
  event?: unknown
  isWhole?: unknown
  part?: unknown
  isByAccount?: unknown
  isKindless?: unknown
  /**
   * What the event is about other than a person: a `company` alone; a `customer` who is a company if
   * nothing names a person; a person's `membership` of `company`. Of a company and of a membership the
   * options apply `company` and `map` alone.
   */
  about?: 'company' | 'customer' | 'membership' | undefined
  contact: { [field in ContactField]?: unknown } & {
    custom_attributes?: Readonly<Record<string, unknown>> | undefined
  }
  /** Whether the person agreed to e-mail: a boolean, or the value of the box; absent: not asked. */
  consent?: unknown
  /** As of a signup; any value but a boolean counts as null. */
  subscriptions?: Readonly<Record<string, unknown>> | undefined
  /** One text has tags between commas. */
  tags?: unknown
  company?: CompanyInput | undefined
  /** Beside `company`: one, or several. */
  companies?: CompanyInput | readonly CompanyInput[] | undefined
  /** Of a membership: the person has left `company`. */
  leaves?: boolean | undefined
  note?: unknown
  /** The data event to post: a metadata value may be `{ date }`, `{ url, value }` or `{ amount, currency }`. */
  data_event?: DataEventInput | undefined
  /** The country of a phone number without a country code, as 'DE'; absent: the source's option. */
  country?: unknown
  /** Contact fields whose value is the first of several that could be the person's. */
  guessed?: readonly ContactField[] | undefined
  /** Contact fields, and `custom_attributes.NAME`, that the sender set to null. */
  clears?: readonly string[] | undefined
}
