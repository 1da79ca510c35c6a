import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type SandboxIntercom, startIntercom } from '../../../sandbox/intercom/server.ts'
import { createHttp } from '../../../src/lib/http.ts'
import { type ClientOptions, createClient } from '../../../src/lib/intercom/client.ts'
import {
  attributeProblem,
  createListAttributes,
  type DataAttribute,
  type Scalar,
} from '../../../src/lib/intercom/data-attributes.ts'
import { createPace } from '../../../src/lib/intercom/pace.ts'
import type { SendRequest } from '../../../src/lib/intercom/request-types.ts'
import { createClock, type VirtualClock } from '../../support/clock.ts'

const custom = (name: string, fields: Partial<DataAttribute> = {}): DataAttribute => ({
  name,
  full_name: `custom_attributes.${name}`,
  data_type: 'string',
  api_writable: true,
  archived: false,
  ...fields,
})

describe('attributeProblem returns undefined', () => {
  test.each<[string, Scalar]>([
    ['string', 'pro'],
    ['string', ''],
    ['integer', 7],
    ['integer', -7],
    ['float', 7],
    ['float', 7.5],
    ['boolean', true],
    ['boolean', false],
    ['date', 1_767_225_600],
    ['datetime', 1_767_225_600],
  ])('for the type %s and the value %j', (data_type, value) => {
    expect(attributeProblem([custom('plan', { data_type })], 'plan', value)).toBeUndefined()
  })

  test.each(['pro', 7, 7.5, true])('for an unknown type and the value %j', (value) => {
    const list = [custom('plan', { data_type: 'colour' })]

    expect(attributeProblem(list, 'plan', value)).toBeUndefined()
  })

  test.each([undefined, null, ''])('for an attribute without a type (%j)', (data_type) => {
    expect(attributeProblem([{ name: 'plan', data_type }], 'plan', 7)).toBeUndefined()
  })

  test('for a value that is one of the options', () => {
    const list = [custom('plan', { options: ['free', 'pro'] })]

    expect(attributeProblem(list, 'plan', 'pro')).toBeUndefined()
  })

  test.each([undefined, null, []])('for an attribute without options (%j)', (options) => {
    expect(attributeProblem([{ ...custom('plan'), options }], 'plan', 'pro')).toBeUndefined()
  })

  test.each([undefined, null])('for an attribute without a full name (%j)', (full_name) => {
    expect(attributeProblem([{ name: 'plan', full_name }], 'plan', 'pro')).toBeUndefined()
  })
})

describe('attributeProblem returns the reason', () => {
  test('for an attribute that is not in the workspace', () => {
    expect(attributeProblem([custom('plan')], 'seats', 7)).toBe('not in the workspace')
    expect(attributeProblem([], 'seats', 7)).toBe('not in the workspace')
  })

  test('for a name in another case', () => {
    expect(attributeProblem([custom('plan')], 'Plan', 'pro')).toBe('not in the workspace')
  })

  test('for an archived attribute', () => {
    const list = [custom('plan', { archived: true })]

    expect(attributeProblem(list, 'plan', 'pro')).toBe('not in the workspace')
  })

  test('for a standard attribute of the same name', () => {
    const standard = { name: 'phone', full_name: 'phone', data_type: 'string', api_writable: true }

    expect(attributeProblem([standard], 'phone', '+1')).toBe('not in the workspace')
    expect(attributeProblem([standard, custom('phone')], 'phone', '+1')).toBeUndefined()
  })

  test('for an attribute that is not writable', () => {
    const list = [custom('plan', { api_writable: false })]

    expect(attributeProblem(list, 'plan', 'pro')).toBe('not writable')
  })

  test.each<[string, Scalar]>([
    ['string', 7],
    ['string', true],
    ['integer', '7'],
    ['integer', 7.5],
    ['integer', true],
    ['float', '7.5'],
    ['float', false],
    ['boolean', 'true'],
    ['boolean', 1],
    ['date', '2026-01-01'],
    ['date', 1_767_225_600.5],
    ['datetime', '2026-01-01T00:00:00Z'],
    ['datetime', true],
  ])('for the type %s and the value %j', (data_type, value) => {
    const list = [custom('plan', { data_type })]

    expect(attributeProblem(list, 'plan', value)).toBe(`not of its type, ${data_type}`)
  })

  test.each<[Scalar, string]>([
    ['gold', 'not one of its options'],
    ['PRO', 'not one of its options'],
    ['', 'not one of its options'],
    [7, 'not of its type, string'],
  ])('for the value %j of an attribute with options: %s', (value, reason) => {
    const list = [custom('plan', { options: ['free', 'pro'] })]

    expect(attributeProblem(list, 'plan', value)).toBe(reason)
  })
})

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
      ...options,
    })
  const path = '/data_attributes'
  const problemOf = (list: readonly DataAttribute[] | undefined, name: string, value: Scalar) =>
    list ? attributeProblem(list, name, value) : 'there is no list'

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

  test('says what the workspace accepts', async () => {
    const list = await createListAttributes(clock)(send)

    expect(problemOf(list, 'plan', 'pro')).toBeUndefined()
    expect(problemOf(list, 'plan', 'gold')).toBe('not one of its options')
    expect(problemOf(list, 'seats', 7)).toBeUndefined()
    expect(problemOf(list, 'seats', '7')).toBe('not of its type, integer')
    expect(problemOf(list, 'since', 1_767_225_600)).toBeUndefined()
    expect(problemOf(list, 'score', 0.5)).toBe('not writable')
    expect(problemOf(list, 'name', 'Ada')).toBe('not in the workspace')
  })

  test('is requested for the model contact', async () => {
    await createListAttributes(clock)(send)

    expect(intercom.calls()).toMatchObject([{ method: 'GET', path: `${path}?model=contact` }])
  })

  test('may have any 2xx status', async () => {
    const fault = { path, status: 203, body: { type: 'list', data: [custom('plan')] }, count: 1 }
    intercom.addFault(fault)

    expect(problemOf(await createListAttributes(clock)(send), 'plan', 'gold')).toBeUndefined()
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
    ['a 403', { status: 403 }, 1],
    ['a 503', { status: 503 }, 3],
    ['a 429', { status: 429 }, 3],
    ['a 404', { status: 404 }, 1],
    ['HTML', { status: 200, body: 'html' }, 3],
    ['another object', { status: 200, body: { type: 'list' } }, 3],
    ['an attribute without a name', { status: 200, body: { data: [{}] } }, 3],
  ] as const)(
    'is undefined after %s, and requested again by the next call',
    async (_name, fault, attempts) => {
      const listAttributes = createListAttributes(clock)
      intercom.addFault({ path, count: attempts, ...fault })

      expect(await listAttributes(send)).toBeUndefined()
      expect(intercom.calls()).toHaveLength(attempts)

      expect(problemOf(await listAttributes(send), 'seats', 7)).toBeUndefined()
    },
  )

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

    expect(problemOf(await listAttributes(send), 'seats', 7)).toBeUndefined()
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
