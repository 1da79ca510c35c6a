import { BridgeError, type Issue, renamed } from '../errors.ts'
import { type Contact, isEmailOf } from '../intercom/contact.ts'
import { type ContactRequest, fieldsIn, toIntercomRequest } from '../intercom/contact-request.ts'
import type { ListAttributes } from '../intercom/data-attributes.ts'
import type { ListAge } from '../intercom/kept-list.ts'
import { addRecentContacts, type RecentContacts } from '../intercom/recent-contacts.ts'
import type { SendRequest } from '../intercom/request-types.ts'
import type { ListSubscriptionTypes } from '../intercom/subscription-types.ts'
import {
  type AnySignup,
  attributePrefix,
  type CompanySignup,
  companyAttributePrefix,
  type Signup,
} from '../signup.ts'
import { upsertCompany } from './add-company.ts'
import { type ConsentContext, withholdsOptIn } from './consent-choice.ts'
import type { TagIds } from './extra.ts'
import { applyExtras, type ExtrasResult } from './extras.ts'
import type { Fuse } from './fuse.ts'
import {
  type AttributesRequest,
  countResponses,
  type Exchange,
  isFirstSearch,
  lastRead,
  type StepResponse,
} from './history.ts'
import type { Standing } from './mark.ts'
import { isMerging } from './merge.ts'
import { nextStep } from './next-step.ts'
import { existedBefore, type Policy } from './policy.ts'
import type { Decision } from './step.ts'

/** The result of one delivered signup. */
export type DeliverResult = Omit<Decision, 'refused' | 'outcome' | 'standing'> & {
  /** `confirmed`: an earlier receive created the contact, and search shows it now. */
  readonly outcome: Decision['outcome'] | 'confirmed'
  /** The number of requests to Intercom's API, those for extras included. */
  readonly calls: number
  /** Parts that Intercom permanently refused: a copy of the signup is parked for each. */
  readonly incomplete: readonly BridgeError[]
  /** A temporary error while adding the extras: the signup has to be retried. */
  readonly pending?: BridgeError
  /**
   * Whether search showed the contact under the signup's e-mail; without an e-mail: at all. One that
   * was not searched for, and had that e-mail before, counts as shown.
   */
  readonly isShown: boolean
  /** Set while search does not show a lead: a retry sooner could create a second one. */
  readonly retryAfterSeconds?: number
}

/** Delivers one signup, with the connection and the token already bound. */
export type DeliverSignup = (signup: AnySignup, policy: Policy) => Promise<DeliverResult>

/** How requests are sent, and the caches that a process keeps from one signup to the next. */
export type DeliverDependencies = {
  readonly send: SendRequest
  /** The version of Intercom's API. */
  readonly version: string
  readonly recent: RecentContacts
  readonly listAttributes: ListAttributes
  readonly listSubscriptionTypes: ListSubscriptionTypes
  readonly listCompanyAttributes: ListAttributes
  readonly tagIds: TagIds
  readonly fuse: Fuse
  /** After this many seconds search shows a new contact. */
  readonly searchLagSeconds: number
}

/** Renames a 5xx: unarchiving a permanently deleted contact may fail as in an outage. */
const toRestoreError = (error: unknown): unknown =>
  error instanceof BridgeError &&
  error.code === 'intercom_unavailable' &&
  (error.intercomStatus ?? 0) >= 500
    ? renamed(
        error,
        'restore_failed',
        'Intercom failed to unarchive the contact: it is retried, and from the fifth receive on it counts as permanently deleted',
      )
    : error

const sendContactRequest = async (
  request: ContactRequest,
  { send, version, recent }: DeliverDependencies,
): Promise<StepResponse> => {
  const response = await send(toIntercomRequest(request, version)).catch((error: unknown) => {
    throw request.type === 'unarchive' ? toRestoreError(error) : error
  })
  const withRecent =
    response.type === 'contacts' && isFirstSearch(request)
      ? { ...response, ...addRecentContacts(response.contacts, recent.find(request)) }
      : response
  if (response.type === 'contact') recent.remember(response.contact)
  const isGone = ['gone', 'merged', 'removed'].includes(response.type)
  if (isGone && 'id' in request) recent.forget(request.id)
  if (request.type === 'merge') recent.forget(request.from)
  return withRecent
}

/** A list younger than this is not read again after a refusal. */
const maxListAgeMs = 30_000

const listAge = ({ again }: Pick<AttributesRequest, 'again'>, { replayedAtMs }: Policy): ListAge =>
  again
    ? {
        maxAgeMs: maxListAgeMs,
        ...(replayedAtMs !== undefined && { notBeforeMs: replayedAtMs }),
      }
    : {}

/**
 * Whether search showed a contact, and not only this process remembers it. Without a search: whether
 * it existed before with this e-mail, and was not restored.
 */
const wasShown = (
  history: readonly Exchange[],
  { event, contact: { email } }: Signup,
  policy: Policy,
  { id }: Contact,
): boolean => {
  const hasEmail = (contact: Contact) => email === undefined || isEmailOf(contact, email)
  if (!history.some(({ request }) => isFirstSearch(request))) {
    const read = lastRead(history, id)
    // A change was found by the account id: whoever gave the contact this e-mail has waited.
    const isOld = read && (event === 'updated' || existedBefore(read, policy))
    return isOld === true && hasEmail(read) && countResponses(history, 'unarchived') === 0
  }
  return history.some(
    ({ response }) =>
      response.type === 'contacts' &&
      !response.unindexed?.includes(id) &&
      response.contacts.some((found) => found.id === id && hasEmail(found)),
  )
}

/** Of a contact that could not be read once it was unarchived; as far as Intercom responds. */
const archiveAgain = async (id: string, dependencies: DeliverDependencies): Promise<void> => {
  const request = { type: 'remove', id, how: 'archive' } as const
  await sendContactRequest(request, dependencies).catch(() => undefined)
}

const runSteps = async (
  signup: Signup,
  policy: Policy,
  dependencies: DeliverDependencies,
  onAccepted: () => void,
): Promise<Decision & { readonly isShown: boolean; readonly refusal?: BridgeError }> => {
  const history: Exchange[] = []
  let refusal: BridgeError | undefined
  for (;;) {
    const step = nextStep(signup, policy, history)
    if ('fail' in step) throw step.fail
    if ('done' in step) {
      const { contact } = step.done
      const isShown = contact !== undefined && wasShown(history, signup, policy, contact)
      return { ...step.done, isShown, ...(refusal && { refusal }) }
    }
    const { request } = step
    const response: StepResponse =
      request.type === 'attributes'
        ? {
            type: 'attributes',
            list: await dependencies.listAttributes(dependencies.send, listAge(request, policy)),
          }
        : await sendContactRequest(request, dependencies).catch(async (error: unknown) => {
            if (history.at(-1)?.response.type === 'unarchived' && policy.peeks && 'id' in request) {
              await archiveAgain(request.id, dependencies)
            }
            throw error
          })
    const exchange: Exchange = { request, response }
    if (response.type === 'refused' && !isMerging(exchange)) refusal = response.error
    else if (request.type !== 'attributes') onAccepted()
    history.push(exchange)
  }
}

/** Of a contact that is left as it is: what happened, and an opt-out. */
const onlyStanding = ({ event_id, contact, subscriptions = {}, data_event }: Signup): Signup => ({
  event_id,
  contact,
  data_event,
  subscriptions: Object.fromEntries(
    Object.entries(subscriptions).filter(([, answer]) => answer === false),
  ),
})

/** What extras and company events need to write companies. */
const companyDependencies = (
  { event }: AnySignup,
  policy: Policy,
  { send, listCompanyAttributes }: DeliverDependencies,
) => ({
  send,
  companyList: (again: boolean) =>
    listCompanyAttributes(send, listAge(again ? { again } : {}, policy)),
  companyAt: policy.companyAt,
  isChange: event === 'updated',
})

/** Creates or updates a company alone. One that is new at its sender only fills the one here. */
const deliverCompany = async (
  signup: CompanySignup,
  policy: Policy,
  dependencies: DeliverDependencies,
): Promise<Omit<DeliverResult, 'calls'>> => {
  const [company] = signup.companies
  const { leftOut, refusal } = await upsertCompany(company, {
    ...companyDependencies(signup, policy, dependencies),
    fillsOnly: signup.event !== 'updated',
    fillsUnmarked: policy.replayedAtMs !== undefined,
  })
  const incomplete = leftOut.length > 0 ? [refusedError(leftOut, refusal)] : []
  return { outcome: 'company_updated', counts: [], incomplete, isShown: false }
}

/**
 * Delivers one signup: runs its steps, one request at a time, then adds the extras; or one company.
 *
 * @throws BridgeError the error of the step or request that failed; retry-or-park.ts decides what follows
 */
export const deliver = async (
  signup: AnySignup,
  policy: Policy,
  dependencies: DeliverDependencies,
): Promise<DeliverResult> => {
  let calls = 0
  const send: SendRequest = (request) => {
    calls += 1
    return dependencies.send(request)
  }
  const countingDependencies = { ...dependencies, send }
  if (!signup.contact) {
    return { ...(await deliverCompany(signup, policy, countingDependencies)), calls }
  }
  let isAccepted = false
  const onAccepted = () => {
    isAccepted = true
    dependencies.fuse.accept()
  }
  const sent = { ...signup, contact: fieldsIn(dependencies.version, signup.contact) }
  const decision = await runSteps(sent, policy, countingDependencies, onAccepted).catch(
    (error: unknown) => {
      throw isAccepted ? error : dependencies.fuse.refuse(signup, error)
    },
  )
  const { refused, refusal, standing, ...rest } = decision
  const { contact, outcome, isShown, counts } = decision
  // One just created is new, whatever Intercom's clock says.
  const isOld = outcome !== 'created' && contact !== undefined && existedBefore(contact, policy)
  const isConfirmed = policy.confirms === true && outcome === 'unchanged' && isShown && !isOld
  const consent: ConsentContext = {
    policy,
    ...(standing && { standing }),
    isCreated: outcome === 'created',
    isCreator: outcome === 'created' || (policy.consent?.mayBeRetry === true && !isOld),
  }
  const isSkipped = isOld && policy.onExisting === 'skip'
  const hasExtras = contact !== undefined && signup.event !== 'deleted'
  const { failed, pending, ...extras }: ExtrasResult = hasExtras
    ? await applyExtras(isSkipped ? onlyStanding(signup) : signup, contact, {
        ...countingDependencies,
        ...consent,
        isNew: outcome === 'created',
        isConfirmed,
        ...companyDependencies(signup, policy, countingDependencies),
        ...companiesBy(signup, policy, standing),
      })
    : {}
  const leftOut = [...refused, ...(extras.leftOut ?? [])]
  const incomplete = [
    leftOut.length > 0 ? refusedError(leftOut, refusal ?? extras.refusal) : undefined,
    failed,
  ]
  return {
    ...rest,
    ...(hasExtras && withholdsOptIn(signup, consent) && { counts: [...counts, 'opt_in_withheld'] }),
    ...(isConfirmed && {
      outcome: 'confirmed' as const,
      counts: counts.filter((count) => count === 'merged'),
    }),
    calls,
    incomplete: incomplete.filter((error) => error !== undefined),
    ...(signup.contact.role === 'lead' &&
      contact !== undefined &&
      !isShown && { retryAfterSeconds: dependencies.searchLagSeconds }),
    ...(pending && { pending }),
  }
}

/**
 * What an event may do to companies, by where it stands. Only the newest says which ones a person has,
 * and only if it names all of them.
 */
const companiesBy = (
  { companies, hasUnreadCompany, isMembership }: Signup,
  { exactCompanies, replayedAtMs }: Policy,
  standing: Standing = 'unknown',
) => {
  const isReplay = replayedAtMs !== undefined
  const names = companies !== undefined && !hasUnreadCompany
  return {
    fillsOnly: isReplay || standing === 'late' || standing === 'level' || isMembership === true,
    detaches: exactCompanies === true && !isReplay && standing === 'newest' && names,
    attaches: !(exactCompanies && standing === 'late'),
  }
}

const refusedMessages = {
  attributes_refused:
    'the contact was delivered without the custom attributes that the workspace refuses: create them in Intercom, then replay',
  fields_refused:
    'the contact was delivered without the fields that Intercom refuses: fix them at the sender or in Intercom, then replay',
}

/** The error of what was left out; with Intercom's code if it refused a request. */
const refusedError = (issues: readonly Issue[], refusal: BridgeError | undefined): BridgeError => {
  const isAboutAttributes = issues.every(
    ({ path }) => path.startsWith(attributePrefix) || path.startsWith(companyAttributePrefix),
  )
  const code = isAboutAttributes ? 'attributes_refused' : 'fields_refused'
  const message = refusedMessages[code]
  return refusal
    ? renamed(refusal, code, message, issues)
    : new BridgeError(code, message, { issues })
}
