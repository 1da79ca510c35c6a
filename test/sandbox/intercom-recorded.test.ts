import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

/* Answers on record of the live API that no other suite tells of. */
const email = 'ada@example.com'

describe('the recorded answers', () => {
  test('POST of a lead with an e-mail: Intercom gives it a UUID as external_id', async () => {
    const { call } = await start()

    const { status, json } = await call('POST', '/contacts', { role: 'lead', email })

    expect(status).toBe(200)
    expect(json.external_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  test('POST of an archived user, unarchive of the id in the text, then PUT works', async () => {
    const { call, create } = await start()
    const user = { external_id: '70', email }
    await call('POST', `/contacts/${await create(user)}/archive`)

    const refused = errorOf(await call('POST', '/contacts', user))
    const id = /id=([0-9a-f]{24})$/.exec(refused.message)?.[1]
    const back = await call('POST', `/contacts/${id}/unarchive`)
    const updated = await call('PUT', `/contacts/${id}`, { name: 'Ada' })

    expect(back).toMatchObject({ status: 200, json: { id, archived: false } })
    expect(updated).toMatchObject({ status: 200, json: { id, name: 'Ada' } })
  })

  test('unarchive of a user deleted for good: 400, or by a fault 500 server_error', async () => {
    const { call, create, intercom } = await start()
    const id = await create({ external_id: '70', email })
    await call('DELETE', `/contacts/${id}`)

    intercom.addFault({ status: 500, method: 'POST', path: '/contacts/*/unarchive', count: 1 })

    const unarchive = async () => errorOf(await call('POST', `/contacts/${id}/unarchive`))
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
  ])('POST of a lead with the e-mail of %s: a new contact', async (_, role, method, path) => {
    const { call, create } = await start()
    const gone = await create({ role, email })
    await call(method, `/contacts/${gone}${path}`)

    const { status, json } = await call('POST', '/contacts', { role: 'lead', email })

    expect(status).toBe(200)
    expect(json.id).not.toBe(gone)
  })

  test('a used-up window: the three rate headers, and no retry-after', async () => {
    const { call, intercom } = await start()
    intercom.addFault({ rate_limit: 0 })

    const { status, headers } = await call('GET', '/me')

    expect(status).toBe(429)
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    expect(headers.get('retry-after')).toBe(null)
  })
})
