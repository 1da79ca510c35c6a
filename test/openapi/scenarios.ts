import type { SandboxIntercom } from '../../sandbox/intercom/server.ts'
import type { Policy } from '../../src/lib/deliver/policy.ts'
import type { ContactFields, Signup } from '../../src/lib/signup.ts'
import type { Call } from '../sandbox/intercom-client.ts'
import { start } from '../support/clock.ts'

type Intercom = { readonly call: Call; readonly addFault: SandboxIntercom['addFault'] }

/** A signup, what Intercom holds before it, and how its delivery ends. */
export type Scenario = {
  readonly title: string
  readonly given?: (intercom: Intercom) => Promise<void>
  readonly signup: Signup
  readonly policy?: Partial<Policy>
  /** The outcome, or the code that the delivery fails with. */
  readonly ends: string
}

const signup = (contact: ContactFields, more: Partial<Signup> = {}): Signup => ({
  event_id: 'e',
  contact,
  ...more,
})

const details = {
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
  name: 'Engines',
  website: 'https://example.com',
  plan: 'pro',
  industry: 'Machines',
  size: 2,
}

/** Puts contacts into Intercom behind the bridge's back; search sees them at once, or late. */
const having =
  (contact: object, { isLate = false } = {}) =>
  async ({ call, addFault }: Intercom): Promise<void> => {
    addFault({ index_lag_ms: isLate ? 60_000 : 0 })
    await call('POST', '/contacts', contact)
    addFault({ index_lag_ms: 0 })
  }

const nameless409 = { method: 'POST', path: '/contacts', status: 409, count: 1 }

/** All that makes the bridge send each kind of request that it knows; nobody appears twice. */
export const scenarios: readonly Scenario[] = [
  {
    title: 'a new user with all that a signup can bring',
    signup: signup(
      { role: 'user', external_id: 'new', email: 'new@example.com', ...details },
      { tags: ['beta', 'form: waitlist'], company, note: 'Hello' },
    ),
    ends: 'created',
  },
  {
    title: 'a new lead with all that a lead can have',
    signup: signup({ role: 'lead', email: 'lead@example.com', ...details }),
    ends: 'created',
  },
  {
    title: 'a new lead with a phone number alone',
    signup: signup({ role: 'lead', phone: '+353871111111' }, { consent: false }),
    ends: 'created',
  },
  {
    title: 'an existing user, to fill',
    given: having({ external_id: 'fill', email: 'fill@example.com' }),
    signup: signup({ role: 'user', external_id: 'fill', email: 'fill@example.com', ...details }),
    ends: 'updated',
  },
  {
    title: 'an existing user without an id, to claim',
    given: having({ email: 'claim@example.com' }),
    signup: signup({ role: 'user', external_id: 'claim', email: 'claim@example.com' }),
    ends: 'updated',
  },
  {
    title: 'an existing lead, to convert',
    given: having({ role: 'lead', email: 'convert@example.com' }),
    signup: signup({ role: 'user', external_id: 'convert', email: 'convert@example.com' }),
    ends: 'updated',
  },
  {
    title: 'an existing user, to overwrite, with the mark of when',
    given: having({ external_id: 'over', email: 'over@example.com', name: 'Before' }),
    signup: signup({ role: 'user', external_id: 'over', email: 'over@example.com', ...details }),
    policy: { onExisting: 'overwrite', mark: start },
    ends: 'updated',
  },
  {
    title: 'an existing user whom nothing is missing',
    given: having({ email: 'same@example.com' }),
    signup: signup({ role: 'user', email: 'same@example.com' }),
    ends: 'unchanged',
  },
  {
    title: 'an existing user without an e-mail, told by a conflict',
    given: having({ external_id: 'told' }),
    signup: signup({ role: 'user', external_id: 'told', email: 'told@example.com' }),
    ends: 'updated',
  },
  {
    title: 'an existing user whom search does not see yet',
    given: having({ external_id: 'late', email: 'late@example.com' }, { isLate: true }),
    signup: signup({ role: 'user', external_id: 'late', email: 'late@example.com', name: 'Ada' }),
    ends: 'updated',
  },
  {
    title: 'a conflict that names nobody',
    given: async (intercom) => {
      await having({ external_id: 'unnamed' })(intercom)
      intercom.addFault(nameless409)
    },
    signup: signup({ role: 'user', external_id: 'unnamed', email: 'unnamed@example.com' }),
    ends: 'updated',
  },
  {
    title: 'a conflict that names nobody, and nobody to find',
    given: async ({ addFault }) => addFault(nameless409),
    signup: signup({ role: 'user', external_id: 'nobody', email: 'nobody@example.com' }),
    ends: 'conflict_unresolved',
  },
  {
    title: 'an archived user',
    given: async ({ call }) => {
      const { json } = await call('POST', '/contacts', { external_id: 'archived' })
      await call('POST', `/contacts/${json.id}/archive`)
    },
    signup: signup({ role: 'user', external_id: 'archived', name: 'Ada' }),
    ends: 'updated',
  },
  {
    title: 'a user who was deleted for good',
    given: async ({ call }) => {
      const { json } = await call('POST', '/contacts', { external_id: 'deleted' })
      await call('DELETE', `/contacts/${json.id}`)
    },
    signup: signup({ role: 'user', external_id: 'deleted' }),
    ends: 'contact_deleted',
  },
  {
    title: 'an attribute that the workspace does not have',
    signup: signup({
      role: 'user',
      email: 'unknown@example.com',
      custom_attributes: { plan: 'pro', unknown: true },
    }),
    ends: 'created',
  },
]
