import type { Signup } from '../signup.ts'
import { countResponses, foundContacts, type History } from './history.ts'
import { matchContact } from './match-contact.ts'
import { mayChange, ownerOf } from './ownership.ts'
import type { Policy } from './policy.ts'
import { failStep, type Step } from './step.ts'

const notFound: Step = { done: { outcome: 'not_found', counts: [], refused: [] } }

/**
 * Returns the next step for a person who left a company: only find the contact, which is then
 * detached. Who is not there, or is archived, has no company to leave.
 */
export const decideLeaving = (signup: Signup, policy: Policy, history: History): Step => {
  const { email, external_id } = signup.contact
  const response = history.at(-1)?.response
  if (!response) {
    if (external_id !== undefined) return { request: { type: 'find', external_id } }
    return email === undefined ? notFound : { request: { type: 'search', email } }
  }
  switch (response.type) {
    case 'contact': {
      const { contact } = response
      return mayChange(ownerOf(contact, undefined), policy.claim)
        ? { done: { outcome: 'unchanged', contact, counts: [], refused: [] } }
        : failStep('contact_not_owned')
    }
    case 'contacts': {
      const found = matchContact(signup, foundContacts(history))
      return found ? { request: { type: 'get', id: found.id } } : notFound
    }
    case 'merged':
      return response.id !== undefined && countResponses(history, 'merged') === 1
        ? { request: { type: 'get', id: response.id } }
        : notFound
    default:
      return notFound
  }
}
