import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type SandboxIntercom, startIntercom } from '../../../sandbox/intercom/server.ts'
import { createHttp } from '../../../src/lib/http.ts'
import { type ClientOptions, createClient } from '../../../src/lib/intercom/client.ts'
import {
  createListAttributes,
  type DataAttribute,
  isCustom,
} from '../../../src/lib/intercom/data-attributes.ts'
import { createPace } from '../../../src/lib/intercom/pace.ts'
import type { SendRequest } from '../../../src/lib/intercom/request-types.ts'
import { createClock, type VirtualClock } from '../../support/clock.ts'

describe('the list of attributes', () => {
  let intercom: SandboxIntercom
  let clock: VirtualClock
  let send: SendRequest
  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({
      send: createHttp(new URL(intercom.url)),
      token: { get: async () => 'good', reread: async () => 'good' },
      version: '2.14',
      pace: createPace(clock, () => 0),
      clock,
      random: () => 0,
      remainingMs: () => 60_000,
      searchLagSeconds: 180,
      ...options,
    })
  const path = '/data_attributes'
  const typesOf = (list: readonly DataAttribute[] | undefined) =>
    Object.fromEntries(
      (list ?? []).filter(isCustom).map(({ name, data_type }) => [name, data_type]),
    )
  const types = { plan: 'string', seats: 'integer', since: 'date', score: 'float' }

  beforeAll(async () => {
    const attributes = [
      'plan:options(free|pro)',
      'seats:integer',
      'since:date',
      'score:float:readonly',
    ]
    intercom = await startIntercom({
      port: 0,
      access_token: 'good',
      now: () => clock.now(),
      attributes,
    })
  })
  afterAll(() => intercom.close())
  beforeEach(() => {
    clock = createClock()
    intercom.reset()
    send = client()
  })

  test('has the custom attributes of the workspace: type, options, whether they are writable', async () => {
    const list = (await createListAttributes(clock)(send)) ?? []

    expect(typesOf(list)).toEqual(types)
    expect(list.find(({ name }) => name === 'plan')?.options).toBeDefined()
    expect(list.find(({ name }) => name === 'score')?.api_writable).toBe(false)
  })

  test('is requested for the model contact', async () => {
    await createListAttributes(clock)(send)

    expect(intercom.calls()).toMatchObject([{ method: 'GET', path: `${path}?model=contact` }])
  })

  test('of companies is apart: requested for the model company', async () => {
    intercom.addFault({ company_attributes: ['tier', 'seats:integer'] })

    const list = await createListAttributes(clock, 'company')(send)

    expect(typesOf(list)).toEqual({ tier: 'string', seats: 'integer' })
    expect(intercom.calls()).toMatchObject([{ method: 'GET', path: `${path}?model=company` }])
  })

  test('may have any 2xx status', async () => {
    intercom.addFault({ path, status: 203, body: { data: [{ name: 'plan' }] }, count: 1 })

    expect(await createListAttributes(clock)(send)).toEqual([{ name: 'plan' }])
  })

  test('is cached for ten minutes', async () => {
    const listAttributes = createListAttributes(clock)
    const first = await listAttributes(send)

    clock.advance(10 * 60_000 - 1)
    expect(await listAttributes(send)).toBe(first)
    expect(intercom.calls()).toHaveLength(1)

    clock.advance(1)
    await listAttributes(send)
    expect(intercom.calls()).toHaveLength(2)
  })

  test('is requested once for concurrent callers', async () => {
    const listAttributes = createListAttributes(clock)

    const lists = await Promise.all([1, 2, 3].map(() => listAttributes(send)))

    expect(intercom.calls()).toHaveLength(1)
    expect(new Set(lists).size).toBe(1)
  })

  test.each([
    ['a 403', { status: 403 }, 1, 10 * 60_000],
    [
      'a 401 of a token without that permission',
      { status: 401, code: 'token_unauthorized' },
      1,
      10 * 60_000,
    ],
    ['a 404', { status: 404 }, 1, 10 * 60_000],
    ['a 503', { status: 503 }, 3, 30_000],
    ['a 429', { status: 429 }, 3, 30_000],
    ['HTML', { status: 200, body: 'html' }, 3, 30_000],
    ['another object', { status: 200, body: { type: 'list' } }, 3, 30_000],
    ['an attribute without a name', { status: 200, body: { data: [{}] } }, 3, 30_000],
  ] as const)('is undefined after %s', async (_name, fault, attempts, keptMs) => {
    const listAttributes = createListAttributes(clock)
    intercom.addFault({ path, count: attempts, ...fault })
    const startedMs = clock.now()

    expect(await listAttributes(send)).toBeUndefined()
    expect(intercom.calls()).toHaveLength(attempts)
    clock.advance(startedMs + keptMs - 1 - clock.now())
    expect(await listAttributes(send, { maxAgeMs: 1 })).toBeUndefined()
    expect(intercom.calls()).toHaveLength(attempts)

    clock.advance(1)
    expect(typesOf(await listAttributes(send))).toEqual(types)
  })

  test.each([
    ['not before this moment', { notBeforeMs: 0 }],
    ['younger than 30 s', { maxAgeMs: 30_000 }],
  ])('is read again if it has to be %s', async (_age, age) => {
    const listAttributes = createListAttributes(clock)
    await listAttributes(send)
    const notBeforeMs = 'notBeforeMs' in age ? clock.now() + 30_000 : undefined
    const wanted = notBeforeMs === undefined ? age : { notBeforeMs }

    clock.advance(29_999)
    await listAttributes(
      send,
      notBeforeMs === undefined ? wanted : { notBeforeMs: clock.now() - 29_999 },
    )
    expect(intercom.calls()).toHaveLength(1)

    clock.advance(1)
    await listAttributes(send, wanted)
    expect(intercom.calls()).toHaveLength(2)
  })

  test('is read again for a replay after a failure that is kept', async () => {
    const listAttributes = createListAttributes(clock)
    intercom.addFault({ path, status: 403, count: 1 })
    await listAttributes(send)
    clock.advance(1)

    const list = await listAttributes(send, { notBeforeMs: clock.now() })

    expect(typesOf(list)).toEqual(types)
  })

  test('is undefined if it cannot be refreshed after ten minutes', async () => {
    const listAttributes = createListAttributes(clock)
    await listAttributes(send)
    clock.advance(10 * 60_000)
    intercom.addFault({ path, status: 403, count: 1 })

    expect(await listAttributes(send)).toBeUndefined()
  })

  test('throws intercom_unauthorized to all concurrent callers if the token is bad', async () => {
    const listAttributes = createListAttributes(clock)
    intercom.setAccessToken('new')

    const results = await Promise.allSettled([listAttributes(send), listAttributes(send)])

    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'intercom_unauthorized' } },
      { status: 'rejected', reason: { code: 'intercom_unauthorized' } },
    ])
    expect(intercom.calls()).toHaveLength(1)
  })

  test('is requested again after a bad token', async () => {
    const listAttributes = createListAttributes(clock)
    intercom.addFault({ path, status: 401, count: 1 })
    await listAttributes(send).catch(() => undefined)

    expect(typesOf(await listAttributes(send))).toEqual(types)
  })

  test('throws out_of_time if the invocation has no time left', async () => {
    const late = client({ remainingMs: () => 5_000 })

    await expect(createListAttributes(clock)(late)).rejects.toMatchObject({ code: 'out_of_time' })
  })

  test('throws misconfigured if the address redirects', async () => {
    intercom.addFault({ path, status: 307, body: 'html', count: 1 })

    await expect(createListAttributes(clock)(send)).rejects.toMatchObject({ code: 'misconfigured' })
  })

  test('throws an unexpected error', async () => {
    const broken = client({
      token: {
        get: async () => {
          throw new TypeError('a bug')
        },
        reread: async () => 'good',
      },
    })

    await expect(createListAttributes(clock)(broken)).rejects.toThrow('a bug')
  })
})
