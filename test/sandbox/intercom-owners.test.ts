import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const email = 'ada@example.com'
const from216 = { 'intercom-version': '2.16' }
const stranger = {
  status: 400,
  code: 'parameter_invalid',
  message: 'The owner specified is not a member of the workspace',
}

describe('the owner of a contact', () => {
  test('is any integer, where the workspace has no list of admins', async () => {
    const { call } = await start()

    const { json } = await call('POST', '/contacts', { email, owner_id: 123 })

    expect(json.owner_id).toBe(123)
  })

  test.each(['POST', 'PUT'])('must be one of its admins for %s, or nobody', async (method) => {
    const { call, create } = await start({ admins: [123] })
    const id = await create({ email })
    const path = method === 'PUT' ? `/contacts/${id}` : '/contacts'
    const send = (owner_id: unknown) =>
      call(method, path, { role: 'user', external_id: '70', owner_id })

    expect(errorOf(await send(456))).toEqual(stranger)
    expect((await send(123)).json.owner_id).toBe(123)
    if (method === 'PUT') expect((await send(null)).json.owner_id).toBe(null)
  })

  test('is one of the admins set by a fault, until a reset', async () => {
    const { call, intercom } = await start()
    const conditions = await call('POST', '/_sandbox/faults', { admins: [7] })

    expect(conditions.json).toMatchObject({ faults: [], admins: [7] })
    expect(errorOf(await call('POST', '/contacts', { email, owner_id: 8 }))).toEqual(stranger)
    intercom.reset()
    expect((await call('POST', '/contacts', { email, owner_id: 8 })).status).toBe(200)
    expect((await call('GET', '/_sandbox/faults')).json).not.toHaveProperty('admins')
  })

  test('is text from 2.16 on, in requests and in every answer', async () => {
    const { call, intercom } = await start()

    const made = await call('POST', '/contacts', { email, owner_id: '123' }, from216)

    expect(made.json.owner_id).toBe('123')
    const path = `/contacts/${made.json.id}`
    expect((await call('GET', path, undefined, from216)).json.owner_id).toBe('123')
    const query = { field: 'email', operator: '=', value: email }
    const found = await call('POST', '/contacts/search', { query }, from216)
    expect(found.json.data[0].owner_id).toBe('123')
    const cleared = await call('PUT', path, { owner_id: null }, from216)
    expect(cleared.json.owner_id).toBe(null)
    await call('PUT', path, { owner_id: '124' }, from216)
    expect((await call('GET', path)).json.owner_id).toBe(124)
    expect(intercom.contacts()[0]?.owner_id).toBe(124)
  })

  test.each([
    ['2.15', '123'],
    ['2.16', 123],
    ['2.16', 'Ada'],
  ])('is refused in version %s where it is %j', async (version, owner_id) => {
    const { call } = await start()

    const headers = { 'intercom-version': version }
    const answer = await call('POST', '/contacts', { email, owner_id }, headers)

    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'parameter_invalid' })
  })
})
