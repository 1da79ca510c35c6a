import { BridgeError, type ErrorCode, renamed, toBridgeError } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import {
  attachCompanyRequest,
  attachTagRequest,
  companyRequest,
  type KnownCompany,
  noteRequest,
  tagRequest,
} from '../intercom/extra-requests.ts'
import type { SendRequest } from '../intercom/request-types.ts'
import { isEmpty, own } from '../json-access.ts'
import { type Company, companyFieldNames, type Signup } from '../signup.ts'

/** Tag ids by name, cached by this process. */
export type TagIds = Map<string, string>
const maxTagIds = 1_000

type Extra = () => Promise<void>

const isAttached = (references: Contact['tags'], id: string): boolean =>
  references?.data?.some((reference) => reference.id === id) ?? false

const tagExtra = (name: string, contact: Contact, { send, tagIds }: ExtrasDependencies): Extra => {
  const attach = async (): Promise<boolean> => {
    const id = tagIds.get(name) ?? (await send(tagRequest(name)))
    if (tagIds.size >= maxTagIds) tagIds.clear()
    tagIds.set(name, id)
    if (isAttached(contact.tags, id)) return true
    if ((await send(attachTagRequest(contact.id, id))) === true) return true
    tagIds.delete(name)
    return false
  }
  return async () => {
    // A cached tag may have been deleted since: it is created again, once.
    if ((await attach()) || (await attach())) return
    throw new BridgeError('intercom_rejected', 'the contact or the tag no longer exists')
  }
}

/** The wanted fields that a company lacks, with its id; `undefined` if it lacks none. */
const missingFields = (known: KnownCompany, { company_id, ...wanted }: Company) => {
  const current: { readonly [field in keyof typeof wanted]: unknown } = {
    ...known,
    plan: known.plan?.name,
  }
  const missing = companyFieldNames.filter(
    (name) => name !== 'company_id' && wanted[name] !== undefined && isEmpty(current[name]),
  )
  if (missing.length === 0) return undefined
  return { company_id, ...Object.fromEntries(missing.map((name) => [name, own(wanted, name)])) }
}

const companyExtra = (
  company: Company,
  contact: Contact,
  { send, fillsOnly }: ExtrasDependencies,
): Extra => {
  /** A request with the id alone creates the company, or returns it unchanged. */
  const fill = async (): Promise<KnownCompany> => {
    const known = await send(companyRequest({ company_id: company.company_id }))
    const missing = missingFields(known, company)
    return missing ? send(companyRequest(missing)) : known
  }
  return async () => {
    const { id } = await (fillsOnly ? fill() : send(companyRequest(company)))
    if (!isAttached(contact.companies, id)) await send(attachCompanyRequest(contact.id, id))
  }
}

/** Temporary errors, and those that an operator can fix without a replay. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'intercom_rate_limited',
  'intercom_unauthorized',
  'intercom_unavailable',
  'misconfigured',
  'temporarily_unavailable',
])

/** The result of adding a signup's extras; empty if all of them were added. */
export type ExtrasResult = {
  /** The first permanent error; the other extras were added. */
  readonly failed?: BridgeError
  /** A temporary error: all extras have to be added again. */
  readonly pending?: BridgeError
}

export type ExtrasDependencies = {
  readonly send: SendRequest
  readonly tagIds: TagIds
  /** Fill only the empty fields of an existing company: a replay must not undo newer changes. */
  readonly fillsOnly: boolean
}

/**
 * Adds a signup's extras to a contact: tags by name, then the company, then the note. The note is
 * last because adding it twice makes two notes; tags and the company may be added again.
 */
export const applyExtras = async (
  { tags = [], companies = [], note }: Signup,
  contact: Contact,
  dependencies: ExtrasDependencies,
): Promise<ExtrasResult> => {
  const { send } = dependencies
  const extras: Extra[] = [
    ...tags.map((name) => tagExtra(name, contact, dependencies)),
    ...companies.map((company) => companyExtra(company, contact, dependencies)),
    ...(note === undefined ? [] : [async () => void (await send(noteRequest(contact.id, note)))]),
  ]
  let failed: BridgeError | undefined
  for (const add of extras) {
    try {
      await add()
    } catch (error) {
      // Unexpected errors are retried, too: the contact exists; a lead must not be created twice.
      if (!(error instanceof BridgeError)) return { pending: toBridgeError(error) }
      if (error.code === 'out_of_time') return { pending: error }
      if (retryableCodes.has(error.code)) {
        const message =
          'the contact was delivered, but its tags, company or note were not: they are retried'
        return { pending: renamed(error, 'extras_unavailable', message) }
      }
      const message =
        'the contact was delivered, but Intercom refused its tags, company or note: look up the code, fix the cause, then replay'
      failed ??= renamed(error, 'extras_failed', message)
    }
  }
  return failed ? { failed } : {}
}
