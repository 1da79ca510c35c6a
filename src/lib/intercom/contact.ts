import * as z from 'zod/mini'
import { once } from '../memoise.ts'

/**
 * Accepts a field of any other type as absent: of a contact only `id` is required.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact
 */
export const lenient = <T extends z.ZodMiniType>(schema: T) => z.catch(z.nullish(schema), undefined)
const text = lenient(z.string())
const flag = lenient(z.boolean())
/** Unix seconds. */
const time = lenient(z.int())

const reference = z.looseObject({ type: text, id: text, url: text })
const listOf = <T extends z.ZodMiniType>(item: T) =>
  lenient(
    z.looseObject({
      type: text,
      data: lenient(z.array(item)),
      url: text,
      total_count: lenient(z.int()),
      has_more: flag,
    }),
  )

/** The whole response of Create contact, 2.10 to 2.16. */
export const contactSchema = z.looseObject({
  type: text,
  id: z.string().check(z.minLength(1)),
  external_id: text,
  workspace_id: text,
  role: text,
  email: text,
  email_domain: text,
  phone: text,
  formatted_phone: text,
  name: text,
  owner_id: lenient(z.union([z.int(), z.string()])),
  has_hard_bounced: flag,
  marked_email_as_spam: flag,
  unsubscribed_from_emails: flag,
  created_at: time,
  updated_at: time,
  signed_up_at: time,
  last_seen_at: time,
  last_replied_at: time,
  last_contacted_at: time,
  last_email_opened_at: time,
  last_email_clicked_at: time,
  language_override: text,
  browser: text,
  browser_version: text,
  browser_language: text,
  os: text,
  location: lenient(
    z.looseObject({
      type: text,
      country: text,
      region: text,
      city: text,
      country_code: text,
      continent_code: text,
    }),
  ),
  android_app_name: text,
  android_app_version: text,
  android_device: text,
  android_os_version: text,
  android_sdk_version: text,
  android_last_seen_at: time,
  ios_app_name: text,
  ios_app_version: text,
  ios_device: text,
  ios_os_version: text,
  ios_sdk_version: text,
  ios_last_seen_at: time,
  custom_attributes: lenient(z.record(z.string(), z.unknown())),
  avatar: lenient(z.looseObject({ type: text, image_url: text })),
  tags: listOf(reference),
  notes: listOf(reference),
  companies: listOf(reference),
  social_profiles: listOf(z.looseObject({ type: text, name: text, url: text })),
  opted_out_subscription_types: listOf(reference),
  opted_in_subscription_types: listOf(reference),
  utm_campaign: text,
  utm_content: text,
  utm_medium: text,
  utm_source: text,
  utm_term: text,
  referrer: text,
  enabled_push_messaging: flag,
})

/** A person in Intercom. */
export type Contact = z.infer<typeof contactSchema>

/** Whether a contact has an e-mail address, in any case. */
export const isEmailOf = ({ email }: Contact, address: string): boolean =>
  email?.toLowerCase() === address.toLowerCase()

/** One page of contacts. https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis/pagination */
export const contactListSchema = z.looseObject({
  data: z.array(contactSchema),
  total_count: lenient(z.int()),
  pages: lenient(z.looseObject({ next: z.optional(z.unknown()) })),
})

/** https://developers.intercom.com/docs/references/rest-api/errors/error-objects */
export const errorListSchema = once(() =>
  z.looseObject({
    request_id: text,
    errors: z
      .array(z.looseObject({ code: text, message: text, field: text }))
      .check(z.minLength(1)),
  }),
)
export type ErrorList = z.infer<ReturnType<typeof errorListSchema>>
