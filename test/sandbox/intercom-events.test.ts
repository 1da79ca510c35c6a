import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const event = { event_name: 'paid', created_at: 1_734_537_000 }
const email = 'ada@example.com'

describe('POST /events', () => {
  test('responds with 202 and an empty body, and keeps the event', async () => {
    const { request, create } = await start()
    const id = await create({ external_id: '1', email })
    const metadata = {
      ...{ plan: 'pro', seats: 3, renews_date: 1_893_456_000 },
      receipt: { url: 'https://example.com/r', value: 'R-1' },
      total: { amount: 4_999, currency: 'eur' },
    }

    const response = await request('POST', '/events', { ...event, id, metadata })

    expect(response).toMatchObject({ status: 202, json: '' })
    const listed = await request('GET', `/events?type=user&intercom_user_id=${id}`)
    expect(listed.json).toMatchObject({
      type: 'event.list',
      events: [{ ...event, type: 'event', intercom_user_id: id, user_id: '1', email, metadata }],
    })
  })

  test('finds a user by id, user_id or e-mail, and a lead by id alone', async () => {
    const { request, create } = await start()
    const user = await create({ external_id: '1', email })
    const lead = await create({ role: 'lead', email: 'lead@example.com' })
    const { external_id } = (await request('GET', `/contacts/${lead}`)).json
    const status = async (who: object) =>
      (await request('POST', '/events', { ...event, ...who })).status

    expect(await status({ id: user })).toBe(202)
    expect(await status({ user_id: '1' })).toBe(202)
    expect(await status({ email: 'ADA@example.com' })).toBe(202)
    expect(await status({ id: lead })).toBe(202)
    expect(await status({ user_id: external_id })).toBe(404)
    expect(await status({ email: 'lead@example.com' })).toBe(404)
    expect(await status({ id: '000000000000000000000000' })).toBe(404)
  })

  test('ignores a second event of the same contact, name and time', async () => {
    const { request, create, intercom } = await start()
    const id = await create({ email })
    const other = await create({ email: 'b@example.com' })
    for (const body of [
      ...[{ id }, { id, event_name: 'PAID' }, { email }, { id: other }],
      { id, created_at: 1_734_537_001 },
    ]) {
      expect((await request('POST', '/events', { ...event, ...body })).status).toBe(202)
    }

    const { json } = await request('GET', `/events?type=user&email=${email}`)
    expect(json.events).toHaveLength(2)
    await request('POST', `/contacts/${id}/archive`)
    expect(errorOf(await request('POST', '/events', { ...event, id }))).toMatchObject({
      status: 404,
    })
    intercom.reset()
  })

  test('keeps the first ten keys of the metadata', async () => {
    const { request, create } = await start()
    const id = await create({ email })
    const metadata = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`k${index}`, index]),
    )

    await request('POST', '/events', { ...event, id, metadata })

    const { json } = await request('GET', `/events?type=user&intercom_user_id=${id}`)
    expect(Object.keys(json.events[0].metadata)).toHaveLength(10)
  })

  test.each([
    [{ event_name: '' }],
    [{ event_name: undefined }],
    [{ created_at: undefined }],
    [{ created_at: '1734537000' }],
    [{ created_at: 1_734_537_000_000 }],
    [{ user: 'x' }],
    [{ metadata: 'x' }],
    [{ metadata: { a: null } }],
    [{ metadata: { a: true } }],
    [{ metadata: { a: ['x'] } }],
    [{ metadata: { a: { b: 1 } } }],
    [{ metadata: { a: { amount: 4.5, currency: 'eur' } } }],
    [{ metadata: { a: { amount: -4, currency: 'eur' } } }],
    [{ metadata: { a: { amount: 4 } } }],
    [{ metadata: { a: { url: 'x', value: 'y' } } }],
    [{ metadata: { end_date: '2030-01-01' } }],
  ])('refuses %j', async (fields) => {
    const { request, create } = await start()
    const id = await create({ email })

    const response = await request('POST', '/events', { ...event, id, ...fields })

    expect(errorOf(response)).toMatchObject({ status: 400, code: 'parameter_invalid' })
  })

  test('refuses an event of no one, and a list without the type user', async () => {
    const { request } = await start()

    expect((await request('POST', '/events', event)).status).toBe(400)
    expect((await request('GET', '/events?type=user')).status).toBe(400)
    expect((await request('GET', `/events?email=${email}`)).status).toBe(400)
  })

  test('moves the events of a lead to the user that it is merged into', async () => {
    const { request, create, intercom } = await start()
    const lead = await create({ role: 'lead', email })
    const user = await create({ external_id: '1', email })
    for (const id of [lead, user]) await request('POST', '/events', { ...event, id })
    await request('POST', '/events', { ...event, id: lead, event_name: 'visited' })

    await request('POST', '/contacts/merge', { from: lead, into: user })

    const { json } = await request('GET', '/events?type=user&user_id=1')
    expect(json.events.map(({ event_name }: { event_name: string }) => event_name)).toEqual([
      'visited',
      'paid',
    ])
    intercom.reset()
  })
})
