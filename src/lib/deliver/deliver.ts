import { BridgeError, delayed, type Issue, renamed } from '../errors.ts'
import { type ContactCall, toCall } from '../intercom/contact-request.ts'
import type { ListAttributes } from '../intercom/data-attributes.ts'
import { indexLagSeconds, type Recent, withRecent } from '../intercom/recent-contacts.ts'
import type { SendCall } from '../intercom/request.ts'
import type { Signup } from '../signup.ts'
import { nextStep } from './decide.ts'
import { giveExtras, type TagIds } from './extras.ts'
import type { DecideAnswer, Past } from './history.ts'
import type { Policy } from './policy.ts'
import type { Decided } from './steps.ts'

/** What became of a signup. */
export type Delivered = Omit<Decided, 'refused'> & {
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
export type DeliverSignup = (signup: Signup, policy: Policy) => Promise<Delivered>

/** What a process keeps from one signup to the next, and how it calls. */
export type DeliverDependencies = {
  readonly send: SendCall
  /** Of Intercom's API. */
  readonly version: string
  readonly recent: Recent
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

const callContacts = async (
  call: ContactCall,
  { send, version, recent }: DeliverDependencies,
): Promise<DecideAnswer> => {
  const answered = await send(toCall(call, version)).catch((error: unknown) => {
    throw call.type === 'unarchive' ? restoreFailed(error) : error
  })
  const answer =
    answered.type === 'contacts' && call.type === 'search'
      ? withRecent(answered.contacts, recent.find(call.field, call.value))
      : answered
  if (answer.type === 'contact') recent.remember(answer.contact)
  const isGone = answer.type === 'gone' || answer.type === 'merged'
  if (isGone && 'id' in call) recent.forget(call.id)
  return answer
}

const decideAll = async (
  signup: Signup,
  policy: Policy,
  dependencies: DeliverDependencies,
): Promise<Decided> => {
  const history: Past[] = []
  for (;;) {
    const step = nextStep(signup, policy, history)
    if ('fail' in step) throw step.fail
    if ('done' in step) return step.done
    const { call } = step
    const answer: DecideAnswer =
      call.type === 'attributes'
        ? {
            type: 'attributes',
            list: await dependencies.listAttributes(dependencies.send, policy.replayedAtMs),
          }
        : await callContacts(call, dependencies)
    history.push({ call, answer })
  }
}

/**
 * With `skip` nothing is given to a contact that was there before the signup came. One that was
 * created just now was not, whatever Intercom's clock says; one of an earlier try tells by its time.
 */
const isLeftAlone = ({ outcome, contact }: Decided, { onExisting, received_at }: Policy): boolean =>
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
): Promise<Delivered> => {
  let calls = 0
  const send: SendCall = (call) => {
    calls += 1
    return given.send(call)
  }
  const dependencies = { ...given, send }
  const decided = await decideAll(signup, policy, dependencies)
  const { refused, ...rest } = decided
  const { contact, outcome } = decided
  const isNewLead = outcome === 'created' && signup.contact.role === 'lead'
  const { failed, pending } = isLeftAlone(decided, policy)
    ? {}
    : await giveExtras(signup, contact, {
        ...dependencies,
        fillsOnly: policy.replayedAtMs !== undefined,
      })
  const incomplete = [refused.length > 0 ? attributesRefused(refused) : undefined, failed]
  return {
    ...rest,
    calls,
    incomplete: incomplete.filter((error) => error !== undefined),
    isNewLead,
    ...(pending && { pending: isNewLead ? delayed(pending, indexLagSeconds) : pending }),
  }
}

const attributesRefused = (issues: readonly Issue[]): BridgeError =>
  new BridgeError(
    'attributes_refused',
    'the contact is there without the custom attributes that its workspace does not take: create them in Intercom, then replay',
    { issues },
  )
