import { BridgeError, type Issue, renamed } from './errors.ts'
import {
  attributesOf,
  contactCallsIn,
  countAnswers,
  type DecideAnswer,
  type DecideCall,
  existingIn,
  type History,
  withoutGone,
} from './history.ts'
import type { Contact } from './intercom/contact.ts'
import type { Policy } from './policy.ts'
import { explains, whyRefused } from './refused-attributes.ts'
import type { Signup } from './signup.ts'
import { choose, isOtherUser, isSameAccount, lookUpCall } from './who.ts'
import { type LeavesOut, toCreate, toUpdate } from './write.ts'

/** What happened on the way that an operator may want to count. */
export const decisionCounts = [
  'email_shared',
  'external_id_differs',
  'overwrite_degraded',
  'restored',
] as const
export type DecisionCount = (typeof decisionCounts)[number]

export type Decided = {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly contact: Contact
  readonly counts: readonly DecisionCount[]
  /** The custom attributes that the workspace did not take, and why. */
  readonly refused: readonly Issue[]
}

export type Step =
  | { readonly call: DecideCall }
  | { readonly done: Decided }
  | { readonly fail: BridgeError }

/** Never more calls under /contacts for a signup per receive, so that no rule below can loop. */
export const maxCalls = 6

const failures = {
  conflict_unresolved:
    'Intercom says the contact exists and neither names nor finds it: the signup waits for its index',
  contact_archived: 'the contact is archived in Intercom: unarchive it there, then replay',
  contact_deleted:
    'the contact was deleted for good, and Intercom holds its id for some days more: replay then',
  identity_conflict:
    "the signup's identities belong to different contacts, or the contact went away: merge them in Intercom, then replay",
}
const fail = (code: keyof typeof failures): Step => ({
  fail: new BridgeError(code, failures[code]),
})

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
  const { create, write, writeAgain, done } = writers(signup, policy, history)
  const search = lookUpCall(signup)
  const start: Step = search && policy.lookup ? { call: search } : create
  if (!last) return start

  const existing = existingIn(signup, last)
  if (existing) {
    const claimed = history.some(
      (past) => past.call.type === 'update' && past.answer.type === 'conflict',
    )
    // Named by an update that conflicted: another person's, unless search was only late.
    return claimed && !isSameAccount(signup, existing) ? fail('identity_conflict') : write(existing)
  }
  const { call, answer } = last
  const count = (type: DecideAnswer['type']) => countAnswers(history, type)
  const searchAfterConflict: Step = search ? { call: search } : fail('conflict_unresolved')

  switch (answer.type) {
    case 'contact':
      return done(call.type === 'create' ? 'created' : 'updated', answer.contact)

    case 'contacts': {
      // Remembered and not yet found by search: it may be gone since, so it is read first.
      const remembered = choose(signup, answer.contacts)
      if (remembered) return { call: { type: 'get', id: remembered.id } }
      const before = history.at(-2)
      const settlesConflict = before?.answer.type === 'conflict' || before?.call.type === 'find'
      return settlesConflict ? fail('conflict_unresolved') : create
    }

    case 'conflict': {
      const { id, archived } = answer
      if (call.type !== 'create') {
        const mayBeLate = call.type === 'update' && count('conflict') === 1 && !archived
        return mayBeLate && id !== undefined
          ? { call: { type: 'get', id } }
          : fail('identity_conflict')
      }
      if (archived) {
        const mayRestore = policy.onArchived === 'restore' && count('unarchived') === 0
        return mayRestore && id !== undefined
          ? { call: { type: 'unarchive', id } }
          : fail('contact_archived')
      }
      if (id !== undefined) return { call: { type: 'get', id } }
      const { external_id } = signup.contact
      return external_id === undefined
        ? searchAfterConflict
        : { call: { type: 'find', external_id } }
    }

    case 'unarchived':
      return 'id' in call ? { call: { type: 'get', id: call.id } } : start

    case 'gone': {
      if (call.type === 'find') return searchAfterConflict
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

/** The steps that write, and the end, for what is known so far of the workspace's attributes. */
const writers = (signup: Signup, policy: Policy, history: History) => {
  const why = whyRefused(history)
  const leavesOut: LeavesOut = (name, value) => why(name, value) !== undefined
  const wasRestored = countAnswers(history, 'unarchived') > 0
  const create: Step = {
    call: { type: 'create', fields: toCreate(signup, policy, leavesOut).fields },
  }

  const existingWith = (id: string): Contact | undefined =>
    history.flatMap((past) => existingIn(signup, past) ?? []).findLast((past) => past.id === id)

  const end = (outcome: Decided['outcome'], contact: Contact, existing?: Contact): Step => {
    const writing = existing
      ? toUpdate(signup, policy, existing, leavesOut)
      : toCreate(signup, policy, leavesOut)
    const isShared = history.some(
      ({ answer }) =>
        answer.type === 'contacts' &&
        choose(signup, answer.contacts) === undefined &&
        answer.contacts.some((other) => isOtherUser(signup, other)),
    )
    const differs = existing && isOtherUser(signup, existing) && !!existing.external_id
    const counts: DecisionCount[] = [
      ...(isShared ? (['email_shared'] as const) : []),
      ...(differs ? (['external_id_differs'] as const) : []),
      ...(writing.degraded ? (['overwrite_degraded'] as const) : []),
      ...(wasRestored ? (['restored'] as const) : []),
    ]
    const refused = writing.leftOut.map(([name, value]) => ({
      path: `custom_attributes.${name}`,
      reason: why(name, value) ?? 'refused',
    }))
    return { done: { outcome, contact, counts, refused } }
  }

  const write = (existing: Contact): Step => {
    const { fields } = toUpdate(signup, policy, existing, leavesOut)
    if (Object.keys(fields).length > 0) return { call: { type: 'update', id: existing.id, fields } }
    return end(wasRestored ? 'updated' : 'unchanged', existing, existing)
  }

  return {
    create,
    write,
    /** The call that was refused, once more, as far as the workspace takes it. */
    writeAgain: (refused: DecideCall): Step => {
      const target = refused.type === 'update' ? existingWith(refused.id) : undefined
      return target ? write(target) : create
    },
    done: (outcome: Decided['outcome'], contact: Contact): Step =>
      end(outcome, contact, existingWith(contact.id)),
  }
}
