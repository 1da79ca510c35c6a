import { describe, expect, test } from 'vitest'
import { start } from './intercom-client.ts'

const email = 'ada@example.com'
const older = ['1.0', '2.9', '2.14', '2.15']
const from216 = ['2.16', 'Preview']
const as = (version: string) => ({ 'intercom-version': version })

describe('email_verified', () => {
  test.each(from216)('is refused without an e-mail in the same request in %s', async (version) => {
    const { request, create } = await start()
    const id = await create({ external_id: '1', email })
    const refused = {
      status: 400,
      json: { errors: [{ code: 'parameter_invalid', field: 'email_verified' }] },
    }
    const send = (method: string, path: string, body: object) =>
      request(method, path, body, as(version))

    const body = { external_id: '2', email_verified: true }
    expect(await send('POST', '/contacts', body)).toMatchObject(refused)
    expect(await send('PUT', `/contacts/${id}`, { email_verified: false })).toMatchObject(refused)
    expect(
      await send('PUT', `/contacts/${id}`, { email: null, email_verified: true }),
    ).toMatchObject(refused)
    expect(await send('PUT', `/contacts/${id}`, { email, email_verified: 'yes' })).toMatchObject(
      refused,
    )
  })

  test.each(from216)('is accepted beside one, and in no response of %s', async (version) => {
    const { request } = await start()

    const created = await request('POST', '/contacts', { email, email_verified: true }, as(version))
    const path = `/contacts/${created.json.id}`
    const updated = await request('PUT', path, { email, email_verified: null }, as(version))

    expect([created.status, updated.status]).toEqual([200, 200])
    for (const { json } of [created, updated]) expect(json).not.toHaveProperty('email_verified')
  })

  test.each(older)('is ignored in %s, as any unknown field', async (version) => {
    const { request } = await start()
    const body = { external_id: '1', email_verified: 'yes' }

    expect((await request('POST', '/contacts', body, as(version))).status).toBe(200)
  })
})

describe('the response to POST /tags', () => {
  test.each(from216)('names who was tagged in %s', async (version) => {
    const { request, create } = await start()
    const id = await create({ email })

    const { json } = await request('POST', '/tags', { name: 'a', users: [{ id }] }, as(version))

    expect(json).toEqual({
      type: 'tag',
      id: '1',
      name: 'a',
      users: [{ id, tagged: true }],
      companies: [],
    })
    expect((await request('POST', '/tags', { name: 'a' }, as(version))).json.users).toEqual([])
  })

  test.each(older)('is the tag alone in %s', async (version) => {
    const { request } = await start()

    expect((await request('POST', '/tags', { name: 'a' }, as(version))).json).toEqual({
      type: 'tag',
      id: '1',
      name: 'a',
    })
  })
})

describe('the order of a search', () => {
  const query = { field: 'email', operator: '=', value: email }

  test.each(from216)('is ascending or descending in %s', async (version) => {
    const { request } = await start()
    const statusOf = async (order: string) =>
      (await request('POST', '/contacts/search', { query, sort: { order } }, as(version))).status
    const sort = { field: 'name', order: 'desc' }
    const { status, json } = await request('POST', '/contacts/search', { query, sort }, as(version))

    expect(await Promise.all(['ascending', 'descending'].map(statusOf))).toEqual([200, 200])
    expect([status, json.errors]).toEqual([
      400,
      [
        {
          code: 'invalid_sort_order',
          message: "Invalid sort order 'desc'. Must be one of: ascending, descending",
        },
      ],
    ])
  })

  test.each(older)('is not checked in %s', async (version) => {
    const { request } = await start()
    const body = { query, sort: { order: 'desc' } }

    expect((await request('POST', '/contacts/search', body, as(version))).status).toBe(200)
  })
})

describe('errors[].field', () => {
  test.each([
    ['email', { email: 'no address' }],
    ['phone', { email, phone: 'none' }],
    ['avatar', { email, avatar: 'none' }],
    ['signed_up_at', { email, signed_up_at: 'today' }],
    ['unsubscribed_from_emails', { email, unsubscribed_from_emails: 1 }],
    ['custom_attributes', { email, custom_attributes: [] }],
    ['custom_attributes.unknown', { email, custom_attributes: { unknown: 1 } }],
    ['custom_attributes.seats', { email, custom_attributes: { seats: 'three' } }],
    ['owner_id', { email, owner_id: 9 }],
  ])('names %s', async (field, body) => {
    const { request } = await start({ attributes: ['seats:integer'] })

    expect((await request('POST', '/contacts', body)).json.errors).toEqual([
      { code: 'parameter_invalid', message: expect.any(String), field },
    ])
  })

  test('names the owner in 2.16, where it is text', async () => {
    const { request } = await start()

    for (const owner_id of [1, '9', 'me']) {
      const { json } = await request('POST', '/contacts', { email, owner_id }, as('2.16'))
      expect(json.errors[0]).toMatchObject({ field: 'owner_id' })
    }
  })

  test('names that of a company', async () => {
    const { request } = await start()
    const { json } = await request('POST', '/companies', { company_id: '1', size: 'big' })

    expect(json.errors).toEqual([
      { code: 'bad_request', message: "bad 'size' parameter", field: 'size' },
    ])
  })

  test('names that of a data attribute and of a note', async () => {
    const { request, create } = await start()
    const fieldOf = async (path: string, body: object) =>
      (await request('POST', path, body)).json.errors[0].field
    const attribute = { name: 'plan', model: 'contact', data_type: 'string' }

    expect(await fieldOf('/data_attributes', { ...attribute, name: '!' })).toBe('name')
    expect(await fieldOf('/data_attributes', { ...attribute, model: 'x' })).toBe('model')
    expect(await fieldOf('/data_attributes', { ...attribute, data_type: 'x' })).toBe('data_type')
    expect(await fieldOf(`/contacts/${await create({ email })}/notes`, {})).toBe('body')
  })

  test('is absent where the error is about no field', async () => {
    const { request } = await start()

    expect((await request('GET', '/contacts/1')).json.errors[0]).not.toHaveProperty('field')
    expect((await request('POST', '/contacts', {})).json.errors[0]).not.toHaveProperty('field')
  })
})

test('an attribute of the type integer, float or date may be negative', async () => {
  const { request } = await start({ attributes: ['balance:integer', 'score:float', 'at:date'] })
  const custom_attributes = { balance: -5, score: -0.5, at: -1_767_225_600 }

  const { json } = await request('POST', '/contacts', { email, custom_attributes })

  expect(json.custom_attributes).toEqual(custom_attributes)
})
