import { type Contact, isEmailOf } from '../intercom/contact.ts'
import type { Signup } from '../signup.ts'
import { attributesOf } from './attributes.ts'
import { type Exchange, foundContacts, type History, lastRead } from './history.ts'
import { hasSameId } from './match-contact.ts'
import { mayReplace } from './ownership.ts'
import type { Policy } from './policy.ts'
import type { Decision, Step } from './step.ts'

/** Whether an exchange only merges a lead: it says nothing of what is written to the contact. */
export const isMerging = ({ request }: Exchange): boolean =>
  request.type === 'merge' || ('forMerge' in request && request.forMerge === true)

const isLead = ({ role }: Contact): boolean => role === 'lead'

/**
 * The leads with the e-mail that the source has verified of its account, of which that contact is the
 * only user in Intercom. None if the source does not ask for it, or may not change the contact.
 */
const duplicatesOf = (
  contact: Contact,
  signup: Signup,
  policy: Policy,
  history: History,
): readonly Contact[] => {
  const { email } = signup.contact
  if (!policy.mergesLeads || email === undefined) return []
  const { owner } = attributesOf(signup, policy, history)
  const isTheirs =
    hasSameId(signup, contact) && isEmailOf(contact, email) && mayReplace(contact, owner, policy)
  const others = foundContacts(history).filter(
    (found) => found.id !== contact.id && isEmailOf(found, email),
  )
  return isTheirs && others.every(isLead) ? others : []
}

/**
 * Returns the next step once a signup is delivered: each lead that is the same person is merged into
 * the contact, both as just read. A merge is final, so nothing is merged that search alone shows. An
 * opt-out of the lead is kept. Leads for which no requests remain wait for the person's next event.
 *
 * @param history of the delivery, and of its merges so far
 * @param remaining how many requests under `/contacts` may follow
 */
export const mergeLeads = (
  signup: Signup,
  policy: Policy,
  history: History,
  { done, remaining }: { readonly done: Decision; readonly remaining: number },
): Step => {
  const delivered = history.filter((exchange) => !isMerging(exchange))
  const merges = history.filter(({ request }) => request.type === 'merge')
  const wasMerged = merges.some(({ response }) => response.type === 'contact')
  const wasRefused = merges.some(({ response }) => response.type === 'refused')
  const returned = history.flatMap(({ response }) =>
    response.type === 'contact' && response.contact.id === done.contact?.id
      ? [response.contact]
      : [],
  )
  const contact = returned.at(-1) ?? done.contact
  const counts = wasMerged ? done.counts.filter((count) => count !== 'contact_left') : done.counts
  const end: Step = {
    done: {
      ...done,
      ...(contact && { contact }),
      counts: [
        ...counts,
        ...(wasMerged ? (['merged'] as const) : []),
        ...(wasRefused ? (['merge_refused'] as const) : []),
      ],
    },
  }
  if (!contact) return end
  const asked = (type: 'get' | 'update', id: string): boolean =>
    history.some(
      (exchange) =>
        isMerging(exchange) && exchange.request.type === type && exchange.request.id === id,
    )
  const { email = '' } = signup.contact
  const lead = duplicatesOf(contact, signup, policy, delivered).find(({ id }) => {
    if (merges.some(({ request }) => request.type === 'merge' && request.from === id)) return false
    const read = lastRead(history, id)
    return read ? isLead(read) && isEmailOf(read, email) : !asked('get', id)
  })
  if (!lead) return end
  const read = lastRead(history, lead.id)
  const isRead = returned.length > 0
  const needed = (isRead ? 0 : 1) + (read ? 0 : 1) + 1
  if (remaining < needed) return end
  if (!isRead) {
    return asked('get', contact.id)
      ? end
      : { request: { type: 'get', id: contact.id, forMerge: true } }
  }
  if (!read) return { request: { type: 'get', id: lead.id, forMerge: true } }
  const losesOptOut = read.unsubscribed_from_emails === true && !contact.unsubscribed_from_emails
  if (!losesOptOut) return { request: { type: 'merge', from: lead.id, into: contact.id } }
  return remaining < 2 || asked('update', contact.id)
    ? end
    : {
        request: {
          type: 'update',
          id: contact.id,
          fields: { unsubscribed_from_emails: true },
          forMerge: true,
        },
      }
}
