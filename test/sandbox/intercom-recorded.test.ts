import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

// Responses recorded from the live API that no other file covers.
const email = 'ada@example.com'

describe('recorded responses', () => {
  test('POST of a lead with an e-mail creates it with a UUID as external_id', async () => {
    const { request } = await start()

    const { status, json } = await request('POST', '/contacts', { role: 'lead', email })

    expect(status).toBe(200)
    expect(json.external_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  test('POST of an archived user is a 409; unarchive of the id in its message, then PUT works', async () => {
    const { request, create } = await start()
    const user = { external_id: '70', email }
    await request('POST', `/contacts/${await create(user)}/archive`)

    const refused = errorOf(await request('POST', '/contacts', user))
    const id = /id=([0-9a-f]{24})$/.exec(refused.message)?.[1]
    const restored = await request('POST', `/contacts/${id}/unarchive`)
    const updated = await request('PUT', `/contacts/${id}`, { name: 'Ada' })

    expect(restored).toMatchObject({ status: 200, json: { id, archived: false } })
    expect(updated).toMatchObject({ status: 200, json: { id, name: 'Ada' } })
  })

  test('unarchive of a permanently deleted user is a 400, or a 500 server_error by a fault', async () => {
    const { request, create, intercom } = await start()
    const id = await create({ external_id: '70', email })
    await request('DELETE', `/contacts/${id}`)

    intercom.addFault({ status: 500, method: 'POST', path: '/contacts/*/unarchive', count: 1 })

    const unarchive = async () => errorOf(await request('POST', `/contacts/${id}/unarchive`))
    expect(await unarchive()).toEqual({
      status: 500,
      code: 'server_error',
      message: 'Server Error',
    })
    expect(await unarchive()).toMatchObject({ status: 400, code: 'bad_request' })
  })

  test.each([
    ['an archived lead', 'lead', 'POST', '/archive'],
    ['a deleted lead', 'lead', 'DELETE', ''],
    ['an archived user', 'user', 'POST', '/archive'],
  ])(
    'POST of a lead with the e-mail of %s creates a new contact',
    async (_, role, method, path) => {
      const { request, create } = await start()
      const hidden = await create({ role, email })
      await request(method, `/contacts/${hidden}${path}`)

      const { status, json } = await request('POST', '/contacts', { role: 'lead', email })

      expect(status).toBe(200)
      expect(json.id).not.toBe(hidden)
    },
  )

  test('a used-up rate window is a 429 with the rate headers, without retry-after', async () => {
    const { request, intercom } = await start()
    intercom.addFault({ rate_limit: 0 })

    const { status, headers } = await request('GET', '/me')

    expect(status).toBe(429)
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    expect(headers.get('retry-after')).toBe(null)
  })
})
