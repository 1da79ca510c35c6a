import * as z from 'zod/mini'
import { asText, own } from '../json-access.ts'
import {
  standardWebhooksHeaders,
  standardWebhooksId,
  svixScheme,
} from '../signature/standard-webhooks.ts'
import type { CompanyInput } from '../signup.ts'
import { nameIn } from './name.ts'
import { defineSource } from './source.ts'

/** What the events are about: a user, an organization or a membership. */
const isOf = (type: unknown, about: string): boolean =>
  typeof type === 'string' && type.startsWith(`${about}.`)

/** https://clerk.com/docs/reference/backend/types/backend-organization */
const companyOf = (organization: unknown): CompanyInput => ({
  company_id: own(organization, 'id'),
  name: own(organization, 'name'),
  created_at: own(organization, 'created_at'),
})

/**
 * A user has an e-mail address, a phone number or a name as the identifier: with the address the
 * membership is in the user's FIFO group.
 * https://clerk.com/docs/reference/backend/types/backend-organization-membership
 */
const memberOf = (data: unknown) => {
  const user = own(data, 'public_user_data')
  const identifier = asText(own(user, 'identifier'))
  return {
    external_id: own(user, 'user_id'),
    email: identifier?.includes('@') ? identifier : undefined,
  }
}

const addresses = z.nullish(z.array(z.looseObject({ id: z.string() })))
type Addresses = z.infer<typeof addresses>
const userEvent = z.looseObject({
  data: z.looseObject({ id: z.string(), email_addresses: addresses, phone_numbers: addresses }),
})

/** The primary one; where none of them is primary, the only one: of several none is guessed. */
const primaryOf = (among: Addresses, primaryId: unknown) =>
  among?.find(({ id }) => id === primaryId) ?? (among?.length === 1 ? among[0] : undefined)

const isVerified = (address: unknown): boolean | undefined => {
  const status = own(own(address, 'verification'), 'status')
  return typeof status === 'string' ? status === 'verified' : undefined
}

/** `null` where the user has none; of several without a primary one nothing is known. */
const orNone = (value: unknown, among: Addresses, primaryId: unknown): unknown =>
  value ?? (primaryId === null && !among?.length ? null : undefined)

/**
 * A new user; with `on`, one that changed or was deleted, too, and organizations and their members as
 * companies. The contact's `external_id` must be the id that your app passes to Intercom's Messenger:
 * Clerk's user id, or, with `fields: { 'data.external_id': 'external_id' }`, your own. Clerk's times
 * are unix milliseconds.
 *
 * @example
 * sources: { clerk: clerk({ tags: ['app'] }) }
 */
export const clerk = defineSource({
  docs: 'https://clerk.com/docs/guides/development/webhooks/overview',
  signature: svixScheme,
  gives: ['external_id'],
  isWhole: ({ type }) => isOf(type, 'user'),
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'type'),
      created: ['user.created'],
      updated: [
        'user.updated',
        'organization.created',
        'organization.updated',
        'organizationMembership.created',
        'organizationMembership.updated',
        'organizationMembership.deleted',
      ],
      deleted: ['user.deleted'],
    },
    schema: userEvent,
    advice:
      'subscribe the endpoint to user.created (for `on` also user.updated, user.deleted), without a transformation',
    headers: standardWebhooksHeaders(svixScheme),
  },
  eventId: (_event, delivery) => standardWebhooksId(svixScheme, delivery),
  toSignup: ({ data, timestamp, type }) => {
    const occurred_at = timestamp ?? data.updated_at ?? data.created_at
    if (isOf(type, 'organization')) {
      const event = type === 'organization.created' ? 'created' : 'updated'
      return { occurred_at, event, about: 'company', contact: {}, company: companyOf(data) }
    }
    if (isOf(type, 'organizationMembership')) {
      const leaves = type === 'organizationMembership.deleted'
      const company = companyOf(data.organization)
      return { occurred_at, about: 'membership', contact: memberOf(data), company, leaves }
    }
    const email = primaryOf(data.email_addresses, data.primary_email_address_id)
    const phone = primaryOf(data.phone_numbers, data.primary_phone_number_id)
    return {
      occurred_at,
      contact: {
        external_id: data.id,
        email: orNone(email?.email_address, data.email_addresses, data.primary_email_address_id),
        // https://clerk.com/docs/reference/clerkjs/emailaddress
        email_verified: isVerified(email),
        phone: orNone(phone?.phone_number, data.phone_numbers, data.primary_phone_number_id),
        name: nameIn(data),
        avatar: data.image_url,
        signed_up_at: data.created_at,
      },
    }
  },
})
