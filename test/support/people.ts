import type { Policy } from '../../src/lib/deliver/policy.ts'
import type { Contact } from '../../src/lib/intercom/contact.ts'
import type { Signup } from '../../src/lib/signup.ts'
import { start } from './clock.ts'

export const email = 'ada@example.com'
export const account: Signup = { event_id: 'e', contact: { role: 'user', email, external_id: '1' } }
export const newcomer: Signup = { event_id: 'e', contact: { role: 'user', email } }
export const lead: Signup = { event_id: 'e', contact: { role: 'lead', email } }

export const contact = (id: string, more: Partial<Contact> = {}): Contact => ({
  type: 'contact',
  id,
  role: 'user',
  external_id: null,
  email,
  ...more,
})

/** The policy for a live signup of a source without options. */
export const defaultPolicy: Policy = {
  lookup: true,
  onExisting: 'fill',
  onArchived: 'restore',
  received_at: start,
}
