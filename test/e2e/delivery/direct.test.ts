import { expect, test } from 'vitest'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { account, startScene } from './scene.ts'

const start = async (options: SourceOptions = {}) => {
  const scene = await startScene(options, { delivery: 'direct' })
  return {
    ...scene,
    send: async (fields: object) => {
      const { status, json, headers } = await scene.post('backend', fields)
      return { status, json, retryAfter: headers['retry-after'] }
    },
  }
}

test('direct mode responds with 200, the outcome and the contact’s id', async () => {
  const { send, contacts } = await start()

  const responses = [
    await send({ external_id: '1' }),
    await send(account),
    await send({ external_id: '1' }),
  ]

  const contact_id = contacts()[0]?.id
  expect(responses.map(({ status, json }) => [status, json])).toEqual(
    ['created', 'updated', 'unchanged'].map((status) => [200, { status, contact_id }]),
  )
})

test('direct mode responds with 200 when attributes or extras are refused, names and counts them', async () => {
  const { send, contacts, workspace, count } = await start()
  workspace.addFault({ path: '/tags', status: 403 })

  const { status, json } = await send({
    ...account,
    phone: '12',
    tags: ['beta'],
    custom_attributes: { team: 'x' },
  })

  expect(status).toBe(200)
  expect(json).toEqual({
    status: 'created',
    contact_id: contacts()[0]?.id,
    left_out: [
      { path: 'phone', reason: 'phone_invalid' },
      { path: 'custom_attributes.team', reason: 'not in the workspace' },
      { path: 'tags', reason: 'api_plan_restricted' },
    ],
  })
  expect(contacts()).toMatchObject([account])
  expect([count('attributes_refused'), count('extras_failed')]).toEqual([1, 1])
})

test.each([
  ['Intercom is down', { status: 503 }, '30'],
  ['the limit is used up', { status: 429 }, '30'],
  ['the token is bad', { status: 401 }, '30'],
  ['the token lacks a right', { status: 403 }, '30'],
  ['extras fail temporarily', { path: '/tags', status: 503 }, '30'],
])('direct mode responds with 503 and Retry-After when %s', async (_reason, fault, seconds) => {
  const { send, workspace } = await start()
  workspace.addFault(fault)

  expect(await send({ ...account, tags: ['beta'] })).toEqual({
    status: 503,
    retryAfter: seconds,
    json: {
      error: {
        code: 'temporarily_unavailable',
        message: 'the signup could not be accepted now: send it again later',
      },
    },
  })
})

test('direct mode responds with 503 and Retry-After 180 for a lead that may have been created', async () => {
  const { send, workspace } = await start({ role: 'lead' })
  workspace.addFault({ method: 'POST', path: '/contacts', lost: true, count: 1 })

  expect(await send({ email: 'ada@example.com' })).toMatchObject({ status: 503, retryAfter: '180' })
  expect(await send({ email: 'ada@example.com' })).toMatchObject({
    status: 200,
    json: { status: 'unchanged' },
  })
})

test('direct mode responds with 503 and Retry-After 180 for a new lead whose extras fail', async () => {
  const { send, workspace } = await start({ role: 'lead' })
  workspace.addFault({ path: '/tags', status: 503 })

  const response = await send({ email: 'ada@example.com', tags: ['beta'] })

  expect(response).toMatchObject({ status: 503, retryAfter: '180' })
})

test('direct mode looks up a lead despite `lookup: false`, since the request may be a retry', async () => {
  const { send, contacts, workspace } = await start({ role: 'lead', lookup: false })
  workspace.addFault({ method: 'POST', path: '/contacts', lost: true, count: 1 })

  await send({ email: 'ada@example.com' })
  await send({ email: 'ada@example.com' })

  expect(contacts()).toHaveLength(1)
})

test('direct mode responds with 422 and Intercom’s code, never its text, to a permanent refusal', async () => {
  const { send, workspace } = await start()
  workspace.addFault({ status: 422, code: 'data_invalid', message: 'No such email[ada]' })

  const response = await send(account)

  expect(response).toMatchObject({
    status: 422,
    json: { error: { code: 'intercom_rejected', intercom_code: 'data_invalid' } },
  })
  expect(JSON.stringify(response)).not.toContain('No such')
})

test.each([
  ['version', { status: 400, code: 'intercom_version_invalid', message: 'No ada' }],
  ['redirect', { status: 307, body: 'html' }],
  ['address', { status: 404, code: 'not_found', message: 'No ada' }],
] as const)(
  'direct mode responds with 500 misconfigured to a wrong %s, without a value or Intercom’s text',
  async (_name, fault) => {
    const { send, contacts, workspace } = await start()
    workspace.addFault(fault)

    const response = await send(account)

    expect(response).toMatchObject({
      status: 500,
      json: { error: { code: 'misconfigured', message: expect.stringContaining('INTERCOM_') } },
    })
    expect(JSON.stringify(response)).not.toMatch(/ada|http|not_found|version_invalid/i)
    workspace.faults.clear()
    expect(await send(account)).toMatchObject({ status: 200 })
    expect(contacts()).toHaveLength(1)
  },
)

test('direct mode responds with 422 to four persons with the same refusal, then with 503 to all', async () => {
  const { send, workspace, count } = await start()
  workspace.addFault({ status: 400, code: 'bad_request' })
  const statuses: number[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e', 'a']) {
    statuses.push((await send({ email: `${name}@example.com` })).status)
  }

  expect(statuses).toEqual([422, 422, 422, 422, 503, 503])
  expect(count('intercom_refuses_all')).toBe(2)
  workspace.faults.clear()
  expect(await send(account)).toMatchObject({ status: 200 })
})

test('direct mode responds with 422 to contact_archived, contact_deleted and identity_conflict', async () => {
  const parking = await start({ onArchived: 'park' })
  const archived = await parking.addContact(account)
  await parking.intercom('POST', `/contacts/${archived}/archive`)
  expect(await parking.send(account)).toMatchObject({
    status: 422,
    json: { error: { code: 'contact_archived' } },
  })

  const { send, addContact, intercom, workspace } = await start()
  const deleted = await addContact(account)
  await intercom('DELETE', `/contacts/${deleted}`)
  expect(await send(account)).toMatchObject({
    status: 422,
    json: { error: { code: 'contact_deleted', intercom_code: 'bad_request' } },
  })

  await addContact({ email: 'lin@example.com' })
  const other = await addContact({ email: 'other@example.com', external_id: '7' })
  const message = `A contact matching those details already exists with id=${other}`
  workspace.addFault({ method: 'PUT', path: '/contacts/*', status: 409, message, count: 1 })
  expect(await send({ email: 'lin@example.com', external_id: '2' })).toMatchObject({
    status: 422,
    json: { error: { code: 'identity_conflict' } },
  })
})
