import { renamed } from '../errors.ts'
import type { Signup } from '../signup.ts'
import { hasUnfit, needsList } from './attributes.ts'
import { decideDeletion } from './deletion.ts'
import {
  beforeSearch,
  contactRead,
  countContactRequests,
  countResponses,
  dropGoneContacts,
  foundContacts,
  type History,
  lastRead,
  maxContactRequests,
  type StepResponse,
  sinceSearch,
} from './history.ts'
import { decideLeaving } from './leaving.ts'
import { hasSameId, lookUpRequest, matchContact, narrowerSearch } from './match-contact.ts'
import { isMerging, mergeLeads } from './merge.ts'
import type { Policy } from './policy.ts'
import { mayListExplain } from './refusals.ts'
import { createSteps, failStep, failures, leaveArchived, type Step } from './step.ts'

/**
 * Returns the next step for a signup, given the exchanges so far. A pure function that implements
 * docs/delivery.md; it allows at most six requests under /contacts.
 */
export const nextStep = (signup: Signup, policy: Policy, history: History): Step => {
  const decideChange = signup.leaves ? decideLeaving : decide
  const decideFor = signup.event === 'deleted' ? decideDeletion : decideChange
  const main = dropGoneContacts(history).filter((exchange) => !isMerging(exchange))
  const step = decideFor(signup, policy, main)
  if ('done' in step && policy.mergesLeads) {
    const remaining = maxContactRequests - countContactRequests(history)
    return mergeLeads(signup, policy, history, { done: step.done, remaining })
  }
  const isContactRequest = 'request' in step && step.request.type !== 'attributes'
  if (!isContactRequest || countContactRequests(history) < maxContactRequests) return step
  const last = history.findLast(({ request }) => request.type !== 'attributes')?.response
  // A contact that was restored leaves the next receive more requests to leave out what is refused.
  const isFinal = last?.type === 'refused' && countResponses(history, 'unarchived') === 0
  return isFinal ? { fail: last.error } : failStep('conflict_unresolved')
}

const decide = (signup: Signup, policy: Policy, history: History): Step => {
  const last = history.at(-1)
  const steps = createSteps(signup, policy, history)
  const { create, write, retryWrite, hasNothingToWrite, done } = steps
  const { knowsDeletions, isDeletedSince } = steps
  const search = lookUpRequest(signup)
  const { external_id } = signup.contact
  const find: Step | undefined =
    external_id === undefined ? undefined : { request: { type: 'find', external_id } }
  const lookUp: Step = search && policy.lookup ? { request: search } : create
  // Someone who changed may have another e-mail now; search confirms a contact, and shows leads.
  const isSearched = search && (policy.confirms || policy.mergesLeads)
  const start = signup.event === 'updated' && !isSearched && find ? find : lookUp
  if (!last) return needsList(signup, policy) ? { request: { type: 'attributes' } } : start
  const { request, response } = last
  const previous = history.at(-2)
  const count = (type: StepResponse['type']) => countResponses(history, type)
  const updateConflicted = history.some(
    (exchange) => exchange.request.type === 'update' && exchange.response.type === 'conflict',
  )
  const searchAfterConflict: Step = search ? { request: search } : failStep('conflict_unresolved')

  /**
   * Continues with the match among the found contacts. A contact is read before it is written to,
   * since search lags behind changes, too.
   */
  const continueWithFound = (): Step => {
    const match = matchContact(signup, foundContacts(history))
    if (!match) return create
    const read = lastRead(sinceSearch(history), match.id)
    if (read) return write(read)
    const isIndexed = sinceSearch(history).some(
      (exchange) =>
        exchange.response.type === 'contacts' &&
        exchange.response.contacts.some(({ id }) => id === match.id) &&
        !exchange.response.unindexed?.includes(match.id),
    )
    return response.type === 'contacts' && isIndexed && hasNothingToWrite(match)
      ? done('unchanged', match, match)
      : { request: { type: 'get', id: match.id } }
  }

  switch (response.type) {
    case 'contact': {
      const read = contactRead(last)
      if (!read) return done(request.type === 'create' ? 'created' : 'updated', response.contact)
      if (request.type === 'find' && hasSameId(signup, read)) return write(read)
      const wasFound =
        previous?.response.type === 'contacts' || previous?.response.type === 'contact'
      if (wasFound) return continueWithFound()
      // An update's conflict named it: it is another person's, unless it has the signup's id.
      return updateConflicted && !hasSameId(signup, read)
        ? failStep('identity_conflict')
        : write(read)
    }

    case 'contacts': {
      const found = foundContacts(history)
      const isOverfull = sinceSearch(history)[0]?.response
      const narrower =
        request.type === 'search' && isOverfull?.type === 'contacts' && isOverfull.hasMore
          ? narrowerSearch(signup, request, found)
          : undefined
      if (narrower) return { request: narrower }
      const reason = beforeSearch(history)
      const afterConflict =
        reason?.response.type === 'conflict' ||
        (reason?.request.type === 'find' && count('conflict') > 0)
      const match = matchContact(signup, found)
      const isById = match !== undefined && hasSameId(signup, match)
      const wasFound = history.some((exchange) => exchange.request.type === 'find')
      // Its own account comes before a lead with the new e-mail.
      if (signup.event === 'updated' && find && !isById && !wasFound) return find
      const hasNoMatch = match === undefined
      return afterConflict && hasNoMatch ? failStep('conflict_unresolved') : continueWithFound()
    }

    case 'conflict': {
      const { id, archived } = response
      const isUpdate = request.type === 'update'
      const mayBeSearchLag = isUpdate && count('conflict') === 1
      if (request.type !== 'create' && !mayBeSearchLag) return failStep('identity_conflict')
      // What changed at the sender restores nothing: only who signs up again.
      if (archived && signup.event === 'updated') return leaveArchived
      if (archived) {
        // Restored to be read; whose e-mail it has says nothing.
        const isById = !isUpdate || request.fields.external_id !== undefined
        if (!isById) return failStep('identity_conflict')
        const unarchives = policy.onArchived === 'restore' || knowsDeletions
        if (!unarchives || id === undefined) return failStep('contact_archived')
        if (count('unarchived') === 0) return { request: { type: 'unarchive', id } }
        // A deletion came between: the next receive sees its mark.
        return failStep(knowsDeletions ? 'conflict_unresolved' : 'contact_archived')
      }
      if (id !== undefined) return { request: { type: 'get', id } }
      return find ?? (isUpdate ? failStep('identity_conflict') : searchAfterConflict)
    }

    case 'unarchived':
      return 'id' in request ? { request: { type: 'get', id: request.id } } : start

    case 'removed': {
      // It was unarchived to see whether the person was deleted since.
      const read = 'id' in request ? lastRead(history, request.id) : undefined
      return read && !isDeletedSince(read) ? failStep('contact_archived') : leaveArchived
    }

    case 'gone': {
      if (request.type === 'find') {
        if (count('conflict') === 0) {
          return sinceSearch(history).length > 0 ? continueWithFound() : lookUp
        }
        return updateConflicted ? failStep('conflict_unresolved') : searchAfterConflict
      }
      // A search again would leave no request to archive it again, should it have to be unarchived.
      const others = foundContacts(history).filter(
        ({ id }) => !('id' in request && id === request.id),
      )
      const isAlone = matchContact(signup, others) === undefined
      if (knowsDeletions && external_id !== undefined && isAlone && count('gone') === 1)
        return create
      const goneCount = history.filter(
        (exchange) => exchange.response.type === 'gone' && exchange.request.type !== 'find',
      ).length
      return goneCount > 1 ? failStep('identity_conflict') : start
    }

    case 'merged':
      return count('merged') === 1 && response.id !== undefined
        ? { request: { type: 'get', id: response.id } }
        : failStep('identity_conflict')

    case 'refused':
      if (request.type === 'unarchive') {
        return { fail: renamed(response.error, 'contact_deleted', failures.contact_deleted) }
      }
      if (!('fields' in request)) return { fail: response.error }
      return mayListExplain(signup, history)
        ? { request: { type: 'attributes', again: true } }
        : retryWrite(request, response.error)

    case 'attributes': {
      if (previous?.response.type === 'refused') {
        return retryWrite(previous.request, previous.response.error)
      }
      const mayBeOld = policy.replayedAtMs !== undefined && count('attributes') === 1
      return mayBeOld && hasUnfit(signup, policy, history)
        ? { request: { type: 'attributes', again: true } }
        : start
    }
  }
}
