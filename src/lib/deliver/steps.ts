import { BridgeError, type Issue } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import type { Signup } from '../signup.ts'
import { whyRefused } from './attributes.ts'
import { fieldsToCreate, fieldsToUpdate, type IsLeftOut } from './contact-diff.ts'
import {
  countResponses,
  foundContacts,
  type History,
  lastRead,
  type StepRequest,
} from './history.ts'
import { isOtherUser, matchContact } from './match-contact.ts'
import type { Policy } from './policy.ts'

/** What happened on the way that an operator may want to count. */
export const decisionCounts = [
  'email_shared',
  'external_id_differs',
  'overwrite_degraded',
  'restored',
] as const
/** One of them. */
export type DecisionCount = (typeof decisionCounts)[number]

/** How a signup ends that is delivered. */
export type Decision = {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly contact: Contact
  readonly counts: readonly DecisionCount[]
  /** The custom attributes that the workspace did not take, and why. */
  readonly refused: readonly Issue[]
}

/** What comes next: a call, or one of two ends. */
export type Step =
  | { readonly request: StepRequest }
  | { readonly done: Decision }
  | { readonly fail: BridgeError }

/** What a signup cannot go on for, and what to do. */
export const failures = {
  conflict_unresolved:
    'Intercom says the contact exists and neither names nor finds it: the signup waits for its index',
  contact_archived: 'the contact is archived in Intercom: unarchive it there, then replay',
  contact_deleted:
    'the contact was deleted for good, and Intercom holds its id for some days more: replay then',
  identity_conflict:
    "the signup's identities belong to different contacts, or the contact went away: merge them in Intercom, then replay",
}
/** The end of a signup that cannot go on, in our words. */
export const failStep = (code: keyof typeof failures): Step => ({
  fail: new BridgeError(code, failures[code]),
})

/** The steps that write, and the end, for what is known so far of the workspace's attributes. */
export const createSteps = (signup: Signup, policy: Policy, history: History) => {
  const why = whyRefused(history)
  const leavesOut: IsLeftOut = (name, value) => why(name, value) !== undefined
  const wasRestored = countResponses(history, 'unarchived') > 0
  const create: Step = {
    request: { type: 'create', fields: fieldsToCreate(signup, policy, leavesOut).fields },
  }

  const end = (outcome: Decision['outcome'], contact: Contact, existing?: Contact): Step => {
    const writing = existing
      ? fieldsToUpdate(signup, policy, existing, leavesOut)
      : fieldsToCreate(signup, policy, leavesOut)
    const found = foundContacts(history)
    const isShared =
      matchContact(signup, found) === undefined && found.some((other) => isOtherUser(signup, other))
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
    const { fields } = fieldsToUpdate(signup, policy, existing, leavesOut)
    if (Object.keys(fields).length > 0)
      return { request: { type: 'update', id: existing.id, fields } }
    return end(wasRestored ? 'updated' : 'unchanged', existing, existing)
  }

  return {
    create,
    write,
    writesNothing: (existing: Contact): boolean =>
      Object.keys(fieldsToUpdate(signup, policy, existing, leavesOut).fields).length === 0,
    /** The call that was refused, once more, as far as the workspace takes it. */
    writeAgain: (refused: StepRequest): Step => {
      const target = refused.type === 'update' ? lastRead(history, refused.id) : undefined
      return target ? write(target) : create
    },
    done: (outcome: Decision['outcome'], contact: Contact, existing?: Contact): Step =>
      end(outcome, contact, existing ?? lastRead(history, contact.id)),
  }
}
