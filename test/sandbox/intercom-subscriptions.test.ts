import { describe, expect, test } from 'vitest'
import { configuredAttributes } from '../../sandbox/configured-attributes.ts'
import { configuredSubscriptions } from '../../sandbox/configured-subscriptions.ts'
import { readSubscriptionType } from '../../sandbox/intercom/subscriptions.ts'
import { clerk, defineBridge, form } from '../../src/lib/index.ts'
import { errorOf, start } from './intercom-client.ts'

const noResource = { status: 404, code: 'not_found', message: 'Resource Not Found' }
const noUser = { status: 404, code: 'not_found', message: 'User Not Found' }
const [newsletter, updates, oldNews] = ['1', '2', '3']

const startWithAda = async () => {
  const { request, create, intercom } = await start()
  const id = await create({ email: 'ada@example.com' })
  const path = `/contacts/${id}/subscriptions`
  return { request, path, intercom, contact: () => intercom.contacts()[0] }
}

test('the subscription types are listed, archived ones too', async () => {
  const { request } = await start()

  expect((await request('GET', '/subscription_types')).json).toMatchObject({
    type: 'list',
    data: [
      { type: 'subscription', id: newsletter, state: 'live', consent_type: 'opt_out' },
      { id: updates, state: 'live', default_translation: { name: 'Product updates' } },
      { id: oldNews, state: 'archived' },
    ],
  })
})

describe('a contact’s choices', () => {
  test('are those against the default: an opt_out type it left, an opt_in type it joined', async () => {
    const { request, path, contact } = await startWithAda()

    await request('POST', path, { id: newsletter, consent_type: 'opt_out' })
    await request('POST', path, { id: Number(updates), consent_type: 'opt_in' })
    await request('POST', path, { id: updates, consent_type: 'opt_in' })

    expect(contact()).toMatchObject({
      opted_out_subscription_types: { total_count: 1, data: [{ id: newsletter }] },
      opted_in_subscription_types: { total_count: 1, data: [{ id: updates }] },
    })
    expect((await request('GET', path)).json).toMatchObject({
      data: [{ id: newsletter }, { id: updates }],
    })
  })

  test('are taken back by a DELETE, once', async () => {
    const { request, path, contact } = await startWithAda()
    await request('POST', path, { id: newsletter, consent_type: 'opt_out' })

    expect(await request('DELETE', `${path}/${newsletter}`)).toMatchObject({
      status: 200,
      json: { id: newsletter },
    })
    expect(errorOf(await request('DELETE', `${path}/${newsletter}`))).toEqual(noResource)
    expect(contact()?.opted_out_subscription_types.total_count).toBe(0)
  })

  test.each([
    [{ id: '99', consent_type: 'opt_in' }, noResource],
    [{ id: oldNews, consent_type: 'opt_out' }, noResource],
    [{ id: newsletter, consent_type: 'opt_in' }, noResource],
    [{ id: newsletter }, { status: 400, code: 'parameter_invalid' }],
    [
      { id: newsletter, consent_type: 'yes' },
      { status: 400, code: 'parameter_invalid' },
    ],
  ])('are refused: %j', async (body, error) => {
    const { request, path, contact } = await startWithAda()

    expect(errorOf(await request('POST', path, body))).toMatchObject(error)
    expect(contact()?.opted_in_subscription_types.total_count).toBe(0)
  })

  test('belong to a contact that exists', async () => {
    const { request } = await start()
    const path = '/contacts/000000000000000000000000/subscriptions'

    for (const [method, end] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', '/1'],
    ] as const) {
      const body = method === 'POST' ? { id: newsletter, consent_type: 'opt_out' } : undefined
      expect(errorOf(await request(method, `${path}${end}`, body))).toEqual(noUser)
    }
  })

  test('are forgotten by a reset; types that a fault added stay', async () => {
    const { request, path, intercom } = await startWithAda()
    intercom.addFault({ subscription_types: ['77=Weekly', 'Newsletter:opt_in'] })
    await request('POST', path, { id: '77', consent_type: 'opt_in' })

    intercom.reset()

    expect((await request('GET', '/subscription_types')).json).toMatchObject({
      data: [{ id: newsletter, consent_type: 'opt_in' }, {}, {}, { id: '77' }],
    })
  })
})

test.each([
  ['News', { id: undefined, name: 'News', consent_type: 'opt_in', state: 'live' }],
  ['News:opt_out', { id: undefined, name: 'News', consent_type: 'opt_out', state: 'live' }],
  ['91=News:opt_in:draft', { id: '91', name: 'News', consent_type: 'opt_in', state: 'draft' }],
  ['News:archived', { id: undefined, name: 'News', consent_type: 'opt_in', state: 'archived' }],
  ['', undefined],
  ['News:sometimes', undefined],
  ['x=News', undefined],
])('a subscription type is declared as %j', (text, declared) => {
  expect(readSubscriptionType(text)).toEqual(declared)
})

test('the sandbox has the types, and the attributes of their records, that the config names', () => {
  const bridge = defineBridge({
    sources: {
      clerk: clerk({ subscriptions: { News: 'data.news', 12345: 'data.weekly' } }),
      waitlist: form({
        subscriptions: { News: { place: 'news', record: { attribute: 'agreed_at' } } },
      }),
    },
  })

  expect(configuredSubscriptions(bridge)).toEqual(['12345=12345', 'News'])
  expect(configuredAttributes(bridge)).toEqual(['agreed_at:date'])
})
