import { describe, expect, test } from 'vitest'
import {
  attachCompanyRequest,
  attachTagRequest,
  companyRequest,
  detachCompanyRequest,
  eventRequest,
  listCompaniesRequest,
  listNotesRequest,
  noteRequest,
  tagRequest,
} from '../../../src/lib/intercom/extra-requests.ts'
import type { IntercomRequest, IntercomResponse } from '../../../src/lib/intercom/request-types.ts'

const id = '6762f0dd1bb69f9f2193bb83'
const company = { company_id: 'c-1', name: 'Analytical Engines', size: 2 }
const event = { event_name: 'paid', created_at: 1_734_537_000, metadata: { plan: 'pro' } }
const responseOf = (status: number, body: unknown): IntercomResponse => ({
  status,
  headers: {},
  body,
})
const notFound = { type: 'error.list', errors: [{ code: 'not_found', message: 'x' }] }

const requests: [string, IntercomRequest<unknown>][] = [
  ['tag', tagRequest('beta')],
  ['attach_tag', attachTagRequest(id, '7')],
  ['company', companyRequest(company)],
  ['attach_company', attachCompanyRequest(id, '8')],
  ['note', noteRequest(id, 'Hello')],
  ['list_notes', listNotesRequest(id)],
  ['event', eventRequest(id, event)],
]

describe('a request for an extra', () => {
  test.each<[string, IntercomRequest<unknown>, string, object]>([
    ['tag', tagRequest('beta'), '/tags', { name: 'beta' }],
    ['attach_tag', attachTagRequest(id, '7'), `/contacts/${id}/tags`, { id: '7' }],
    ['company', companyRequest(company), '/companies', company],
    ['attach_company', attachCompanyRequest(id, '8'), `/contacts/${id}/companies`, { id: '8' }],
    [
      'note',
      noteRequest(id, '1 < 2\nHello'),
      `/contacts/${id}/notes`,
      { body: '<p>1 &lt; 2<br>Hello</p>' },
    ],
    ['event', eventRequest(id, event), '/events', { id, ...event }],
  ])('to %s has the path and body of the API reference', (name, request, path, body) => {
    // A second note would be there twice; the others are idempotent.
    expect(request).toMatchObject({ name, method: 'POST', path, repeatable: name !== 'note' })
    expect(JSON.parse(request.body ?? '')).toEqual(body)
  })

  test.each([
    ['/contacts/a%2Fb/tags', attachTagRequest('a/b', '7')],
    ['/contacts/a%2Fb/companies', attachCompanyRequest('a/b', '8')],
    ['/contacts/a%2Fb/notes', noteRequest('a/b', 'Hello')],
    ['/contacts/a%2Fb/notes', listNotesRequest('a/b')],
  ])('encodes the id of the contact: %s', (path, request) => {
    expect(request.path).toBe(path)
  })
})

describe.each([200, 201, 202])('a %i response', (status) => {
  test('to tag is read as the id', () => {
    const body = { type: 'tag', id: '7', name: 'beta' }

    expect(tagRequest('beta').read(responseOf(status, body))).toBe('7')
  })

  test('to company is read as the company in Intercom', () => {
    const known = {
      type: 'company',
      id: '7',
      company_id: 'c-1',
      name: 'Analytical Engines',
      website: 'https://example.com',
      industry: 'Machines',
      size: 2,
      plan: { type: 'plan', id: '1', name: 'pro' },
      monthly_spend: 49,
      remote_created_at: 1_700_000_000,
      custom_attributes: { tier: 'gold' },
      a_field_of_tomorrow: { x: 1 },
    }

    expect(companyRequest(company).read(responseOf(status, known))).toEqual(known)
  })

  test.each([
    [{}, {}],
    [
      { name: null, size: null, plan: null },
      { name: null, size: null, plan: null },
    ],
    [{ name: 5, website: [], size: 'two', plan: 'pro' }, {}],
    [{ size: 2.5, plan: { name: 5 } }, { plan: {} }],
    [{ monthly_spend: '49', remote_created_at: 'now', custom_attributes: [] }, {}],
  ])(
    'to company requires only an id, and reads a field of another type as absent: %j',
    (fields, expected) => {
      const known = companyRequest(company).read(responseOf(status, { id: '7', ...fields }))

      expect(JSON.parse(JSON.stringify(known))).toEqual({ id: '7', ...expected })
    },
  )

  test.each([tagRequest('beta'), companyRequest(company)])(
    'to $name without an id has no result',
    (request) => {
      const bodies = [undefined, null, {}, { id: '' }, { id: 7 }, []]

      expect(bodies.map((body) => request.read(responseOf(status, body)))).toEqual(
        bodies.map(() => undefined),
      )
    },
  )

  test.each([attachTagRequest(id, '7'), attachCompanyRequest(id, '8'), noteRequest(id, 'Hello')])(
    'to $name is read as true',
    (request) => {
      expect(request.read(responseOf(status, { type: 'any' }))).toBe(true)
    },
  )
})

describe('a data event', () => {
  const readAs = (status: number, contentType?: string, body?: unknown) =>
    eventRequest(id, event).read({
      status,
      headers: { ...(contentType && { 'content-type': contentType }) },
      body,
    })

  test.each([200, 202, 204])('is accepted by a %i with an empty body', (status) => {
    expect(readAs(status)).toBe(true)
    expect(readAs(status, 'application/json; charset=utf-8')).toBe(true)
  })

  test('is not accepted by the page of a gateway', () => {
    expect(readAs(200, 'text/html; charset=utf-8')).toBeUndefined()
    expect(readAs(502)).toBeUndefined()
  })
})

describe('the list of notes', () => {
  const listed = (body: unknown) => listNotesRequest(id).read(responseOf(200, body))

  test('is requested without a query: the newest 50 are the default', () => {
    expect(listNotesRequest(id)).toMatchObject({
      method: 'GET',
      path: `/contacts/${id}/notes`,
      repeatable: true,
    })
  })

  test('is read as the HTML of each', () => {
    const note = { type: 'note', id: '2', created_at: 1_734_537_390, author: null }
    const data = [{ ...note, body: '<p>Hello</p>' }, { ...note, body: null }, note]

    expect(listed({ type: 'list', data, total_count: 3 })).toEqual(['<p>Hello</p>', '', ''])
  })

  test.each([{ type: 'list' }, { data: null }, { data: 'x' }, { data: [7] }])(
    'of another shape is empty: %j',
    (body) => {
      expect(listed(body)).toEqual([])
    },
  )

  test.each([undefined, null, 'x'])('has no result if the body is %j', (body) => {
    expect(listed(body)).toBeUndefined()
  })
})

describe('the list of a contact’s companies', () => {
  const listed = (body: unknown) => listCompaniesRequest(id).read(responseOf(200, body))
  const company = { type: 'company', id: '7', company_id: 'c-1', name: 'Engines' }

  test('is requested without a query, then with the query of the link to the next page', () => {
    const path = `/contacts/${id}/companies`

    expect(listCompaniesRequest(id)).toMatchObject({ method: 'GET', path, repeatable: true })
    expect(listCompaniesRequest(id, '?page=2').path).toBe(`${path}?page=2`)
  })

  test.each([
    ['https://api.intercom.io/contacts/1/companies?page=2&per_page=50', '?page=2&per_page=50'],
    ['https://elsewhere.example/x?page=2', '?page=2'],
    ['/contacts/1/companies?page=2', '?page=2'],
    ['https://api.intercom.io/contacts/1/companies', undefined],
    ['', undefined],
    [null, undefined],
    [7, undefined],
  ])('with the link %j to the next page has the query %j', (link, next) => {
    const body = { type: 'list', data: [company], pages: { type: 'pages', next: link } }

    expect(listed(body)).toEqual({ companies: [company], next })
  })

  test('may be named as in the schema of the description', () => {
    expect(listed({ type: 'list', companies: [company] })).toMatchObject({ companies: [company] })
  })

  test.each([{}, { data: null }, { data: [{}] }, { data: [{ id: '' }] }, null, 'x'])(
    'has no result if the body is %j',
    (body) => {
      expect(listed(body)).toBeUndefined()
    },
  )
})

describe('a request to detach a company', () => {
  const request = detachCompanyRequest(id, '8')

  test('has the path of the API reference, its ids encoded', () => {
    expect(request).toMatchObject({ method: 'DELETE', repeatable: true })
    expect(request.path).toBe(`/contacts/${id}/companies/8`)
    expect(detachCompanyRequest('a/b', 'c/d').path).toBe('/contacts/a%2Fb/companies/c%2Fd')
  })

  test.each([
    [200, { type: 'company' }, true],
    [404, notFound, true],
    [404, undefined, undefined],
    [400, notFound, undefined],
    [500, notFound, undefined],
  ])('after a %i with %j is %j', (status, body, result) => {
    expect(request.read(responseOf(status, body))).toBe(result)
  })
})

describe('a 404 response', () => {
  test('to attach_tag is read as `gone`', () => {
    expect(attachTagRequest(id, '7').read(responseOf(404, notFound))).toBe('gone')
  })

  test('to attach_tag has no result if it is HTML', () => {
    expect(attachTagRequest(id, '7').read(responseOf(404, undefined))).toBeUndefined()
  })

  test.each(requests.filter(([name]) => name !== 'attach_tag'))(
    'to %s has no result',
    (_name, request) => {
      expect(request.read(responseOf(404, notFound))).toBeUndefined()
    },
  )
})

describe.each(requests)('a request to %s', (_name, request) => {
  test.each([400, 401, 403, 409, 422, 429, 500, 503])('has no result after a %i', (status) => {
    expect(request.read(responseOf(status, { id: '7', errors: [{ code: 'x' }] }))).toBeUndefined()
  })
})
