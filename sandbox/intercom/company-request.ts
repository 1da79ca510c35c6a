import { isRecord } from '../../src/lib/json-access.ts'
import { badParameter, type Refusal } from './refusal.ts'

/**
 * What Create or update a company takes.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/createorupdatecompany
 */
export type CompanyRequest = {
  readonly company_id?: string
  readonly name?: string
  readonly plan?: string
  readonly size?: number
  readonly website?: string
  readonly industry?: string
  readonly remote_created_at?: number
  readonly monthly_spend?: number
  readonly custom_attributes?: Readonly<Record<string, unknown>>
}

const maxMonthlySpend = 2 ** 31 - 1
const isText = (value: unknown): boolean => typeof value === 'string'

const checks: { readonly [field in keyof Required<CompanyRequest>]: (value: unknown) => boolean } =
  {
    company_id: isText,
    name: isText,
    plan: isText,
    size: Number.isInteger,
    website: isText,
    industry: isText,
    remote_created_at: Number.isInteger,
    monthly_spend: (value) => typeof value === 'number' && value <= maxMonthlySpend,
    custom_attributes: isRecord,
  }

/** The first field that Intercom does not know or not take so. */
const wrongField = (body: Readonly<Record<string, unknown>>): string | undefined => {
  for (const [field, value] of Object.entries(body)) {
    const is = Object.entries(checks).find(([known]) => known === field)?.[1]
    if (!is?.(value)) return field
  }
  return body.company_id || body.name ? undefined : 'company_id'
}

const isCompanyRequest = (body: Readonly<Record<string, unknown>>): body is CompanyRequest =>
  wrongField(body) === undefined

/** Reads a request; `null` is as good as left out. */
export const readCompanyRequest = (body: unknown): CompanyRequest | Refusal => {
  const given = isRecord(body)
    ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
    : {}
  return isCompanyRequest(given) ? given : badParameter(wrongField(given) ?? 'company_id')
}
