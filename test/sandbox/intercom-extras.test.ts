import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const ada = { email: 'ada@example.com' }
const noUser = { status: 404, code: 'not_found', message: 'User Not Found' }
const noResource = { status: 404, code: 'not_found', message: 'Resource Not Found' }
const noCompany = { status: 404, code: 'company_not_found', message: 'Company Not Found' }
const unknownId = '6762f0dd1bb69f9f2193bb83'
const nowSeconds = 1_734_537_437

describe('creating a tag', () => {
  test('returns it, and the same tag for its name in any case', async () => {
    const { request } = await start()

    const first = await request('POST', '/tags', { name: 'Beta' })
    const second = await request('POST', '/tags', { name: 'BETA' })
    const other = await request('POST', '/tags', { name: 'waitlist' })

    expect(first).toMatchObject({ status: 200, json: { type: 'tag', name: 'Beta' } })
    expect(Object.keys(first.json)).toEqual(['type', 'id', 'name'])
    expect(second.json).toEqual(first.json)
    expect(other.json.id).not.toBe(first.json.id)
    expect((await request('GET', '/tags')).json).toEqual({
      type: 'list',
      data: [first.json, other.json],
    })
  })

  test.each([
    {},
    { name: '' },
    { name: ' ' },
    { name: 7 },
    { test: 'invalid' },
    { name: 'a', users: 1 },
  ])('is refused with the message of the reference for %j', async (body) => {
    const { request } = await start()

    expect(errorOf(await request('POST', '/tags', body))).toEqual({
      status: 400,
      code: 'parameter_invalid',
      message: 'invalid tag parameters',
    })
  })

  test('tags the contacts in users', async () => {
    const { request, create, intercom } = await start()
    const ids = [await create(ada), await create({ role: 'lead' })]

    const { status, json } = await request('POST', '/tags', {
      name: 'beta',
      users: ids.map((id) => ({ id })),
    })

    expect(status).toBe(200)
    for (const { tags } of intercom.contacts()) {
      expect(tags.data).toEqual([{ type: 'tag', id: json.id, url: `/tags/${json.id}` }])
    }
  })

  test('changes nothing if one of the contacts does not exist', async () => {
    const { request, create, intercom } = await start()
    const users = [{ id: await create(ada) }, { id: unknownId }]

    expect(errorOf(await request('POST', '/tags', { name: 'beta', users }))).toEqual(noUser)
    expect(intercom.contacts()[0]?.tags.total_count).toBe(0)
    expect((await request('GET', '/tags')).json.data).toEqual([])
  })

  test.each([{ id: '1' }, { companies: [{ company_id: '1' }] }])(
    'refuses updates and tags of companies: %j',
    async (more) => {
      const { request } = await start()

      const response = await request('POST', '/tags', { name: 'beta', ...more })

      expect(errorOf(response)).toMatchObject({ status: 400, code: 'parameter_invalid' })
    },
  )
})

describe('tagging a contact', () => {
  test('returns the tag with applied_at and applied_by, the same the second time', async () => {
    const { request, create, clock } = await start()
    const id = await create(ada)
    const tag = (await request('POST', '/tags', { name: 'beta' })).json

    const first = await request('POST', `/contacts/${id}/tags`, { id: tag.id })
    clock.ms += 5_000
    const second = await request('POST', `/contacts/${id}/tags`, { id: Number(tag.id) })

    expect(first.status).toBe(200)
    expect(first.json).toEqual({
      ...tag,
      applied_at: nowSeconds,
      applied_by: { type: 'admin', id: '1' },
    })
    expect(second.json).toEqual(first.json)
    expect((await request('GET', `/contacts/${id}`)).json.tags).toEqual({
      type: 'list',
      data: [{ type: 'tag', id: tag.id, url: `/tags/${tag.id}` }],
      url: `/contacts/${id}/tags`,
      total_count: 1,
      has_more: false,
    })
  })

  test('is refused with 404 for an unknown contact or tag', async () => {
    const { request, create } = await start()
    const archived = await create(ada)
    await request('POST', `/contacts/${archived}/archive`)
    const live = await create({ role: 'lead' })
    const { id } = (await request('POST', '/tags', { name: 'beta' })).json

    for (const contact of [unknownId, archived]) {
      expect(errorOf(await request('POST', `/contacts/${contact}/tags`, { id }))).toEqual(noUser)
    }
    for (const body of [{ id: '123' }, {}]) {
      expect(errorOf(await request('POST', `/contacts/${live}/tags`, body))).toEqual(noResource)
    }
  })

  test('lists at most ten tags with the contact, and sets has_more', async () => {
    const { request, create, intercom } = await start()
    const users = [{ id: await create(ada) }]
    for (let index = 0; index < 11; index += 1) {
      await request('POST', '/tags', { name: `tag ${index}`, users })
    }

    const tags = intercom.contacts()[0]?.tags

    expect(tags?.data).toHaveLength(10)
    expect(tags).toMatchObject({ total_count: 11, has_more: true })
  })

  test('is undone by DELETE; a second DELETE is a 404', async () => {
    const { request, create, intercom } = await start()
    const id = await create(ada)
    const tag = (await request('POST', '/tags', { name: 'beta', users: [{ id }] })).json
    const path = `/contacts/${id}/tags/${tag.id}`

    const removed = await request('DELETE', path)

    expect(removed).toMatchObject({ status: 200, json: { ...tag, applied_at: nowSeconds } })
    expect(intercom.contacts()[0]?.tags.data).toEqual([])
    expect(errorOf(await request('DELETE', path))).toEqual(noResource)
    expect(errorOf(await request('DELETE', `/contacts/${unknownId}/tags/1`))).toEqual(noUser)
  })
})

describe('company', () => {
  test('is created and then updated by its company_id, with every field of the reference', async () => {
    const { request, clock } = await start()

    const created = await request('POST', '/companies', {
      company_id: 'acme',
      name: 'Acme',
      size: 5,
    })
    clock.ms += 5_000
    const updated = await request('POST', '/companies', {
      company_id: 'acme',
      name: 'Acme Inc.',
      website: 'https://acme.example',
      industry: 'Anvils',
      plan: 'Pro',
      monthly_spend: 155.98,
      remote_created_at: 1_374_138_000,
      custom_attributes: { tier: 'gold' },
    })

    const rest = {
      type: 'company',
      app_id: 'sandbox1',
      session_count: 0,
      user_count: 0,
      tags: { type: 'tag.list', tags: [] },
      segments: { type: 'segment.list', segments: [] },
    }
    expect(created.status).toBe(200)
    expect(created.json).toEqual({
      ...rest,
      id: created.json.id,
      company_id: 'acme',
      name: 'Acme',
      size: 5,
      plan: {},
      monthly_spend: 0,
      created_at: nowSeconds,
      updated_at: nowSeconds,
      custom_attributes: {},
    })
    expect(created.json.id).toMatch(/^[0-9a-f]{24}$/)
    expect(updated.json).toEqual({
      ...rest,
      id: created.json.id,
      company_id: 'acme',
      name: 'Acme Inc.',
      size: 5,
      website: 'https://acme.example',
      industry: 'Anvils',
      plan: { type: 'plan', id: '1', name: 'Pro' },
      monthly_spend: 155,
      remote_created_at: 1_374_138_000,
      created_at: nowSeconds,
      updated_at: nowSeconds + 5,
      custom_attributes: { tier: 'gold' },
    })
  })

  test('with only a name is created again each time', async () => {
    const { request } = await start()

    const one = await request('POST', '/companies', { name: 'Acme', size: null })
    const two = await request('POST', '/companies', { name: 'Acme' })

    expect(one.status).toBe(200)
    expect(two.json.id).not.toBe(one.json.id)
  })

  test.each([
    [{ test: 'invalid' }, 'test'],
    [{}, 'company_id'],
    [[], 'company_id'],
    [{ company_id: '', industry: 'Anvils' }, 'company_id'],
    [{ company_id: 'acme', size: 'many' }, 'size'],
    [{ company_id: 'acme', monthly_spend: 2 ** 31 }, 'monthly_spend'],
  ])('is refused for %j', async (body, field) => {
    const { request } = await start()

    expect(errorOf(await request('POST', '/companies', body))).toEqual({
      status: 400,
      code: 'bad_request',
      message: `bad '${field}' parameter`,
    })
  })

  test('is attached to a contact once, and listed there', async () => {
    const { request, create, intercom } = await start()
    const contact = await create(ada)
    const { id } = (await request('POST', '/companies', { company_id: 'acme' })).json

    await request('POST', `/contacts/${contact}/companies`, { id })
    const { status, json } = await request('POST', `/contacts/${contact}/companies`, { id })

    expect(status).toBe(200)
    expect(json).toMatchObject({ type: 'company', id, company_id: 'acme', user_count: 1 })
    expect(intercom.contacts()[0]?.companies).toMatchObject({
      data: [{ type: 'company', id, url: `/companies/${id}` }],
      total_count: 1,
    })
  })

  test('of a contact is listed, 50 a page, and detached once', async () => {
    const { request, create } = await start()
    const contact = await create(ada)
    const path = `/contacts/${contact}/companies`
    const ids: string[] = []
    for (let index = 0; index < 51; index += 1) {
      const { id } = (await request('POST', '/companies', { company_id: `c${index}` })).json
      await request('POST', path, { id })
      ids.push(id)
    }

    const first = (await request('GET', path)).json
    const second = (await request('GET', `${path}?page=2`)).json
    expect(first.data).toHaveLength(50)
    expect(first.pages).toMatchObject({ page: 1, per_page: 50, total_pages: 2 })
    expect(first.pages.next).toBe(`https://api.intercom.io${path}?page=2`)
    expect(second).toMatchObject({ data: [{ company_id: 'c50' }], total_count: 51 })
    expect(second.pages.next).toBeNull()

    const detached = await request('DELETE', `${path}/${ids[0]}`)
    expect(detached.json).toMatchObject({ type: 'company', company_id: 'c0', user_count: 0 })
    expect(errorOf(await request('DELETE', `${path}/${ids[0]}`))).toEqual(noCompany)
    expect((await request('GET', path)).json.total_count).toBe(50)
  })

  test('is neither listed nor detached for an unknown contact', async () => {
    const { request } = await start()
    const path = `/contacts/${unknownId}/companies`

    expect(errorOf(await request('GET', path))).toEqual(noUser)
    expect(errorOf(await request('DELETE', `${path}/1`))).toEqual(noUser)
  })

  test('is not attached without an id, or if the company or contact does not exist', async () => {
    const { request, create } = await start()
    const contact = await create(ada)
    const { id } = (await request('POST', '/companies', { company_id: 'acme' })).json
    const path = `/contacts/${contact}/companies`

    expect(errorOf(await request('POST', path, {}))).toEqual({
      status: 400,
      code: 'parameter_not_found',
      message: 'company not specified',
    })
    expect(errorOf(await request('POST', path, { id: '123' }))).toEqual(noCompany)
    expect(errorOf(await request('POST', `/contacts/${unknownId}/companies`, { id }))).toEqual(
      noUser,
    )
  })
})

describe('note', () => {
  test('is returned as HTML with its contact and author, and created again each time', async () => {
    const { request, create, intercom } = await start({ admins: [7] })
    const id = await create(ada)

    const first = await request('POST', `/contacts/${id}/notes`, { body: 'Hello', admin_id: '7' })
    const second = await request('POST', `/contacts/${id}/notes`, { body: '<p>Hello</p>' })

    expect(first.status).toBe(200)
    expect(first.json).toEqual({
      type: 'note',
      id: '1',
      created_at: nowSeconds,
      contact: { type: 'contact', id },
      author: {
        type: 'admin',
        id: '7',
        name: 'Admin 7',
        email: 'admin7@example.com',
        away_mode_enabled: false,
        away_mode_reassign: false,
      },
      body: '<p>Hello</p>',
    })
    expect(second.json).toMatchObject({ id: '2', author: null, body: '<p>Hello</p>' })
    expect(intercom.contacts()[0]?.notes).toMatchObject({
      data: [
        { type: 'note', id: '1', url: '/notes/1' },
        { type: 'note', id: '2', url: '/notes/2' },
      ],
      total_count: 2,
    })
  })

  test('is listed with the others of its contact, the newest first, 50 at most', async () => {
    const { request, create } = await start()
    const [id, other] = [await create(ada), await create({ role: 'lead' })]
    expect((await request('GET', `/contacts/${id}/notes`)).json).toMatchObject({ data: [] })
    const add = (contact: string, body: string) =>
      request('POST', `/contacts/${contact}/notes`, { body })
    for (let count = 1; count <= 51; count += 1) await add(id, `note ${count}`)
    const { json } = await add(other, 'Hello')

    const listed = await request('GET', `/contacts/${id}/notes`)
    const ofOther = await request('GET', `/contacts/${other}/notes`)

    expect(listed.status).toBe(200)
    const notes = listed.json.data as object[]
    expect(notes).toHaveLength(50)
    expect(notes[0]).toMatchObject({ id: '51', contact: { id }, body: '<p>note 51</p>' })
    expect(notes[49]).toMatchObject({ id: '2' })
    expect(listed.json).toMatchObject({
      type: 'list',
      total_count: 51,
      pages: { type: 'pages', next: null, page: 1, per_page: 50, total_pages: 2 },
    })
    expect(ofOther.json).toMatchObject({ data: [json], total_count: 1 })
    expect(errorOf(await request('GET', `/contacts/${unknownId}/notes`))).toEqual(noUser)
  })

  test('is refused without a body, for an unknown contact and for an unknown admin', async () => {
    const { request, create } = await start({ admins: [7] })
    const id = await create(ada)
    const body = 'Hello'

    for (const empty of [{}, { body: '' }, { body: 7 }]) {
      const response = await request('POST', `/contacts/${id}/notes`, empty)
      expect(errorOf(response)).toMatchObject({ status: 400, code: 'parameter_invalid' })
    }
    expect(errorOf(await request('POST', `/contacts/${unknownId}/notes`, { body }))).toEqual(noUser)
    const byUnknown = await request('POST', `/contacts/${id}/notes`, { body, admin_id: '8' })
    expect(errorOf(byUnknown)).toEqual(noResource)
    const byMember = await request('POST', `/contacts/${id}/notes`, { body, admin_id: 7 })
    expect(byMember.status).toBe(200)
  })
})

test('POST /_sandbox/reset deletes tags, companies and notes', async () => {
  const { request, create, intercom } = await start()
  const users = [{ id: await create(ada) }]
  await request('POST', '/tags', { name: 'beta', users })
  const company = (await request('POST', '/companies', { company_id: 'acme' })).json
  await request('POST', `/contacts/${users[0]?.id}/notes`, { body: 'Hello' })

  await request('POST', '/_sandbox/reset')

  const id = await create(ada)
  expect((await request('GET', '/tags')).json.data).toEqual([])
  const attached = await request('POST', `/contacts/${id}/companies`, { id: company.id })
  expect(errorOf(attached)).toEqual(noCompany)
  expect((await request('POST', `/contacts/${id}/notes`, { body: 'Hi' })).json.id).toBe('1')
  expect(intercom.contacts()).toHaveLength(1)
})

test('listing a contact’s tags shows each with its time', async () => {
  const { request, create } = await start()
  const id = await create(ada)
  for (const name of ['beta', 'vip']) await request('POST', '/tags', { name, users: [{ id }] })

  expect((await request('GET', `/contacts/${id}/tags`)).json).toMatchObject({
    type: 'list',
    data: [
      { type: 'tag', name: 'beta', applied_at: nowSeconds },
      { type: 'tag', name: 'vip', applied_at: nowSeconds },
    ],
  })
  expect(errorOf(await request('GET', `/contacts/${unknownId}/tags`))).toEqual(noUser)
})
