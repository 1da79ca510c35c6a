import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const email = 'ada@example.com'
const from216 = { 'intercom-version': '2.16' }
const unknownOwner = {
  status: 400,
  code: 'parameter_invalid',
  message: 'The owner specified is not a member of the workspace',
}

describe('owner of a contact', () => {
  test('can only be the admin of GET /me in a workspace without a list of admins', async () => {
    const { request } = await start()
    const { id } = (await request('GET', '/me')).json

    const { json } = await request('POST', '/contacts', { email, owner_id: Number(id) })

    expect(json.owner_id).toBe(1)
    for (const owner_id of [0, 2, 123, -1]) {
      const refused = await request('POST', '/contacts', { external_id: '70', owner_id })
      expect(errorOf(refused)).toEqual(unknownOwner)
    }
  })

  test.each(['POST', 'PUT'])('must be an admin of the workspace or null for %s', async (method) => {
    const { request, create } = await start({ admins: [123] })
    const id = await create({ email })
    const path = method === 'PUT' ? `/contacts/${id}` : '/contacts'
    const send = (owner_id: unknown) =>
      request(method, path, { role: 'user', external_id: '70', owner_id })

    expect(errorOf(await send(456))).toEqual(unknownOwner)
    expect((await send(123)).json.owner_id).toBe(123)
    if (method === 'PUT') expect((await send(null)).json.owner_id).toBe(null)
  })

  test('must be one of the admins set by a fault, until a reset', async () => {
    const { request, intercom } = await start()
    const conditions = await request('POST', '/_sandbox/faults', { admins: [7] })

    expect(conditions.json).toMatchObject({ faults: [], admins: [7] })
    expect(errorOf(await request('POST', '/contacts', { email, owner_id: 8 }))).toEqual(
      unknownOwner,
    )
    intercom.reset()
    expect(errorOf(await request('POST', '/contacts', { email, owner_id: 7 }))).toEqual(
      unknownOwner,
    )
    expect((await request('POST', '/contacts', { email, owner_id: 1 })).status).toBe(200)
    expect((await request('GET', '/_sandbox/faults')).json.admins).toEqual([1])
  })

  test('is a string from 2.16 on, in requests and responses', async () => {
    const { request, intercom } = await start({ admins: [123, 124] })

    const created = await request('POST', '/contacts', { email, owner_id: '123' }, from216)

    expect(created.json.owner_id).toBe('123')
    const path = `/contacts/${created.json.id}`
    expect((await request('GET', path, undefined, from216)).json.owner_id).toBe('123')
    const query = { field: 'email', operator: '=', value: email }
    const found = await request('POST', '/contacts/search', { query }, from216)
    expect(found.json.data[0].owner_id).toBe('123')
    const cleared = await request('PUT', path, { owner_id: null }, from216)
    expect(cleared.json.owner_id).toBe(null)
    await request('PUT', path, { owner_id: '124' }, from216)
    expect((await request('GET', path)).json.owner_id).toBe(124)
    expect(intercom.contacts()[0]?.owner_id).toBe(124)
  })

  test.each([
    ['2.15', '123'],
    ['2.16', 123],
    ['2.16', 'Ada'],
  ])('is refused in version %s if it is %j', async (version, owner_id) => {
    const { request } = await start({ admins: [123] })

    const headers = { 'intercom-version': version }
    const response = await request('POST', '/contacts', { email, owner_id }, headers)

    expect(errorOf(response)).toMatchObject({ status: 400, code: 'parameter_invalid' })
  })
})
