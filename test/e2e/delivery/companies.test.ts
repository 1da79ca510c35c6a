import { describe, expect, test } from 'vitest'
import { clerk, defineBridge, form, stripe, workos } from '../../../src/lib/index.ts'
import { isRecord } from '../../../src/lib/json-access.ts'
import { startModel } from '../../model/model.ts'
import type { ModelOptions } from '../../model/options.ts'
import { account, startScene } from './scene.ts'

const attributes = ['signup_bridge_at:integer', 'signup_bridge_source']
const on = ['created', 'updated', 'deleted'] as const
const at = 1_767_225_000

/** What Intercom has of a company; the request creates it, if there is none. */
const companyIn = async (
  intercom: (method: string, path: string, body: object) => Promise<{ json: object }>,
  company_id: string,
) => (await intercom('POST', '/companies', { company_id })).json

/** The company_ids of a contact, in the order in which they were attached. */
const companiesOf = async (
  intercom: (method: string, path: string) => Promise<{ json: Record<string, unknown> }>,
  contact_id: string | undefined,
) => {
  const { json } = await intercom('GET', `/contacts/${contact_id}/companies`)
  return (json.data as { company_id: string }[]).map(({ company_id }) => company_id)
}

describe('the custom attributes of a company', () => {
  const companyAttributes = [
    ...['seats:integer', 'Tier:options(Gold|Silver)', 'since:date'],
    ...['budget:float', 'trial:boolean', 'code:string'],
  ]
  const custom_attributes = {
    seats: '25',
    tier: ' gold ',
    since: '2026-12-24T00:00:00Z',
    BUDGET: '99.5',
    trial: 'yes',
    code: 7,
  }
  const typed = {
    seats: 25,
    Tier: 'Gold',
    since: 1_798_070_400,
    budget: 99.5,
    trial: true,
    code: '7',
  }
  const company = { company_id: 'c-1', name: 'Engines', custom_attributes }
  const list = 'GET /data_attributes?model=company 200'
  const upsert = 'POST /companies 200'
  const attach = 'POST /contacts/*/companies 200'

  test('are converted to the workspace’s: one list for the process', async () => {
    const { signUp, intercom, reasons } = await startScene({}, { companyAttributes })

    expect((await signUp({ ...account, company })).slice(2)).toEqual([list, upsert, attach])
    expect((await signUp({ email: 'lin@example.com', company })).slice(2)).toEqual([upsert, attach])
    expect(await companyIn(intercom, 'c-1')).toMatchObject({ custom_attributes: typed })
    expect(reasons()).toEqual([])
  })

  test('that do not fit are left out, and the copy names them', async () => {
    const { signUp, intercom, parked } = await startScene({}, { companyAttributes })
    const wrong = { ...custom_attributes, seats: 'many', tier: 'tin', floor: 1 }

    await signUp({ ...account, company: { ...company, custom_attributes: wrong } })

    const { seats: _seats, Tier: _tier, ...rest } = typed
    expect(await companyIn(intercom, 'c-1')).toMatchObject({ custom_attributes: rest })
    expect(parked()).toMatchObject([
      {
        reason: 'attributes_refused',
        left_out:
          'company.custom_attributes.seats,company.custom_attributes.tier,company.custom_attributes.floor',
      },
    ])
  })

  test('that Intercom refuses lose no company, and the copy names them', async () => {
    const { signUp, intercom, contacts, parked, workspace } = await startScene(
      {},
      { companyAttributes },
    )
    workspace.addFault({ path: '/companies', status: 400, code: 'parameter_invalid', count: 1 })

    expect((await signUp({ ...account, company })).slice(2)).toEqual([
      list,
      'POST /companies 400',
      upsert,
      attach,
    ])
    expect(await companyIn(intercom, 'c-1')).toMatchObject({ name: 'Engines' })
    expect(contacts()).toMatchObject([{ companies: { total_count: 1 } }])
    expect(parked()).toMatchObject([{ reason: 'attributes_refused', code: 'parameter_invalid' }])
  })

  test('are not to blame for a refusal that stays without them: the company is named', async () => {
    const { signUp, parked, workspace } = await startScene({}, { companyAttributes })
    workspace.addFault({ path: '/companies', status: 400, code: 'bad_request', count: 2 })

    await signUp({ ...account, company })

    expect(parked()).toMatchObject([
      { reason: 'extras_failed', code: 'bad_request', left_out: 'company' },
    ])
  })

  test('are the ninth field: a signup may have all of Intercom’s', async () => {
    const { signUp, workspace } = await startScene({}, { companyAttributes })
    const all = {
      ...{ company_id: 'c-1', name: 'Engines', plan: 'pro', website: 'https://example.com' },
      ...{ industry: 'Machines', size: 12, monthly_spend: 49, remote_created_at: at },
    }

    await signUp({ ...account, company: { ...all, custom_attributes } })

    const sent = workspace.calls().find(({ path }) => path === '/companies')
    expect(sent?.body).toEqual({ ...all, custom_attributes: typed })
  })

  test('that were archived since the list was read are left out, the others are sent', async () => {
    const { signUp, intercom, parked, workspace, time } = await startScene(
      {},
      { companyAttributes: ['seats:integer', 'code'] },
    )
    const few = { company_id: 'c-1', custom_attributes: { seats: 3, code: 'x' } }
    await signUp({ ...account, company: { company_id: 'c-0', custom_attributes: { seats: 1 } } })
    workspace.addFault({ company_attributes: ['seats:integer:archived'] })
    await time.advance(60_000)

    await signUp({ email: 'lin@example.com', company: few })

    expect(await companyIn(intercom, 'c-1')).toMatchObject({ custom_attributes: { code: 'x' } })
    expect(parked()).toMatchObject([{ left_out: 'company.custom_attributes.seats' }])
  })

  test('are sent as they are if the list cannot be read', async () => {
    const { signUp, intercom, workspace } = await startScene({}, { companyAttributes: ['code'] })
    workspace.addFault({ path: '/data_attributes', status: 403 })

    await signUp({ ...account, company: { company_id: 'c-1', custom_attributes: { code: 'x' } } })

    expect(await companyIn(intercom, 'c-1')).toMatchObject({ custom_attributes: { code: 'x' } })
  })

  test('are mapped by the config, too', async () => {
    const { signUp, intercom } = await startScene(
      { company: { org: 'company_id', 'details.tier': 'custom_attributes.tier' } },
      { companyAttributes },
    )

    await signUp({ ...account, org: 'c-1', details: { tier: 'silver' } })

    expect(await companyIn(intercom, 'c-1')).toMatchObject({
      custom_attributes: { Tier: 'Silver' },
    })
  })
})

describe('companies: exact', () => {
  const exact = { on, companies: 'exact' } as const
  const [a, b, c] = ['a', 'b', 'c'].map((company_id) => ({ company_id, name: company_id }))

  /** Delivers these events of one person; returns the companies in the end. */
  const companiesAfter = async (options: object, ...events: readonly object[]) => {
    const scene = await startScene(options, { attributes })
    for (const event of events) await scene.signUp({ ...account, ...event })
    return companiesOf(scene.intercom, scene.contacts()[0]?.id)
  }
  const created = { occurred_at: at, companies: [a, b] }
  const updated = { event: 'updated', occurred_at: at + 10, companies: [b, c] }

  test('detaches the person from companies that the newest event does not name', async () => {
    expect(await companiesAfter(exact, created, updated)).toEqual(['b', 'c'])
  })

  test('detaches from all if the event says that there is none', async () => {
    expect(await companiesAfter(exact, created, { ...updated, companies: [] })).toEqual([])
  })

  test.each([
    ['names none', { companies: undefined }],
    ['has one that cannot be read', { companies: [b, { size: 3 }] }],
    ['has one whose id cannot be read', { companies: [b, { company_id: {}, name: 'x' }] }],
    ['has an object without keys', { companies: undefined, company: {} }],
  ])('detaches from nothing if the event %s', async (_title, companies) => {
    expect(await companiesAfter(exact, created, { ...updated, ...companies })).toEqual(
      expect.arrayContaining(['a', 'b']),
    )
  })

  test('an event that is older than the newest neither attaches nor detaches', async () => {
    const older = { event: 'updated', occurred_at: at + 5, companies: [a] }

    expect(await companiesAfter(exact, created, updated, older)).toEqual(['b', 'c'])
    expect(await companiesAfter(exact, updated, created)).toEqual(['b', 'c'])
  })

  test('detaches from nothing without the time of the event', async () => {
    const { occurred_at: _at, ...timeless } = updated

    expect(await companiesAfter(exact, created, timeless)).toEqual(['a', 'b', 'c'])
  })

  test('is not the default', async () => {
    expect(await companiesAfter({ on }, created, updated)).toEqual(['a', 'b', 'c'])
  })

  test('keeps to more than a page of companies', async () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ company_id: `m${index}` }))

    expect(await companiesAfter(exact, { ...created, companies: many }, updated)).toEqual([
      'b',
      'c',
    ])
  })

  test('costs no request if the contact shows that there is no other', async () => {
    const { signUp } = await startScene(exact, { attributes })
    await signUp({ ...account, ...created })

    const requests = await signUp({ ...account, ...created, event: 'updated', occurred_at: at + 1 })

    expect(requests.filter((request) => request.includes('/contacts/*/companies'))).toEqual([])
  })

  test('a replay detaches from nothing', async () => {
    const { signUp, intercom, contacts, workspace, replay, drained } = await startScene(exact, {
      attributes,
    })
    await signUp({ ...account, ...created })
    workspace.addFault({ method: 'POST', path: '/companies', status: 400, count: 2 })
    await signUp({ ...account, ...updated })
    await replay()
    await drained()

    expect(await companiesOf(intercom, contacts()[0]?.id)).toEqual(
      expect.arrayContaining(['b', 'c']),
    )
  })
})

describe('the mark of a company', () => {
  const mark = 'signup_bridge_company_at'
  const company = (name: string) => ({ company_id: 'c-1', name, plan: name })
  const change = (seconds: number, name: string) => ({
    ...account,
    event: 'updated',
    occurred_at: at + seconds,
    company: company(name),
  })

  test('lets an event that is older than the newest only fill', async () => {
    const companyAttributes = [`${mark}:integer`]
    const { signUp, intercom } = await startScene({ on }, { attributes, companyAttributes })

    await signUp({ ...change(10, 'new'), company: { company_id: 'c-1', name: 'new' } })
    await signUp({ ...change(5, 'old'), email: 'lin@example.com', external_id: '2' })

    expect(await companyIn(intercom, 'c-1')).toMatchObject({
      name: 'new',
      plan: { name: 'old' },
      custom_attributes: { [mark]: at + 10 },
    })
  })

  test('is not written where the workspace has none: the event delivered last counts', async () => {
    const { signUp, intercom } = await startScene({ on }, { attributes, companyAttributes: ['x'] })

    await signUp(change(10, 'new'))
    await signUp({ ...change(5, 'old'), email: 'lin@example.com', external_id: '2' })

    expect(await companyIn(intercom, 'c-1')).toMatchObject({ name: 'old', custom_attributes: {} })
  })

  test('an older event of the same person only fills, with and without it', async () => {
    for (const companyAttributes of [['x'], [`${mark}:integer`]]) {
      const { signUp, intercom } = await startScene({ on }, { attributes, companyAttributes })

      await signUp(change(10, 'new'))
      await signUp(change(5, 'old'))

      expect(await companyIn(intercom, 'c-1')).toMatchObject({ name: 'new' })
    }
  })

  test('no source can map it', async () => {
    const { signUp, intercom } = await startScene(
      { on },
      { attributes, companyAttributes: [`${mark}:integer`] },
    )
    const given = { ...company('new'), custom_attributes: { [mark]: 9_999_999_999 } }

    await signUp({ ...change(10, 'new'), company: given })

    expect(await companyIn(intercom, 'c-1')).toMatchObject({
      custom_attributes: { [mark]: at + 10 },
    })
  })
})

/** Starts a bridge with Clerk, WorkOS and Stripe, each with all kinds of events. */
const startSenders = async (options: object = {}, more: ModelOptions = {}) => {
  const taken = { on, ...options }
  const model = await startModel({
    bridge: defineBridge({
      sources: {
        ...{ clerk: clerk(taken), workos: workos(taken), stripe: stripe(taken) },
        waitlist: form({ role: 'lead' }),
      },
    }),
    attributes,
    companyAttributes: ['x'],
    ...more,
  })
  const sent = () => model.workspace.calls().map(({ method, path }) => `${method} ${path}`)
  return {
    ...model,
    sent,
    deliver: async (source: string, ...events: readonly object[]) => {
      for (const event of events) {
        const { status } = await model.post(source, event)
        if (status >= 400) throw new Error(`the webhook responded with ${status}`)
        await model.drained()
      }
    },
    /** The names of the companies that were sent, in order; an id alone reads a company. */
    written: () =>
      model.workspace
        .calls()
        .filter(({ path }) => path === '/companies')
        .map(({ body }) => body),
    companies: () => model.contacts().map(({ companies }) => companies.total_count),
  }
}

describe('an event of a company without a person', () => {
  const organization = { id: 'org_1', name: 'Acme', created_at: 1_700_000_000_000 }
  const clerkEvent = (type: string, data: object, timestamp = at * 1_000) => ({
    ...{ object: 'event', type, timestamp },
    data,
  })
  const workosEvent = (event: string, data: object, id = event) => ({
    ...{ id, event, created_at: '2025-12-31T23:50:00.000Z' },
    data,
  })
  const ofWorkos = { id: 'org_1', name: 'Acme', created_at: '2023-11-14T22:13:20.000Z' }
  const acme = { company_id: 'org_1', name: 'Acme', remote_created_at: 1_700_000_000 }

  test.each([
    ['clerk', clerkEvent('organization.created', organization)],
    ['clerk', clerkEvent('organization.updated', organization)],
    ['workos', workosEvent('organization.created', ofWorkos)],
    ['workos', workosEvent('organization.updated', ofWorkos)],
  ])('of %s makes the company, and no contact: %j', async (source, event) => {
    const { deliver, written, contacts, notes } = await startSenders()

    await deliver(source, event)

    expect(contacts()).toEqual([])
    expect(written().at(-1)).toEqual(acme)
    expect(notes.counted.get('company_updated')).toBe(1)
  })

  test.each([
    ['clerk', (name: string) => clerkEvent('organization.updated', { ...organization, name })],
    ['workos', (name: string) => workosEvent('organization.updated', { ...ofWorkos, name }, name)],
  ])('of %s renames it: the id stays', async (source, renamed) => {
    const { deliver, written } = await startSenders()

    await deliver(source, renamed('Acme'), renamed('Acme Ltd'))

    expect(written()).toEqual([acme, { ...acme, name: 'Acme Ltd' }])
  })

  test('that was created only fills one that is there', async () => {
    const { deliver, written } = await startSenders()

    await deliver(
      'clerk',
      clerkEvent('organization.updated', { ...organization, name: 'New' }),
      clerkEvent('organization.created', organization),
    )

    expect(written()).toEqual([{ ...acme, name: 'New' }, { company_id: 'org_1' }])
  })

  test('that is older than the mark of the company only fills it', async () => {
    const mark = 'signup_bridge_company_at'
    const { deliver, written } = await startSenders({}, { companyAttributes: [`${mark}:integer`] })
    const change = (name: string, seconds: number) =>
      clerkEvent('organization.updated', { ...organization, name }, (at + seconds) * 1_000)

    await deliver('clerk', change('New', 10), change('Old', 5), change('Newest', 20))

    expect(written().filter((body) => Object.keys(body as object).length > 1)).toEqual([
      { ...acme, name: 'New', custom_attributes: { [mark]: at + 10 } },
      { ...acme, name: 'Newest', custom_attributes: { [mark]: at + 20 } },
    ])
  })

  test.each([
    ['fills a company without a mark', [], { company_id: 'org_1' }],
    [
      'overwrites one whose mark is older',
      ['signup_bridge_company_at:integer'],
      { ...acme, name: 'New', custom_attributes: { signup_bridge_company_at: at + 10 } },
    ],
  ])('that is replayed %s', async (_title, companyAttributes, lastWritten) => {
    const { deliver, workspace, replay, drained, written, parked } = await startSenders(
      {},
      { companyAttributes: ['x', ...companyAttributes] },
    )
    const change = (name: string, seconds: number) =>
      clerkEvent('organization.updated', { ...organization, name }, (at + seconds) * 1_000)
    await deliver('clerk', change('Acme', 0))
    workspace.addFault({ path: '/companies', status: 400, code: 'bad_request', count: 2 })
    await deliver('clerk', change('New', 10))
    workspace.faults.clear()
    expect(parked()).toHaveLength(1)

    await replay()
    await drained()

    expect(parked()).toEqual([])
    expect(written().at(-1)).toEqual(lastWritten)
  })

  test('ends in the same company in every order, each delivered twice, if that has a mark', async () => {
    const mark = 'signup_bridge_company_at'
    const event = (verb: string, name: string, seconds: number) =>
      clerkEvent(`organization.${verb}`, { ...organization, name }, (at + seconds) * 1_000)
    const created = event('created', 'A', 0)
    const [first, second] = [event('updated', 'B', 5), event('updated', 'C', 10)]
    const orders = [
      [created, first, second],
      [created, second, first],
      [first, created, second],
      [first, second, created],
      [second, created, first],
      [second, first, created],
    ]

    for (const order of orders) {
      const { deliver, post, drained, workspace } = await startSenders(
        {},
        { companyAttributes: [`${mark}:integer`], workers: 1 },
      )
      await deliver('clerk', ...order, ...order.toReversed())
      // A membership reads the company, and has no newer name.
      await post('clerk', {
        ...{ object: 'event', type: 'organizationMembership.created', timestamp: at * 1_000 },
        data: { id: 'm', organization, public_user_data: { user_id: 'user_1' } },
      })
      await drained()

      const [{ id } = { id: '' }] = workspace.contacts().flatMap(({ companies }) => companies.data)
      const names = workspace
        .calls()
        .filter(({ path, body }) => path === '/companies' && isRecord(body) && 'name' in body)
        .map(({ body }) => (isRecord(body) ? body.name : ''))
      expect(id).not.toBe('')
      expect(names.at(-1)).toBe('C')
    }
  })

  test('is delivered in direct mode, too: the response has its outcome', async () => {
    const { post, contacts } = await startSenders({}, { delivery: 'direct' })

    const { status, json } = await post('clerk', clerkEvent('organization.updated', organization))

    expect({ status, json }).toEqual({ status: 200, json: { status: 'company_updated' } })
    expect(contacts()).toEqual([])
  })

  test('is ignored by a source that takes new signups only', async () => {
    for (const options of [{ on: undefined }, { on: ['created'] }]) {
      const { deliver, sent, notes } = await startSenders(options)

      await deliver('clerk', clerkEvent('organization.created', organization))
      await deliver('workos', workosEvent('organization.created', ofWorkos))

      expect(sent()).toEqual([])
      expect(notes.counted.get('ignored')).toBe(2)
    }
  })

  test('is no person, whatever the options map of one', async () => {
    const { deliver, written, contacts, parked } = await startSenders({
      fields: { 'data.external_id': 'external_id', 'data.name': 'name' },
      attributes: { 'data.slug': 'slug' },
      company: { 'data.external_id': 'company_id', 'data.public_metadata.plan': 'plan' },
      tags: ['app'],
      role: 'lead',
    })
    const own = { external_id: 'own-1', slug: 'acme', public_metadata: { plan: 'pro' } }

    await deliver('clerk', clerkEvent('organization.updated', { ...organization, ...own }))
    await deliver('workos', workosEvent('organization.updated', { ...ofWorkos, ...own }))

    expect(contacts()).toEqual([])
    expect(parked()).toEqual([])
    const mapped = { ...acme, company_id: 'own-1', plan: 'pro' }
    expect(written()).toEqual([mapped, mapped])
  })

  test('is retried after an outage and parked after a refusal', async () => {
    const { deliver, written, parked, workspace } = await startSenders()
    workspace.addFault({ path: '/companies', status: 503, count: 4 })
    await deliver('clerk', clerkEvent('organization.updated', organization))

    expect(written()).toHaveLength(5)
    expect(parked()).toEqual([])

    workspace.addFault({ path: '/companies', status: 400, code: 'bad_request', count: 1 })
    await deliver('clerk', clerkEvent('organization.updated', { ...organization, name: 'B' }))

    expect(parked()).toMatchObject([{ reason: 'intercom_rejected', code: 'bad_request' }])
  })

  test.each([{ id: 'org_1', name: {} }, { id: 'org_1' }])('needs no name: %j', async (data) => {
    const { deliver, written } = await startSenders()

    await deliver('clerk', clerkEvent('organization.updated', data))

    expect(written()).toEqual([{ company_id: 'org_1' }])
  })
})

describe('a membership', () => {
  const user = (id = 'user_1') => ({ user_id: id, identifier: 'ada@example.com' })
  const ofClerk = (verb: string, org = 'org_1', seconds = 0) => ({
    ...{ object: 'event', type: `organizationMembership.${verb}` },
    timestamp: (at + seconds) * 1_000,
    data: {
      id: 'orgmem_1',
      organization: { id: org, name: org },
      public_user_data: user(),
    },
  })
  const ofWorkos = (verb: string, org = 'org_1', status = 'active') => ({
    ...{ id: `event ${verb} ${org} ${status}`, event: `organization_membership.${verb}` },
    created_at: '2025-12-31T23:50:00.000Z',
    data: {
      id: 'om_1',
      ...{ user_id: 'user_1', organization_id: org, organization_name: org, status },
    },
  })
  const senders = [
    ['clerk', ofClerk],
    ['workos', ofWorkos],
  ] as const
  const userCreated = {
    ...{ object: 'event', type: 'user.created', timestamp: at * 1_000 },
    data: { id: 'user_1', first_name: 'Ada', email_addresses: [], created_at: at * 1_000 },
  }

  test.each(senders)('of %s attaches the person, once', async (source, event) => {
    const { deliver, contacts } = await startSenders()

    await deliver(source, event('created'), event('created', 'org_2'), event('updated'))

    expect(contacts()).toMatchObject([{ external_id: 'user_1', companies: { total_count: 2 } }])
  })

  test.each(senders)(
    'of %s that is over detaches from that company only',
    async (source, event) => {
      const { deliver, companies, sent } = await startSenders()

      await deliver(source, event('created'), event('created', 'org_2'), event('deleted'))

      expect(companies()).toEqual([1])
      expect(sent().at(-1)).toMatch(/^DELETE \/contacts\/[0-9a-f]{24}\/companies\/[0-9a-f]{24}$/)
    },
  )

  test('of Clerk that comes before its user finds the lead with the e-mail, as the user would', async () => {
    const { deliver, contacts } = await startSenders({ accountsOf: 'all' })

    await deliver('waitlist', new URLSearchParams({ email: 'ada@example.com' }))
    await deliver('clerk', ofClerk('created'), userCreated)

    expect(contacts()).toMatchObject([
      { role: 'user', external_id: 'user_1', email: 'ada@example.com', name: 'Ada' },
    ])
  })

  test.each(senders)('of %s that is over makes no contact', async (source, event) => {
    const { deliver, contacts, parked, notes } = await startSenders()

    await deliver(source, event('deleted'))

    expect(contacts()).toEqual([])
    expect(parked()).toEqual([])
    expect(notes.counted.get('not_found')).toBe(1)
  })

  test('only fills the company: a rename that came before it stays', async () => {
    const { deliver, written } = await startSenders()
    const renamed = { id: 'org_1', name: 'Acme Ltd' }

    await deliver(
      'clerk',
      { object: 'event', type: 'organization.updated', timestamp: at * 1_000, data: renamed },
      ofClerk('created'),
    )

    expect(written()).toEqual([{ company_id: 'org_1', name: 'Acme Ltd' }, { company_id: 'org_1' }])
  })

  test('is one of several, also of a source with companies: exact', async () => {
    const { deliver, companies } = await startSenders({ companies: 'exact' })

    await deliver('clerk', userCreated, ofClerk('created'), ofClerk('created', 'org_2', 5))

    expect(companies()).toEqual([2])
  })

  test('makes no other event of the person late', async () => {
    const { deliver, contacts } = await startSenders()

    await deliver('clerk', ofClerk('created', 'org_1', 60), userCreated)

    expect(contacts()).toMatchObject([{ name: 'Ada', signed_up_at: at }])
  })

  test.each([
    ['pending', 0],
    ['active', 1],
  ])('of WorkOS that is %s attaches %d times', async (status, count) => {
    const { deliver, companies, parked } = await startSenders()

    await deliver('workos', ofWorkos('created', 'org_1', status))

    expect(companies()).toEqual(count === 0 ? [] : [1])
    expect(parked()).toEqual([])
  })

  test('of WorkOS that became inactive is over', async () => {
    const { deliver, companies } = await startSenders()

    await deliver('workos', ofWorkos('created'), ofWorkos('updated', 'org_1', 'inactive'))

    expect(companies()).toEqual([0])
  })

  test('does not restore a person who was deleted', async () => {
    const { deliver, workspace, parked } = await startSenders()
    const userDeleted = {
      ...{ object: 'event', type: 'user.deleted', timestamp: (at + 5) * 1_000 },
      data: { id: 'user_1', deleted: true, object: 'user' },
    }

    await deliver('clerk', userCreated, userDeleted, ofClerk('created', 'org_1', 6))
    await deliver('clerk', ofClerk('deleted', 'org_1', 7))

    expect(workspace.contacts()).toEqual([])
    expect(parked()).toEqual([])
  })

  test.each([
    [
      'where the account id is mapped, Clerk’s own id is not it: the e-mail finds the person',
      'clerk',
    ],
    ['where the account id is mapped, WorkOS’s own id is not it, and nothing else is', 'workos'],
  ])('%s', async (_title, source) => {
    const { deliver, contacts, parked } = await startSenders({
      fields: { 'data.external_id': 'external_id' },
    })
    const created = {
      ...userCreated,
      data: {
        ...userCreated.data,
        external_id: 'own-1',
        primary_email_address_id: 'e',
        email_addresses: [{ id: 'e', email_address: 'ada@example.com' }],
      },
    }

    await deliver('clerk', created)
    await deliver(source, source === 'clerk' ? ofClerk('created') : ofWorkos('created'))

    const count = source === 'clerk' ? 1 : 0
    expect(contacts()).toMatchObject([{ external_id: 'own-1', companies: { total_count: count } }])
    expect(parked().map(({ reason }) => reason)).toEqual(count === 1 ? [] : ['no_identity'])
  })

  test('where the id of the company is mapped, the sender’s own is not it', async () => {
    const company = { 'data.organization.public_metadata.id': 'company_id' } as const
    const { deliver, written, parked } = await startSenders({ company })
    const { data, ...event } = ofClerk('created')
    const organization = { ...data.organization, public_metadata: { id: 'own-1' } }

    await deliver('clerk', { ...event, data: { ...data, organization } }, ofClerk('updated'))

    expect(written()[0]).toEqual({ company_id: 'own-1' })
    expect(parked()).toMatchObject([{ reason: 'no_identity' }])
  })
})

describe('a customer of Stripe who is a company', () => {
  const customer = (fields: object, type = 'customer.created') => ({
    ...{ id: `evt ${JSON.stringify(fields)} ${type}`, object: 'event', created: at, type },
    data: { object: { id: 'cus_1', object: 'customer', created: at - 1, email: null, ...fields } },
  })
  const business = { name: 'Engines Ltd', business_name: 'Engines Ltd' }
  const engines = { company_id: 'cus_1', name: 'Engines Ltd', remote_created_at: at - 1 }

  test('is one: business_name, and neither an individual_name nor an e-mail', async () => {
    const { deliver, written, contacts, parked } = await startSenders()

    await deliver('stripe', customer(business, 'customer.updated'))

    expect(contacts()).toEqual([])
    expect(written()).toEqual([engines])
    expect(parked()).toEqual([])
  })

  test.each([
    ['an e-mail', { ...business, email: 'ada@example.com' }, 1, []],
    ['an individual_name', { ...business, individual_name: 'Ada' }, 0, ['no_identity']],
    ['no business_name', { name: 'Engines Ltd' }, 0, ['no_identity']],
  ])('is none with %s', async (_title, fields, count, reasons) => {
    const { deliver, written, contacts, parked } = await startSenders()

    await deliver('stripe', customer(fields))

    expect(contacts()).toHaveLength(count)
    expect(written()).toEqual([])
    expect(parked().map(({ reason }) => reason)).toEqual(reasons)
  })

  test('is a person with that company if the config maps an id that the customer has', async () => {
    const { deliver, contacts } = await startSenders({
      fields: { 'data.object.metadata.user_id': 'external_id' },
    })

    await deliver('stripe', customer({ ...business, metadata: { user_id: 'u-1' } }))

    expect(contacts()).toMatchObject([{ external_id: 'u-1', companies: { total_count: 1 } }])
  })

  test('stays in Intercom when it is deleted at Stripe', async () => {
    const { deliver, written, parked, notes } = await startSenders()

    await deliver('stripe', customer(business, 'customer.deleted'))

    expect(written()).toEqual([])
    expect(parked()).toEqual([])
    expect(notes.counted.get('ignored')).toBe(1)
  })

  test('is none to a source that takes new signups only', async () => {
    const { deliver, sent, parked } = await startSenders({ on: ['created'] })

    await deliver('stripe', customer(business))

    expect(sent()).toEqual([])
    expect(parked()).toMatchObject([{ reason: 'no_identity' }])
  })
})
