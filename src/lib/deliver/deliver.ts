import { BridgeError, delayed, type Issue, renamed } from '../errors.ts'
import { type ContactRequest, toIntercomRequest } from '../intercom/contact-request.ts'
import type { ListAttributes } from '../intercom/data-attributes.ts'
import {
  addRecentContacts,
  type RecentContacts,
  searchLagSeconds,
} from '../intercom/recent-contacts.ts'
import type { SendRequest } from '../intercom/request.ts'
import type { Signup } from '../signup.ts'
import { nextStep } from './decide.ts'
import { applyExtras, type TagIds } from './extras.ts'
import type { Exchange, StepResponse } from './history.ts'
import type { Policy } from './policy.ts'
import type { Decision } from './steps.ts'

/** What became of a signup. */
export type DeliverResult = Omit<Decision, 'refused'> & {
  /** Of Intercom's API, its extras among them. */
  readonly calls: number
  /** What did not reach the contact: a copy of the signup is parked for each to be mended. */
  readonly incomplete: readonly BridgeError[]
  /** Trouble that passes kept its extras back: the signup is to come again. */
  readonly pending?: BridgeError
  /** Nobody may look for it before the index shows it, or makes it once more. */
  readonly isNewLead: boolean
}

/** Delivers one signup; who calls knows neither connections nor tokens. */
export type DeliverSignup = (signup: Signup, policy: Policy) => Promise<DeliverResult>

/** What a process keeps from one signup to the next, and how it calls. */
export type DeliverDependencies = {
  readonly send: SendRequest
  /** Of Intercom's API. */
  readonly version: string
  readonly recent: RecentContacts
  readonly listAttributes: ListAttributes
  readonly tagIds: TagIds
}

/** A contact that was deleted for good may answer with 500, as an Intercom in trouble would. */
const restoreFailed = (error: unknown): unknown =>
  error instanceof BridgeError && (error.intercomStatus ?? 0) >= 500
    ? renamed(
        error,
        'restore_failed',
        'Intercom fails to unarchive the contact: from the fifth receive on it counts as deleted for good, to be replayed after some days',
      )
    : error

const sendContactRequest = async (
  request: ContactRequest,
  { send, version, recent }: DeliverDependencies,
): Promise<StepResponse> => {
  const response = await send(toIntercomRequest(request, version)).catch((error: unknown) => {
    throw request.type === 'unarchive' ? restoreFailed(error) : error
  })
  const answer =
    response.type === 'contacts' && request.type === 'search'
      ? addRecentContacts(response.contacts, recent.find(request.field, request.value))
      : response
  if (answer.type === 'contact') recent.remember(answer.contact)
  const isGone = answer.type === 'gone' || answer.type === 'merged'
  if (isGone && 'id' in request) recent.forget(request.id)
  return answer
}

const runSteps = async (
  signup: Signup,
  policy: Policy,
  dependencies: DeliverDependencies,
): Promise<Decision> => {
  const history: Exchange[] = []
  for (;;) {
    const step = nextStep(signup, policy, history)
    if ('fail' in step) throw step.fail
    if ('done' in step) return step.done
    const { request } = step
    const response: StepResponse =
      request.type === 'attributes'
        ? {
            type: 'attributes',
            list: await dependencies.listAttributes(dependencies.send, policy.replayedAtMs),
          }
        : await sendContactRequest(request, dependencies)
    history.push({ request, response })
  }
}

/**
 * With `skip` nothing is given to a contact that was there before the signup came. One that was
 * created just now was not, whatever Intercom's clock says; one of an earlier try tells by its time.
 */
const isLeftAlone = (
  { outcome, contact }: Decision,
  { onExisting, received_at }: Policy,
): boolean =>
  onExisting === 'skip' && outcome !== 'created' && (contact.created_at ?? 0) < received_at

/**
 * Delivers one signup: runs the steps, one call at a time, then gives the extras.
 *
 * @throws BridgeError what a step or a call failed with; retry.ts judges it
 */
export const deliver = async (
  signup: Signup,
  policy: Policy,
  given: DeliverDependencies,
): Promise<DeliverResult> => {
  let calls = 0
  const send: SendRequest = (request) => {
    calls += 1
    return given.send(request)
  }
  const dependencies = { ...given, send }
  const decided = await runSteps(signup, policy, dependencies)
  const { refused, ...rest } = decided
  const { contact, outcome } = decided
  const isNewLead = outcome === 'created' && signup.contact.role === 'lead'
  const { failed, pending } = isLeftAlone(decided, policy)
    ? {}
    : await applyExtras(signup, contact, {
        ...dependencies,
        fillsOnly: policy.replayedAtMs !== undefined,
      })
  const incomplete = [refused.length > 0 ? attributesRefusedError(refused) : undefined, failed]
  return {
    ...rest,
    calls,
    incomplete: incomplete.filter((error) => error !== undefined),
    isNewLead,
    ...(pending && { pending: isNewLead ? delayed(pending, searchLagSeconds) : pending }),
  }
}

const attributesRefusedError = (issues: readonly Issue[]): BridgeError =>
  new BridgeError(
    'attributes_refused',
    'the contact is there without the custom attributes that its workspace does not take: create them in Intercom, then replay',
    { issues },
  )
