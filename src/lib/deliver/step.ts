import { BridgeError, type Issue } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import { isEmpty } from '../json-access.ts'
import type { Signup } from '../signup.ts'
import { attributesOf } from './attributes.ts'
import { fieldsToCreate, fieldsToUpdate, type Sendable } from './contact-write.ts'
import {
  countResponses,
  foundContacts,
  type History,
  lastRead,
  type StepRequest,
} from './history.ts'
import { isOtherUser, matchContact } from './match-contact.ts'
import type { Policy } from './policy.ts'
import { refusalsOf } from './refusals.ts'

/** Metrics of what happened during a delivery. */
export const decisionCounts = [
  'contact_left',
  'email_shared',
  'external_id_differs',
  'overwrite_degraded',
  'restored',
] as const
export type DecisionCount = (typeof decisionCounts)[number]

/** The result of a delivered signup. */
export type Decision = {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly contact: Contact
  readonly counts: readonly DecisionCount[]
  /** The fields and custom attributes that were left out, and why. */
  readonly refused: readonly Issue[]
}

/** The next request, or how the delivery ends. */
export type Step =
  | { readonly request: StepRequest }
  | { readonly done: Decision }
  | { readonly fail: BridgeError }

/** The messages of the errors that end a delivery: what failed, and what to do. */
export const failures = {
  conflict_unresolved:
    'Intercom says the contact exists, but search does not find it: the signup waits until the search index catches up',
  contact_archived: 'the contact is archived in Intercom: unarchive it there, then replay',
  contact_deleted:
    'the contact was permanently deleted, and Intercom keeps its id for about a week: replay after that',
  identity_conflict:
    "the signup's e-mail and id belong to different contacts, or the contact was deleted or merged: merge them in Intercom, then replay",
}
/** Returns the step that ends a delivery with one of these errors. */
export const failStep = (code: keyof typeof failures): Step => ({
  fail: new BridgeError(code, failures[code]),
})

/** Whether an update of another contact met the person's own one. */
const leftAnother = (history: History, { id }: Contact): boolean =>
  history.some(
    ({ request, response }) =>
      request.type === 'update' && response.type === 'conflict' && request.id !== id,
  )

/**
 * Returns builders for the steps that write and the step that ends the delivery. They leave out the
 * fields and custom attributes that Intercom is known to refuse.
 */
export const createSteps = (signup: Signup, policy: Policy, history: History) => {
  const { isFinal, absent, ...reasons } = refusalsOf(signup, history)
  const sendable: Sendable = { ...reasons, attributes: attributesOf(signup, policy, history) }
  const wasRestored = countResponses(history, 'unarchived') > 0
  const create: Step = {
    request: { type: 'create', fields: fieldsToCreate(signup, policy, sendable).fields },
  }

  const end = (outcome: Decision['outcome'], contact: Contact, existing?: Contact): Step => {
    const written = existing
      ? fieldsToUpdate(signup, policy, existing, sendable)
      : fieldsToCreate(signup, policy, sendable)
    const found = foundContacts(history)
    const isEmailShared =
      matchContact(signup, found) === undefined &&
      found.some((other) => isOtherUser(signup, other) && !isEmpty(other.email))
    const differs = existing && isOtherUser(signup, existing) && !!existing.external_id
    const counts: DecisionCount[] = [
      ...(leftAnother(history, contact) ? (['contact_left'] as const) : []),
      ...(isEmailShared ? (['email_shared'] as const) : []),
      ...(differs ? (['external_id_differs'] as const) : []),
      ...(written.degraded ? (['overwrite_degraded'] as const) : []),
      ...(wasRestored ? (['restored'] as const) : []),
    ]
    return { done: { outcome, contact, counts, refused: [...written.leftOut, ...absent] } }
  }

  const write = (existing: Contact): Step => {
    const { fields } = fieldsToUpdate(signup, policy, existing, sendable)
    if (Object.keys(fields).length > 0)
      return { request: { type: 'update', id: existing.id, fields } }
    return end(wasRestored ? 'updated' : 'unchanged', existing, existing)
  }

  return {
    create,
    write,
    hasNothingToWrite: (existing: Contact): boolean =>
      Object.keys(fieldsToUpdate(signup, policy, existing, sendable).fields).length === 0,
    /** The refused create or update again, without what is now left out; fails if that is all. */
    retryWrite: (refused: StepRequest, error: BridgeError): Step => {
      if (isFinal) return { fail: error }
      const target = refused.type === 'update' ? lastRead(history, refused.id) : undefined
      return target ? write(target) : create
    },
    done: (outcome: Decision['outcome'], contact: Contact, existing?: Contact): Step =>
      end(outcome, contact, existing ?? lastRead(history, contact.id)),
  }
}
