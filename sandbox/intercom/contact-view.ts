import type { ContactState } from './contact-state.ts'

/** A thing that a contact is tied to. */
export type Reference = { readonly type: string; readonly id: string; readonly url: string }
type SocialProfile = { readonly type: string; readonly name: string; readonly url: string }

const noReferences: readonly Reference[] = []
const noProfiles: readonly SocialProfile[] = []

const list = (id: string, things: string) => ({
  type: 'list',
  data: noReferences,
  url: `/contacts/${id}/${things}`,
  total_count: 0,
  has_more: false,
})

const domainOf = (email: string | null): string | null =>
  email?.includes('@') ? email.slice(email.lastIndexOf('@') + 1) : null

/** The workspace that the sandbox stands for. */
export const workspaceId = 'sandbox1'

/**
 * A contact as Intercom answers it: every field of the reference's schema and of its own example,
 * for versions 2.10 to 2.15. The reference types `email` and `email_domain` as never null; a contact
 * without an e-mail has none to give.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/contact
 */
export const viewContact = (contact: ContactState) => ({
  type: 'contact',
  id: contact.id,
  workspace_id: workspaceId,
  external_id: contact.external_id,
  role: contact.role,
  email: contact.email,
  email_domain: domainOf(contact.email),
  phone: contact.phone,
  name: contact.name,
  avatar: contact.avatar === null ? null : { type: 'avatar', image_url: contact.avatar },
  owner_id: contact.owner_id,
  social_profiles: { type: 'list', data: noProfiles },
  has_hard_bounced: false,
  marked_email_as_spam: false,
  unsubscribed_from_emails: contact.unsubscribed_from_emails,
  created_at: contact.created_at,
  updated_at: contact.updated_at,
  signed_up_at: contact.signed_up_at,
  last_seen_at: contact.last_seen_at,
  last_replied_at: null,
  last_contacted_at: null,
  last_email_opened_at: null,
  last_email_clicked_at: null,
  language_override: null,
  browser: null,
  browser_version: null,
  browser_language: null,
  os: null,
  location: {
    type: 'location',
    country: null,
    region: null,
    city: null,
    country_code: null,
    continent_code: null,
  },
  android_app_name: null,
  android_app_version: null,
  android_device: null,
  android_os_version: null,
  android_sdk_version: null,
  android_last_seen_at: null,
  ios_app_name: null,
  ios_app_version: null,
  ios_device: null,
  ios_os_version: null,
  ios_sdk_version: null,
  ios_last_seen_at: null,
  custom_attributes: contact.custom_attributes,
  tags: list(contact.id, 'tags'),
  notes: list(contact.id, 'notes'),
  companies: list(contact.id, 'companies'),
  opted_out_subscription_types: list(contact.id, 'subscriptions'),
  opted_in_subscription_types: list(contact.id, 'subscriptions'),
  utm_campaign: null,
  utm_content: null,
  utm_medium: null,
  utm_source: null,
  utm_term: null,
  referrer: null,
  enabled_push_messaging: null,
})

/** A contact as the sandbox's Intercom answers it. */
export type SandboxContact = ReturnType<typeof viewContact>
