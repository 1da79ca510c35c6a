import { describe, expect, test } from 'vitest'
import { errorOf, start } from './intercom-client.ts'

const email = 'ada@example.com'
const notFound = { status: 404, code: 'not_found', message: 'User Not Found' }
const from216 = { 'intercom-version': '2.16' }

/** A lead with a tag, merged into a user. */
const startMerged = async () => {
  const started = await start()
  const { call, create } = started
  const lead = await create({ role: 'lead', email, name: 'Ada', phone: '+3531234567' })
  const user = await create({ external_id: '70', email, name: 'Ada L.' })
  const { external_id } = (await call('GET', `/contacts/${lead}`)).json
  await call('POST', '/tags', { name: 'beta', users: [{ id: lead }] })
  const answer = await call('POST', '/contacts/merge', { from: lead, into: user })
  return { ...started, lead, user, external_id, answer }
}

describe('merging a lead into a user', () => {
  test('answers the user, whose own values stay, with what the lead had beside them', async () => {
    const { answer, user } = await startMerged()

    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      id: user,
      role: 'user',
      external_id: '70',
      name: 'Ada L.',
      phone: '+3531234567',
      tags: { total_count: 1 },
    })
  })

  test('takes the lead out of GET, PUT, search, find and the list', async () => {
    const { call, lead, user, external_id, searchBy, intercom } = await startMerged()

    expect(errorOf(await call('GET', `/contacts/${lead}`))).toEqual(notFound)
    expect(errorOf(await call('PUT', `/contacts/${lead}`, { name: 'A' }))).toEqual(notFound)
    expect(await searchBy('email', email)).toEqual([user])
    const found = await call('GET', `/contacts/find_by_external_id/${external_id}`)
    expect(errorOf(found)).toEqual(notFound)
    const { json } = await call('GET', '/contacts')
    expect(json).toMatchObject({ type: 'list', data: [{ id: user }], total_count: 1 })
    expect(intercom.contacts().map(({ id }) => id)).toEqual([user])
  })

  test('answers 410 for the lead from 2.16 on, with a link to the user', async () => {
    const { call, lead, user, external_id } = await startMerged()

    for (const [method, path] of [
      ['GET', `/contacts/${lead}`],
      ['PUT', `/contacts/${lead}`],
      ['GET', `/contacts/find_by_external_id/${external_id}`],
    ] as const) {
      const body = method === 'PUT' ? {} : undefined
      const answer = await call(method, path, body, from216)
      expect(errorOf(answer)).toEqual({
        status: 410,
        code: 'contact_merged',
        message: "This contact has been merged. See the 'Link' header for the canonical contact.",
      })
      expect(answer.headers.get('link')).toBe(`</contacts/${user}>; rel="canonical"`)
    }
  })

  test('never lets the lead come back, archive, or merge again', async () => {
    const { call, lead, user } = await startMerged()

    expect(errorOf(await call('POST', `/contacts/${lead}/unarchive`))).toEqual({
      status: 400,
      code: 'bad_request',
      message: 'User has been merged and is not restorable.',
    })
    expect(errorOf(await call('POST', `/contacts/${lead}/archive`))).toEqual(notFound)
    expect(errorOf(await call('DELETE', `/contacts/${lead}`))).toEqual(notFound)
    const again = await call('POST', '/contacts/merge', { from: lead, into: user })
    expect(errorOf(again)).toEqual(notFound)
  })

  test('keeps the external_id of the lead taken, in the text of archived contacts', async () => {
    const { call, lead, external_id } = await startMerged()

    const answer = await call('POST', '/contacts', { external_id, email })

    expect(errorOf(answer)).toEqual({
      status: 409,
      code: 'conflict',
      message: `An archived contact matching those details already exists with id=${lead}`,
    })
  })

  test('leaves the e-mail of the lead to users', async () => {
    const { call, create } = await start()
    const from = await create({ role: 'lead', email })
    const into = await create({ external_id: '70', email: 'other@example.com' })
    await call('POST', '/contacts/merge', { from, into })

    expect((await call('POST', '/contacts', { email })).status).toBe(200)
  })

  test('is refused for other roles and for what is no id', async () => {
    const { call, create } = await start()
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
      const answer = await call('POST', '/contacts/merge', { from, into })
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'parameter_invalid' })
    }
    const intoNobody = await call('POST', '/contacts/merge', { from: lead, into: 'nobody' })
    expect(errorOf(intoNobody)).toEqual(notFound)
  })

  test('asks from 2.16 on that they share an e-mail or a phone, or that it be skipped', async () => {
    const { call, create } = await start()
    const from = await create({ role: 'lead', email: 'lead@example.com' })
    const into = await create({ email })
    const merge = (more: object) =>
      call('POST', '/contacts/merge', { from, into, ...more }, from216)

    expect(errorOf(await merge({}))).toMatchObject({ status: 400, code: 'invalid_merge' })
    expect((await merge({ skip_duplicate_validation: true })).status).toBe(200)
  })
})
