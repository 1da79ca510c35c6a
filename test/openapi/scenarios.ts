import type { SandboxIntercom } from '../../sandbox/intercom/server.ts'
import type { Policy } from '../../src/lib/deliver/policy.ts'
import type { AnySignup, ContactFields, Signup } from '../../src/lib/signup.ts'
import type { SendRequest } from '../sandbox/intercom-client.ts'
import { start } from '../support/clock.ts'

type Intercom = { readonly request: SendRequest; readonly addFault: SandboxIntercom['addFault'] }

/** A signup, the state of Intercom before it, and the result of its delivery. */
export type Scenario = {
  readonly title: string
  /** Sets up Intercom before the delivery. */
  readonly prepare?: (intercom: Intercom) => Promise<void>
  readonly signup: AnySignup
  readonly policy?: Partial<Policy>
  /** The outcome of the delivery, or the code of its error. */
  readonly result: string
}

const signup = (contact: ContactFields, more: Partial<Signup> = {}): Signup => ({
  event_id: 'e',
  contact,
  ...more,
})

const details = {
  email_verified: true,
  phone: '+353871234567',
  name: 'Ada Lovelace',
  avatar: 'https://example.com/ada.png',
  signed_up_at: start,
  last_seen_at: start,
  owner_id: 1,
  unsubscribed_from_emails: true,
  custom_attributes: { plan: 'pro' },
} satisfies Partial<ContactFields>

const company = {
  company_id: 'c1',
  monthly_spend: 49,
  remote_created_at: 1_734_537_429,
  name: 'Engines',
  website: 'https://example.com',
  plan: 'pro',
  industry: 'Machines',
  size: 2,
  custom_attributes: { tier: 'gold' },
}

/** Creates a contact in Intercom before the delivery; search finds it immediately, or late. */
const withContact =
  (contact: object, { isLate = false } = {}) =>
  async ({ request, addFault }: Intercom): Promise<void> => {
    addFault({ index_lag_ms: isLate ? 60_000 : 0 })
    await request('POST', '/contacts', contact)
    addFault({ index_lag_ms: 0 })
  }

const conflictWithoutId = { method: 'POST', path: '/contacts', status: 409, count: 1 }

/** Together they make the bridge send every kind of request; each is about another person. */
export const scenarios: readonly Scenario[] = [
  {
    title: 'a new user with every field',
    signup: signup(
      { role: 'user', external_id: 'new', email: 'new@example.com', ...details },
      { tags: ['beta', 'form: waitlist'], companies: [company], note: 'Hello' },
    ),
    result: 'created',
  },
  {
    title: 'a new user with a data event',
    signup: signup(
      { role: 'user', external_id: 'paid', email: 'paid@example.com' },
      {
        data_event: {
          event_name: 'paid',
          created_at: start,
          metadata: {
            ...{ plan: 'pro', seats: 3, renews_date: start },
            total: { amount: 4_999, currency: 'eur' },
            receipt: { url: 'https://example.com/r', value: 'R-1' },
          },
        },
      },
    ),
    result: 'created',
  },
  {
    title: 'an account that a lead of the same e-mail is merged into',
    prepare: async (intercom) => {
      await withContact({ external_id: 'dup', email: 'dup@example.com' })(intercom)
      await withContact({ role: 'lead', email: 'dup@example.com' })(intercom)
    },
    signup: signup({ role: 'user', external_id: 'dup', email: 'dup@example.com' }),
    policy: { mergesLeads: true },
    result: 'unchanged',
  },
  {
    title: 'a new lead with every field of a lead',
    signup: signup({ role: 'lead', email: 'lead@example.com', ...details }),
    result: 'created',
  },
  {
    title: 'a new lead with only a phone number',
    signup: signup({ role: 'lead', phone: '+353871111111' }, { consent: false }),
    result: 'created',
  },
  {
    title: 'an existing user whose empty fields are filled',
    prepare: withContact({ external_id: 'fill', email: 'fill@example.com' }),
    signup: signup({ role: 'user', external_id: 'fill', email: 'fill@example.com', ...details }),
    result: 'updated',
  },
  {
    title: 'an existing user without an external_id who gets one',
    prepare: withContact({ email: 'claim@example.com' }),
    signup: signup({ role: 'user', external_id: 'claim', email: 'claim@example.com' }),
    result: 'updated',
  },
  {
    title: 'an existing lead who is converted to a user',
    prepare: withContact({ role: 'lead', email: 'convert@example.com' }),
    signup: signup({ role: 'user', external_id: 'convert', email: 'convert@example.com' }),
    result: 'updated',
  },
  {
    title: 'an existing user who is overwritten, with the mark of the time',
    prepare: withContact({ external_id: 'over', email: 'over@example.com', name: 'Before' }),
    signup: signup({ role: 'user', external_id: 'over', email: 'over@example.com', ...details }),
    policy: { onExisting: 'overwrite', mark: start },
    result: 'updated',
  },
  {
    title: 'a new user who leaves one kind of e-mail and joins another, with a record',
    signup: signup(
      { role: 'user', email: 'join@example.com' },
      { subscriptions: { Newsletter: false, 'Product updates': true } },
    ),
    policy: {
      consent: {
        isFresh: true,
        isRepeat: false,
        mayBeRetry: false,
        source: 'backend',
        targets: { 'Product updates': { place: 'x', record: { attribute: 'plan' } } },
      },
    },
    result: 'created',
  },
  {
    title: 'an existing user who takes both back',
    prepare: withContact({ email: 'back@example.com' }),
    signup: signup(
      { role: 'user', email: 'back@example.com' },
      { subscriptions: { Newsletter: true, 'Product updates': false } },
    ),
    policy: {
      consent: {
        isFresh: true,
        isRepeat: false,
        mayBeRetry: false,
        source: 'backend',
        targets: {},
      },
    },
    result: 'unchanged',
  },
  {
    title: 'a change that no longer names a tag',
    prepare: async ({ request }) => {
      const { json } = await request('POST', '/contacts', { email: 'untag@example.com' })
      await request('POST', '/tags', { name: 'pro', users: [{ id: json.id }] })
    },
    signup: signup(
      { role: 'user', email: 'untag@example.com', name: 'Ada' },
      { event: 'updated', exactTags: [{ allow: ['pro'] }] },
    ),
    policy: { onExisting: 'overwrite', mark: start },
    result: 'updated',
  },
  {
    title: 'an existing user without empty fields',
    prepare: withContact({ email: 'same@example.com' }),
    signup: signup({ role: 'user', email: 'same@example.com' }, { note: 'Hello' }),
    result: 'unchanged',
  },
  {
    title: 'an existing user without an e-mail, found by a conflict',
    prepare: withContact({ external_id: 'found' }),
    signup: signup({ role: 'user', external_id: 'found', email: 'found@example.com' }),
    result: 'updated',
  },
  {
    title: 'an existing user whom search does not find yet',
    prepare: withContact({ external_id: 'late', email: 'late@example.com' }, { isLate: true }),
    signup: signup({ role: 'user', external_id: 'late', email: 'late@example.com', name: 'Ada' }),
    result: 'updated',
  },
  {
    title: 'a conflict without an id',
    prepare: async (intercom) => {
      await withContact({ external_id: 'unnamed' })(intercom)
      intercom.addFault(conflictWithoutId)
    },
    signup: signup({ role: 'user', external_id: 'unnamed', email: 'unnamed@example.com' }),
    result: 'updated',
  },
  {
    title: 'a conflict without an id and without a matching contact',
    prepare: async ({ addFault }) => addFault(conflictWithoutId),
    signup: signup({ role: 'user', external_id: 'nobody', email: 'nobody@example.com' }),
    result: 'conflict_unresolved',
  },
  {
    title: 'an archived user',
    prepare: async ({ request }) => {
      const { json } = await request('POST', '/contacts', { external_id: 'archived' })
      await request('POST', `/contacts/${json.id}/archive`)
    },
    signup: signup({ role: 'user', external_id: 'archived', name: 'Ada' }),
    result: 'updated',
  },
  {
    title: 'a permanently deleted user',
    prepare: async ({ request }) => {
      const { json } = await request('POST', '/contacts', { external_id: 'deleted' })
      await request('DELETE', `/contacts/${json.id}`)
    },
    signup: signup({ role: 'user', external_id: 'deleted' }),
    result: 'contact_deleted',
  },
  {
    title: 'a user who changed at the sender',
    prepare: withContact({ external_id: 'changed', email: 'before@example.com', phone: '+353871' }),
    signup: signup(
      { role: 'user', external_id: 'changed', email: 'after@example.com' },
      { event: 'updated', clears: ['phone'] },
    ),
    policy: { onExisting: 'overwrite', mark: start },
    result: 'updated',
  },
  ...(['archive', 'delete', 'block'] as const).map(
    (onDeleted): Scenario => ({
      title: `a user who was deleted at the sender (${onDeleted})`,
      prepare: withContact({ external_id: onDeleted }),
      signup: signup({ role: 'user', external_id: onDeleted }, { event: 'deleted' }),
      policy: { onDeleted, mark: start },
      result: { archive: 'archived', delete: 'deleted', block: 'blocked' }[onDeleted],
    }),
  ),
  {
    title: 'an unknown user who was deleted at the sender',
    signup: signup({ role: 'user', external_id: 'never seen' }, { event: 'deleted' }),
    policy: { onDeleted: 'archive', mark: start },
    result: 'not_found',
  },
  {
    title: 'a user who is in another company now',
    prepare: async (intercom) => {
      const { request } = intercom
      await withContact({ external_id: 'moved' })(intercom)
      const search = { query: { field: 'external_id', operator: '=', value: 'moved' } }
      const [contact] = (await request('POST', '/contacts/search', search)).json.data
      const { id } = (
        await request('POST', '/companies', {
          company_id: 'before',
          name: 'Before',
          remote_created_at: start,
        })
      ).json
      await request('POST', `/contacts/${contact.id}/companies`, { id })
    },
    signup: signup(
      { role: 'user', external_id: 'moved', name: 'Ada' },
      { event: 'updated', companies: [company] },
    ),
    policy: { onExisting: 'overwrite', mark: start, companyAt: start, exactCompanies: true },
    result: 'updated',
  },
  {
    title: 'a company without a person',
    signup: { event_id: 'e', event: 'updated', companies: [{ ...company, company_id: 'alone' }] },
    policy: { companyAt: start },
    result: 'company_updated',
  },
  {
    title: 'an attribute that does not exist in the workspace',
    signup: signup({
      role: 'user',
      email: 'unknown@example.com',
      custom_attributes: { plan: 'pro', unknown: true },
    }),
    result: 'created',
  },
]
