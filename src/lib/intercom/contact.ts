import * as z from 'zod/mini'
import { once } from '../memoise.ts'

/**
 * Accepts a field of any other type as absent: of a contact only `id` is required.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/createcontact
 */
export const lenient = <T extends z.ZodMiniType>(schema: T) => z.catch(z.nullish(schema), undefined)
const text = lenient(z.string())
/** Unix seconds. */
const time = lenient(z.int())

const reference = z.looseObject({ id: text })
const listOf = <T extends z.ZodMiniType>(item: T) =>
  lenient(
    z.looseObject({
      data: lenient(z.array(item)),
      total_count: lenient(z.int()),
      has_more: lenient(z.boolean()),
    }),
  )

/** What delivery reads of the response of Create contact, 2.10 to 2.16; the rest stays as it is. */
export const contactSchema = z.looseObject({
  id: z.string().check(z.minLength(1)),
  external_id: text,
  role: text,
  email: text,
  /** Sent from 2.16 on; no description has it in a response. */
  email_verified: lenient(z.boolean()),
  phone: text,
  name: text,
  owner_id: lenient(z.union([z.int(), z.string()])),
  unsubscribed_from_emails: lenient(z.boolean()),
  created_at: time,
  signed_up_at: time,
  last_seen_at: time,
  custom_attributes: lenient(z.record(z.string(), z.unknown())),
  avatar: lenient(z.looseObject({ image_url: text })),
  tags: listOf(reference),
  notes: listOf(reference),
  companies: listOf(reference),
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
