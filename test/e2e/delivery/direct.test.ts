import { expect, test } from 'vitest'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { account, startScene } from './scene.ts'

const start = async (options: SourceOptions = {}) => {
  const scene = await startScene(options, { delivery: 'direct' })
  return {
    ...scene,
    ask: async (fields: object) => {
      const { status, json, headers } = await scene.post('backend', fields)
      return { status, json, retryAfter: headers['retry-after'] }
    },
  }
}

test('200 with what became of the contact, and its id', async () => {
  const { ask, contacts } = await start()

  const answers = [
    await ask({ external_id: '1' }),
    await ask(account),
    await ask({ external_id: '1' }),
  ]

  const contact_id = contacts()[0]?.id
  expect(answers.map(({ status, json }) => [status, json])).toEqual(
    ['created', 'updated', 'unchanged'].map((status) => [200, { status, contact_id }]),
  )
})

test('200 where attributes or extras are refused: the contact is there, and the log tells', async () => {
  const { ask, contacts, workspace, count } = await start()
  workspace.addFault({ path: '/tags', status: 403 })

  const { status } = await ask({ ...account, tags: ['beta'], custom_attributes: { team: 'x' } })

  expect(status).toBe(200)
  expect(contacts()).toMatchObject([account])
  expect([count('attributes_refused'), count('extras_failed')]).toEqual([1, 1])
})

test.each([
  ['Intercom is away', { status: 503 }, '30'],
  ['the limit is used up', { status: 429 }, '30'],
  ['the token is bad', { status: 401 }, '30'],
  ['the token lacks a right', { status: 403 }, '30'],
  ['extras wait', { path: '/tags', status: 503 }, '30'],
])('503 + Retry-After when it may succeed later: %s', async (_why, fault, seconds) => {
  const { ask, workspace } = await start()
  workspace.addFault(fault)

  expect(await ask({ ...account, tags: ['beta'] })).toEqual({
    status: 503,
    retryAfter: seconds,
    json: {
      error: {
        code: 'temporarily_unavailable',
        message: 'the signup could not be taken now: send it again later',
      },
    },
  })
})

test('503 + Retry-After 180 for a lead that may have been made', async () => {
  const { ask, workspace } = await start({ role: 'lead' })
  workspace.addFault({ method: 'POST', path: '/contacts', lost: true, count: 1 })

  expect(await ask({ email: 'ada@example.com' })).toMatchObject({ status: 503, retryAfter: '180' })
  expect(await ask({ email: 'ada@example.com' })).toMatchObject({
    status: 200,
    json: { status: 'unchanged' },
  })
})

test('503 + Retry-After 180 for a new lead whose extras wait: nobody is to make it again', async () => {
  const { ask, workspace } = await start({ role: 'lead' })
  workspace.addFault({ path: '/tags', status: 503 })

  const answer = await ask({ email: 'ada@example.com', tags: ['beta'] })

  expect(answer).toMatchObject({ status: 503, retryAfter: '180' })
})

test('a lead of a source with `lookup: false` is looked up: it may be the second try', async () => {
  const { ask, contacts, workspace } = await start({ role: 'lead', lookup: false })
  workspace.addFault({ method: 'POST', path: '/contacts', lost: true, count: 1 })

  await ask({ email: 'ada@example.com' })
  await ask({ email: 'ada@example.com' })

  expect(contacts()).toHaveLength(1)
})

test('422 with Intercom’s code, never its text, when it cannot succeed', async () => {
  const { ask, workspace } = await start()
  workspace.addFault({ status: 422, code: 'data_invalid', message: 'No such email[ada]', count: 1 })

  const answer = await ask(account)

  expect(answer).toMatchObject({
    status: 422,
    json: { error: { code: 'intercom_rejected', intercom_code: 'data_invalid' } },
  })
  expect(JSON.stringify(answer)).not.toContain('No such')
})

test('422 contact_archived, contact_deleted and identity_conflict, each as it is', async () => {
  const parking = await start({ onArchived: 'park' })
  const archived = await parking.existing(account)
  await parking.intercom('POST', `/contacts/${archived}/archive`)
  expect(await parking.ask(account)).toMatchObject({
    status: 422,
    json: { error: { code: 'contact_archived' } },
  })

  const { ask, existing, intercom } = await start()
  const deleted = await existing(account)
  await intercom('DELETE', `/contacts/${deleted}`)
  expect(await ask(account)).toMatchObject({
    status: 422,
    json: { error: { code: 'contact_deleted', intercom_code: 'bad_request' } },
  })

  await existing({ email: 'lin@example.com' })
  await existing({ email: 'other@example.com', external_id: '2' })
  expect(await ask({ email: 'lin@example.com', external_id: '2' })).toMatchObject({
    status: 422,
    json: { error: { code: 'identity_conflict' } },
  })
})
