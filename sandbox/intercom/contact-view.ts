import type { ContactState } from './contact-state.ts'
import { isFrom216, type Version } from './version.ts'

/** A tag, note or company that a contact is linked to. */
export type Reference = { readonly type: string; readonly id: string; readonly url: string }
type SocialProfile = { readonly type: string; readonly name: string; readonly url: string }

/** The ids that a contact is linked to, the oldest link first. */
export type ContactLinks = {
  readonly tags: readonly string[]
  readonly notes: readonly string[]
  readonly companies: readonly string[]
  /** Of subscription types. */
  readonly optedIn: readonly string[]
  readonly optedOut: readonly string[]
}

const noLinks: ContactLinks = { tags: [], notes: [], companies: [], optedIn: [], optedOut: [] }
const noReferences: readonly Reference[] = []
const noProfiles: readonly SocialProfile[] = []
/** "Up to 10 will be displayed here. Use the url to get more." */
const maxReferences = 10

const toReferences = (type: string, path: string, ids: readonly string[]): Reference[] =>
  ids.slice(0, maxReferences).map((id) => ({ type, id, url: `/${path}/${id}` }))

const list = (contactId: string, type: string, path: string, ids = noLinks.tags) => ({
  type: 'list',
  data: ids.length === 0 ? noReferences : toReferences(type, path, ids),
  url: `/contacts/${contactId}/${path}`,
  total_count: ids.length,
  has_more: ids.length > maxReferences,
})

const domainOf = (email: string | null): string | null =>
  email?.includes('@') ? email.slice(email.lastIndexOf('@') + 1) : null

/** The id of the sandbox's workspace. */
export const workspaceId = 'sandbox1'

/**
 * A contact as in Intercom's responses of versions 2.10 to 2.15, with every field of the
 * reference's schema and example (`viewContactIn` covers all versions). The reference types `email`
 * and `email_domain` as never null; here they are null for a contact without an e-mail.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/contact
 */
export const viewContact = (contact: ContactState, links: ContactLinks = noLinks) => ({
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
  tags: list(contact.id, 'tag', 'tags', links.tags),
  notes: list(contact.id, 'note', 'notes', links.notes),
  companies: list(contact.id, 'company', 'companies', links.companies),
  opted_out_subscription_types: list(contact.id, 'subscription', 'subscriptions', links.optedOut),
  opted_in_subscription_types: list(contact.id, 'subscription', 'subscriptions', links.optedIn),
  utm_campaign: null,
  utm_content: null,
  utm_medium: null,
  utm_source: null,
  utm_term: null,
  referrer: null,
  enabled_push_messaging: null,
})

/** A contact in a response of the sandbox's Intercom. */
export type SandboxContact = ReturnType<typeof viewContact>

/** A contact as in the responses of an API version: from 2.16 on `owner_id` is a string. */
export const viewContactIn = (
  version: Version,
  contact: ContactState,
  links: ContactLinks,
): object => {
  const view = viewContact(contact, links)
  return isFrom216(version) && view.owner_id !== null
    ? { ...view, owner_id: String(view.owner_id) }
    : view
}
