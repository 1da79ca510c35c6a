import type { Contact } from '../intercom/contact.ts'
import { isEmailOf } from '../intercom/contact.ts'
import { isEmpty, own } from '../json-access.ts'
import type { Signup } from '../signup.ts'
import { attributesOf, needsList } from './attributes.ts'
import {
  countContactRequests,
  countResponses,
  type History,
  maxContactRequests,
} from './history.ts'
import { appliedTo, isNewer } from './mark.ts'
import { hasSameId } from './match-contact.ts'
import { mayChange, ownerOf } from './ownership.ts'
import type { Policy } from './policy.ts'
import { type Decision, failStep, type Step } from './step.ts'

const outcomes = {
  archive: 'archived',
  delete: 'deleted',
  block: 'blocked',
} as const

const done = (outcome: Decision['outcome'], contact?: Contact): Step => ({
  done: { outcome, ...(contact && { contact }), counts: [], refused: [] },
})
const notFound = done('not_found')

/**
 * Returns the next step for a person who was deleted at the sender: find the contact by the account
 * id, else by the e-mail among those that the source owns; note the time of the deletion on it, so
 * that a late event does not bring it back; remove it. Of a person who is not there yet, an archived
 * contact with the account id alone keeps that time.
 */
export const decideDeletion = (signup: Signup, policy: Policy, history: History): Step => {
  const last = history.at(-1)
  const { email, external_id } = signup.contact
  const how = policy.onDeleted
  if (how === undefined) return notFound
  const attributes = attributesOf(signup, policy, history)
  const { personMark: mark, owner } = attributes
  const canMark = how !== 'delete' && mark !== undefined && mark.problem === undefined
  const searchByEmail: Step =
    email === undefined ? notFound : { request: { type: 'search', email } }
  const isUnknown = history.some(
    ({ request, response }) => request.type === 'create' && response.type === 'contact',
  )
  const start: Step =
    external_id === undefined ? searchByEmail : { request: { type: 'find', external_id } }
  const remove = (id: string): Step => ({ request: { type: 'remove', id, how } })

  const tombstone: Step =
    canMark && external_id !== undefined
      ? {
          request: {
            type: 'create',
            fields: {
              role: 'user',
              external_id,
              custom_attributes: {
                [mark.sentAs]: mark.value,
                ...(owner && owner.problem === undefined && { [owner.sentAs]: owner.value }),
              },
            },
          },
        }
      : notFound

  /** By the e-mail alone only a contact that the source is known to own, of no other account. */
  const isOwnByEmail = (contact: Contact): boolean =>
    email !== undefined &&
    isEmailOf(contact, email) &&
    (external_id === undefined || isEmpty(contact.external_id) || contact.role === 'lead') &&
    ownerOf(contact, owner) !== undefined &&
    mayChange(ownerOf(contact, owner), policy.claim)

  const wasRestored = countResponses(history, 'unarchived') > 0
  const hasRoom = countContactRequests(history) <= maxContactRequests - 2

  const judge = (contact: Contact): Step => {
    const isById = hasSameId(signup, contact)
    const isOwn = isById ? mayChange(ownerOf(contact, owner), policy.claim) : isOwnByEmail(contact)
    const applied = appliedTo(contact, attributes)
    const isLate = applied.at > Number.NEGATIVE_INFINITY && !isNewer(signup, policy, applied)
    if (!wasRestored) {
      if (!isOwn) return isById ? failStep('contact_not_owned') : notFound
      if (isLate && !applied.isDeletion) return done('unchanged', contact)
    }
    const isMarked = mark && own(contact.custom_attributes, mark.sentAs) === mark.value
    return canMark && isOwn && !isLate && !isMarked && hasRoom
      ? {
          request: {
            type: 'update',
            id: contact.id,
            fields: { custom_attributes: { [mark.sentAs]: mark.value } },
          },
        }
      : remove(contact.id)
  }

  if (!last) return needsList(signup, policy) ? { request: { type: 'attributes' } } : start
  const { request, response } = last
  switch (response.type) {
    case 'attributes':
      return start
    case 'contact':
      return request.type === 'create' || request.type === 'update'
        ? remove(response.contact.id)
        : judge(response.contact)
    case 'contacts': {
      const found = response.contacts.find(isOwnByEmail)
      return found ? { request: { type: 'get', id: found.id } } : tombstone
    }
    case 'gone':
      if (request.type === 'find') return email === undefined ? tombstone : searchByEmail
      return notFound
    case 'merged':
      return response.id !== undefined && countResponses(history, 'merged') === 1
        ? { request: { type: 'get', id: response.id } }
        : notFound
    case 'conflict':
      if (response.archived) {
        // It may be archived for another reason, or since an older deletion.
        return response.id !== undefined && canMark && !wasRestored
          ? { request: { type: 'unarchive', id: response.id } }
          : notFound
      }
      if (response.id === undefined) {
        return countResponses(history, 'conflict') === 1 ? start : failStep('conflict_unresolved')
      }
      return countResponses(history, 'conflict') === 1
        ? { request: { type: 'get', id: response.id } }
        : failStep('conflict_unresolved')
    case 'refused':
      if (request.type === 'create' || request.type === 'unarchive') return notFound
      return request.type === 'update' ? remove(request.id) : { fail: response.error }
    case 'removed': {
      const removed = history.flatMap((exchange) =>
        exchange.request.type === 'remove' ? [exchange.request.id] : [],
      )
      const others = history.flatMap((exchange) =>
        exchange.response.type === 'contacts'
          ? exchange.response.contacts.filter(
              (each) => isOwnByEmail(each) && !removed.includes(each.id),
            )
          : [],
      )
      // Leads may share an e-mail.
      if (others[0] && hasRoom) return { request: { type: 'get', id: others[0].id } }
      return isUnknown || wasRestored ? notFound : done(outcomes[how])
    }
    case 'unarchived':
      return 'id' in request ? { request: { type: 'get', id: request.id } } : notFound
  }
}
