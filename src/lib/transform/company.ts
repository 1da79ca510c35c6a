import { shownKey } from '../field-names.ts'
import { isRecord, withoutUndefined } from '../json-access.ts'
import { type Company, companyKeys, type SignupInput } from '../signup.ts'
import { readAttributes } from './custom-attributes.ts'
import type { ValueReader } from './normalise-values.ts'
import { cutText, isAbsent } from './text.ts'

/** `1,200`, `1.200`, `1 200` and `1'200` with their thousands apart. */
const grouped = /^\d{1,3}(?:[,.'’ \u00a0\u202f]\d{3})+$/
const countAndMore =
  /^(\d[\d,.'’ \u00a0\u202f]*?)\s*(?:\+|(?:-|–|—|to)\s*\d[\d,.'’ \u00a0\u202f]*\+?)$/
/** The largest that Intercom stores. */
const maxSpend = 2_147_483_647

const readCount = (text: string): number | undefined => {
  if (grouped.test(text)) return Number(text.replace(/\D/g, ''))
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** A number of people: a whole number, also with its thousands apart; of a range the lower bound. */
const readSize = (reader: ValueReader, path: string, value: unknown): number | undefined => {
  if (typeof value !== 'string' || value.length > 64) return reader.integer(path, value)
  const text = value.trim().replace(/\s*(?:employees|people)$/i, '')
  const count = readCount(text)
  if (count !== undefined) return count
  const lower = readCount(countAndMore.exec(text)?.[1] ?? '')
  if (lower === undefined) return reader.integer(path, value)
  reader.leaveOut(path, 'number_cut')
  return lower
}

/**
 * What a company pays: Intercom stores a whole number, and cuts a fraction itself.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/createorupdatecompany
 */
const readSpend = (reader: ValueReader, path: string, value: unknown): number | undefined => {
  if (isAbsent(value)) return undefined
  const text = typeof value === 'string' ? value.trim() : ''
  const isGrouped = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text)
  const isText = isGrouped || /^-?\d+(?:\.\d+)?$/.test(text)
  const spend = isText ? Number(text.replaceAll(',', '')) : value
  if (typeof spend !== 'number' || !(Math.abs(spend) <= maxSpend)) {
    return reader.leaveOut(path, 'number_invalid')
  }
  if (!Number.isInteger(spend)) reader.leaveOut(path, 'number_cut')
  return Math.trunc(spend)
}

/** The id of a company that is known by its name alone: the same for the same name. */
const idOfName = (name: string): string =>
  cutText(`name:${name.replace(/\s+/g, ' ').toLowerCase()}`)

const readCompany = (reader: ValueReader, path: string, input: unknown): Company | undefined => {
  if (isAbsent(input)) return undefined
  if (!isRecord(input)) return reader.leaveOut(path, 'company_without_id')
  for (const key of Object.keys(input)) {
    if (!companyKeys.has(key)) reader.leaveOut(`${path}.${shownKey(key)}`, 'field_unknown')
  }
  const at = (field: string) => `${path}.${field}`
  const hasOwnTime = !isAbsent(input.remote_created_at)
  if (hasOwnTime && !isAbsent(input.created_at)) reader.leaveOut(at('created_at'), 'field_unknown')
  const id = reader.id(at('company_id'), input.company_id)
  const rest = withoutUndefined({
    name: reader.name(at('name'), input.name),
    website: reader.name(at('website'), input.website),
    plan: reader.name(at('plan'), input.plan),
    industry: reader.name(at('industry'), input.industry),
    size: readSize(reader, at('size'), input.size),
    monthly_spend: readSpend(reader, at('monthly_spend'), input.monthly_spend),
    remote_created_at: hasOwnTime
      ? reader.time(at('remote_created_at'), input.remote_created_at)
      : reader.time(at('created_at'), input.created_at),
    custom_attributes: readAttributes(reader, at('custom_attributes'), input.custom_attributes),
  })
  const company_id = id ?? (rest.name && idOfName(rest.name))
  if (company_id !== undefined) return { company_id, ...rest }
  return Object.keys(rest).length === 0 ? undefined : reader.leaveOut(path, 'company_without_id')
}

/** The path of a company, or of an id, that was left out: which company is meant is not known. */
const unreadPath = /^compan(?:y|ies(?:\.\d+)?)(?:\.company_id)?$/

/** Whether a company that was given could not be read. */
export const hasUnreadCompany = ({ leftOut }: ValueReader): true | undefined =>
  leftOut.some(({ path }) => unreadPath.test(path)) || undefined

/** Reads `company`, then `companies`: one, or several. An empty list says that there is none. */
export const readCompanies = (
  reader: ValueReader,
  { company, companies }: Pick<SignupInput, 'company' | 'companies'>,
): Company[] | undefined => {
  const others: readonly unknown[] = Array.isArray(companies) ? companies : [companies]
  const read = [
    readCompany(reader, 'company', company),
    ...others.map((input, index) =>
      readCompany(reader, Array.isArray(companies) ? `companies.${index}` : 'companies', input),
    ),
  ].filter((each) => each !== undefined)
  const saysNone = isAbsent(company) && Array.isArray(companies) && companies.length === 0
  return read.length === 0 && !saysNone ? undefined : read
}
