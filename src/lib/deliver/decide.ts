import { renamed } from '../errors.ts'
import type { Signup } from '../signup.ts'
import { explains } from './attributes.ts'
import {
  attributesOf,
  contactCallsIn,
  countAnswers,
  type DecideAnswer,
  foundIn,
  type History,
  lastRead,
  readIn,
  sinceSearch,
  withoutGone,
} from './history.ts'
import { choose, isSameAccount, lookUpCall } from './match-contact.ts'
import type { Policy } from './policy.ts'
import { createSteps, fail, failures, type Step } from './steps.ts'

/** Never more calls under /contacts for a signup per receive, so that no rule below can loop. */
const maxCalls = 6

/**
 * The next step for a signup after what happened so far: docs/delivery.md as a pure function. The
 * same history gives the same step; at most six calls under /contacts.
 */
export const nextStep = (signup: Signup, policy: Policy, history: History): Step => {
  const step = decide(signup, policy, withoutGone(history))
  const isContactCall = 'call' in step && step.call.type !== 'attributes'
  return isContactCall && contactCallsIn(history) >= maxCalls ? fail('conflict_unresolved') : step
}

const decide = (signup: Signup, policy: Policy, history: History): Step => {
  const last = history.at(-1)
  const { create, write, writeAgain, writesNothing, done } = createSteps(signup, policy, history)
  const search = lookUpCall(signup)
  const start: Step = search && policy.lookup ? { call: search } : create
  if (!last) return start
  const { call, answer } = last
  const before = history.at(-2)
  const count = (type: DecideAnswer['type']) => countAnswers(history, type)
  const claimed = history.some(
    (past) => past.call.type === 'update' && past.answer.type === 'conflict',
  )
  const searchAfterConflict: Step = search ? { call: search } : fail('conflict_unresolved')

  /**
   * Who of those found it is. Search lags, also behind changes: it says where to look, and what to
   * write is decided on the contact itself.
   */
  const goOnWithFound = (): Step => {
    const chosen = choose(signup, foundIn(history))
    if (!chosen) return create
    const read = lastRead(sinceSearch(history), chosen.id)
    if (read) return write(read)
    const isIndexed = answer.type === 'contacts' && !answer.unindexed?.includes(chosen.id)
    return isIndexed && writesNothing(chosen)
      ? done('unchanged', chosen, chosen)
      : { call: { type: 'get', id: chosen.id } }
  }

  switch (answer.type) {
    case 'contact': {
      const read = readIn(last)
      if (!read) return done(call.type === 'create' ? 'created' : 'updated', answer.contact)
      const wasFound = before?.answer.type === 'contacts' || before?.answer.type === 'contact'
      if (wasFound) return goOnWithFound()
      // Named by an update that conflicted: another person's, unless search was only late.
      return claimed && !isSameAccount(signup, read) ? fail('identity_conflict') : write(read)
    }

    case 'contacts': {
      const settlesConflict = before?.answer.type === 'conflict' || before?.call.type === 'find'
      const isNobody = choose(signup, answer.contacts) === undefined
      return settlesConflict && isNobody ? fail('conflict_unresolved') : goOnWithFound()
    }

    case 'conflict': {
      const { id, archived } = answer
      const { external_id } = signup.contact
      const find: Step | undefined =
        external_id === undefined ? undefined : { call: { type: 'find', external_id } }
      if (call.type !== 'create') {
        const mayBeLate = call.type === 'update' && count('conflict') === 1 && !archived
        if (!mayBeLate) return fail('identity_conflict')
        return id === undefined
          ? (find ?? fail('identity_conflict'))
          : { call: { type: 'get', id } }
      }
      if (archived) {
        const mayRestore = policy.onArchived === 'restore' && count('unarchived') === 0
        return mayRestore && id !== undefined
          ? { call: { type: 'unarchive', id } }
          : fail('contact_archived')
      }
      if (id !== undefined) return { call: { type: 'get', id } }
      return find ?? searchAfterConflict
    }

    case 'unarchived':
      return 'id' in call ? { call: { type: 'get', id: call.id } } : start

    case 'gone': {
      if (call.type === 'find') return claimed ? fail('conflict_unresolved') : searchAfterConflict
      const timesGone = history.filter(
        (past) => past.answer.type === 'gone' && past.call.type !== 'find',
      ).length
      return timesGone > 1 ? fail('identity_conflict') : start
    }

    case 'merged':
      return count('merged') === 1 && answer.id !== undefined
        ? { call: { type: 'get', id: answer.id } }
        : fail('identity_conflict')

    case 'refused':
      if (call.type === 'unarchive') {
        return { fail: renamed(answer.error, 'contact_deleted', failures.contact_deleted) }
      }
      if (attributesOf(call).length === 0) return { fail: answer.error }
      if (count('attributes') === 0) return { call: { type: 'attributes' } }
      return answer.aboutAttributes ? writeAgain(call) : { fail: answer.error }

    case 'attributes': {
      const refused = history.at(-2)
      if (refused?.answer.type !== 'refused') return start
      const { error, aboutAttributes } = refused.answer
      return aboutAttributes || explains(answer.list, refused.call)
        ? writeAgain(refused.call)
        : { fail: error }
    }
  }
}
