import { describe, expect, test } from 'vitest'
import type { ParkedSignup } from '../../model/dead-letters.ts'
import { account, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const hour = 3_600_000
const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `p${index}@example.com` }))

describe('other 4xx', () => {
  test.each([
    [400, 'bad_request'],
    [404, 'not_found'],
    [405, 'client_error'],
    [406, 'media_type_not_acceptable'],
    [415, 'client_error'],
    [422, 'data_invalid'],
  ])('%s → parked at once, with Intercom’s code, and the others go on', async (status, code) => {
    const { enqueue, drained, contacts, parked, workspace } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', status, code, count: 1 })

    await enqueue('backend', [account, ...people(9)])
    await drained()

    expect(parked()).toMatchObject([
      { reason: 'intercom_rejected', code, receives: 1 } satisfies Partial<ParkedSignup>,
    ])
    expect(contacts()).toHaveLength(9)
  })
})

describe('what stops the batch', () => {
  test.each([
    ['401 of a bad token', { status: 401, code: 'unauthorized' }],
    ['401 of an unknown code', { status: 401, code: 'token_in_quarantine' }],
    ['401 token_unauthorized', { status: 401, code: 'token_unauthorized' }],
    ['402', { status: 402 }],
    ['403', { status: 403 }],
  ])('%s: what was not begun is not tried', async (_what, fault) => {
    const { enqueue, passes, drained, contacts, count, workspace } = await startScene()
    // Met by the first record alone; the two of the other person come after each other.
    workspace.addFault({ ...fault, count: 1 })

    await enqueue('backend', [
      account,
      { email: 'lin@example.com', event_id: '1' },
      { email: 'lin@example.com', event_id: '2' },
    ])
    await passes(5_000)

    expect([count('handed_back'), count('delivered'), count('untried')]).toEqual([1, 1, 1])
    await drained()
    expect(contacts()).toHaveLength(2)
  })
})

describe('the invocation’s time is up', () => {
  test('what waits for the window goes back, visible at once, and nothing is parked', async () => {
    const scene = await startScene({}, { rate_limit: 4 })
    await scene.enqueue('backend', people(10))

    await scene.drained()

    expect(scene.count('out_of_time')).toBeGreaterThan(0)
    expect(scene.notes.logged.find(({ code }) => code === 'out_of_time')).toMatchObject({
      retry_in_seconds: 0,
    })
    expect(scene.contacts()).toHaveLength(10)
    expect(scene.reasons()).toEqual([])
  })
})

describe('401 of a bad token', () => {
  test.each([
    'unauthorized',
    'token_not_found',
    'token_revoked',
    'token_expired',
    'missing_authorization',
  ])('%s → the secret is read again past the cache; changed → retried at once', async (code) => {
    const { signUp, workspace, putToken } = await startScene()
    await signUp({ email: 'first@example.com' })
    workspace.addFault({ access_token: 'the-next-token' })
    workspace.addFault({ status: 401, code, count: 1 })
    putToken('the-next-token')

    const calls = await signUp(account)

    expect(calls.filter((call) => call.endsWith('401')).length).toBeLessThanOrEqual(2)
    expect(calls.slice(-2)).toEqual([search, create])
    expect(workspace.contacts()).toHaveLength(2)
  })

  test('unchanged → everything is handed back, and the alarm’s metric counts', async () => {
    const { enqueue, passes, drained, contacts, count, workspace, putToken, reasons } =
      await startScene()
    workspace.addFault({ access_token: 'the-next-token' })
    await enqueue('backend', people(10))
    await passes(5_000)

    expect(count('intercom_unauthorized')).toBeGreaterThan(0)
    expect(count('handed_back') + count('untried')).toBe(10)

    putToken('the-next-token')
    await drained()
    expect(contacts()).toHaveLength(10)
    expect(reasons()).toEqual([])
  })
})

describe('a token or a plan that lacks a right, on a contacts call', () => {
  test.each([
    [401, 'token_unauthorized'],
    [402, 'client_error'],
    [403, 'api_plan_restricted'],
  ])('%s %s → handed back; delivered once it has it', async (status, code) => {
    const { enqueue, passes, drained, contacts, count, workspace, secretReads, reasons } =
      await startScene()
    workspace.addFault({ status, code })
    await enqueue('backend', people(10))
    await passes(5_000)

    expect(count('intercom_forbidden')).toBeGreaterThan(0)
    expect(count('handed_back') + count('untried')).toBe(10)
    // It is a good token: nobody reads the secret again for it.
    expect(secretReads.filter(({ reader }) => reader !== 'webhook')).toHaveLength(1)

    workspace.faults.clear()
    await drained()
    expect(contacts()).toHaveLength(10)
    expect(reasons()).toEqual([])
  })
})

describe('trouble that passes', () => {
  test.each([
    ['408', { status: 408 }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['HTML instead of JSON', { status: 200, body: 'html' }],
    ['an HTML page of 404', { status: 404, body: 'html' }],
    ['a reset', { reset: true }],
    ['a lost answer', { lost: true }],
    ['no answer in 8 s', { hang: true }],
  ] as const)('%s, twice → retried in place', async (_name, fault) => {
    const { signUp, contacts, workspace, count } = await startScene()
    workspace.addFault({ path: '/contacts/search', count: 2, ...fault })

    const calls = await signUp(account)

    expect(calls.slice(2)).toEqual([search, create])
    expect(count('handed_back')).toBe(0)
    expect(contacts()).toHaveLength(1)
  })

  test('three times → back to the queue, and delivered when it comes again', async () => {
    const { signUp, contacts, workspace, count, reasons } = await startScene()
    workspace.addFault({ status: 503, count: 3 })

    await signUp(account)

    expect(count('intercom_unavailable')).toBe(1)
    expect(contacts()).toHaveLength(1)
    expect(reasons()).toEqual([])
  })

  test('429 waits for the window that Intercom announces', async () => {
    const { signUp, workspace, time, calls } = await startScene()
    workspace.addFault({ path: '/contacts/search', status: 429, count: 1 })
    const startOfWindow = Math.ceil(time.now() / 10_000) * 10_000
    await time.advance(startOfWindow + 2_000 - time.now())

    await signUp(account)

    expect(time.now()).toBeGreaterThanOrEqual(startOfWindow + 10_000)
    expect(calls()[0]).toBe('POST /contacts/search 429')
  })
})

test('a token’s secret that cannot be used is read once in 30 s a process, too', async () => {
  const { enqueue, passes, drained, contacts, secretReads, putToken } = await startScene()
  putToken('Bearer not a token')
  await enqueue('backend', people(20))
  await passes(hour)
  const readsAtMs = secretReads.flatMap(({ reader, atMs }) => (reader === 'webhook' ? [] : [atMs]))
  const gaps = readsAtMs.slice(1).map((atMs, index) => atMs - (readsAtMs[index] ?? 0))
  expect(gaps.length).toBeGreaterThan(3)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000)

  putToken('the-token')
  await drained()
  expect(contacts()).toHaveLength(20)
})

describe('a token that is bad for 72 hours', () => {
  test('parks nothing, reads the secret again once in 30 s a process, and everything is delivered within 15 min of a good one', async () => {
    const scene = await startScene({}, { workers: 2 })
    const { enqueue, passes, drained, contacts, time, workspace, putToken } = scene
    workspace.addFault({ access_token: 'the-next-token' })
    await enqueue('backend', people(15))

    await passes(72 * hour)
    expect(scene.parked()).toEqual([])
    expect(contacts()).toEqual([])
    putToken('the-next-token')
    const goodAtMs = time.now()
    await drained()

    expect(contacts()).toHaveLength(15)
    expect(scene.parked()).toEqual([])
    expect(time.now() - goodAtMs).toBeLessThan(15 * 60_000 + 10_000)
    for (const process of ['worker 1', 'worker 2']) {
      const readsAtMs = scene.secretReads
        .filter(({ reader }) => reader === process)
        .map(({ atMs }) => atMs)
      // The first reading is none again: a doubt about it may be looked into at once.
      const gaps = readsAtMs.slice(2).map((atMs, index) => atMs - (readsAtMs[index + 1] ?? 0))
      expect(readsAtMs.length).toBeGreaterThan(100)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000)
    }
  })
})
