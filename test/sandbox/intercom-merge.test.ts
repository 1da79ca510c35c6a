import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const email = 'ada@example.com'
const notFound = { status: 404, code: 'not_found', message: 'User Not Found' }
const from216 = { 'intercom-version': '2.16' }

/** Starts an Intercom with a lead, which has a tag, merged into a user. */
const startMerged = async () => {
  const started = await start()
  const { request, create } = started
  const lead = await create({ role: 'lead', email, name: 'Ada', phone: '+3531234567' })
  const user = await create({ external_id: '70', email, name: 'Ada L.' })
  const { external_id } = (await request('GET', `/contacts/${lead}`)).json
  await request('POST', '/tags', { name: 'beta', users: [{ id: lead }] })
  const response = await request('POST', '/contacts/merge', { from: lead, into: user })
  return { ...started, lead, user, external_id, response }
}

describe('merging a lead into a user', () => {
  test('returns the user with its own values and fills empty ones with those of the lead', async () => {
    const { response, user } = await startMerged()

    expect(response.status).toBe(200)
    expect(response.json).toMatchObject({
      id: user,
      role: 'user',
      external_id: '70',
      name: 'Ada L.',
      phone: '+3531234567',
      tags: { total_count: 1 },
    })
  })

  test('hides the lead from GET, PUT, search, find and the list', async () => {
    const { request, lead, user, external_id, searchBy, intercom } = await startMerged()

    expect(errorOf(await request('GET', `/contacts/${lead}`))).toEqual(notFound)
    expect(errorOf(await request('PUT', `/contacts/${lead}`, { name: 'A' }))).toEqual(notFound)
    expect(await searchBy('email', email)).toEqual([user])
    const found = await request('GET', `/contacts/find_by_external_id/${external_id}`)
    expect(errorOf(found)).toEqual(notFound)
    const { json } = await request('GET', '/contacts')
    expect(json).toMatchObject({ type: 'list', data: [{ id: user }], total_count: 1 })
    expect(intercom.contacts().map(({ id }) => id)).toEqual([user])
  })

  test('makes the lead a 410 with a link to the user from 2.16 on', async () => {
    const { request, lead, user, external_id } = await startMerged()

    for (const [method, path] of [
      ['GET', `/contacts/${lead}`],
      ['PUT', `/contacts/${lead}`],
      ['GET', `/contacts/find_by_external_id/${external_id}`],
    ] as const) {
      const body = method === 'PUT' ? {} : undefined
      const response = await request(method, path, body, from216)
      expect(errorOf(response)).toEqual({
        status: 410,
        code: 'contact_merged',
        message: "This contact has been merged. See the 'Link' header for the canonical contact.",
      })
      expect(response.headers.get('link')).toBe(`</contacts/${user}>; rel="canonical"`)
    }
  })

  test('prevents the lead from being unarchived, archived, deleted or merged again', async () => {
    const { request, lead, user } = await startMerged()

    expect(errorOf(await request('POST', `/contacts/${lead}/unarchive`))).toEqual({
      status: 400,
      code: 'bad_request',
      message: 'User has been merged and is not restorable.',
    })
    expect(errorOf(await request('POST', `/contacts/${lead}/archive`))).toEqual(notFound)
    expect(errorOf(await request('DELETE', `/contacts/${lead}`))).toEqual(notFound)
    const again = await request('POST', '/contacts/merge', { from: lead, into: user })
    expect(errorOf(again)).toEqual(notFound)
  })

  test('keeps the external_id of the lead taken, with the message of archived contacts', async () => {
    const { request, lead, external_id } = await startMerged()

    const response = await request('POST', '/contacts', { external_id, email })

    expect(errorOf(response)).toEqual({
      status: 409,
      code: 'conflict',
      message: `An archived contact matching those details already exists with id=${lead}`,
    })
  })

  test('frees the e-mail of the lead for users', async () => {
    const { request, create } = await start()
    const from = await create({ role: 'lead', email })
    const into = await create({ external_id: '70', email: 'other@example.com' })
    await request('POST', '/contacts/merge', { from, into })

    expect((await request('POST', '/contacts', { email })).status).toBe(200)
  })

  test('is refused for other roles and for an invalid id', async () => {
    const { request, create } = await start()
    const user = await create({ email })
    const other = await create({ email: 'b@example.com' })
    const lead = await create({ role: 'lead', email })

    for (const [from, into] of [
      [user, other],
      [user, lead],
      [lead, lead],
      [lead, undefined],
      [7, user],
    ]) {
      const response = await request('POST', '/contacts/merge', { from, into })
      expect(errorOf(response)).toMatchObject({ status: 400, code: 'parameter_invalid' })
    }
    const intoUnknown = await request('POST', '/contacts/merge', { from: lead, into: 'nobody' })
    expect(errorOf(intoUnknown)).toEqual(notFound)
  })

  test('requires the same e-mail or phone from 2.16 on, unless the check is skipped', async () => {
    const { request, create } = await start()
    const from = await create({ role: 'lead', email: 'lead@example.com' })
    const into = await create({ email })
    const merge = (more: object) =>
      request('POST', '/contacts/merge', { from, into, ...more }, from216)

    expect(errorOf(await merge({}))).toMatchObject({ status: 400, code: 'invalid_merge' })
    expect((await merge({ skip_duplicate_validation: true })).status).toBe(200)
  })
})
