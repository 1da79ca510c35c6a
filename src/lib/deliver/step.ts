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
import { appliedTo, isBeforeDeletion, isNewer, type Standing, standingOf } from './mark.ts'
import { hasSameId, isOtherUser, matchContact } from './match-contact.ts'
import { isForeignTombstone, mayChange, ownerOf } from './ownership.ts'
import type { Policy } from './policy.ts'
import { refusalsOf } from './refusals.ts'

/** Metrics of what happened during a delivery. */
export const decisionCounts = [
  'contact_left',
  'email_shared',
  'external_id_differs',
  'left_archived',
  'merge_refused',
  'merged',
  'opt_in_withheld',
  'overwrite_degraded',
  'restored',
] as const
export type DecisionCount = (typeof decisionCounts)[number]

/** What became of the contact; each is a metric. `not_found`: of a deletion, or who left a company. */
export const outcomes = [
  'created',
  'updated',
  'unchanged',
  'archived',
  'deleted',
  'blocked',
  'not_found',
  'company_updated',
] as const

/** The result of a delivered signup. */
export type Decision = {
  readonly outcome: (typeof outcomes)[number]
  /** Absent if there is none, or none any more. */
  readonly contact?: Contact
  readonly counts: readonly DecisionCount[]
  /** The fields and custom attributes that were left out, and why. */
  readonly refused: readonly Issue[]
  readonly standing?: Standing
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
  contact_not_owned:
    'the contact is not this source’s by its attribute signup_bridge_source: list the source that owns it in `accountsOf`, or write `accountsOf: "all"` if none does, deploy, then replay',
  contact_deleted:
    'the contact is blocked, or was permanently deleted and Intercom keeps its id for about a week: unblock it, or replay after that',
  identity_conflict:
    "the signup's e-mail and id belong to different contacts, or the contact was deleted or merged: merge them in Intercom, then replay",
}
/** Returns the step that ends a delivery with one of these errors. */
export const failStep = (code: keyof typeof failures): Step => ({
  fail: new BridgeError(code, failures[code]),
})

/** Ends a delivery whose contact is archived, and stays so. */
export const leaveArchived: Step = {
  done: { outcome: 'unchanged', counts: ['left_archived'], refused: [] },
}

/**
 * Whether what is added to the contact depends on which event is the newest, so that the contact is
 * read: search may show an older mark.
 */
const dependsOnStanding = (
  { tags, companies, subscriptions, exactTags }: Signup,
  { mark }: Policy,
): boolean => mark !== undefined && !!(tags ?? companies ?? subscriptions ?? exactTags)

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
  const { mark, personMark = mark } = sendable.attributes
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
    const applied = appliedTo(contact, sendable.attributes)
    const standing = standingOf(signup, policy, applied, outcome === 'unchanged')
    const refused = [...written.leftOut, ...absent]
    return {
      done: { outcome, contact, counts, refused, ...(standing !== 'unknown' && { standing }) },
    }
  }

  /**
   * Whether the person was deleted after this event: then the contact is archived, again if it had to
   * be unarchived to see that.
   */
  const isDeletedSince = (existing: Contact): boolean => {
    if (!policy.claim) return wasRestored && isBeforeDeletion(signup, policy, existing)
    if (isForeignTombstone(existing, sendable.attributes.owner, policy.claim)) return false
    const applied = appliedTo(existing, sendable.attributes)
    const isLate = applied.at > Number.NEGATIVE_INFINITY && !isNewer(signup, policy, applied)
    if (wasRestored) return isLate
    // Killed before it archived the contact again. Otherwise someone else has restored it.
    return isLate && applied.isDeletion && policy.mayBeRetry === true
  }

  /** A change of a contact that the source may not change. */
  const isRefused = (existing: Contact): boolean =>
    signup.event === 'updated' &&
    !mayChange(
      ownerOf(existing, sendable.attributes.owner),
      policy.claim,
      hasSameId(signup, existing),
    )

  const write = (existing: Contact): Step => {
    const staysArchived = wasRestored && policy.onArchived === 'park'
    if (isDeletedSince(existing) || staysArchived) {
      return { request: { type: 'remove', id: existing.id, how: 'archive' } }
    }
    if (isRefused(existing)) return failStep('contact_not_owned')
    const { fields } = fieldsToUpdate(signup, policy, existing, sendable)
    if (Object.keys(fields).length > 0)
      return { request: { type: 'update', id: existing.id, fields } }
    return end(wasRestored ? 'updated' : 'unchanged', existing, existing)
  }

  return {
    /** Whether the mark on a contact says if the person was deleted after this event. */
    knowsDeletions:
      policy.peeks === true && personMark !== undefined && personMark.problem === undefined,
    isDeletedSince,
    create,
    write,
    hasNothingToWrite: (existing: Contact): boolean =>
      !isDeletedSince(existing) &&
      !isRefused(existing) &&
      !dependsOnStanding(signup, policy) &&
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
