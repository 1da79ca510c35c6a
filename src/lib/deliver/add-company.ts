import type { Contact } from '../intercom/contact.ts'
import {
  attachCompanyRequest,
  companyRequest,
  type KnownCompany,
} from '../intercom/extra-requests.ts'
import { isEmpty, own } from '../json-access.ts'
import { type Company, companyFieldNames } from '../signup.ts'
import { type ExtrasDependencies, isAttached } from './extra.ts'

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

/** Creates or updates a company, and attaches the contact to it. */
export const addCompany = async (
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
