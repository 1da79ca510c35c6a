import * as z from 'zod/mini'
import { own } from '../json-access.ts'
import { timestampedScheme } from '../signature/hmac.ts'
import type { SignupInput } from '../signup.ts'
import { nameIn } from './name.ts'
import { defineSource } from './source.ts'

const userEvent = z.looseObject({
  event: z.string(),
  data: z.looseObject({ id: z.string() }),
})

/**
 * Who was invited (`pending`) is no member yet, and who was deactivated is none any more.
 * https://workos.com/docs/reference/authkit/organization-membership
 */
const membership = (
  event: string,
  { status, user_id, organization_id, organization_name }: Readonly<Record<string, unknown>>,
): Omit<SignupInput, 'occurred_at'> | undefined => {
  const leaves = event === 'organization_membership.deleted' || status === 'inactive'
  if (status === 'pending' && !leaves) return undefined
  const company = { company_id: organization_id, name: organization_name }
  return { about: 'membership', contact: { external_id: user_id }, company, leaves }
}

/**
 * A new user; with `on`, one that changed or was deleted, too, and organizations and their members as
 * companies. The contact's `external_id` must be the id that your app passes to Intercom's Messenger:
 * WorkOS's user id, or your own, as below. The signature's timestamp is in milliseconds.
 *
 * @example
 * sources: { workos: workos({ fields: { 'data.external_id': 'external_id' } }) }
 */
export const workos = defineSource({
  docs: 'https://workos.com/docs/events/data-syncing/webhooks',
  signature: timestampedScheme('workos-signature', 'ms'),
  gives: ['external_id'],
  isWhole: ({ event }) => event.startsWith('user.'),
  payload: {
    format: 'json',
    types: {
      of: (body) => own(body, 'event'),
      created: ['user.created'],
      updated: [
        'user.updated',
        'organization.created',
        'organization.updated',
        'organization_membership.created',
        'organization_membership.updated',
        'organization_membership.deleted',
      ],
      deleted: ['user.deleted'],
    },
    schema: userEvent,
    advice: 'subscribe the endpoint to user.created (for `on` also user.updated, user.deleted)',
  },
  eventId: ({ id }) => id,
  toSignup: ({ event: type, created_at, data }) => {
    const occurred_at = created_at
    if (type.startsWith('organization_membership.')) {
      const found = membership(type, data)
      return found && { occurred_at, ...found }
    }
    if (type.startsWith('organization.')) {
      const event = type === 'organization.created' ? 'created' : 'updated'
      const company = { company_id: data.id, name: data.name, created_at: data.created_at }
      return { occurred_at, event, about: 'company', contact: {}, company }
    }
    return {
      occurred_at,
      contact: {
        external_id: data.id,
        email: data.email,
        email_verified: data.email_verified,
        name: nameIn(data),
        avatar: data.profile_picture_url,
        signed_up_at: data.created_at,
      },
    }
  },
})
