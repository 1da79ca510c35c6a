import { type ApiError, apiErrors } from './api-error.ts'
import type { CompanyBody } from './company-body.ts'
import { workspaceId } from './contact-view.ts'
import { createLinks } from './links.ts'
import { createObjectId } from './object-id.ts'
import { toUnixSeconds } from './unix-time.ts'

type Company = CompanyBody & {
  readonly id: string
  readonly company_id: string
  readonly created_at: number
  readonly updated_at: number
}

/** A page of Intercom's list of a contact's companies. */
const perPage = 50

/** Keeps the workspace's companies, each with a unique `company_id` that never changes. */
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
  /** A company as in Intercom's responses: absent fields are left out, never null. */
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
    /** Updates the company with that `company_id`, or creates it. */
    upsert: (body: CompanyBody): object => {
      const nowMs = now()
      const existing = byId.get(idByCompanyId.get(body.company_id ?? '') ?? '')
      const id = existing?.id ?? createObjectId(nowMs)
      const company: Company = {
        created_at: toUnixSeconds(nowMs),
        ...existing,
        ...body,
        id,
        company_id: existing?.company_id ?? (body.company_id || id),
        updated_at: toUnixSeconds(nowMs),
        custom_attributes: { ...existing?.custom_attributes, ...body.custom_attributes },
      }
      byId.set(id, company)
      idByCompanyId.set(company.company_id, id)
      return view(company)
    },
    attach: (contactId: string, companyId: string): object | ApiError => {
      const company = byId.get(companyId)
      if (!company) return apiErrors.companyNotFound
      links.add(contactId, companyId, toUnixSeconds(now()))
      return view(company)
    },
    /** Handles `GET /contacts/{id}/companies`. */
    list: (contactId: string, page: number): object => {
      const total_pages = Math.max(1, Math.ceil(links.of(contactId).length / perPage))
      const next = `https://api.intercom.io/contacts/${contactId}/companies?page=${page + 1}`
      const attached = links.of(contactId).flatMap((id) => byId.get(id) ?? [])
      return {
        type: 'list',
        data: attached.slice((page - 1) * perPage, page * perPage).map((company) => ({
          ...view(company),
          last_request_at: company.updated_at,
        })),
        pages: {
          type: 'pages',
          next: page < total_pages ? next : null,
          page,
          per_page: perPage,
          total_pages,
        },
        total_count: attached.length,
      }
    },
    /** Handles `DELETE /contacts/{id}/companies/{id}`. */
    detach: (contactId: string, companyId: string): object | ApiError => {
      const company = byId.get(companyId)
      const wasAttached = links.remove(contactId, companyId) !== undefined
      return company && wasAttached ? view(company) : apiErrors.companyNotFound
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
