import * as z from 'zod/mini'

const attributes = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/**
 * The request body of Intercom's Create contact, under Intercom's own names.
 * Times are unix seconds; `owner_id` is an integer up to API version 2.15.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact
 */
const contactFields = z.strictObject({
  role: z.enum(['user', 'lead']),
  external_id: z.optional(z.string()),
  email: z.optional(z.string()),
  phone: z.optional(z.string()),
  name: z.optional(z.string()),
  avatar: z.optional(z.string()),
  signed_up_at: z.optional(z.int()),
  last_seen_at: z.optional(z.int()),
  owner_id: z.optional(z.int()),
  unsubscribed_from_emails: z.optional(z.boolean()),
  custom_attributes: z.optional(attributes),
})

/** A company, under the names of Intercom's Create or update a company. */
const companyFields = z.strictObject({
  company_id: z.string(),
  name: z.optional(z.string()),
  website: z.optional(z.string()),
  plan: z.optional(z.string()),
  industry: z.optional(z.string()),
  size: z.optional(z.int()),
  monthly_spend: z.optional(z.int()),
  /** When the company was created, unix seconds. */
  remote_created_at: z.optional(z.int()),
  custom_attributes: z.optional(attributes),
})

/** A signup in normal form: every source is read into it, and delivery uses nothing else. */
export const signupSchema = z.strictObject({
  event_id: z.string(),
  occurred_at: z.optional(z.int()),
  contact: contactFields,
  /** Whether the person agreed to e-mail; absent: not asked. */
  consent: z.optional(z.boolean()),
  tags: z.optional(z.array(z.string())),
  companies: z.optional(z.array(companyFields)),
  note: z.optional(z.string()),
  /**
   * What the sender explicitly empties: names of contact fields, and `custom_attributes.NAME`.
   * Cleared only by a source that overwrites.
   */
  clears: z.optional(z.array(z.string())),
})

export type ContactFields = z.infer<typeof contactFields>
export type Company = z.infer<typeof companyFields>
export type Signup = z.infer<typeof signupSchema>
export type Role = ContactFields['role']
export type ContactField = Exclude<keyof ContactFields, 'custom_attributes'>
export type CompanyField = Exclude<keyof Company, 'custom_attributes'>

/** What the name of a custom attribute has before it in a path: `custom_attributes.plan`. */
export const attributePrefix = 'custom_attributes.'

/** The contact fields that `fields` may name on its right side. */
export const contactFieldNames = [
  'role',
  'external_id',
  'email',
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

/** The custom attribute that holds the time of the newest event applied; only the bridge writes it. */
export const markName = 'signup_bridge_at'

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

/**
 * A signup as a preset or `map` returns it: the same names, the values as received. `normalise`
 * decides which can be used.
 */
export type SignupInput = {
  event_id?: unknown
  occurred_at?: unknown
  contact: { [field in ContactField]?: unknown } & {
    custom_attributes?: Readonly<Record<string, unknown>> | undefined
  }
  /** Whether the person agreed to e-mail: a boolean, or the value of the box; absent: not asked. */
  consent?: unknown
  /** One text has tags between commas. */
  tags?: unknown
  company?: CompanyInput | undefined
  /** Beside `company`: one, or several. */
  companies?: CompanyInput | readonly CompanyInput[] | undefined
  note?: unknown
  /** Contact fields, and `custom_attributes.NAME`, that the sender set to null. */
  clears?: readonly string[] | undefined
}
