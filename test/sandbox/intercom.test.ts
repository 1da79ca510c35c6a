import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const conflictWith = (id: string) => ({
  status: 409,
  code: 'conflict',
  message: `A contact matching those details already exists with id=${id}`,
})
const archivedConflictWith = (id: string) => ({
  status: 409,
  code: 'conflict',
  message: `An archived contact matching those details already exists with id=${id}`,
})
const notFound = { status: 404, code: 'not_found', message: 'User Not Found' }
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('creating a user', () => {
  test('conflicts with a user with the same external_id', async () => {
    const { request, create } = await start()
    const id = await create({ external_id: '70', email: 'ada@example.com' })

    const response = await request('POST', '/contacts', {
      external_id: '70',
      email: 'other@example.com',
    })

    expect(errorOf(response)).toEqual(conflictWith(id))
  })

  test('without an external_id conflicts with a user with the same e-mail, in any case', async () => {
    const { request, create } = await start()
    const id = await create({ external_id: '70', email: 'Ada@example.com' })

    const response = await request('POST', '/contacts', { email: 'ada@EXAMPLE.com' })

    expect(errorOf(response)).toEqual(conflictWith(id))
  })

  test.each([
    ['has another one', { external_id: '70', email: 'ada@example.com' }],
    ['has none', { email: 'ada@example.com' }],
  ])(
    'with a new external_id creates a second user if the user with that e-mail %s',
    async (_, first) => {
      const { request, create, intercom } = await start()
      await create(first)

      const { status } = await request('POST', '/contacts', {
        external_id: '71',
        email: 'ada@example.com',
      })

      expect(status).toBe(200)
      expect(intercom.contacts()).toHaveLength(2)
    },
  )

  test('does not conflict with a lead with the same e-mail', async () => {
    const { request, create } = await start()
    await create({ role: 'lead', email: 'ada@example.com' })

    expect((await request('POST', '/contacts', { email: 'ada@example.com' })).status).toBe(200)
  })

  test.each([
    ['POST', '/archive'],
    ['POST', '/block'],
    ['DELETE', ''],
  ])(
    'conflicts with a user removed by %s …%s, with the message of archived contacts',
    async (method, path) => {
      const { request, create } = await start()
      const user = { external_id: '70', email: 'ada@example.com' }
      const id = await create(user)
      await request(method, `/contacts/${id}${path}`)

      expect(errorOf(await request('POST', '/contacts', user))).toEqual(archivedConflictWith(id))
      const byEmail = await request('POST', '/contacts', { email: 'ada@example.com' })
      expect(errorOf(byEmail)).toEqual(archivedConflictWith(id))
    },
  )

  test('reports a live user before an archived one with the same e-mail', async () => {
    const { request, create } = await start()
    const archived = await create({ external_id: '70', email: 'ada@example.com' })
    const live = await create({ external_id: '71', email: 'ada@example.com' })
    await request('POST', `/contacts/${archived}/archive`)

    const response = await request('POST', '/contacts', { email: 'ada@example.com' })

    expect(errorOf(response)).toEqual(conflictWith(live))
  })

  test.each([
    {},
    { role: 'user' },
    { name: 'Ada' },
    { role: 'admin', email: 'ada@example.com' },
    { email: 7 },
    { external_id: 70 },
    { email: 'ada@example.com', signed_up_at: '2026-01-01' },
    { email: 'ada@example.com', custom_attributes: ['plan'] },
    { email: 'ada@example.com', custom_attributes: { plan: { name: 'pro' } } },
    [],
    null,
    '{"email":',
    '',
  ])('is refused with parameter_invalid for the body %j', async (body) => {
    const { request, intercom } = await start()

    expect(errorOf(await request('POST', '/contacts', body))).toMatchObject({
      status: 400,
      code: 'parameter_invalid',
    })
    expect(intercom.contacts()).toEqual([])
  })

  test('ignores unknown fields', async () => {
    const { request } = await start()

    const { status, json } = await request('POST', '/contacts', {
      email: 'a@example.com',
      emial: 'b',
    })

    expect(status).toBe(200)
    expect(json).not.toHaveProperty('emial')
  })
})

describe('creating a lead', () => {
  test('sets a UUID as external_id and ignores the one in the request', async () => {
    const { request } = await start()

    const { json } = await request('POST', '/contacts', { role: 'lead', external_id: '70' })

    expect(json.role).toBe('lead')
    expect(json.external_id).toMatch(uuid)
  })

  test('never conflicts with leads, users or archived contacts with the same e-mail', async () => {
    const { request, create } = await start()
    const lead = { role: 'lead', email: 'ada@example.com' }
    await request('POST', `/contacts/${await create({ email: 'ada@example.com' })}/archive`)
    await request('DELETE', `/contacts/${await create(lead)}`)
    await create({ external_id: '70', email: 'ada@example.com' })

    const ids = [await create(lead), await create(lead)]

    expect(ids[0]).toMatch(/^[0-9a-f]{24}$/)
    expect(ids[1]).not.toBe(ids[0])
  })
})

describe('updating a contact', () => {
  test('merges custom attributes and keeps absent fields', async () => {
    const { request, create } = await start()
    const id = await create({
      email: 'ada@example.com',
      custom_attributes: { plan: 'pro', seats: 3 },
    })

    const { json } = await request('PUT', `/contacts/${id}`, {
      name: 'Ada',
      custom_attributes: { seats: 4, beta: false },
    })

    expect(json).toMatchObject({ id, email: 'ada@example.com', name: 'Ada' })
    expect(json.custom_attributes).toEqual({ plan: 'pro', seats: 4, beta: false })
  })

  test('clears a name, phone, avatar or attribute that is null', async () => {
    const { request, create } = await start()
    const id = await create({
      email: 'ada@example.com',
      name: 'Ada',
      phone: '+353871234567',
      avatar: 'https://example.com/a.png',
      custom_attributes: { plan: 'pro' },
    })

    const { json } = await request('PUT', `/contacts/${id}`, {
      name: null,
      phone: null,
      avatar: null,
      custom_attributes: { plan: null },
    })

    expect(json).toMatchObject({ name: null, phone: null, avatar: null })
    expect(json.custom_attributes).toEqual({})
  })

  test('keeps an external_id that is null, and empties an e-mail that is null', async () => {
    const { request, create } = await start()
    const id = await create({ external_id: '70', email: 'ada@example.com' })

    const { json } = await request('PUT', `/contacts/${id}`, { external_id: null, email: null })

    expect(json).toMatchObject({ external_id: '70', email: '' })
  })

  test('sets updated_at and keeps created_at', async () => {
    const { request, create, clock } = await start()
    const id = await create({ email: 'ada@example.com' })
    clock.ms += 90_500

    const { json } = await request('PUT', `/contacts/${id}`, { name: 'Ada' })

    expect(json).toMatchObject({ created_at: 1_734_537_437, updated_at: 1_734_537_527 })
  })

  test('converts a lead to a user with the external_id of the request', async () => {
    const { request, create } = await start()
    const id = await create({ role: 'lead', email: 'ada@example.com' })

    const { json } = await request('PUT', `/contacts/${id}`, { role: 'user', external_id: '70' })

    expect(json).toMatchObject({ id, role: 'user', external_id: '70', email: 'ada@example.com' })
  })

  test('keeps the UUID of a lead that stays a lead', async () => {
    const { request, create } = await start()
    const id = await create({ role: 'lead' })

    const { json } = await request('PUT', `/contacts/${id}`, { external_id: '70' })

    expect(json.external_id).toMatch(uuid)
  })

  test('refuses to convert a user to a lead', async () => {
    const { request, create } = await start()
    const id = await create({ email: 'ada@example.com' })

    expect(errorOf(await request('PUT', `/contacts/${id}`, { role: 'lead' }))).toEqual({
      status: 400,
      code: 'client_error',
      message: "Contact with user role can't be converted to a lead",
    })
  })

  test.each([
    ['a user', { email: 'b@example.com' }],
    ['a lead that becomes a user', { role: 'lead' }],
  ])('conflicts if %s gets the external_id of another user', async (_, other) => {
    const { request, create } = await start()
    const holder = await create({ external_id: '70', email: 'a@example.com' })
    const id = await create(other)

    const response = await request('PUT', `/contacts/${id}`, { role: 'user', external_id: '70' })

    expect(errorOf(response)).toEqual(conflictWith(holder))
    expect((await request('GET', `/contacts/${id}`)).json.external_id).not.toBe('70')
  })

  test('conflicts with an archived user with the same external_id', async () => {
    const { request, create } = await start()
    const holder = await create({ external_id: '70' })
    await request('POST', `/contacts/${holder}/archive`)
    const id = await create({ email: 'b@example.com' })

    const response = await request('PUT', `/contacts/${id}`, { external_id: '70' })

    expect(errorOf(response)).toEqual(archivedConflictWith(holder))
  })

  test("accepts another user's e-mail if their external_ids differ", async () => {
    const { request, create, searchBy } = await start()
    const one = await create({ external_id: '70', email: 'a@example.com' })
    const two = await create({ external_id: '71', email: 'b@example.com' })

    const { status } = await request('PUT', `/contacts/${two}`, { email: 'a@example.com' })

    expect(status).toBe(200)
    expect((await searchBy('email', 'a@example.com')).toSorted()).toEqual([one, two].toSorted())
  })
})

describe('user without an external_id', () => {
  test("conflicts if it gets another user's e-mail", async () => {
    const { request, create } = await start()
    const holder = await create({ external_id: '70', email: 'a@example.com' })
    const id = await create({ email: 'b@example.com' })

    const response = await request('PUT', `/contacts/${id}`, { email: 'a@example.com' })

    expect(errorOf(response)).toEqual(conflictWith(holder))
  })

  test('can be updated and get an external_id although another user has the same e-mail', async () => {
    const { request, create } = await start()
    const id = await create({ email: 'a@example.com' })
    await create({ external_id: '70', email: 'a@example.com' })

    const named = await request('PUT', `/contacts/${id}`, { email: 'a@example.com', name: 'Ada' })
    const claimed = await request('PUT', `/contacts/${id}`, { external_id: '71' })

    expect(named.json).toMatchObject({ id, name: 'Ada' })
    expect(claimed.json).toMatchObject({ id, external_id: '71' })
  })
})

describe('archived, blocked and deleted contacts', () => {
  test.each([
    ['archived', 'POST', '/archive', { archived: true }],
    ['blocked', 'POST', '/block', { blocked: true }],
    ['deleted', 'DELETE', '', { deleted: true }],
  ])('are not found once %s', async (_, method, path, state) => {
    const { request, create, searchBy, intercom } = await start()
    const id = await create({ external_id: '70', email: 'ada@example.com' })

    const removed = await request(method, `/contacts/${id}${path}`)

    expect(removed.json).toEqual({ type: 'contact', id, external_id: '70', ...state })
    expect(errorOf(await request('GET', `/contacts/${id}`))).toEqual(notFound)
    expect(errorOf(await request('PUT', `/contacts/${id}`, { name: 'Ada' }))).toEqual(notFound)
    const found = await request('GET', '/contacts/find_by_external_id/70')
    expect(errorOf(found)).toEqual(notFound)
    expect(await searchBy('email', 'ada@example.com')).toEqual([])
    expect(intercom.contacts()).toEqual([])
  })

  test('are restored unchanged by unarchive if archived', async () => {
    const { request, create, searchBy } = await start()
    const id = await create({ external_id: '70', email: 'ada@example.com', name: 'Ada' })
    await request('POST', `/contacts/${id}/archive`)

    const restored = await request('POST', `/contacts/${id}/unarchive`)

    expect(restored.json).toEqual({ type: 'contact', id, external_id: '70', archived: false })
    expect((await request('GET', `/contacts/${id}`)).json).toMatchObject({ id, name: 'Ada' })
    expect(await searchBy('email', 'ada@example.com')).toEqual([id])
  })

  test('cannot be unarchived if deleted', async () => {
    const { request, create } = await start()
    const id = await create({ email: 'ada@example.com' })
    await request('DELETE', `/contacts/${id}`)

    expect(errorOf(await request('POST', `/contacts/${id}/unarchive`))).toEqual({
      status: 400,
      code: 'bad_request',
      message: 'User has been marked for permanent deletion and is not restorable.',
    })
  })

  test('cannot be unarchived if blocked, nor archived or blocked again, but deleted', async () => {
    const { request, create } = await start()
    const path = `/contacts/${await create({ email: 'ada@example.com' })}`
    await request('POST', `${path}/archive`)
    await request('POST', `${path}/block`)

    expect(errorOf(await request('POST', `${path}/unarchive`))).toEqual({
      status: 400,
      code: 'not_restorable',
      message: 'This user was blocked and cannot be recreated',
    })
    for (const again of ['archive', 'block']) {
      expect(errorOf(await request('POST', `${path}/${again}`))).toEqual(notFound)
    }
    expect((await request('DELETE', path)).json).toMatchObject({ deleted: true })
  })

  test.each([
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/archive'],
    ['POST', '/block'],
    ['POST', '/unarchive'],
  ])('are a 404 like any unknown id: %s …%s', async (method, path) => {
    const { request } = await start()
    const body = method === 'PUT' ? {} : undefined

    const response = await request(method, `/contacts/6762f0dd1bb69f9f2193bb83${path}`, body)

    expect(errorOf(response)).toEqual(notFound)
  })
})

const byEmail = { field: 'email', operator: '=', value: 'ada@example.com' }
const anyOf = (query: object) => ({ operator: 'OR', value: [query] })

describe('searching', () => {
  test('finds by e-mail in any case, phone, external_id, role and id', async () => {
    const { create, searchBy } = await start()
    const user = await create({ external_id: 'A/70', email: 'Ada@example.com' })
    const lead = await create({ role: 'lead', phone: '+3531234567' })

    expect(await searchBy('email', 'ADA@example.com')).toEqual([user])
    expect(await searchBy('phone', '+3531234567')).toEqual([lead])
    expect(await searchBy('external_id', 'A/70')).toEqual([user])
    expect(await searchBy('external_id', 'a/70')).toEqual([])
    expect(await searchBy('role', 'lead')).toEqual([lead])
    expect(await searchBy('id', user)).toEqual([user])
    expect(await searchBy('email', null)).toEqual([lead])
  })

  test('combines filters with AND and OR, and supports !=', async () => {
    const { request, create } = await start()
    const user = await create({ email: 'ada@example.com' })
    const lead = await create({ role: 'lead', email: 'ada@example.com' })
    const other = await create({ email: 'bob@example.com' })
    const ids = async (query: object) =>
      (await request('POST', '/contacts/search', { query })).json.data.map(
        ({ id }: { id: string }) => id,
      )
    const ada = { field: 'email', operator: '=', value: 'ada@example.com' }
    const bob = { field: 'email', operator: '=', value: 'bob@example.com' }
    const notLead = { field: 'role', operator: '!=', value: 'lead' }

    expect(await ids({ operator: 'AND', value: [notLead, ada] })).toEqual([user])
    const either = { operator: 'OR', value: [ada, bob, ada] }
    expect((await ids(either)).toSorted()).toEqual([user, lead, other].toSorted())
    const eitherUser = { operator: 'AND', value: [either, notLead] }
    expect((await ids(eitherUser)).toSorted()).toEqual([user, other].toSorted())
    const anyOfAda = { operator: 'OR', value: [ada, notLead] }
    expect((await ids(anyOfAda)).toSorted()).toEqual([user, lead, other].toSorted())
  })

  test('returns pages with a cursor to the next one', async () => {
    const { request, create } = await start()
    const lead = { role: 'lead', email: 'ada@example.com' }
    const ids = [await create(lead), await create(lead), await create(lead)]
    const query = byEmail

    const first = await request('POST', '/contacts/search', { query, pagination: { per_page: 2 } })
    const { starting_after } = first.json.pages.next
    const pagination = { per_page: 2, starting_after }
    const second = await request('POST', '/contacts/search', { query, pagination })

    expect(first.json).toMatchObject({ type: 'list', total_count: 3 })
    expect(first.json.pages).toMatchObject({ type: 'pages', page: 1, per_page: 2, total_pages: 2 })
    expect(second.json.pages).toEqual({ type: 'pages', page: 2, per_page: 2, total_pages: 2 })
    const data = [...first.json.data, ...second.json.data]
    expect(data.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
  })

  test('returns an empty list if nothing matches', async () => {
    const { request } = await start()

    expect((await request('POST', '/contacts/search', { query: byEmail })).json).toEqual({
      type: 'list',
      data: [],
      total_count: 0,
      pages: { type: 'pages', page: 1, per_page: 50, total_pages: 0 },
    })
  })

  test.each([
    {},
    { query: { field: 'shoe_size', operator: '=', value: '7' } },
    { query: { field: 'email', operator: '~', value: 'ada' } },
    { query: { field: 'email', operator: '=', value: 7 } },
    { query: { operator: 'AND', value: [] } },
    { query: { operator: 'AND', value: Array(16).fill(byEmail) } },
    { query: anyOf(anyOf(anyOf(byEmail))) },
    { query: { field: 'email', operator: '=', value: 'a' }, pagination: { per_page: 0 } },
  ])('refuses %j with parameter_invalid', async (body) => {
    const { request } = await start()

    expect(errorOf(await request('POST', '/contacts/search', body))).toMatchObject({
      status: 400,
      code: 'parameter_invalid',
    })
  })

  test('does not find a new contact before the index lag ends; reads and find_by_external_id do', async () => {
    const { request, create, searchBy, clock } = await start({ indexLagMs: 60_000 })
    const id = await create({ external_id: '70', email: 'ada@example.com' })
    clock.ms += 59_999

    expect(await searchBy('email', 'ada@example.com')).toEqual([])
    expect((await request('GET', `/contacts/${id}`)).status).toBe(200)
    expect((await request('GET', '/contacts/find_by_external_id/70')).json.id).toBe(id)
    clock.ms += 1
    expect(await searchBy('email', 'ada@example.com')).toEqual([id])
  })

  test('returns 50 contacts per page by default, and at most 150', async () => {
    const { request } = await start()
    const perPage = async (pagination: object) =>
      (await request('POST', '/contacts/search', { query: byEmail, pagination })).json.pages
        .per_page

    expect(await perPage({})).toBe(50)
    expect(await perPage({ per_page: 500 })).toBe(150)
  })

  test('does not find an unarchived contact before the index lag ends', async () => {
    const { request, create, searchBy, clock } = await start({ indexLagMs: 60_000 })
    const id = await create({ email: 'ada@example.com' })
    clock.ms += 60_000
    await request('POST', `/contacts/${id}/archive`)
    await request('POST', `/contacts/${id}/unarchive`)

    expect(await searchBy('email', 'ada@example.com')).toEqual([])
    clock.ms += 60_000
    expect(await searchBy('email', 'ada@example.com')).toEqual([id])
  })

  test('finds the old state of an updated contact until the index lag ends', async () => {
    const { request, create, searchBy, clock } = await start({ indexLagMs: 60_000 })
    const id = await create({ external_id: '70', email: 'old@example.com' })
    clock.ms += 60_000
    await request('PUT', `/contacts/${id}`, { email: 'new@example.com' })

    expect(await searchBy('email', 'old@example.com')).toEqual([id])
    expect(await searchBy('email', 'new@example.com')).toEqual([])
    clock.ms += 60_000
    expect(await searchBy('email', 'old@example.com')).toEqual([])
    expect(await searchBy('email', 'new@example.com')).toEqual([id])
  })
})

describe('finding by external_id', () => {
  test('returns the user, whatever characters the id has', async () => {
    const { request, create } = await start()
    const id = await create({ external_id: 'auth0|a/b c' })

    const path = `/contacts/find_by_external_id/${encodeURIComponent('auth0|a/b c')}`

    expect((await request('GET', path)).json).toMatchObject({ id, external_id: 'auth0|a/b c' })
  })

  test('does not find leads', async () => {
    const { request } = await start()
    const lead = await request('POST', '/contacts', { role: 'lead' })

    const found = await request('GET', `/contacts/find_by_external_id/${lead.json.external_id}`)

    expect(errorOf(found)).toEqual(notFound)
  })
})

describe('custom attributes', () => {
  const attributes = ['plan', 'seats:integer']

  test('can be any in a workspace without a list', async () => {
    const { request } = await start()
    const custom_attributes = { whatever: 1 }

    const { status } = await request('POST', '/contacts', { role: 'lead', custom_attributes })

    expect(status).toBe(200)
  })

  test.each(['POST', 'PUT'])('refuse the whole %s if one does not exist', async (method) => {
    const { request, create, intercom } = await start({ attributes })
    const id = await create({ email: 'ada@example.com' })
    const path = method === 'PUT' ? `/contacts/${id}` : '/contacts'

    const response = await request(method, path, {
      email: 'bob@example.com',
      custom_attributes: { plan: 'pro', shoe_size: 7 },
    })

    expect(errorOf(response)).toEqual({
      status: 400,
      code: 'parameter_invalid',
      message: "Custom attribute 'shoe_size' does not exist",
    })
    expect(intercom.contacts().map(({ email }) => email)).toEqual(['ada@example.com'])
  })

  test('refuse a value that is not of the declared type', async () => {
    const { request } = await start({ attributes })
    const send = async (seats: unknown) =>
      (await request('POST', '/contacts', { role: 'lead', custom_attributes: { seats } })).status

    expect(await send(3)).toBe(200)
    expect(await send('3')).toBe(400)
    expect(await send(null)).toBe(200)
  })

  test('are listed with the standard attributes, each with api_writable', async () => {
    const { request } = await start({ attributes })

    const { json } = await request('GET', '/data_attributes?model=contact')

    type Attribute = {
      full_name: string
      api_writable: boolean
      data_type: string
      custom: boolean
    }
    const data: Attribute[] = json.data
    expect(json.type).toBe('list')
    expect(data.filter((each) => each.api_writable).map((each) => each.full_name)).toEqual([
      'role',
      'name',
      'owner_id',
      'email',
      'phone',
      'external_id',
      'signed_up_at',
      'last_seen_at',
      'unsubscribed_from_emails',
      'avatar',
      'custom_attributes.plan',
      'custom_attributes.seats',
    ])
    expect(data.find((each) => each.full_name === 'created_at')?.api_writable).toBe(false)
    expect(data.at(-1)).toMatchObject({ name: 'seats', data_type: 'integer', custom: true })
    expect((await request('GET', '/data_attributes?model=conversation')).json.data).toEqual([])
  })
})

test('GET /me returns the workspace of the token', async () => {
  const { request, create } = await start()
  await create({ email: 'ada@example.com' })
  const contact = (await request('POST', '/contacts', { role: 'lead' })).json

  const { json } = await request('GET', '/me')

  expect(json).toMatchObject({ type: 'admin', app: { type: 'app', name: 'Sandbox', region: 'US' } })
  expect(json.app.id_code).toBe(contact.workspace_id)
})
