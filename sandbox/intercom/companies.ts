import type { CompanyRequest } from './company-request.ts'
import { workspaceId } from './contact-view.ts'
import { createLinks } from './links.ts'
import { createObjectId } from './object-id.ts'
import { type Refusal, refusals } from './refusal.ts'
import { toUnixSeconds } from './unix-time.ts'

type Company = CompanyRequest & {
  readonly id: string
  readonly company_id: string
  readonly created_at: number
  readonly updated_at: number
}

/** The workspace's companies, each with a `company_id` of its own that never changes. */
export const createCompanies = (now: () => number) => {
  const byId = new Map<string, Company>()
  const idByCompanyId = new Map<string, string>()
  const planIds = new Map<string, string>()
  const links = createLinks()

  const planOf = (name: string | undefined): object => {
    if (!name) return {}
    const id = planIds.get(name) ?? String(planIds.size + 1)
    planIds.set(name, id)
    return { type: 'plan', id, name }
  }
  /** As the reference shows it: what a company does not have is left out, it has no nulls. */
  const view = ({ plan, monthly_spend = 0, custom_attributes = {}, ...company }: Company) => ({
    type: 'company',
    ...company,
    app_id: workspaceId,
    plan: planOf(plan),
    monthly_spend: Math.trunc(monthly_spend),
    session_count: 0,
    user_count: links.count(company.id),
    tags: { type: 'tag.list', tags: [] },
    segments: { type: 'segment.list', segments: [] },
    custom_attributes,
  })

  return {
    /** Updates the company of that `company_id`, or makes it. */
    upsert: (request: CompanyRequest): object => {
      const nowMs = now()
      const known = byId.get(idByCompanyId.get(request.company_id ?? '') ?? '')
      const id = known?.id ?? createObjectId(nowMs)
      const company: Company = {
        created_at: toUnixSeconds(nowMs),
        ...known,
        ...request,
        id,
        company_id: known?.company_id ?? (request.company_id || id),
        updated_at: toUnixSeconds(nowMs),
        custom_attributes: { ...known?.custom_attributes, ...request.custom_attributes },
      }
      byId.set(id, company)
      idByCompanyId.set(company.company_id, id)
      return view(company)
    },
    attach: (contactId: string, companyId: string): object | Refusal => {
      const company = byId.get(companyId)
      if (!company) return refusals.companyNotFound
      links.add(contactId, companyId, toUnixSeconds(now()))
      return view(company)
    },
    of: links.of,
    move: links.move,
    clear: (): void => {
      byId.clear()
      idByCompanyId.clear()
      planIds.clear()
      links.clear()
    },
  }
}
