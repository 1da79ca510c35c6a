import { describe, expect, test } from 'vitest'
import {
  attachCompanyRequest,
  attachTagRequest,
  companyRequest,
  noteRequest,
  tagRequest,
} from '../../../src/lib/intercom/extra-requests.ts'
import type { IntercomRequest, IntercomResponse } from '../../../src/lib/intercom/request.ts'

const id = '6762f0dd1bb69f9f2193bb83'
const company = { company_id: 'c-1', name: 'Analytical Engines', size: 2 }
const answered = (status: number, body: unknown): IntercomResponse => ({
  status,
  headers: {},
  body,
})
const notFound = { type: 'error.list', errors: [{ code: 'not_found', message: 'x' }] }

const calls: [string, IntercomRequest<unknown>][] = [
  ['tag', tagRequest('beta')],
  ['attach_tag', attachTagRequest(id, '7')],
  ['company', companyRequest(company)],
  ['attach_company', attachCompanyRequest(id, '8')],
  ['note', noteRequest(id, 'Hello')],
]

describe('a request', () => {
  test.each<[string, IntercomRequest<unknown>, string, object]>([
    ['tag', tagRequest('beta'), '/tags', { name: 'beta' }],
    ['attach_tag', attachTagRequest(id, '7'), `/contacts/${id}/tags`, { id: '7' }],
    ['company', companyRequest(company), '/companies', company],
    ['attach_company', attachCompanyRequest(id, '8'), `/contacts/${id}/companies`, { id: '8' }],
    ['note', noteRequest(id, 'Hello'), `/contacts/${id}/notes`, { body: 'Hello' }],
  ])('to %s is as the reference says', (name, call, path, body) => {
    expect(call).toMatchObject({ name, method: 'POST', path, repeatable: true })
    expect(JSON.parse(call.body ?? '')).toEqual(body)
  })

  test.each([
    ['/contacts/a%2Fb/tags', attachTagRequest('a/b', '7')],
    ['/contacts/a%2Fb/companies', attachCompanyRequest('a/b', '8')],
    ['/contacts/a%2Fb/notes', noteRequest('a/b', 'Hello')],
  ])('keeps the contact’s id in its place: %s', (path, call) => {
    expect(call.path).toBe(path)
  })
})

/** Whatever success Intercom calls it. */
describe.each([200, 201, 202])('a %i', (status) => {
  test('to tag gives the id', () => {
    const body = { type: 'tag', id: '7', name: 'beta' }

    expect(tagRequest('beta').read(answered(status, body))).toBe('7')
  })

  test('to company gives the company as Intercom has it', () => {
    const known = {
      type: 'company',
      id: '7',
      company_id: 'c-1',
      name: 'Analytical Engines',
      website: 'https://example.com',
      industry: 'Machines',
      size: 2,
      plan: { type: 'plan', id: '1', name: 'pro' },
      a_field_of_tomorrow: { x: 1 },
    }

    expect(companyRequest(company).read(answered(status, known))).toEqual(known)
  })

  test.each([
    [{}, {}],
    [
      { name: null, size: null, plan: null },
      { name: null, size: null, plan: null },
    ],
    [{ name: 5, website: [], size: 'two', plan: 'pro' }, {}],
    [{ size: 2.5, plan: { name: 5 } }, { plan: {} }],
  ])('to company needs its id alone, and takes a field of another type for none: %j', (odd, as) => {
    const known = companyRequest(company).read(answered(status, { id: '7', ...odd }))

    expect(JSON.parse(JSON.stringify(known))).toEqual({ id: '7', ...as })
  })

  test.each([tagRequest('beta'), companyRequest(company)])(
    'to $name without an id decides nothing',
    (call) => {
      const bodies = [undefined, null, {}, { id: '' }, { id: 7 }, []]

      expect(bodies.map((body) => call.read(answered(status, body)))).toEqual(
        bodies.map(() => undefined),
      )
    },
  )

  test.each([attachTagRequest(id, '7'), attachCompanyRequest(id, '8'), noteRequest(id, 'Hello')])(
    'to $name says that it is done',
    (call) => {
      expect(call.read(answered(status, { type: 'any' }))).toBe(true)
    },
  )
})

describe('a 404', () => {
  test('to attach_tag says that the tag, or the contact, is gone', () => {
    expect(attachTagRequest(id, '7').read(answered(404, notFound))).toBe('gone')
  })

  test('that is a page decides nothing', () => {
    expect(attachTagRequest(id, '7').read(answered(404, undefined))).toBeUndefined()
  })

  test.each(calls.filter(([name]) => name !== 'attach_tag'))(
    'to %s decides nothing',
    (_name, call) => {
      expect(call.read(answered(404, notFound))).toBeUndefined()
    },
  )
})

describe.each(calls)('to %s', (_name, call) => {
  test.each([400, 401, 403, 409, 422, 429, 500, 503])('a %i decides nothing', (status) => {
    expect(call.read(answered(status, { id: '7', errors: [{ code: 'x' }] }))).toBeUndefined()
  })
})
