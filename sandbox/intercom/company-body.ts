import { isRecord } from '../../src/lib/json-access.ts'
import { type ApiError, badParameter } from './api-error.ts'

/**
 * The body of Create or update a company.
 * https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/createorupdatecompany
 */
export type CompanyBody = {
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
const isString = (value: unknown): boolean => typeof value === 'string'

const checks: { readonly [field in keyof Required<CompanyBody>]: (value: unknown) => boolean } = {
  company_id: isString,
  name: isString,
  plan: isString,
  size: Number.isInteger,
  website: isString,
  industry: isString,
  remote_created_at: Number.isInteger,
  monthly_spend: (value) => typeof value === 'number' && value <= maxMonthlySpend,
  custom_attributes: isRecord,
}

/** Returns the first field that Intercom does not know or rejects, or undefined. */
const invalidField = (body: Readonly<Record<string, unknown>>): string | undefined => {
  for (const [field, value] of Object.entries(body)) {
    const isValid = Object.entries(checks).find(([known]) => known === field)?.[1]
    if (!isValid?.(value)) return field
  }
  return body.company_id || body.name ? undefined : 'company_id'
}

const isCompanyBody = (body: Readonly<Record<string, unknown>>): body is CompanyBody =>
  invalidField(body) === undefined

/** Reads the body of Create or update a company. A field with `null` counts as absent. */
export const readCompanyBody = (json: unknown): CompanyBody | ApiError => {
  const body = isRecord(json)
    ? Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
    : {}
  return isCompanyBody(body) ? body : badParameter(invalidField(body) ?? 'company_id')
}
