import type { Contact } from '../intercom/contact.ts'
import {
  type AttachedCompany,
  type CompanyPage,
  detachCompanyRequest,
  listCompaniesRequest,
} from '../intercom/extra-requests.ts'
import type { SendRequest } from '../intercom/request-types.ts'

/** A contact has at most 1,000 companies, 50 a page. */
const maxPages = 20

/** Whether a contact shows that it has no other companies than these, by Intercom's ids. */
const hasNoOthers = ({ companies }: Contact, ids: readonly (string | undefined)[]): boolean =>
  companies?.data !== undefined &&
  companies.data !== null &&
  companies.has_more !== true &&
  (companies.total_count ?? companies.data.length) <= companies.data.length &&
  companies.data.every(({ id }) => ids.includes(id ?? undefined))

/**
 * Detaches a contact from the companies that are over. The contact shows ten companies at most, and
 * only Intercom's ids, so they are listed first, unless it shows that there is nothing to do.
 *
 * @param isOver by the `company_id`
 * @param keptIds Intercom's ids of companies that are known to stay
 */
export const detachCompanies = async (
  contact: Contact,
  isOver: (company_id: string) => boolean,
  send: SendRequest,
  keptIds: readonly string[] = [],
): Promise<void> => {
  if (hasNoOthers(contact, keptIds)) return
  const attached: AttachedCompany[] = []
  let query: string | undefined = ''
  for (let page = 1; query !== undefined && page <= maxPages; page += 1) {
    const listed: CompanyPage = await send(listCompaniesRequest(contact.id, query))
    attached.push(...listed.companies)
    query = listed.next
  }
  for (const { id, company_id } of attached) {
    if (company_id && isOver(company_id)) await send(detachCompanyRequest(contact.id, id))
  }
}
