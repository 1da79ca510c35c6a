import { renamed } from '../errors.ts'
import type { Signup } from '../signup.ts'
import { explainsRefusal } from './attributes.ts'
import {
  contactRead,
  countContactRequests,
  countResponses,
  foundContacts,
  type History,
  lastRead,
  type StepResponse,
  sentAttributes,
  sinceSearch,
  withoutGone,
} from './history.ts'
import { isSameAccount, lookUpRequest, matchContact } from './match-contact.ts'
import type { Policy } from './policy.ts'
import { createSteps, failStep, failures, type Step } from './steps.ts'

/** Never more calls under /contacts for a signup per receive, so that no rule below can loop. */
const maxContactRequests = 6

/**
 * The next step for a signup after what happened so far: docs/delivery.md as a pure function. The
 * same history gives the same step; at most six calls under /contacts.
 */
export const nextStep = (signup: Signup, policy: Policy, history: History): Step => {
  const step = decide(signup, policy, withoutGone(history))
  const isContactCall = 'request' in step && step.request.type !== 'attributes'
  return isContactCall && countContactRequests(history) >= maxContactRequests
    ? failStep('conflict_unresolved')
    : step
}

const decide = (signup: Signup, policy: Policy, history: History): Step => {
  const last = history.at(-1)
  const { create, write, writeAgain, writesNothing, done } = createSteps(signup, policy, history)
  const search = lookUpRequest(signup)
  const start: Step = search && policy.lookup ? { request: search } : create
  if (!last) return start
  const { request, response } = last
  const before = history.at(-2)
  const count = (type: StepResponse['type']) => countResponses(history, type)
  const claimed = history.some(
    (past) => past.request.type === 'update' && past.response.type === 'conflict',
  )
  const searchAfterConflict: Step = search ? { request: search } : failStep('conflict_unresolved')

  /**
   * Who of those found it is. Search lags, also behind changes: it says where to look, and what to
   * write is decided on the contact itself.
   */
  const goOnWithFound = (): Step => {
    const chosen = matchContact(signup, foundContacts(history))
    if (!chosen) return create
    const read = lastRead(sinceSearch(history), chosen.id)
    if (read) return write(read)
    const isIndexed = response.type === 'contacts' && !response.unindexed?.includes(chosen.id)
    return isIndexed && writesNothing(chosen)
      ? done('unchanged', chosen, chosen)
      : { request: { type: 'get', id: chosen.id } }
  }

  switch (response.type) {
    case 'contact': {
      const read = contactRead(last)
      if (!read) return done(request.type === 'create' ? 'created' : 'updated', response.contact)
      const wasFound = before?.response.type === 'contacts' || before?.response.type === 'contact'
      if (wasFound) return goOnWithFound()
      // Named by an update that conflicted: another person's, unless search was only late.
      return claimed && !isSameAccount(signup, read) ? failStep('identity_conflict') : write(read)
    }

    case 'contacts': {
      const settlesConflict =
        before?.response.type === 'conflict' || before?.request.type === 'find'
      const isNobody = matchContact(signup, response.contacts) === undefined
      return settlesConflict && isNobody ? failStep('conflict_unresolved') : goOnWithFound()
    }

    case 'conflict': {
      const { id, archived } = response
      const { external_id } = signup.contact
      const find: Step | undefined =
        external_id === undefined ? undefined : { request: { type: 'find', external_id } }
      if (request.type !== 'create') {
        const mayBeLate = request.type === 'update' && count('conflict') === 1 && !archived
        if (!mayBeLate) return failStep('identity_conflict')
        return id === undefined
          ? (find ?? failStep('identity_conflict'))
          : { request: { type: 'get', id } }
      }
      if (archived) {
        const mayRestore = policy.onArchived === 'restore' && count('unarchived') === 0
        return mayRestore && id !== undefined
          ? { request: { type: 'unarchive', id } }
          : failStep('contact_archived')
      }
      if (id !== undefined) return { request: { type: 'get', id } }
      return find ?? searchAfterConflict
    }

    case 'unarchived':
      return 'id' in request ? { request: { type: 'get', id: request.id } } : start

    case 'gone': {
      if (request.type === 'find')
        return claimed ? failStep('conflict_unresolved') : searchAfterConflict
      const timesGone = history.filter(
        (past) => past.response.type === 'gone' && past.request.type !== 'find',
      ).length
      return timesGone > 1 ? failStep('identity_conflict') : start
    }

    case 'merged':
      return count('merged') === 1 && response.id !== undefined
        ? { request: { type: 'get', id: response.id } }
        : failStep('identity_conflict')

    case 'refused':
      if (request.type === 'unarchive') {
        return { fail: renamed(response.error, 'contact_deleted', failures.contact_deleted) }
      }
      if (sentAttributes(request).length === 0) return { fail: response.error }
      if (count('attributes') === 0) return { request: { type: 'attributes' } }
      return response.aboutAttributes ? writeAgain(request) : { fail: response.error }

    case 'attributes': {
      const refused = history.at(-2)
      if (refused?.response.type !== 'refused') return start
      const { error, aboutAttributes } = refused.response
      return aboutAttributes || explainsRefusal(response.list, refused.request)
        ? writeAgain(refused.request)
        : { fail: error }
    }
  }
}
