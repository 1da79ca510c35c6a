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
import type { SendRequest } from '../intercom/request.ts'
import { isEmpty, own } from '../json-access.ts'
import { type Company, companyFieldNames, type Signup } from '../signup.ts'

/** Ids of tags by name, as this process learnt them. */
export type TagIds = Map<string, string>
const maxTagIds = 1_000

type Extra = () => Promise<void>

const isAttached = (ties: Contact['tags'], id: string): boolean =>
  ties?.data?.some((tie) => tie.id === id) ?? false

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
    // A tag that this process knew may have been deleted since: it is made anew, once.
    if ((await attach()) || (await attach())) return
    throw new BridgeError('intercom_rejected', 'the contact or its tag went away')
  }
}

/** The fields of a company that it does not have yet; `undefined` where it has them all. */
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
  /** Asked for by its id alone, it is left as it is, or made. */
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

/** Trouble that passes, or that an operator ends without a replay. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'intercom_rate_limited',
  'intercom_unauthorized',
  'intercom_unavailable',
  'misconfigured',
  'temporarily_unavailable',
])

/** What became of a signup's extras: nothing to tell, or what kept some of them back. */
export type ExtrasResult = {
  /** What Intercom refuses for good, the first of it; the rest was given. */
  readonly failed?: BridgeError
  /** Trouble that passes: all of it is to be given again. */
  readonly pending?: BridgeError
}

export type ExtrasDependencies = {
  readonly send: SendRequest
  readonly tagIds: TagIds
  /** For a replay: a company that somebody changed since is left as it is. */
  readonly fillsOnly: boolean
}

/**
 * Gives a contact what a signup brings beside its fields: tags by name, then its company, then a
 * note. All but the note are the same when given twice, so the note comes last.
 */
export const applyExtras = async (
  { tags = [], company, note }: Signup,
  contact: Contact,
  dependencies: ExtrasDependencies,
): Promise<ExtrasResult> => {
  const { send } = dependencies
  const extras: Extra[] = [
    ...tags.map((name) => tagExtra(name, contact, dependencies)),
    ...(company ? [companyExtra(company, contact, dependencies)] : []),
    ...(note === undefined ? [] : [async () => void (await send(noteRequest(contact.id, note)))]),
  ]
  let failed: BridgeError | undefined
  for (const give of extras) {
    try {
      await give()
    } catch (error) {
      // A fault of ours waits, too: the contact was made, and a lead is not to be made again.
      if (!(error instanceof BridgeError)) return { pending: toBridgeError(error) }
      if (error.code === 'out_of_time') return { pending: error }
      if (retryableCodes.has(error.code)) {
        const message =
          'the contact is there; its tags, company or note wait until Intercom takes them'
        return { pending: renamed(error, 'extras_unavailable', message) }
      }
      const message =
        'the contact is there; Intercom refuses its tags, company or note: look up the code, mend, then replay'
      failed ??= renamed(error, 'extras_failed', message)
    }
  }
  return failed ? { failed } : {}
}
