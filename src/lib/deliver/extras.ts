import { type BridgeError, distinctIssues, type Issue, renamed, toBridgeError } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import type { Company, Signup } from '../signup.ts'
import { allowedTag } from '../transform/tags-from.ts'
import { addCompany, type CompanyResult } from './add-company.ts'
import { addEvent } from './add-event.ts'
import { addNote } from './add-note.ts'
import { addTag } from './add-tag.ts'
import { type ConsentContext, choiceOf } from './consent-choice.ts'
import { detachCompanies } from './detach-companies.ts'
import { type ExtrasDependencies, isPermanent, retryableCodes, showsWrongAddress } from './extra.ts'
import { overwrites } from './policy.ts'
import { removeTags } from './remove-tags.ts'
import { subscribe } from './subscribe.ts'

/** One extra to add; `path` names it if Intercom refuses it. */
type Extra = { readonly path: string; readonly add: () => Promise<void> }

/** Detaches the contact from the companies that it left, or from all that are not named. */
const detach = (
  contact: Contact,
  companies: readonly Company[],
  leaves: readonly string[],
  { detaches, send }: ExtrasDependencies,
  added: readonly CompanyResult[],
): Promise<void> => {
  const named = companies.map(({ company_id }) => company_id)
  const isOver = (id: string) => (detaches ? !named.includes(id) : leaves.includes(id))
  return detachCompanies(contact, isOver, send, detaches ? added.map(({ id }) => id) : [])
}

/** The extras of a signup, in the order in which they are added. */
const extrasOf = (
  signup: Signup,
  contact: Contact,
  dependencies: ExtrasDependencies & ConsentContext,
  added: CompanyResult[],
): Extra[] => {
  const { tags = [], companies = [], leaves = [], note, data_event, exactTags } = signup
  // A newer event has said which of these the person has.
  const isOld = dependencies.standing === 'late' || dependencies.standing === 'level'
  const isOfRules = (name: string): boolean =>
    exactTags?.some((rule) => allowedTag(rule, name) !== undefined) ?? false
  return [
    // An opt-out must not wait for anything else.
    ...Object.entries(signup.subscriptions ?? {}).flatMap(([name, answer]): Extra[] => {
      const choice = choiceOf(answer, signup, dependencies)
      if (!choice) return []
      const add = () => subscribe(choice, name, signup, contact, dependencies)
      return [{ path: `subscriptions.${name}`, add }]
    }),
    ...tags
      .filter((name) => !isOld || !isOfRules(name))
      .map((name) => ({ path: 'tags', add: () => addTag(name, contact, dependencies) })),
    ...(exactTags &&
    signup.event === 'updated' &&
    dependencies.standing === 'newest' &&
    overwrites(dependencies.policy.onExisting) &&
    !dependencies.isNew
      ? [{ path: 'tags', add: () => removeTags(signup, contact, dependencies) }]
      : []),
    ...companies.map((company) => ({
      path: companies.length > 1 ? 'companies' : 'company',
      add: async () => {
        added.push(await addCompany(company, contact, dependencies))
      },
    })),
    ...(dependencies.detaches || leaves.length > 0
      ? [{ path: 'companies', add: () => detach(contact, companies, leaves, dependencies, added) }]
      : []),
    ...(note === undefined
      ? []
      : [{ path: 'note', add: () => addNote(note, contact, dependencies) }]),
    ...(data_event
      ? [{ path: 'event', add: () => addEvent(data_event, contact, dependencies) }]
      : []),
  ]
}

/** The result of adding a signup's extras; empty if all of them were added. */
export type ExtrasResult = {
  /** The first permanent error; its issues name all extras that Intercom refused. */
  readonly failed?: BridgeError
  /** The custom attributes of companies that were left out, and why. */
  readonly leftOut?: readonly Issue[]
  /** Intercom's refusal of such attributes. */
  readonly refusal?: BridgeError
  /** A temporary error: all extras have to be added again. */
  readonly pending?: BridgeError
}

/**
 * Adds a signup's extras to a contact: what it subscribes to, tags by name, then the companies, then
 * the note, unless one of its text is there, then the data event. All but the note may be added again.
 * A change removes the tags that its payload no longer names.
 */
export const applyExtras = async (
  signup: Signup,
  contact: Contact,
  dependencies: ExtrasDependencies & ConsentContext,
): Promise<ExtrasResult> => {
  const added: CompanyResult[] = []
  const refused: { readonly issue: Issue; readonly error: BridgeError }[] = []
  for (const { path, add } of extrasOf(signup, contact, dependencies, added)) {
    try {
      await add()
    } catch (error) {
      if (!isPermanent(error)) return { pending: pendingError(toBridgeError(error)) }
      const [{ reason = error.intercomCode ?? 'refused' } = {}] = error.issues
      refused.push({ issue: { path, reason }, error })
    }
  }
  const [first] = refused
  const leftOut = distinctIssues(added.flatMap((company) => company.leftOut))
  const refusal = added.find((company) => company.refusal)?.refusal
  const issues = distinctIssues(refused.map(({ issue }) => issue))
  return {
    ...(leftOut.length > 0 && { leftOut }),
    ...(refusal && { refusal }),
    ...(first && { failed: renamed(first.error, 'extras_failed', refusedMessage, issues) }),
  }
}

const refusedMessage =
  'the contact was delivered, but Intercom refused its subscriptions, tags, company, note or event: look up the code, fix the cause, then replay'

const pendingError = (error: BridgeError): BridgeError =>
  retryableCodes.has(error.code) && !showsWrongAddress(error)
    ? renamed(
        error,
        'extras_unavailable',
        'the contact was delivered, but its subscriptions, tags, company, note or event were not: they are retried',
      )
    : error
