import {
  BridgeError,
  distinctIssues,
  type ErrorCode,
  type Issue,
  renamed,
  toBridgeError,
} from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import {
  attachCompanyRequest,
  attachTagRequest,
  companyRequest,
  type KnownCompany,
  listNotesRequest,
  noteRequest,
  tagRequest,
} from '../intercom/extra-requests.ts'
import { saysText } from '../intercom/note-body.ts'
import type { SendRequest } from '../intercom/request-types.ts'
import { isEmpty, own } from '../json-access.ts'
import { type Company, companyFieldNames, type Signup } from '../signup.ts'

/** Tag ids by name, cached by this process. */
export type TagIds = Map<string, string>
const maxTagIds = 1_000

/** One extra to add; `path` names it if Intercom refuses it. */
type Extra = { readonly path: string; readonly add: () => Promise<void> }

const isAttached = (references: Contact['tags'], id: string): boolean =>
  references?.data?.some((reference) => reference.id === id) ?? false

const addTag = async (
  name: string,
  contact: Contact,
  { send, tagIds }: ExtrasDependencies,
): Promise<void> => {
  const attach = async (): Promise<boolean> => {
    const id = tagIds.get(name) ?? (await send(tagRequest(name)))
    if (tagIds.size >= maxTagIds) tagIds.clear()
    tagIds.set(name, id)
    if (isAttached(contact.tags, id)) return true
    if ((await send(attachTagRequest(contact.id, id))) === true) return true
    tagIds.delete(name)
    return false
  }
  // A cached tag may have been deleted since: it is created again, once.
  if ((await attach()) || (await attach())) return
  throw new BridgeError('intercom_rejected', 'the contact or the tag no longer exists')
}

/** The wanted fields that a company lacks, each custom attribute by itself; `undefined` if none. */
const missingFields = (known: KnownCompany, wanted: Company): Company | undefined => {
  const { company_id, custom_attributes = {}, ...rest } = wanted
  const current: { readonly [field in keyof typeof rest]: unknown } = {
    ...known,
    plan: known.plan?.name,
    // Intercom shows 0 for a company whose spend was never set.
    monthly_spend: known.monthly_spend || undefined,
  }
  const fields = companyFieldNames.flatMap((name) =>
    name !== 'company_id' && rest[name] !== undefined && isEmpty(current[name])
      ? [[name, rest[name]] as const]
      : [],
  )
  const attributes = Object.entries(custom_attributes).filter(([name]) =>
    isEmpty(own(known.custom_attributes, name)),
  )
  if (fields.length === 0 && attributes.length === 0) return undefined
  return {
    company_id,
    ...Object.fromEntries(fields),
    ...(attributes.length > 0 && { custom_attributes: Object.fromEntries(attributes) }),
  }
}

const addCompany = async (
  company: Company,
  contact: Contact,
  { send, fillsOnly, isConfirmed }: ExtrasDependencies,
): Promise<void> => {
  /** A request with the id alone creates the company, or returns it unchanged. */
  const fill = async (): Promise<KnownCompany> => {
    const known = await send(companyRequest({ company_id: company.company_id }))
    // One that is attached was sent in full; one that is not may have failed.
    const fills = fillsOnly || isAttached(contact.companies, known.id)
    const missing = fills ? missingFields(known, company) : company
    return missing ? send(companyRequest(missing)) : known
  }
  const { id } = await (fillsOnly || isConfirmed ? fill() : send(companyRequest(company)))
  if (!isAttached(contact.companies, id)) await send(attachCompanyRequest(contact.id, id))
}

/**
 * Adds a note, unless one of its text is there. A list that is permanently refused shows none, but
 * a contact that an earlier receive created and that has a note has this one.
 */
const addNote = async (
  text: string,
  { id, notes: shown }: Contact,
  { send, isNew, isConfirmed }: ExtrasDependencies,
): Promise<void> => {
  const listNotes = () =>
    send(listNotesRequest(id)).catch((error: unknown) => {
      if (isPermanent(error)) return undefined
      throw error
    })
  const notes = isNew ? [] : await listNotes()
  const isThere = notes
    ? notes.some((html) => saysText(html, text))
    : isConfirmed && (shown?.data?.length ?? 0) > 0
  if (!isThere) await send(noteRequest(id, text))
}

/** The extras of a signup, in the order in which they are added. */
const extrasOf = (
  { tags = [], companies = [], note }: Signup,
  contact: Contact,
  dependencies: ExtrasDependencies,
): Extra[] => [
  ...tags.map((name) => ({ path: 'tags', add: () => addTag(name, contact, dependencies) })),
  ...companies.map((company) => ({
    path: companies.length > 1 ? 'companies' : 'company',
    add: () => addCompany(company, contact, dependencies),
  })),
  ...(note === undefined
    ? []
    : [{ path: 'note', add: () => addNote(note, contact, dependencies) }]),
]

/** Temporary errors, those that an operator can fix without a replay, and a note that may be there. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'create_unclear',
  'intercom_rate_limited',
  'intercom_unauthorized',
  'intercom_unavailable',
  'misconfigured',
  'temporarily_unavailable',
])

/** Whether Intercom's response shows that its version or address is wrong: for all signups alike. */
const showsWrongAddress = ({ code, intercomStatus }: BridgeError): boolean =>
  code === 'misconfigured' && intercomStatus !== undefined

/** Unexpected errors are retried, too: the contact exists; a lead must not be created twice. */
const isPermanent = (error: unknown): error is BridgeError =>
  error instanceof BridgeError && error.code !== 'out_of_time' && !retryableCodes.has(error.code)

/** The result of adding a signup's extras; empty if all of them were added. */
export type ExtrasResult = {
  /** The first permanent error; its issues name all extras that Intercom refused. */
  readonly failed?: BridgeError
  /** A temporary error: all extras have to be added again. */
  readonly pending?: BridgeError
}

export type ExtrasDependencies = {
  readonly send: SendRequest
  readonly tagIds: TagIds
  /** This pass created the contact: it has no notes yet. */
  readonly isNew: boolean
  /** An earlier receive created the contact. */
  readonly isConfirmed: boolean
  /** Fill only the empty fields of an existing company: a replay must not undo newer changes. */
  readonly fillsOnly: boolean
}

/**
 * Adds a signup's extras to a contact: tags by name, then the companies, then the note, unless
 * one of its text is there. Tags and companies may be added again.
 */
export const applyExtras = async (
  signup: Signup,
  contact: Contact,
  dependencies: ExtrasDependencies,
): Promise<ExtrasResult> => {
  const refused: { readonly issue: Issue; readonly error: BridgeError }[] = []
  for (const { path, add } of extrasOf(signup, contact, dependencies)) {
    try {
      await add()
    } catch (error) {
      if (!isPermanent(error)) return { pending: pendingError(toBridgeError(error)) }
      refused.push({ issue: { path, reason: error.intercomCode ?? 'refused' }, error })
    }
  }
  const [first] = refused
  if (!first) return {}
  const issues = refused.map(({ issue }) => issue)
  return { failed: renamed(first.error, 'extras_failed', refusedMessage, distinctIssues(issues)) }
}

const refusedMessage =
  'the contact was delivered, but Intercom refused its tags, company or note: look up the code, fix the cause, then replay'

const pendingError = (error: BridgeError): BridgeError =>
  retryableCodes.has(error.code) && !showsWrongAddress(error)
    ? renamed(
        error,
        'extras_unavailable',
        'the contact was delivered, but its tags, company or note were not: they are retried',
      )
    : error
