import * as z from 'zod/mini'
import type { Signup } from '../../src/lib/signup.ts'

const attributes = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const contact = z.strictObject({
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

const company = z.strictObject({
  company_id: z.string(),
  name: z.optional(z.string()),
  website: z.optional(z.string()),
  plan: z.optional(z.string()),
  industry: z.optional(z.string()),
  size: z.optional(z.int()),
  monthly_spend: z.optional(z.int()),
  remote_created_at: z.optional(z.int()),
  custom_attributes: z.optional(attributes),
})

/** Checks at run time what the type `Signup` says: nothing more, and integers where it has numbers. */
export const signupSchema: z.ZodMiniType<Signup> = z.strictObject({
  event_id: z.string(),
  occurred_at: z.optional(z.int()),
  contact,
  consent: z.optional(z.boolean()),
  subscriptions: z.optional(z.record(z.string(), z.nullable(z.boolean()))),
  tags: z.optional(z.array(z.string())),
  exactTags: z.optional(
    z.array(
      z.union([
        z.looseObject({ allow: z.array(z.string()) }),
        z.looseObject({ prefix: z.string() }),
      ]),
    ),
  ),
  companies: z.optional(z.array(company)),
  hasUnreadCompany: z.optional(z.literal(true)),
  note: z.optional(z.string()),
  clears: z.optional(z.array(z.string())),
})
