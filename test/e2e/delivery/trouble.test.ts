import { describe, expect, test } from 'vitest'
import type { ParkedSignup } from '../../model/dead-letters.ts'
import { account, startScene } from './scene.ts'

const search = 'POST /contacts/search 200'
const create = 'POST /contacts 200'
const hour = 3_600_000
const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `p${index}@example.com` }))

describe('a create that Intercom refuses with', () => {
  test.each([
    [410, 'client_error'],
    [413, 'client_error'],
    [428, 'client_error'],
  ])(
    '%s is parked on the first receive with Intercom’s code, and the other signups are delivered',
    async (status, code) => {
      const { enqueue, drained, contacts, parked, workspace } = await startScene()
      workspace.addFault({ method: 'POST', path: '/contacts', status, code, count: 1 })

      await enqueue('backend', [account, ...people(9)])
      await drained()

      expect(parked()).toMatchObject([
        { reason: 'intercom_rejected', code, receives: 1 } satisfies Partial<ParkedSignup>,
      ])
      expect(contacts()).toHaveLength(9)
    },
  )
})

describe('a create that Intercom refuses, whatever is left out of it, with', () => {
  test.each([
    [400, 'bad_request'],
    [401, 'parameter_invalid'],
    [422, 'data_invalid'],
  ])('%s is parked on the first receive with Intercom’s code', async (status, code) => {
    const { signUp, contacts, parked, workspace } = await startScene()
    const refused = `POST /contacts ${status}`
    workspace.addFault({ method: 'POST', path: '/contacts', status, code })

    // As it is, with the identity alone, and without the e-mail.
    expect(await signUp(account)).toEqual([search, refused, refused, refused])
    expect(contacts()).toEqual([])
    expect(parked()).toMatchObject([{ reason: 'intercom_rejected', code, receives: 1 }])
  })
})

describe('a batch', () => {
  test.each([
    ['401 with a bad token', { status: 401, code: 'unauthorized' }],
    ['401 with an unknown code', { status: 401, code: 'token_in_quarantine' }],
    ['401 token_unauthorized', { status: 401, code: 'token_unauthorized' }],
    ['402', { status: 402 }],
    ['403', { status: 403 }],
  ])('stops after a %s: records not yet started are not tried', async (_error, fault) => {
    const { enqueue, passes, drained, contacts, count, workspace } = await startScene()
    // Only the first record gets the fault; the two of the other person run one after the other.
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

describe('an invocation that runs out of time', () => {
  test('returns the records that wait for the rate limit, visible immediately, and parks none', async () => {
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

describe('a bad token (401)', () => {
  test.each([
    'unauthorized',
    'token_not_found',
    'token_revoked',
    'token_expired',
    'missing_authorization',
  ])(
    'with the code %s makes the worker read the secret again and retry with a changed token',
    async (code) => {
      const { signUp, workspace, putToken } = await startScene()
      await signUp({ email: 'first@example.com' })
      workspace.addFault({ access_token: 'the-next-token' })
      workspace.addFault({ status: 401, code, count: 1 })
      putToken('the-next-token')

      const requests = await signUp(account)

      expect(requests.filter((request) => request.endsWith('401')).length).toBeLessThanOrEqual(2)
      expect(requests.slice(-2)).toEqual([search, create])
      expect(workspace.contacts()).toHaveLength(2)
    },
  )

  test('that is still in the secret returns every record to the queue and counts intercom_unauthorized', async () => {
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

describe('a token or a plan without a right to contacts', () => {
  test.each([
    [401, 'token_unauthorized'],
    [402, 'client_error'],
    [403, 'api_plan_restricted'],
  ])(
    'returns every record to the queue after %s %s, and delivers once it has the right',
    async (status, code) => {
      const { enqueue, passes, drained, contacts, count, workspace, secretReads, reasons } =
        await startScene()
      workspace.addFault({ status, code })
      await enqueue('backend', people(10))
      await passes(5_000)

      expect(count('intercom_forbidden')).toBeGreaterThan(0)
      expect(count('handed_back') + count('untried')).toBe(10)
      // The token is valid, so the secret is not read again.
      expect(secretReads.filter(({ reader }) => reader !== 'webhook')).toHaveLength(1)

      workspace.faults.clear()
      await drained()
      expect(contacts()).toHaveLength(10)
      expect(reasons()).toEqual([])
    },
  )
})

describe('a fault that is the same for all', () => {
  test.each([
    ['a version that Intercom does not know', { status: 400, code: 'intercom_version_invalid' }],
    ['a redirect', { status: 301, body: 'html' }],
    ['404', { status: 404 }],
    ['a page of 404', { status: 404, body: 'html' }],
    ['405', { status: 405 }],
    ['406', { status: 406, code: 'media_type_not_acceptable' }],
    ['a page of 415', { status: 415, body: 'html' }],
  ] as const)(
    '(%s) returns every record to the queue, and they are delivered once it is fixed',
    async (_name, fault) => {
      const { enqueue, passes, drained, contacts, count, workspace, reasons } = await startScene()
      workspace.addFault(fault)
      await enqueue('backend', people(10))
      await passes(5_000)

      expect(count('misconfigured')).toBeGreaterThan(0)
      expect(count('handed_back') + count('untried')).toBe(10)

      await passes(hour)
      workspace.faults.clear()
      await drained()
      expect(contacts()).toHaveLength(10)
      expect(reasons()).toEqual([])
    },
  )

  test.each([
    ['a redirect of the create', { method: 'POST', path: '/contacts', status: 308, body: 'html' }],
    ['a create that gets 404', { method: 'POST', path: '/contacts', status: 404 }],
  ] as const)('stops the batch: %s', async (_name, fault) => {
    const { enqueue, passes, drained, contacts, count, workspace } = await startScene()
    workspace.addFault({ ...fault, count: 1 })

    await enqueue('backend', [
      account,
      { email: 'lin@example.com', event_id: '1' },
      { email: 'lin@example.com', event_id: '2' },
    ])
    await passes(5_000)

    expect([count('misconfigured'), count('untried')]).toEqual([1, 1])
    await drained()
    expect(contacts()).toHaveLength(2)
  })
})

describe('a refusal of everyone', () => {
  const refusal = { path: '/contacts/search', status: 400, code: 'parameter_invalid' } as const

  test('parks the first four persons; the others wait, and are delivered after it ends', async () => {
    const { enqueue, passes, drained, contacts, count, workspace, reasons } = await startScene()
    workspace.addFault(refusal)
    await enqueue('backend', people(30))
    await passes(2 * hour)

    expect(reasons()).toEqual(Array(4).fill('intercom_rejected'))
    expect(count('intercom_refuses_all')).toBeGreaterThan(0)
    expect(contacts()).toEqual([])

    workspace.faults.clear()
    await drained()
    expect(contacts()).toHaveLength(26)
    expect(reasons()).toHaveLength(4)
  })

  test('at the create, without a look-up, parks the first four persons', async () => {
    const { enqueue, passes, drained, contacts, workspace, reasons } = await startScene({
      lookup: false,
    })
    workspace.addFault({ method: 'POST', path: '/contacts', status: 422 })
    await enqueue('backend', people(20))
    await passes(2 * hour)
    expect(reasons()).toEqual(Array(4).fill('intercom_rejected'))

    workspace.faults.clear()
    await drained()
    expect(contacts()).toHaveLength(16)
  })

  test('of creates only is judged one by one: Intercom accepts the look-ups', async () => {
    const { enqueue, drained, workspace, reasons } = await startScene()
    workspace.addFault({ method: 'POST', path: '/contacts', status: 422, code: 'data_invalid' })
    await enqueue('backend', people(10))
    await drained()

    expect(reasons()).toEqual(Array(10).fill('intercom_rejected'))
  })

  test('parks the refused again once Intercom accepts someone', async () => {
    const { enqueue, passes, signUp, drained, workspace, reasons } = await startScene()
    workspace.addFault({ ...refusal, count: 5 })
    await enqueue('backend', people(5))
    await passes(5_000)
    expect(reasons()).toHaveLength(4)

    await signUp(account)
    workspace.addFault({ ...refusal, count: 1 })
    await enqueue('backend', [{ email: 'lin@example.com' }])
    await drained()

    expect(reasons()).toEqual(Array(5).fill('intercom_rejected'))
  })
})

describe('a temporary error', () => {
  test.each([
    ['408', { status: 408 }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['HTML instead of JSON', { status: 200, body: 'html' }],
    ['an HTML page of 403', { status: 403, body: 'html' }],
    ['400 service_error', { status: 400, code: 'service_error' }],
    ['404 service_unavailable', { status: 404, code: 'service_unavailable' }],
    ['401 rate_limit_exceeded', { status: 401, code: 'rate_limit_exceeded' }],
    ['a reset', { reset: true }],
    ['a lost response', { lost: true }],
    ['no response in 8 s', { hang: true }],
  ] as const)('(%s) twice is retried within the same receive', async (_name, fault) => {
    const { signUp, contacts, workspace, count } = await startScene()
    workspace.addFault({ path: '/contacts/search', count: 2, ...fault })

    const requests = await signUp(account)

    expect(requests.slice(2)).toEqual([search, create])
    expect(count('handed_back')).toBe(0)
    expect(contacts()).toHaveLength(1)
  })

  test.each([
    [400, 'service_error'],
    [401, 'server_error'],
    [404, 'service_unavailable'],
    [409, 'request_timeout'],
    [422, 'rate_limit_exceeded'],
    [422, 'too_many_requests'],
  ])(
    'that only Intercom’s code names (%s %s) parks no create, update, tag or note',
    async (status, code) => {
      const { addContact, enqueue, drained, contacts, reasons, workspace } = await startScene()
      await addContact({ email: 'lin@example.com' })
      for (const [method, path] of [
        ['POST', '/contacts'],
        ['PUT', '/contacts/*'],
        ['POST', '/tags'],
        ['POST', '/contacts/*/notes'],
      ] as const) {
        workspace.addFault({ method, path, status, code, count: 4 })
      }

      await enqueue('backend', [
        { ...account, tags: ['beta'], note: 'met at the fair' },
        { email: 'lin@example.com', name: 'Lin' },
      ])
      await drained()

      expect(reasons()).toEqual([])
      expect(contacts()).toMatchObject([{ name: 'Lin' }, { ...account, tags: { total_count: 1 } }])
    },
  )

  test('that only Intercom’s code names does not create a lead twice', async () => {
    const { joinWaitlist, contacts, count, workspace } = await startScene()
    const create = { method: 'POST', path: '/contacts' } as const
    workspace.addFault({ ...create, status: 400, code: 'service_error', count: 1 })

    await joinWaitlist({ email: 'ada@example.com' })

    expect(count('create_unclear')).toBe(1)
    expect(contacts()).toHaveLength(1)
  })

  test('three times returns the record to the queue, and the next receive delivers it', async () => {
    const { signUp, contacts, workspace, count, reasons } = await startScene()
    workspace.addFault({ status: 503, count: 3 })

    await signUp(account)

    expect(count('intercom_unavailable')).toBe(1)
    expect(contacts()).toHaveLength(1)
    expect(reasons()).toEqual([])
  })

  test('of 429 waits for the window that Intercom announces', async () => {
    const { signUp, workspace, time, calls } = await startScene()
    workspace.addFault({ path: '/contacts/search', status: 429, count: 1 })
    const startOfWindow = Math.ceil(time.now() / 10_000) * 10_000
    await time.advance(startOfWindow + 2_000 - time.now())

    await signUp(account)

    expect(time.now()).toBeGreaterThanOrEqual(startOfWindow + 10_000)
    expect(calls()[0]).toBe('POST /contacts/search 429')
  })
})

test('a token secret that is unusable is read at most once in 30 s by each process', async () => {
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
  test('parks nothing, is reread at most once in 30 s by each process, and everything is delivered within 15 min of a valid one', async () => {
    const scene = await startScene({}, { workers: 2 })
    const { enqueue, passes, drained, contacts, time, workspace, putToken } = scene
    workspace.addFault({ access_token: 'the-next-token' })
    await enqueue('backend', people(15))

    await passes(72 * hour)
    expect(scene.parked()).toEqual([])
    expect(contacts()).toEqual([])
    putToken('the-next-token')
    const validAtMs = time.now()
    await drained()

    expect(contacts()).toHaveLength(15)
    expect(scene.parked()).toEqual([])
    expect(time.now() - validAtMs).toBeLessThan(15 * 60_000 + 10_000)
    for (const process of ['worker 1', 'worker 2']) {
      const readsAtMs = scene.secretReads
        .filter(({ reader }) => reader === process)
        .map(({ atMs }) => atMs)
      // One of two reads in a row may be routine: the first, or the refresh every five minutes.
      const gaps = readsAtMs.slice(2).map((atMs, index) => atMs - (readsAtMs[index] ?? 0))
      expect(readsAtMs.length).toBeGreaterThan(100)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000)
    }
  })
})
