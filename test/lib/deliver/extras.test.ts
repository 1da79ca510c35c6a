import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type SandboxIntercom, startIntercom } from '../../../sandbox/intercom/server.ts'
import type { TagIds } from '../../../src/lib/deliver/extra.ts'
import { applyExtras } from '../../../src/lib/deliver/extras.ts'
import type { Standing } from '../../../src/lib/deliver/mark.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import { createHttp } from '../../../src/lib/http.ts'
import { type ClientOptions, createClient } from '../../../src/lib/intercom/client.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import { toIntercomRequest } from '../../../src/lib/intercom/contact-request.ts'
import { createPace } from '../../../src/lib/intercom/pace.ts'
import { createListSubscriptionTypes } from '../../../src/lib/intercom/subscription-types.ts'
import type { Company, Signup } from '../../../src/lib/signup.ts'
import { createClock, type VirtualClock } from '../../support/clock.ts'
import { defaultPolicy, newcomer } from '../../support/people.ts'

let intercom: SandboxIntercom
let clock: VirtualClock
let tagIds: TagIds
let ada: Contact
const client = (more: Partial<ClientOptions> = {}) =>
  createClient({
    send: createHttp(new URL(intercom.url)),
    token: { get: async () => 'good', reread: async () => 'good' },
    version: '2.14',
    pace: createPace(clock, () => 0),
    clock,
    random: () => 0,
    remainingMs: () => 60_000,
    searchLagSeconds: 180,
    ...more,
  })

/** Reads a contact from Intercom. */
const read = async (id: string): Promise<Contact> => {
  const response = await client()(toIntercomRequest({ type: 'get', id }, '2.14'))
  if (response.type !== 'contact') throw new Error('no contact')
  return response.contact
}
const createContact = async (email: string): Promise<Contact> => {
  const create = toIntercomRequest({ type: 'create', fields: { role: 'user', email } }, '2.14')
  const response = await client()(create)
  if (response.type !== 'contact') throw new Error('not created')
  return response.contact
}
const request = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${intercom.url}${path}`, {
    method,
    headers: { accept: 'application/json', authorization: 'Bearer good' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

/** Applies a signup’s extras; returns the result, and the requests that Intercom received. */
const apply = async (
  extras: Partial<Signup>,
  contact: Contact = ada,
  {
    fillsOnly = false,
    isNew = false,
    isConfirmed = false,
    standing,
    ...options
  }: Partial<ClientOptions> & {
    fillsOnly?: boolean
    isNew?: boolean
    isConfirmed?: boolean
    standing?: Standing
  } = {},
) => {
  const before = intercom.calls().length
  const dependencies = {
    send: client(options),
    tagIds,
    listSubscriptionTypes: createListSubscriptionTypes(clock),
    fillsOnly,
    isNew,
    isConfirmed,
    ...(standing && { standing }),
    policy: { ...defaultPolicy, onExisting: 'overwrite' as const },
    isCreator: isNew,
  }
  const result = await applyExtras({ ...newcomer, ...extras }, contact, dependencies)
  const calls = intercom.calls().slice(before)
  return {
    result,
    requests: calls.map(({ method, path }) => `${method} ${path}`),
    bodies: calls.map(({ body }) => body),
  }
}
const attachRequest = (things: 'tags' | 'companies' | 'notes', contact = ada) =>
  `POST /contacts/${contact.id}/${things}`
/** The numbers of tags, companies and notes of a contact. */
const attachedCounts = ({ id }: Contact) => {
  const contact = intercom.contacts().find((candidate) => candidate.id === id)
  return {
    tags: contact?.tags.total_count,
    companies: contact?.companies.total_count,
    notes: contact?.notes.total_count,
  }
}

const company = { company_id: 'c-1', name: 'Analytical Engines', plan: 'pro' }
const allExtras = { tags: ['beta', 'vip'], companies: [company], note: 'Met at a fair' }

beforeAll(async () => {
  intercom = await startIntercom({ port: 0, access_token: 'good', now: () => clock.now() })
})
afterAll(() => intercom.close())
beforeEach(async () => {
  clock = createClock()
  intercom.reset()
  tagIds = new Map()
  ada = await createContact('ada@example.com')
})

test('applyExtras sends no request for a signup without extras', async () => {
  expect(await apply({})).toMatchObject({ result: {}, requests: [] })
  expect(await apply({ tags: [] })).toMatchObject({ result: {}, requests: [] })
})

describe('applyExtras with tags of which a change names all', () => {
  const exactTags = [{ allow: ['pro', 'team'] }, { prefix: 'src-' }]
  const tagged = async (...names: string[]): Promise<void> => {
    for (const name of names) await request('POST', '/tags', { name, users: [{ id: ada.id }] })
  }

  test('removes the others of them, whatever their case, and no more', async () => {
    await tagged('Team', 'SRC-ads', 'vip', 'src-mail')

    const { requests } = await apply(
      { event: 'updated', tags: ['Src-Mail', 'pro'], exactTags },
      ada,
      {
        standing: 'newest',
      },
    )

    expect(requests.slice(-3)).toEqual([
      `GET /contacts/${ada.id}/tags`,
      `DELETE /contacts/${ada.id}/tags/1`,
      `DELETE /contacts/${ada.id}/tags/2`,
    ])
    expect(attachedCounts(ada).tags).toBe(3)
  })

  test.each<[string, object]>([
    ['is late', { standing: 'late' }],
    ['is not known to be the newest', {}],
    ['created the contact', { standing: 'newest', isNew: true }],
  ])('removes none if the change %s', async (_title, more) => {
    await tagged('pro')

    expect(await apply({ event: 'updated', exactTags }, ada, more)).toMatchObject({ requests: [] })
  })

  test('removes none for a signup', async () => {
    await tagged('pro')

    expect(await apply({ exactTags }, ada, { standing: 'newest' })).toMatchObject({ requests: [] })
  })

  test.each(['late', 'level'] as const)(
    'adds none of them if it is %s, and the others',
    async (standing) => {
      await apply({ tags: ['pro', 'vip'], exactTags }, ada, { standing })

      expect(attachedCounts(ada).tags).toBe(1)
    },
  )

  test('takes a tag that is gone already as removed', async () => {
    await tagged('pro')
    intercom.addFault({
      method: 'DELETE',
      status: 404,
      body: { type: 'error.list', errors: [{ code: 'not_found' }] },
      count: 1,
    })

    expect(
      (await apply({ event: 'updated', exactTags }, ada, { standing: 'newest' })).result,
    ).toEqual({})
  })
})

test('applyExtras adds the tags first, then the company, and the note last', async () => {
  const { result, requests } = await apply(allExtras)

  expect(result).toEqual({})
  expect(requests).toEqual([
    'POST /tags',
    attachRequest('tags'),
    'POST /tags',
    attachRequest('tags'),
    'POST /companies',
    attachRequest('companies'),
    `GET /contacts/${ada.id}/notes`,
    attachRequest('notes'),
  ])
  expect(attachedCounts(ada)).toEqual({ tags: 2, companies: 1, notes: 1 })
})

describe('applyExtras: tag', () => {
  test('creates a tag by its name and attaches it by its id', async () => {
    const { bodies } = await apply({ tags: ['beta'] })

    expect(bodies).toEqual([{ name: 'beta' }, { id: '1' }])
    expect((await read(ada.id)).tags?.data).toMatchObject([{ type: 'tag', id: '1' }])
  })

  test('creates a tag once for two signups', async () => {
    const grace = await createContact('grace@example.com')
    await apply({ tags: ['beta'] })

    const { requests } = await apply({ tags: ['beta'] }, grace)

    expect(requests).toEqual([attachRequest('tags', grace)])
    expect(await (await request('GET', '/tags')).json()).toMatchObject({ data: [{ name: 'beta' }] })
    expect(attachedCounts(grace)).toMatchObject({ tags: 1 })
  })

  test('does not add a tag that the contact shows', async () => {
    await apply({ tags: ['beta'] })

    expect(await apply({ tags: ['beta'] }, await read(ada.id))).toMatchObject({
      result: {},
      requests: [],
    })
  })

  test('does not attach a tag that the contact shows, even if its id is not cached', async () => {
    await apply({ tags: ['beta'] })
    tagIds = new Map()

    const { requests } = await apply({ tags: ['beta'] }, await read(ada.id))

    expect(requests).toEqual(['POST /tags'])
    expect(await (await request('GET', '/tags')).json()).toMatchObject({ data: [{ name: 'beta' }] })
  })

  test('attaches a tag that a contact with many does not show, and has it once', async () => {
    const tags = Array.from({ length: 11 }, (_, index) => `tag ${index}`)
    await apply({ tags })

    const { requests } = await apply({ tags }, await read(ada.id))

    expect(requests).toEqual([attachRequest('tags')])
    expect(attachedCounts(ada)).toMatchObject({ tags: 11 })
  })

  test('creates a cached tag again, once, if it was deleted', async () => {
    tagIds.set('beta', 'deleted')

    const { result, requests } = await apply({ tags: ['beta'] })

    expect(result).toEqual({})
    expect(requests).toEqual([attachRequest('tags'), 'POST /tags', attachRequest('tags')])
    expect(tagIds.get('beta')).toBe('1')
    expect(attachedCounts(ada)).toMatchObject({ tags: 1 })
  })

  test('gives up if the tag is gone again', async () => {
    intercom.addFault({ path: '/contacts/*/tags', status: 404 })

    const { result, requests } = await apply({ tags: ['beta'] })

    expect(result.failed).toMatchObject({ code: 'extras_failed' })
    expect(requests).toEqual([
      'POST /tags',
      attachRequest('tags'),
      'POST /tags',
      attachRequest('tags'),
    ])
    expect(tagIds.has('beta')).toBe(false)
  })

  test('caches the ids of at most a thousand tags', async () => {
    for (let index = 0; index < 1_000; index += 1) tagIds.set(`tag ${index}`, String(index))

    await apply({ tags: ['beta'] })

    expect(tagIds.size).toBeLessThanOrEqual(1_000)
    expect(tagIds.get('beta')).toBe('1')
  })
})

/** Reads the company c-1 from Intercom. */
const readCompany = async (): Promise<unknown> =>
  (await request('POST', '/companies', { company_id: 'c-1' })).json()

test.each([{}, { tags: null, companies: null }, { tags: {}, companies: {} }])(
  'applyExtras adds all extras if the contact does not show what is attached: %j',
  async (attached) => {
    const { result } = await apply(allExtras, { type: 'contact', id: ada.id, ...attached })

    expect(result).toEqual({})
    expect(attachedCounts(ada)).toEqual({ tags: 2, companies: 1, notes: 1 })
  },
)

describe('applyExtras: company', () => {
  test('creates a company by its company_id and attaches it by Intercom’s id', async () => {
    const { bodies } = await apply({ companies: [company] })

    const [attached] = (await read(ada.id)).companies?.data ?? []
    expect(bodies).toEqual([company, { id: attached?.id }])
  })

  test('attaches the same company for two signups', async () => {
    const grace = await createContact('grace@example.com')
    await apply({ companies: [company] })
    await apply({ companies: [{ ...company, plan: 'free' }] }, grace)

    const [first, second] = await Promise.all([read(ada.id), read(grace.id)])

    expect(second.companies?.data?.[0]?.id).toBe(first.companies?.data?.[0]?.id)
  })

  test('updates a company that the contact shows, and does not attach it again', async () => {
    await apply({ companies: [company] })

    const { requests } = await apply({ companies: [company] }, await read(ada.id))

    expect(requests).toEqual(['POST /companies'])
  })

  test('overwrites a company for a live signup', async () => {
    await request('POST', '/companies', { ...company, name: 'By hand' })

    const { bodies } = await apply({ companies: [company] })

    expect(bodies[0]).toEqual(company)
    expect(await readCompany()).toMatchObject({ name: 'Analytical Engines' })
  })
})

describe('applyExtras: several companies', () => {
  const companies = [
    { company_id: '7', name: 'Acme' },
    { company_id: '8', name: 'Bolt', monthly_spend: 49, custom_attributes: { tier: 'gold' } },
    { company_id: '9' },
  ]
  const attached = async () =>
    Promise.all(
      companies.map(async ({ company_id }) => {
        const response = await request('POST', '/companies', { company_id })
        const { id } = (await response.json()) as { id: string }
        return (await read(ada.id)).companies?.data?.some((reference) => reference.id === id)
      }),
    )

  test('creates and attaches each, in their order', async () => {
    const { result, requests, bodies } = await apply({ companies })

    expect(result).toEqual({})
    expect(requests).toEqual(
      companies.flatMap(() => ['POST /companies', attachRequest('companies')]),
    )
    expect(bodies.filter((body) => body && 'company_id' in (body as object))).toEqual(companies)
    expect(await attached()).toEqual([true, true, true])
  })

  test('goes on after one that Intercom refuses, and names it', async () => {
    intercom.addFault({ path: '/companies', status: 400, code: 'bad_request', count: 1 })

    const { result } = await apply({ companies })

    expect(result.failed?.issues).toEqual([{ path: 'companies', reason: 'bad_request' }])
    expect(await attached()).toEqual([false, true, true])
  })
})

describe('applyExtras: company of a contact that an earlier receive created', () => {
  test('is filled if the contact shows it, whatever else the contact shows', async () => {
    await apply({ companies: [{ company_id: 'c-0' }, company] })
    const shown = await read(ada.id)

    const { bodies } = await apply({ companies: [{ ...company, size: 2 }] }, shown, {
      isConfirmed: true,
    })

    expect(bodies).toEqual([{ company_id: 'c-1' }, { company_id: 'c-1', size: 2 }])
  })

  test('is sent in full and attached if the contact shows only others', async () => {
    await apply({ companies: [{ company_id: 'c-0' }] })
    await request('POST', '/companies', { ...company, plan: 'free' })
    const shown = await read(ada.id)

    const { bodies, requests } = await apply({ companies: [company] }, shown, { isConfirmed: true })

    expect(bodies.slice(0, 2)).toEqual([{ company_id: 'c-1' }, company])
    expect(requests).toHaveLength(3)
  })
})

describe('applyExtras: company of a replay', () => {
  const complete = { ...company, website: 'https://example.com', industry: 'Machines', size: 2 }
  const fill = (wanted: Company = complete, contact = ada) =>
    apply({ companies: [wanted] }, contact, { fillsOnly: true })

  test('requests the company by its company_id alone, then fills what it lacks', async () => {
    await request('POST', '/companies', { company_id: 'c-1', name: 'By hand', size: 7 })

    const { result, requests, bodies } = await fill()

    expect(result).toEqual({})
    expect(requests).toEqual(['POST /companies', 'POST /companies', attachRequest('companies')])
    expect(bodies.slice(0, 2)).toEqual([
      { company_id: 'c-1' },
      { company_id: 'c-1', website: 'https://example.com', plan: 'pro', industry: 'Machines' },
    ])
    expect(await readCompany()).toMatchObject({ name: 'By hand', size: 7, plan: { name: 'pro' } })
  })

  test('leaves a company that lacks nothing unchanged, and attaches it', async () => {
    const existing = { ...complete, name: 'By hand', plan: 'free', size: 0 }
    await request('POST', '/companies', existing)

    const { requests, bodies } = await fill()

    expect(requests).toEqual(['POST /companies', attachRequest('companies')])
    expect(bodies[0]).toEqual({ company_id: 'c-1' })
    expect(await readCompany()).toMatchObject({ name: 'By hand', plan: { name: 'free' }, size: 0 })
  })

  test('leaves a company unchanged if the signup has only its id', async () => {
    const { requests, bodies } = await fill({ company_id: 'c-1' })

    expect(requests).toEqual(['POST /companies', attachRequest('companies')])
    expect(bodies[0]).toEqual({ company_id: 'c-1' })
  })

  test('creates a company that does not exist, with all fields', async () => {
    const { bodies } = await fill()

    expect(bodies.slice(0, 2)).toEqual([{ company_id: 'c-1' }, complete])
    expect(attachedCounts(ada)).toMatchObject({ companies: 1 })
  })

  test('treats empty texts of a company as missing', async () => {
    await request('POST', '/companies', { ...complete, name: '', plan: '' })

    const { bodies } = await fill()

    expect(bodies[1]).toEqual({ company_id: 'c-1', name: 'Analytical Engines', plan: 'pro' })
  })

  const spending = {
    ...complete,
    monthly_spend: 49,
    remote_created_at: 1_700_000_000,
    custom_attributes: { tier: 'gold', seats: 3 },
  }

  test('fills monthly_spend, remote_created_at and custom_attributes that the company lacks', async () => {
    await request('POST', '/companies', complete)

    const { bodies } = await fill(spending)

    const { monthly_spend, remote_created_at, custom_attributes } = spending
    expect(bodies[1]).toEqual({
      company_id: 'c-1',
      monthly_spend,
      remote_created_at,
      custom_attributes,
    })
    expect(await readCompany()).toMatchObject({
      monthly_spend,
      remote_created_at,
      custom_attributes,
    })
  })

  test('leaves those that it has, each custom attribute by itself', async () => {
    const byHand = { monthly_spend: 7, remote_created_at: 5, custom_attributes: { tier: 'silver' } }
    await request('POST', '/companies', { ...complete, ...byHand })

    const { bodies } = await fill(spending)

    expect(bodies[1]).toEqual({ company_id: 'c-1', custom_attributes: { seats: 3 } })
    expect(await readCompany()).toMatchObject({
      ...byHand,
      custom_attributes: { tier: 'silver', seats: 3 },
    })
  })

  test.each([0, false])('leaves a custom attribute that is %j: it has a value', async (tier) => {
    await request('POST', '/companies', { ...complete, custom_attributes: { tier } })

    const { requests } = await fill({ ...complete, custom_attributes: { tier: 'gold' } })

    expect(requests).toEqual(['POST /companies', attachRequest('companies')])
  })

  test('fills each of several companies', async () => {
    await request('POST', '/companies', { company_id: 'c-1', name: 'By hand' })
    const companies = [company, { company_id: 'c-2', name: 'Difference Engines' }]

    const { bodies } = await apply({ companies }, ada, { fillsOnly: true })

    expect(bodies).toEqual([
      { company_id: 'c-1' },
      { company_id: 'c-1', plan: 'pro' },
      { id: expect.any(String) },
      { company_id: 'c-2' },
      { company_id: 'c-2', name: 'Difference Engines' },
      { id: expect.any(String) },
    ])
  })

  test('does not attach a company that the contact shows', async () => {
    await fill()

    const { requests } = await fill(complete, await read(ada.id))

    expect(requests).toEqual(['POST /companies'])
  })
})

describe('applyExtras: note', () => {
  const note = 'Met at a fair:\n"1 < 2" & it\'s fine'
  const list = () => `GET /contacts/${ada.id}/notes`
  const addByHand = (body: string) => request('POST', `/contacts/${ada.id}/notes`, { body })

  test('is added to a new contact without a list', async () => {
    const { requests, bodies } = await apply({ note: 'Met at a fair' }, ada, { isNew: true })

    expect(requests).toEqual([attachRequest('notes')])
    expect(bodies).toEqual([{ body: '<p>Met at a fair</p>' }])
  })

  test('is added to a contact that existed after a list, and not a second time', async () => {
    const first = await apply({ note })
    const second = await apply({ note })

    expect(first.requests).toEqual([list(), attachRequest('notes')])
    expect(second).toMatchObject({ result: {}, requests: [list()] })
    expect(attachedCounts(ada)).toMatchObject({ notes: 1 })
  })

  test('of another text is added beside it', async () => {
    for (const text of [note, 'Met at a fair', `${note}!`, note, 'Met at a fair']) {
      expect((await apply({ note: text })).result).toEqual({})
    }

    expect(attachedCounts(ada)).toMatchObject({ notes: 3 })
  })

  test('that is another contact’s is added', async () => {
    await apply({ note }, await createContact('grace@example.com'))
    await apply({ note })

    expect(attachedCounts(ada)).toMatchObject({ notes: 1 })
  })

  test.each([
    '<div class="intercom"><p>Met at a fair:<br />"1 &lt; 2" &amp; it\'s fine</p></div>',
    '<p>Met&nbsp;at a fair:</p>\n<p>&quot;1 &lt; 2&quot; &amp; it&#39;s fine</p>\n',
    '<p>Met at a fair:<br>\n&#34;1 &#x3C; 2&#34; &#38; it&apos;s <b>fine</b></p>',
  ])('is not added again if Intercom changed its HTML: %s', async (html) => {
    await addByHand(html)

    expect((await apply({ note })).requests).toEqual([list()])
  })

  test('is not added again if 49 others followed it, and is if 50 did', async () => {
    await apply({ note })
    for (let count = 1; count <= 49; count += 1) await addByHand(`note ${count}`)
    expect((await apply({ note })).requests).toEqual([list()])

    await addByHand('one more')

    expect((await apply({ note })).requests).toEqual([list(), attachRequest('notes')])
  })

  test.each([
    ['403', { status: 403 }],
    ['401 token_unauthorized', { status: 401, code: 'token_unauthorized' }],
    ['404', { status: 404 }],
    ['400', { status: 400, code: 'parameter_invalid' }],
  ])('is added if Intercom refuses the list with %s', async (_name, fault) => {
    intercom.addFault({ method: 'GET', path: '/contacts/*/notes', ...fault })

    const { result } = await apply({ note })

    expect(result).toEqual({})
    expect(attachedCounts(ada)).toMatchObject({ notes: 1 })
  })

  test('of a contact that an earlier receive created is added if Intercom refuses the list and the contact shows none', async () => {
    intercom.addFault({ method: 'GET', path: '/contacts/*/notes', status: 403 })
    const shows = (...data: { id: string }[]) => ({ ...ada, notes: { data } })

    await apply({ note }, shows(), { isConfirmed: true })
    await apply({ note }, shows({ id: '1' }), { isConfirmed: true })

    expect(attachedCounts(ada)).toMatchObject({ notes: 1 })
  })

  test.each([
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['a bad token', { status: 401 }],
    ['an HTML page', { status: 200, body: 'html' }],
    ['a lost response', { lost: true }],
  ] as const)('is pending, and not added, if the list fails with %s', async (_name, fault) => {
    intercom.addFault({ method: 'GET', path: '/contacts/*/notes', ...fault })

    const { result } = await apply({ note })

    expect(result).toEqual({ pending: expect.objectContaining({ code: 'extras_unavailable' }) })
    expect(attachedCounts(ada)).toMatchObject({ notes: 0 })
  })

  test.each([
    ['the response is lost', { lost: true }],
    ['a 500 comes back', { status: 500, code: 'server_error' }],
    ['a page comes back', { status: 502, body: 'html' }],
  ] as const)('is posted once and pending if %s', async (_name, fault) => {
    intercom.addFault({ method: 'POST', path: '/contacts/*/notes', count: 1, ...fault })

    const { result, requests } = await apply({ note }, ada, { isNew: true })

    expect(requests).toEqual([attachRequest('notes')])
    expect(result).toEqual({ pending: expect.objectContaining({ code: 'extras_unavailable' }) })
    expect((await apply({ note })).result).toEqual({})
    expect(attachedCounts(ada)).toMatchObject({ notes: 1 })
  })
})

describe('applyExtras: data event', () => {
  const data_event = { event_name: 'paid', created_at: 1_734_537_000, metadata: { plan: 'pro' } }

  test('is posted last, by the contact’s id', async () => {
    const { requests, bodies } = await apply({ ...allExtras, data_event }, ada, { isNew: true })

    expect(requests.at(-1)).toBe('POST /events')
    expect(bodies.at(-1)).toEqual({ id: ada.id, ...data_event })
  })

  test('is repeated in place after an unclear response', async () => {
    intercom.addFault({ path: '/events', lost: true, count: 1 })

    const { result, requests } = await apply({ data_event })

    expect(result).toEqual({})
    expect(requests).toEqual(['POST /events', 'POST /events'])
  })

  test.each([
    [{ status: 503 }, { pending: { code: 'extras_unavailable' } }],
    [{ status: 403 }, { failed: { issues: [{ path: 'event', reason: 'api_plan_restricted' }] } }],
    [{ status: 404 }, { failed: { issues: [{ path: 'event', reason: 'not_found' }] } }],
  ])('that fails with %j is pending, or named', async (fault, expected) => {
    intercom.addFault({ path: '/events', ...fault })

    expect((await apply({ data_event })).result).toMatchObject(expected)
  })
})

describe('applyExtras: permanent errors', () => {
  test('returns extras_failed with Intercom’s code, and adds the other extras', async () => {
    intercom.addFault({ path: '/tags', status: 403 })

    const { result } = await apply(allExtras)

    expect(result.failed).toMatchObject({
      code: 'extras_failed',
      intercomStatus: 403,
      intercomCode: 'api_plan_restricted',
    })
    expect(attachedCounts(ada)).toEqual({ tags: 0, companies: 1, notes: 1 })
  })

  test.each([
    [400, 'parameter_invalid'],
    [401, 'token_unauthorized'],
    [402, 'api_plan_restricted'],
    [403, 'api_plan_restricted'],
    [404, 'company_not_found'],
    [422, 'data_invalid'],
  ])('returns extras_failed after %i %s for a company', async (status, code) => {
    intercom.addFault({ path: '/contacts/*/companies', status, code })

    const { result } = await apply(allExtras)

    expect(result.failed).toMatchObject({ code: 'extras_failed', intercomCode: code })
    expect(attachedCounts(ada)).toEqual({ tags: 2, companies: 0, notes: 1 })
  })

  test('adds the other tags after one was refused', async () => {
    intercom.addFault({ path: '/tags', status: 403, count: 1 })

    const { result } = await apply(allExtras)

    expect(result.failed).toMatchObject({ code: 'extras_failed' })
    expect(attachedCounts(ada)).toEqual({ tags: 1, companies: 1, notes: 1 })
  })

  test('returns Intercom’s code of the first of several errors', async () => {
    intercom.addFault(
      { path: '/companies', status: 403, code: 'the_first' },
      { path: '/contacts/*/notes', status: 422, code: 'the_second' },
    )

    expect((await apply(allExtras)).result).toEqual({
      failed: expect.objectContaining({ code: 'extras_failed', intercomCode: 'the_first' }),
    })
  })

  test('names every extra that Intercom refused, each once', async () => {
    intercom.addFault(
      { path: '/tags', status: 403 },
      { path: '/companies', status: 400, code: 'bad_request' },
      { path: '/contacts/*/notes', status: 422, code: 'data_invalid' },
    )

    expect((await apply(allExtras)).result.failed?.issues).toEqual([
      { path: 'tags', reason: 'api_plan_restricted' },
      { path: 'company', reason: 'bad_request' },
      { path: 'note', reason: 'data_invalid' },
    ])
  })

  test('names an extra as refused if Intercom sends no code', async () => {
    intercom.addFault({ path: '/contacts/*/tags', status: 404 })

    const { failed } = (await apply({ tags: ['beta'] })).result

    expect(failed?.issues).toEqual([{ path: 'tags', reason: 'refused' }])
  })

  test('returns extras_failed if the contact was deleted meanwhile', async () => {
    await request('DELETE', `/contacts/${ada.id}`)

    const { result, requests } = await apply(allExtras)

    expect(result.failed).toMatchObject({ code: 'extras_failed' })
    expect(requests).toContain(attachRequest('notes'))
  })
})

describe('applyExtras: temporary errors', () => {
  test.each([
    ['a 503', { status: 503 }],
    ['a 429', { status: 429 }],
    ['an HTML page', { status: 403, body: 'html' }],
    ['a bad token', { status: 401 }],
    ['a lost response', { lost: true }],
    ['a 400 service_error', { status: 400, code: 'service_error' }],
    ['a 404 rate_limit_exceeded', { status: 404, code: 'rate_limit_exceeded' }],
  ] as const)('returns extras_unavailable after %s, and adds no note', async (_name, fault) => {
    intercom.addFault({ path: '/companies', ...fault })

    const { result } = await apply(allExtras)

    expect(result).toEqual({ pending: expect.objectContaining({ code: 'extras_unavailable' }) })
    expect(attachedCounts(ada)).toMatchObject({ tags: 2, notes: 0 })
  })

  test.each(['misconfigured', 'temporarily_unavailable'] as const)(
    'returns extras_unavailable if the token cannot be read: %s',
    async (code) => {
      const token = {
        get: async () => {
          throw new BridgeError(code, 'text')
        },
        reread: async () => 'good',
      }

      expect(await apply(allExtras, ada, { token })).toMatchObject({
        result: { pending: { code: 'extras_unavailable' } },
        requests: [],
      })
    },
  )

  test.each([
    ['a redirect', { status: 307, body: 'html' }, /INTERCOM_REGION/],
    ['an unknown version', { status: 400, code: 'intercom_version_invalid' }, /INTERCOM_VERSION/],
  ] as const)(
    'returns misconfigured, and what to fix, after %s in response to any extra',
    async (_name, fault, advice) => {
      for (const path of ['/tags', '/contacts/*/tags', '/companies', '/contacts/*/notes']) {
        intercom.reset()
        tagIds.clear()
        const contact = await createContact('grace@example.com')
        intercom.addFault({ path, ...fault })

        const { result } = await apply(allExtras, contact)

        expect(result.pending).toMatchObject({ code: 'misconfigured' })
        expect(result.pending?.message).toMatch(advice)
      }
    },
  )

  test('returns extras_unavailable even after a permanent error', async () => {
    intercom.addFault({ path: '/tags', status: 403 }, { path: '/companies', status: 503 })

    const { result } = await apply(allExtras)

    expect(result).toEqual({ pending: expect.objectContaining({ code: 'extras_unavailable' }) })
  })

  test('returns extras_unavailable after an error between reading and filling a company', async () => {
    const send = client()
    let companyRequests = 0
    const result = await applyExtras({ ...newcomer, ...allExtras }, ada, {
      send: async (sent) => {
        if (sent.name === 'company') companyRequests += 1
        if (companyRequests === 2) throw new BridgeError('intercom_unavailable', 'text')
        return send(sent)
      },
      tagIds,
      listSubscriptionTypes: createListSubscriptionTypes(clock),
      fillsOnly: true,
      isNew: false,
      isConfirmed: false,
      policy: { ...defaultPolicy, onExisting: 'overwrite' as const },
      isCreator: false,
    })

    expect(result).toMatchObject({ pending: { code: 'extras_unavailable' } })
    expect(attachedCounts(ada)).toEqual({ tags: 2, companies: 0, notes: 0 })
  })

  test('keeps Intercom’s status and code in extras_unavailable', async () => {
    intercom.addFault({ path: '/companies', status: 503 })

    expect((await apply(allExtras)).result.pending).toMatchObject({
      intercomStatus: 503,
      intercomCode: 'service_unavailable',
    })
  })

  test('adds no tag or company twice when all extras are retried', async () => {
    intercom.addFault({ path: '/contacts/*/notes', status: 503, count: 3 })
    expect((await apply(allExtras)).result.pending).toMatchObject({ code: 'extras_unavailable' })

    const { result } = await apply(allExtras)

    expect(result).toEqual({})
    expect(attachedCounts(ada)).toEqual({ tags: 2, companies: 1, notes: 1 })
  })
})

test('applyExtras returns out_of_time as it is if the time is up', async () => {
  const { result } = await apply(allExtras, ada, { remainingMs: () => 5_000 })

  expect(result).toEqual({ pending: expect.objectContaining({ code: 'out_of_time' }) })
  expect(attachedCounts(ada)).toEqual({ tags: 0, companies: 0, notes: 0 })
})

test('applyExtras returns an unexpected error as pending', async () => {
  const error = new TypeError('a bug')
  const token = {
    get: async () => {
      throw error
    },
    reread: async () => 'good',
  }

  expect((await apply(allExtras, ada, { token })).result.pending).toMatchObject({
    code: 'unexpected',
    cause: error,
  })
})
