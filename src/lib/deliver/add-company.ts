import { BridgeError, type Issue } from '../errors.ts'
import type { Contact } from '../intercom/contact.ts'
import type { DataAttribute, Scalar } from '../intercom/data-attributes.ts'
import {
  attachCompanyRequest,
  companyRequest,
  type KnownCompany,
} from '../intercom/extra-requests.ts'
import { isEmpty, own } from '../json-access.ts'
import {
  type Company,
  companyAttributePrefix,
  companyFieldNames,
  companyMarkName,
} from '../signup.ts'
import { type ExtrasDependencies, isAttached } from './extra.ts'
import { fitAttribute, fitAttributes } from './fit-attributes.ts'

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

const withAttributes = (
  { custom_attributes: _attributes, ...company }: Company,
  attributes: Readonly<Record<string, Scalar>>,
): Company =>
  Object.keys(attributes).length > 0 ? { ...company, custom_attributes: attributes } : company

/** A company with its custom attributes as the workspace takes them. */
type FittedCompany = {
  readonly company: Company
  /** The attributes that are left out, and why. */
  readonly leftOut: readonly Issue[]
  /** What the workspace calls the mark; absent if it has none. */
  readonly markName?: string
}

const fitCompany = (
  company: Company,
  list: readonly DataAttribute[] | undefined,
): FittedCompany => {
  if (!list) return { company, leftOut: [] }
  const fitted = fitAttributes(list, company.custom_attributes ?? {})
  const sent = fitted.filter(({ problem }) => problem === undefined)
  const { problem, sentAs } = fitAttribute(list, companyMarkName, 0)
  return {
    company: withAttributes(
      company,
      Object.fromEntries(sent.map((attribute) => [attribute.sentAs, attribute.value])),
    ),
    leftOut: fitted.flatMap((attribute) =>
      attribute.problem === undefined
        ? []
        : [{ path: `${companyAttributePrefix}${attribute.name}`, reason: attribute.problem }],
    ),
    ...(problem === undefined && { markName: sentAs }),
  }
}

/** What became of a company. */
export type CompanyResult = {
  /** Intercom's id. */
  readonly id: string
  /** The custom attributes that were left out, and why. */
  readonly leftOut: readonly Issue[]
  /** Why Intercom refused them; absent if the list said so. */
  readonly refusal?: BridgeError
}

/** Whether Intercom refused what was sent: it may be an attribute. */
const isRefused = (error: unknown): error is BridgeError =>
  error instanceof BridgeError &&
  error.code === 'intercom_rejected' &&
  (error.intercomStatus === 400 || error.intercomStatus === 422)

/**
 * Sends a company; if that is refused, with what the newest list of attributes takes, then without
 * any: one attribute must not lose the company.
 *
 * @param write sends a company that was fitted
 */
const sendWithout = async (
  company: Company,
  fitted: FittedCompany,
  write: (fitted: FittedCompany) => Promise<KnownCompany>,
  { companyList }: CompanyDependencies,
): Promise<CompanyResult> => {
  const send = async (tried: FittedCompany, refusal?: BridgeError): Promise<CompanyResult> => {
    const { id } = await write(tried)
    return { id, leftOut: tried.leftOut, ...(refusal && { refusal }) }
  }
  try {
    return await send(fitted)
  } catch (error) {
    const names = Object.keys(company.custom_attributes ?? {})
    if (!isRefused(error) || (names.length === 0 && !fitted.markName)) throw error
    const newest = fitCompany(company, await companyList?.(true))
    const reason = error.intercomCode ?? 'refused'
    const leftOut = names.map((name) => ({ path: `${companyAttributePrefix}${name}`, reason }))
    const none = { company: withAttributes(company, {}), leftOut }
    if (JSON.stringify(newest) === JSON.stringify(fitted)) return send(none, error)
    return send(newest).catch((again: unknown) => {
      if (isRefused(again)) return send(none, again)
      throw again
    })
  }
}

/** What is needed to write a company. */
export type CompanyDependencies = Pick<
  ExtrasDependencies,
  'send' | 'fillsOnly' | 'fillsUnmarked' | 'companyList' | 'companyAt' | 'isChange'
>

/**
 * Creates or updates a company. One that is only to be filled, or that has a mark, is read first: an
 * event that is older than its mark fills it.
 *
 * @param fillsKnown whether a company that exists, by Intercom's id, is only filled
 */
export const upsertCompany = async (
  company: Company,
  dependencies: CompanyDependencies,
  fillsKnown?: (id: string) => boolean,
): Promise<CompanyResult> => {
  const { send, fillsOnly, fillsUnmarked = false, companyList, companyAt } = dependencies
  const { isChange = false } = dependencies
  const needsList = companyAt !== undefined || company.custom_attributes !== undefined
  const list = needsList ? await companyList?.(false) : undefined
  const first = fitCompany(company, list)
  // A replay comes after the attribute was created.
  const isOld = (fillsOnly || fillsUnmarked) && first.leftOut.length > 0
  const fitted = isOld ? fitCompany(company, (await companyList?.(true)) ?? list) : first

  const isLate = (known: KnownCompany, markName: string): boolean => {
    const mark = own(known.custom_attributes, markName)
    const applied = isEmpty(mark) ? Number.NEGATIVE_INFINITY : Number(mark)
    const at = companyAt ?? Number.NaN
    return !(isChange ? at >= applied : at > applied)
  }
  const write = async ({ company: sent, markName }: FittedCompany): Promise<KnownCompany> => {
    const isMarked = markName !== undefined && companyAt !== undefined
    const fillsAll = fillsOnly || (fillsUnmarked && !isMarked)
    if (!fillsAll && !fillsKnown && !isMarked) return send(companyRequest(sent))
    // A request with the id alone creates the company, or returns it unchanged.
    const known = await send(companyRequest({ company_id: sent.company_id }))
    const fills = fillsAll || fillsKnown?.(known.id) || (isMarked && isLate(known, markName))
    const marked = isMarked
      ? withAttributes(sent, { ...sent.custom_attributes, [markName]: companyAt })
      : sent
    const missing = fills ? missingFields(known, sent) : marked
    return missing ? send(companyRequest(missing)) : known
  }
  return sendWithout(company, fitted, write, dependencies)
}

/** Creates or updates a company, and attaches the contact to it, unless a newer event has said which. */
export const addCompany = async (
  company: Company,
  contact: Contact,
  dependencies: ExtrasDependencies,
): Promise<CompanyResult> => {
  const { send, isConfirmed, attaches = true } = dependencies
  // One that is attached was sent in full; one that is not may have failed.
  const fillsKnown = isConfirmed ? (id: string) => isAttached(contact.companies, id) : undefined
  const result = await upsertCompany(company, dependencies, fillsKnown)
  if (attaches && !isAttached(contact.companies, result.id)) {
    await send(attachCompanyRequest(contact.id, result.id))
  }
  return result
}
