import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type SandboxIntercom, startIntercom } from '../../../sandbox/intercom/server.ts'
import { applyExtras, type TagIds } from '../../../src/lib/deliver/extras.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import { createHttp } from '../../../src/lib/http.ts'
import { type ClientOptions, createClient } from '../../../src/lib/intercom/client.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import { toIntercomRequest } from '../../../src/lib/intercom/contact-request.ts'
import { createPace } from '../../../src/lib/intercom/pace.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { createClock, type VirtualClock } from '../../support/clock.ts'
import { newcomer } from '../../support/people.ts'

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
    ...more,
  })

/** A contact as Intercom answers it now. */
const read = async (id: string): Promise<Contact> => {
  const answer = await client()(toIntercomRequest({ type: 'get', id }, '2.14'))
  if (answer.type !== 'contact') throw new Error('no contact')
  return answer.contact
}
const create = async (email: string): Promise<Contact> => {
  const call = toIntercomRequest({ type: 'create', fields: { role: 'user', email } }, '2.14')
  const answer = await client()(call)
  if (answer.type !== 'contact') throw new Error('not created')
  return answer.contact
}
const sent = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${intercom.url}${path}`, {
    method,
    headers: { accept: 'application/json', authorization: 'Bearer good' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

/** Gives a signup’s extras, and tells what Intercom was asked for it. */
const give = async (
  extras: Partial<Signup>,
  contact: Contact = ada,
  { fillsOnly = false, ...options }: Partial<ClientOptions> & { fillsOnly?: boolean } = {},
) => {
  const before = intercom.calls().length
  const dependencies = { send: client(options), tagIds, fillsOnly }
  const given = await applyExtras({ ...newcomer, ...extras }, contact, dependencies)
  const calls = intercom.calls().slice(before)
  return { given, calls, asked: calls.map(({ method, path }) => `${method} ${path}`) }
}
const attach = (things: 'tags' | 'companies' | 'notes', contact = ada) =>
  `POST /contacts/${contact.id}/${things}`
/** How many of each a contact has. */
const tiesOf = ({ id }: Contact) => {
  const contact = intercom.contacts().find((each) => each.id === id)
  return {
    tags: contact?.tags.total_count,
    companies: contact?.companies.total_count,
    notes: contact?.notes.total_count,
  }
}

const company = { company_id: 'c-1', name: 'Analytical Engines', plan: 'pro' }
const all = { tags: ['beta', 'vip'], company, note: 'Met at a fair' }

beforeAll(async () => {
  intercom = await startIntercom({ port: 0, access_token: 'good', now: () => clock.now() })
})
afterAll(() => intercom.close())
beforeEach(async () => {
  clock = createClock()
  intercom.reset()
  tagIds = new Map()
  ada = await create('ada@example.com')
})

test('a signup that brings nothing asks for nothing', async () => {
  expect(await give({})).toMatchObject({ given: {}, asked: [] })
  expect(await give({ tags: [] })).toMatchObject({ given: {}, asked: [] })
})

test('tags come first, then the company, and the note last', async () => {
  const { given, asked } = await give(all)

  expect(given).toEqual({})
  expect(asked).toEqual([
    'POST /tags',
    attach('tags'),
    'POST /tags',
    attach('tags'),
    'POST /companies',
    attach('companies'),
    attach('notes'),
  ])
  expect(tiesOf(ada)).toEqual({ tags: 2, companies: 1, notes: 1 })
})

describe('a tag', () => {
  test('is made by its name and tied by its id', async () => {
    const { calls } = await give({ tags: ['beta'] })

    expect(calls.map(({ body }) => body)).toEqual([{ name: 'beta' }, { id: '1' }])
    expect((await read(ada.id)).tags?.data).toMatchObject([{ type: 'tag', id: '1' }])
  })

  test('is made once for two signups', async () => {
    const grace = await create('grace@example.com')
    await give({ tags: ['beta'] })

    const { asked } = await give({ tags: ['beta'] }, grace)

    expect(asked).toEqual([attach('tags', grace)])
    expect(await (await sent('GET', '/tags')).json()).toMatchObject({ data: [{ name: 'beta' }] })
    expect(tiesOf(grace)).toMatchObject({ tags: 1 })
  })

  test('that the contact shows is not given again', async () => {
    await give({ tags: ['beta'] })

    expect(await give({ tags: ['beta'] }, await read(ada.id))).toMatchObject({
      given: {},
      asked: [],
    })
  })

  test('that the contact shows is not tied again by a process that did not know it', async () => {
    await give({ tags: ['beta'] })
    tagIds = new Map()

    const { asked } = await give({ tags: ['beta'] }, await read(ada.id))

    expect(asked).toEqual(['POST /tags'])
    expect(await (await sent('GET', '/tags')).json()).toMatchObject({ data: [{ name: 'beta' }] })
  })

  test('that the contact does not show, having many, is tied once all the same', async () => {
    const tags = Array.from({ length: 11 }, (_, index) => `tag ${index}`)
    await give({ tags })

    const { asked } = await give({ tags }, await read(ada.id))

    expect(asked).toEqual([attach('tags')])
    expect(tiesOf(ada)).toMatchObject({ tags: 11 })
  })

  test('that was deleted since is made anew, once', async () => {
    tagIds.set('beta', 'deleted')

    const { given, asked } = await give({ tags: ['beta'] })

    expect(given).toEqual({})
    expect(asked).toEqual([attach('tags'), 'POST /tags', attach('tags')])
    expect(tagIds.get('beta')).toBe('1')
    expect(tiesOf(ada)).toMatchObject({ tags: 1 })
  })

  test('that goes away again and again is given up', async () => {
    intercom.addFault({ path: '/contacts/*/tags', status: 404 })

    const { given, asked } = await give({ tags: ['beta'] })

    expect(given.failed).toMatchObject({ code: 'extras_failed' })
    expect(asked).toEqual(['POST /tags', attach('tags'), 'POST /tags', attach('tags')])
    expect(tagIds.has('beta')).toBe(false)
  })

  test('is known by a thousand names at most', async () => {
    for (let index = 0; index < 1_000; index += 1) tagIds.set(`tag ${index}`, String(index))

    await give({ tags: ['beta'] })

    expect(tagIds.size).toBeLessThanOrEqual(1_000)
    expect(tagIds.get('beta')).toBe('1')
  })
})

/** The company c-1 as Intercom has it now. */
const companyNow = async (): Promise<unknown> =>
  (await sent('POST', '/companies', { company_id: 'c-1' })).json()

test.each([{}, { tags: null, companies: null }, { tags: {}, companies: {} }])(
  'a contact that does not say what it is tied to is given all: %j',
  async (ties) => {
    const { given } = await give(all, { type: 'contact', id: ada.id, ...ties })

    expect(given).toEqual({})
    expect(tiesOf(ada)).toEqual({ tags: 2, companies: 1, notes: 1 })
  },
)

describe('a company', () => {
  test('is made by its company_id and tied by Intercom’s id', async () => {
    const { calls } = await give({ company })

    const [made] = (await read(ada.id)).companies?.data ?? []
    expect(calls.map(({ body }) => body)).toEqual([company, { id: made?.id }])
  })

  test('is one for two signups', async () => {
    const grace = await create('grace@example.com')
    await give({ company })
    await give({ company: { ...company, plan: 'free' } }, grace)

    const [adas, graces] = await Promise.all([read(ada.id), read(grace.id)])

    expect(graces.companies?.data?.[0]?.id).toBe(adas.companies?.data?.[0]?.id)
  })

  test('that the contact shows is updated and not tied again', async () => {
    await give({ company })

    const { asked } = await give({ company }, await read(ada.id))

    expect(asked).toEqual(['POST /companies'])
  })

  test('of a live signup is written over', async () => {
    await sent('POST', '/companies', { ...company, name: 'By hand' })

    const { calls } = await give({ company })

    expect(calls[0]?.body).toEqual(company)
    expect(await companyNow()).toMatchObject({ name: 'Analytical Engines' })
  })
})

describe('a company that is only filled, for a replay,', () => {
  const whole = { ...company, website: 'https://example.com', industry: 'Machines', size: 2 }
  const fill = async (wanted: Signup['company'] = whole, contact = ada) => {
    const { given, calls, asked } = await give({ company: wanted }, contact, { fillsOnly: true })
    return { given, asked, bodies: calls.map(({ body }) => body) }
  }

  test('is asked for by its company_id alone, and given what it lacks', async () => {
    await sent('POST', '/companies', { company_id: 'c-1', name: 'By hand', size: 7 })

    const { given, asked, bodies } = await fill()

    expect(given).toEqual({})
    expect(asked).toEqual(['POST /companies', 'POST /companies', attach('companies')])
    expect(bodies.slice(0, 2)).toEqual([
      { company_id: 'c-1' },
      { company_id: 'c-1', website: 'https://example.com', plan: 'pro', industry: 'Machines' },
    ])
    expect(await companyNow()).toMatchObject({ name: 'By hand', size: 7, plan: { name: 'pro' } })
  })

  test('is left as it is where it lacks nothing, and tied', async () => {
    const known = { ...whole, name: 'By hand', plan: 'free', size: 0 }
    await sent('POST', '/companies', known)

    const { asked, bodies } = await fill()

    expect(asked).toEqual(['POST /companies', attach('companies')])
    expect(bodies[0]).toEqual({ company_id: 'c-1' })
    expect(await companyNow()).toMatchObject({ name: 'By hand', plan: { name: 'free' }, size: 0 })
  })

  test('is left as it is where the signup brings its id alone', async () => {
    const { asked, bodies } = await fill({ company_id: 'c-1' })

    expect(asked).toEqual(['POST /companies', attach('companies')])
    expect(bodies[0]).toEqual({ company_id: 'c-1' })
  })

  test('is made where there is none, and given all', async () => {
    const { bodies } = await fill()

    expect(bodies.slice(0, 2)).toEqual([{ company_id: 'c-1' }, whole])
    expect(tiesOf(ada)).toMatchObject({ companies: 1 })
  })

  test('lacks what is there without a text', async () => {
    await sent('POST', '/companies', { ...whole, name: '', plan: '' })

    const { bodies } = await fill()

    expect(bodies[1]).toEqual({ company_id: 'c-1', name: 'Analytical Engines', plan: 'pro' })
  })

  test('that the contact shows is not tied again', async () => {
    await fill()

    const { asked } = await fill(whole, await read(ada.id))

    expect(asked).toEqual(['POST /companies'])
  })
})

test('a note is added each time it is given', async () => {
  const { calls } = await give({ note: 'Met at a fair' })
  await give({ note: 'Met at a fair' })

  expect(calls.map(({ body }) => body)).toEqual([{ body: 'Met at a fair' }])
  expect(tiesOf(ada)).toMatchObject({ notes: 2 })
})

describe('what Intercom refuses for good', () => {
  test('is given back with its code, and the rest is given', async () => {
    intercom.addFault({ path: '/tags', status: 403 })

    const { given } = await give(all)

    expect(given.failed).toMatchObject({
      code: 'extras_failed',
      intercomStatus: 403,
      intercomCode: 'api_plan_restricted',
    })
    expect(tiesOf(ada)).toEqual({ tags: 0, companies: 1, notes: 1 })
  })

  test.each([
    [400, 'parameter_invalid'],
    [401, 'token_unauthorized'],
    [402, 'api_plan_restricted'],
    [403, 'api_plan_restricted'],
    [404, 'company_not_found'],
    [422, 'data_invalid'],
  ])('is a %i %s of a company', async (status, code) => {
    intercom.addFault({ path: '/contacts/*/companies', status, code })

    const { given } = await give(all)

    expect(given.failed).toMatchObject({ code: 'extras_failed', intercomCode: code })
    expect(tiesOf(ada)).toEqual({ tags: 2, companies: 0, notes: 1 })
  })

  test('keeps no other tag from being given', async () => {
    intercom.addFault({ path: '/tags', status: 403, count: 1 })

    const { given } = await give(all)

    expect(given.failed).toMatchObject({ code: 'extras_failed' })
    expect(tiesOf(ada)).toEqual({ tags: 1, companies: 1, notes: 1 })
  })

  test('is told by the first of several', async () => {
    intercom.addFault(
      { path: '/companies', status: 403, code: 'the_first' },
      { path: '/contacts/*/notes', status: 422, code: 'the_second' },
    )

    expect((await give(all)).given).toEqual({
      failed: expect.objectContaining({ code: 'extras_failed', intercomCode: 'the_first' }),
    })
  })

  test('is a contact that went away meanwhile', async () => {
    await sent('DELETE', `/contacts/${ada.id}`)

    const { given, asked } = await give(all)

    expect(given.failed).toMatchObject({ code: 'extras_failed' })
    expect(asked).toContain(attach('notes'))
  })
})

describe('trouble that passes', () => {
  test.each([
    ['a 503', { status: 503 }],
    ['a 429', { status: 429 }],
    ['a page', { status: 403, body: 'html' }],
    ['a bad token', { status: 401 }],
    ['a lost answer', { lost: true }],
  ] as const)('(%s) is told as extras_unavailable, and no note is added', async (_name, fault) => {
    intercom.addFault({ path: '/companies', ...fault })

    const { given } = await give(all)

    expect(given).toEqual({ pending: expect.objectContaining({ code: 'extras_unavailable' }) })
    expect(tiesOf(ada)).toMatchObject({ tags: 2, notes: 0 })
  })

  test.each(['misconfigured', 'temporarily_unavailable'] as const)(
    'may be a token that cannot be read: %s',
    async (code) => {
      const token = {
        get: async () => {
          throw new BridgeError(code, 'our words')
        },
        reread: async () => 'good',
      }

      expect(await give(all, ada, { token })).toMatchObject({
        given: { pending: { code: 'extras_unavailable' } },
        asked: [],
      })
    },
  )

  test('is told even after something was refused for good, so that all is given again', async () => {
    intercom.addFault({ path: '/tags', status: 403 }, { path: '/companies', status: 503 })

    const { given } = await give(all)

    expect(given).toEqual({ pending: expect.objectContaining({ code: 'extras_unavailable' }) })
  })

  test('may come between asking for a company and filling it', async () => {
    const send = client()
    let companies = 0
    const given = await applyExtras({ ...newcomer, ...all }, ada, {
      send: async (call) => {
        if (call.name === 'company') companies += 1
        if (companies === 2) throw new BridgeError('intercom_unavailable', 'our words')
        return send(call)
      },
      tagIds,
      fillsOnly: true,
    })

    expect(given).toMatchObject({ pending: { code: 'extras_unavailable' } })
    expect(tiesOf(ada)).toEqual({ tags: 2, companies: 0, notes: 0 })
  })

  test('keeps Intercom’s status and code', async () => {
    intercom.addFault({ path: '/companies', status: 503 })

    expect((await give(all)).given.pending).toMatchObject({
      intercomStatus: 503,
      intercomCode: 'service_unavailable',
    })
  })

  test('leaves tags and companies as they were when all is given again', async () => {
    intercom.addFault({ path: '/contacts/*/notes', status: 503, count: 3 })
    expect((await give(all)).given.pending).toMatchObject({ code: 'extras_unavailable' })

    const { given } = await give(all)

    expect(given).toEqual({})
    expect(tiesOf(ada)).toEqual({ tags: 2, companies: 1, notes: 1 })
  })
})

test('lack of time is told as it is: nothing failed', async () => {
  const { given } = await give(all, ada, { remainingMs: () => 5_000 })

  expect(given).toEqual({ pending: expect.objectContaining({ code: 'out_of_time' }) })
  expect(tiesOf(ada)).toEqual({ tags: 0, companies: 0, notes: 0 })
})

test('a fault of ours waits as unexpected: the contact was made all the same', async () => {
  const fault = new TypeError('a fault of ours')
  const token = {
    get: async () => {
      throw fault
    },
    reread: async () => 'good',
  }

  expect((await give(all, ada, { token })).given.pending).toMatchObject({
    code: 'unexpected',
    cause: fault,
  })
})
