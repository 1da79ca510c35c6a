import { describe, expect, test } from 'vitest'
import { detachCompanies } from '../../../src/lib/deliver/detach-companies.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import type { AttachedCompany } from '../../../src/lib/intercom/extra-requests.ts'
import type { SendRequest } from '../../../src/lib/intercom/request-types.ts'
import { contact } from '../../support/people.ts'

/** Detaches a contact with these pages of companies; returns the requests. */
const requestsFor = async (
  companies: Contact['companies'],
  pages: readonly (readonly AttachedCompany[])[],
  over: readonly string[],
  keptIds?: readonly string[],
) => {
  const requests: string[] = []
  let page = 0
  const send: SendRequest = async ({ method, path, read }) => {
    requests.push(`${method} ${path}`)
    if (method === 'DELETE') return true as never
    const next = page + 1 < pages.length ? `https://x.example/y?page=${page + 2}` : null
    const body = { data: pages[page], pages: { next } }
    page += 1
    const result = read({ status: 200, headers: {}, body })
    if (result === undefined) throw new Error('unreadable')
    return result
  }
  await detachCompanies(contact('1', { companies }), (id) => over.includes(id), send, keptIds)
  return requests
}

const list = 'GET /contacts/1/companies'
const a = { id: 'A', company_id: 'a' }
const b = { id: 'B', company_id: 'b' }
const shows = (...companies: { id: string }[]) => ({
  data: companies,
  total_count: companies.length,
  has_more: false,
})

describe('detachCompanies', () => {
  test('detaches by Intercom’s id what is over by its company_id', async () => {
    expect(await requestsFor(shows(a, b), [[a, b]], ['b'])).toEqual([
      list,
      'DELETE /contacts/1/companies/B',
    ])
  })

  test('lists every page before it detaches, since a page moves up', async () => {
    expect(await requestsFor(shows(a, b), [[a], [b]], ['a', 'b'])).toEqual([
      list,
      `${list}?page=2`,
      'DELETE /contacts/1/companies/A',
      'DELETE /contacts/1/companies/B',
    ])
  })

  test('leaves a company without a company_id', async () => {
    const { id } = a

    expect(await requestsFor(shows(a), [[{ id }, { id, company_id: null }]], ['a'])).toEqual([list])
  })

  test('reads at most the 1,000 companies that a contact may have', async () => {
    const pages = Array.from({ length: 30 }, () => [a])

    expect(await requestsFor(shows(a), pages, [])).toHaveLength(20)
  })

  test.each([
    ['it shows none', shows(), []],
    ['it shows those that stay', shows(a, b), ['B', 'A']],
  ])('sends nothing if %s', async (_title, companies, keptIds) => {
    expect(await requestsFor(companies, [[a, b]], ['a'], keptIds)).toEqual([])
  })

  test.each([
    ['it shows another', shows(a, b), ['A']],
    ['it has more', { ...shows(a), has_more: true }, ['A']],
    ['it counts more', { ...shows(a), total_count: 2 }, ['A']],
    ['it shows nothing', undefined, ['A']],
    ['its list is null', { data: null }, ['A']],
  ])('lists the companies if %s', async (_title, companies, keptIds) => {
    expect(await requestsFor(companies, [[a, b]], [], keptIds)).toEqual([list])
  })
})
