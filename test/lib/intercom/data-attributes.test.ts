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
import type { SendRequest } from '../../../src/lib/intercom/request.ts'
import { createClock, type VirtualClock } from '../../support/clock.ts'

const custom = (name: string, more: Partial<DataAttribute> = {}): DataAttribute => ({
  name,
  full_name: `custom_attributes.${name}`,
  data_type: 'string',
  api_writable: true,
  archived: false,
  ...more,
})

describe('an attribute is taken', () => {
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
  ])('where its type is %s and its value %j', (data_type, value) => {
    expect(attributeProblem([custom('plan', { data_type })], 'plan', value)).toBeUndefined()
  })

  test.each(['pro', 7, 7.5, true])('where nobody knows its type yet: %j', (value) => {
    const list = [custom('plan', { data_type: 'colour' })]

    expect(attributeProblem(list, 'plan', value)).toBeUndefined()
  })

  test.each([undefined, null, ''])('where its type is not told (%j)', (data_type) => {
    expect(attributeProblem([{ name: 'plan', data_type }], 'plan', 7)).toBeUndefined()
  })

  test('where its value is one of its options', () => {
    const list = [custom('plan', { options: ['free', 'pro'] })]

    expect(attributeProblem(list, 'plan', 'pro')).toBeUndefined()
  })

  test.each([undefined, null, []])('where it has no options (%j)', (options) => {
    expect(attributeProblem([{ ...custom('plan'), options }], 'plan', 'pro')).toBeUndefined()
  })

  test.each([undefined, null])(
    'where Intercom does not say that it is custom (%j)',
    (full_name) => {
      expect(attributeProblem([{ name: 'plan', full_name }], 'plan', 'pro')).toBeUndefined()
    },
  )
})

describe('an attribute is not taken', () => {
  test('that the workspace does not have', () => {
    expect(attributeProblem([custom('plan')], 'seats', 7)).toBe('not in the workspace')
    expect(attributeProblem([], 'seats', 7)).toBe('not in the workspace')
  })

  test('that has another case', () => {
    expect(attributeProblem([custom('plan')], 'Plan', 'pro')).toBe('not in the workspace')
  })

  test('that is archived', () => {
    const list = [custom('plan', { archived: true })]

    expect(attributeProblem(list, 'plan', 'pro')).toBe('not in the workspace')
  })

  test('that is a standard one of the same name', () => {
    const standard = { name: 'phone', full_name: 'phone', data_type: 'string', api_writable: true }

    expect(attributeProblem([standard], 'phone', '+1')).toBe('not in the workspace')
    expect(attributeProblem([standard, custom('phone')], 'phone', '+1')).toBeUndefined()
  })

  test('that nobody may write', () => {
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
  ])('whose type is %s and whose value %j', (data_type, value) => {
    const list = [custom('plan', { data_type })]

    expect(attributeProblem(list, 'plan', value)).toBe(`not of its type, ${data_type}`)
  })

  test.each<[Scalar, string]>([
    ['gold', 'not one of its options'],
    ['PRO', 'not one of its options'],
    ['', 'not one of its options'],
    [7, 'not of its type, string'],
  ])('whose value %j is none of its options: %s', (value, reason) => {
    const list = [custom('plan', { options: ['free', 'pro'] })]

    expect(attributeProblem(list, 'plan', value)).toBe(reason)
  })
})

describe('the list', () => {
  let intercom: SandboxIntercom
  let clock: VirtualClock
  let send: SendRequest
  const client = (more: Partial<ClientOptions> = {}) =>
    createClient({
      send: createHttp(new URL(intercom.url)),
      token: { get: async () => 'good', reread: async () => 'good' },
      version: '2.14',
      pace: createPace(clock, () => 0),
      clock,
      random: () => 0,
      remainingMs: () => 60_000,
      ...more,
    })
  const path = '/data_attributes'
  const reasonOf = (list: readonly DataAttribute[] | undefined, name: string, value: Scalar) =>
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

  test('of a workspace tells what it takes', async () => {
    const list = await createListAttributes(clock)(send)

    expect(reasonOf(list, 'plan', 'pro')).toBeUndefined()
    expect(reasonOf(list, 'plan', 'gold')).toBe('not one of its options')
    expect(reasonOf(list, 'seats', 7)).toBeUndefined()
    expect(reasonOf(list, 'seats', '7')).toBe('not of its type, integer')
    expect(reasonOf(list, 'since', 1_767_225_600)).toBeUndefined()
    expect(reasonOf(list, 'score', 0.5)).toBe('not writable')
    expect(reasonOf(list, 'name', 'Ada')).toBe('not in the workspace')
  })

  test('is asked for as the attributes of contacts', async () => {
    await createListAttributes(clock)(send)

    expect(intercom.calls()).toMatchObject([{ method: 'GET', path: `${path}?model=contact` }])
  })

  test('may come as any success', async () => {
    const fault = { path, status: 203, body: { type: 'list', data: [custom('plan')] }, count: 1 }
    intercom.addFault(fault)

    expect(reasonOf(await createListAttributes(clock)(send), 'plan', 'gold')).toBeUndefined()
  })

  test('is kept for ten minutes', async () => {
    const listAttributes = createListAttributes(clock)
    const first = await listAttributes(send)

    clock.advance(10 * 60_000 - 1)
    expect(await listAttributes(send)).toBe(first)
    expect(intercom.calls()).toHaveLength(1)

    clock.advance(1)
    await listAttributes(send)
    expect(intercom.calls()).toHaveLength(2)
  })

  test('is read once for all who ask meanwhile', async () => {
    const listAttributes = createListAttributes(clock)

    const lists = await Promise.all([1, 2, 3].map(() => listAttributes(send)))

    expect(intercom.calls()).toHaveLength(1)
    expect(new Set(lists).size).toBe(1)
  })

  test.each([
    ['a right is missing', { status: 403 }, 1],
    ['Intercom is in trouble', { status: 503 }, 3],
    ['the rate limit is used up', { status: 429 }, 3],
    ['there is no such path', { status: 404 }, 1],
    ['a page comes', { status: 200, body: 'html' }, 3],
    ['another object comes', { status: 200, body: { type: 'list' } }, 3],
    ['a nameless attribute comes', { status: 200, body: { data: [{}] } }, 3],
  ] as const)(
    'is undefined where %s, and asked for anew the next time',
    async (_name, fault, tries) => {
      const listAttributes = createListAttributes(clock)
      intercom.addFault({ path, count: tries, ...fault })

      expect(await listAttributes(send)).toBeUndefined()
      expect(intercom.calls()).toHaveLength(tries)

      expect(reasonOf(await listAttributes(send), 'seats', 7)).toBeUndefined()
    },
  )

  test('that cannot be read anew after ten minutes is undefined', async () => {
    const listAttributes = createListAttributes(clock)
    await listAttributes(send)
    clock.advance(10 * 60_000)
    intercom.addFault({ path, status: 403, count: 1 })

    expect(await listAttributes(send)).toBeUndefined()
  })

  test('is not told where the token is bad: that is thrown, to all who asked', async () => {
    const listAttributes = createListAttributes(clock)
    intercom.setAccessToken('new')

    const asked = await Promise.allSettled([listAttributes(send), listAttributes(send)])

    expect(asked).toMatchObject([
      { status: 'rejected', reason: { code: 'intercom_unauthorized' } },
      { status: 'rejected', reason: { code: 'intercom_unauthorized' } },
    ])
    expect(intercom.calls()).toHaveLength(1)
  })

  test('is asked for anew once the token was bad', async () => {
    const listAttributes = createListAttributes(clock)
    intercom.addFault({ path, status: 401, count: 1 })
    await listAttributes(send).catch(() => undefined)

    expect(reasonOf(await listAttributes(send), 'seats', 7)).toBeUndefined()
  })

  test('is not told where the invocation’s time is up: that is thrown', async () => {
    const late = client({ remainingMs: () => 5_000 })

    await expect(createListAttributes(clock)(late)).rejects.toMatchObject({ code: 'out_of_time' })
  })

  test('is not told after a fault of ours: that is thrown', async () => {
    const broken = client({
      token: {
        get: async () => {
          throw new TypeError('a fault of ours')
        },
        reread: async () => 'good',
      },
    })

    await expect(createListAttributes(clock)(broken)).rejects.toThrow('a fault of ours')
  })
})
