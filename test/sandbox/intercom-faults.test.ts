import { describe, expect, test } from 'vitest'
import type { FaultRequest } from '../../sandbox/intercom/fault-request.ts'
import { start, token } from './intercom-client.ts'

const ada = { email: 'ada@example.com' }
/** The sandbox's own addresses need no token. */
const open = { authorization: '' }

/** Starts with faults that are put in force over HTTP. */
const startWith = async (...faults: readonly FaultRequest[]) => {
  const started = await start()
  const { status } = await started.call('POST', '/_sandbox/faults', faults, open)
  expect(status).toBe(200)
  const statuses = async (times: number) => {
    const seen: number[] = []
    for (let time = 0; time < times; time += 1) {
      seen.push((await started.call('GET', '/me')).status)
    }
    return seen
  }
  return { ...started, statuses }
}

describe('a fault with a status', () => {
  test('answers so many calls and handles none of them', async () => {
    const { call, intercom } = await startWith({ status: 503, count: 2 })

    const first = await call('POST', '/contacts', ada)
    const second = await call('POST', '/contacts', ada)
    const handled = intercom.contacts().length
    const third = await call('POST', '/contacts', ada)

    expect([first.status, second.status, third.status]).toEqual([503, 503, 200])
    expect(handled).toBe(0)
    expect(first.json).toMatchObject({
      type: 'error.list',
      request_id: first.headers.get('x-request-id'),
      errors: [{ code: 'service_unavailable' }],
    })
  })

  test('without a count holds until it is reset', async () => {
    const { call, statuses } = await startWith({ status: 500 })

    expect(await statuses(20)).toEqual(Array(20).fill(500))
    await call('POST', '/_sandbox/reset', undefined, open)
    expect(await statuses(1)).toEqual([200])
  })

  test('concerns only its method and path, where * is one segment', async () => {
    const { call, create } = await startWith(
      { status: 503, method: 'POST', path: '/contacts' },
      { status: 502, path: '/contacts/*', method: 'PUT' },
    )

    expect((await call('POST', '/contacts', ada)).status).toBe(503)
    expect((await call('PUT', '/contacts/1', ada)).status).toBe(502)
    expect((await call('GET', '/contacts/1')).status).toBe(404)
    expect((await call('POST', '/contacts/1/archive')).status).toBe(404)
    expect(await create(ada)).toBeUndefined()
  })

  test('answers with its own code and message, a page of HTML, or its own JSON', async () => {
    const { call } = await startWith(
      { status: 401, count: 1, code: 'token_expired', message: 'Too old' },
      { status: 502, count: 1, body: 'html' },
      { status: 200, count: 1, body: { surprise: true } },
    )

    const named = await call('GET', '/me')
    const html = await call('GET', '/me')
    const json = await call('GET', '/me')

    expect(named.json.errors).toEqual([{ code: 'token_expired', message: 'Too old' }])
    expect(named.headers.has('x-ratelimit-limit')).toBe(false)
    expect(html.status).toBe(502)
    expect(html.headers.get('content-type')).toMatch(/^text\/html/)
    expect(html.json).toMatch(/^<!DOCTYPE html>/)
    expect(json).toMatchObject({ status: 200, json: { surprise: true } })
  })

  test('of 429 shows a window that is used up', async () => {
    const { call } = await startWith({ status: 429, count: 1 })

    const { headers, json } = await call('GET', '/me')

    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    expect(headers.get('x-ratelimit-reset')).toBe('1734537440')
    expect(json.errors[0].message).toBe('Exceeded rate limit of 1667 in 10_seconds')
  })

  test('by chance is the same in every run of one seed, and another for another seed', async () => {
    const run = async (seed: number) => {
      const { statuses } = await startWith({ status: 503, chance: 0.5, seed })
      return statuses(24)
    }

    const once = await run(1)

    expect(await run(1)).toEqual(once)
    expect(await run(2)).not.toEqual(once)
    expect(new Set(once)).toEqual(new Set([200, 503]))
  })
})

describe('a fault of the connection', () => {
  test('resets before anything is handled', async () => {
    const { call, intercom } = await startWith({ reset: true, count: 1 })

    await expect(call('POST', '/contacts', ada)).rejects.toThrow()
    expect(intercom.contacts()).toEqual([])
    expect((await call('POST', '/contacts', ada)).status).toBe(200)
  })

  test('loses the answer of a call that was handled', async () => {
    const { call, intercom } = await startWith({ lost: true, count: 1 })

    await expect(call('POST', '/contacts', ada)).rejects.toThrow()
    expect(intercom.contacts()).toHaveLength(1)
  })

  test('hangs until the client gives up', async () => {
    const { intercom } = await startWith({ hang: true })
    const headers = { authorization: `Bearer ${token}` }
    const giveUp = new AbortController()

    const hanging = fetch(`${intercom.url}/me`, { headers, signal: giveUp.signal })
    await expect.poll(() => intercom.calls()).toHaveLength(1)
    giveUp.abort()

    await expect(hanging).rejects.toThrow('aborted')
    expect(intercom.calls()[0]).toMatchObject({ path: '/me', status: 0 })
  })

  test('ends at once, hanging or late, when the sandbox closes', async () => {
    const { intercom } = await startWith(
      { hang: true, count: 1 },
      { latency_ms: 3_000_000, count: 1 },
    )
    const headers = { authorization: `Bearer ${token}` }
    const hanging = fetch(`${intercom.url}/me`, { headers })
    const late = fetch(`${intercom.url}/me`, { headers })
    await expect.poll(() => intercom.calls()).toHaveLength(1)

    const ended = Promise.allSettled([hanging, late])
    await intercom.close()

    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  test('is late, and then handles the call or meets the next fault', async () => {
    const { statuses } = await startWith({ latency_ms: 5 }, { status: 503, count: 1 })

    expect(await statuses(2)).toEqual([503, 200])
  })
})

describe('what is set beside faults', () => {
  test('is the token, the rate limit and the lag of search', async () => {
    const { call, create, searchBy, intercom } = await startWith({
      access_token: 'new',
      rate_limit: 167,
      index_lag_ms: 1_000,
    })

    expect((await call('GET', '/me')).json.errors[0].code).toBe('token_revoked')
    intercom.setAccessToken(token)
    expect((await call('GET', '/me')).headers.get('x-ratelimit-limit')).toBe('167')
    await create(ada)
    expect(await searchBy('email', ada.email)).toEqual([])
  })
})

describe('/_sandbox/faults', () => {
  test('answers the faults in force, with what is left of their counts', async () => {
    const { call, statuses } = await startWith(
      { status: 503, count: 3 },
      { status: 500, path: '/contacts' },
      { rate_limit: 167 },
    )
    await statuses(2)

    expect((await call('GET', '/_sandbox/faults', undefined, open)).json).toEqual({
      faults: [
        { status: 503, count: 1 },
        { status: 500, path: '/contacts' },
      ],
      rate_limit: 167,
      index_lag_ms: 0,
    })
    await statuses(1)
    expect((await call('GET', '/_sandbox/faults', undefined, open)).json.faults).toHaveLength(1)
  })

  test.each([
    ['"status":', 'the body must be JSON'],
    [7, 'must be an object'],
    [{ statsu: 503 }, 'statsu is not known; known are method, path'],
    [{ status: '503' }, 'status must be an integer from 200 to 599'],
    [{ status: 99 }, 'status must be an integer from 200 to 599'],
    [{ status: 503, count: 0 }, 'count must be an integer from 1'],
    [{ status: 503, chance: 2 }, 'chance must be a number above 0 and up to 1'],
    [{ status: 503, seed: 1 }, 'seed needs a chance'],
    [{ status: 503, method: 'post' }, 'method must be GET, POST, PUT, DELETE'],
    [{ status: 503, path: 'contacts' }, 'path must be a path such as /contacts'],
    [{ status: 503, body: 'text' }, 'body must be "html" or an object'],
    [{ status: 200 }, 'a status below 400 needs a body'],
    [{ count: 3 }, 'needs one of status, reset, lost, hang, latency_ms'],
    [{ reset: false }, 'reset must be true'],
    [{ reset: true, lost: true }, 'reset and lost exclude each other'],
    [{ hang: true, body: 'html' }, 'body needs a status'],
    [{ rate_limit: -1 }, 'rate_limit must be an integer from 0'],
    [{ access_token: '' }, 'access_token must be a token without spaces'],
    [{ attributes: 'plan' }, 'attributes must be a list, each of it name, name:type or'],
    [{ attributes: ['plan:text'] }, 'attributes must be a list'],
    [{ admins: ['7'] }, 'admins must be a list of integers'],
    [[{ status: 503 }, { lost: 'yes' }], 'fault 1: lost must be true'],
  ])('refuses %j and says why', async (body, problem) => {
    const { call } = await start()

    const { status, json } = await call('POST', '/_sandbox/faults', body, open)

    expect(status).toBe(400)
    expect(json.error.code).toBe('invalid_fault')
    expect(json.error.message).toContain(problem)
    expect((await call('GET', '/_sandbox/faults', undefined, open)).json.faults).toEqual([])
  })

  test('is addFault over HTTP', async () => {
    const { intercom } = await start()

    expect(() => intercom.addFault({ status: 7 })).toThrow('status must be an integer')
  })
})

describe('the rest of /_sandbox', () => {
  test('shows all contacts, the newest last', async () => {
    const { call, create, intercom } = await start()
    const ids = [await create(ada), await create({ role: 'lead' })]
    await call('PUT', `/contacts/${ids[0]}`, { name: 'Ada' })

    const { json } = await call('GET', '/_sandbox/contacts', undefined, open)

    expect(json.total_count).toBe(2)
    expect(json.contacts).toEqual(intercom.contacts())
    expect(json.contacts.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(json.contacts[0]).toEqual((await call('GET', `/contacts/${ids[0]}`)).json)
  })

  test('shows every call with its body, and never the token', async () => {
    const { call, intercom } = await start()
    await call('POST', '/contacts', ada)
    await call('GET', '/data_attributes?model=contact', undefined, { 'intercom-version': '' })
    await call('POST', '/contacts', 'no json', { authorization: 'Bearer wrong' })

    const { json } = await call('GET', '/_sandbox/calls', undefined, open)

    const at = '2024-12-18T15:57:17.000Z'
    expect(json).toEqual({
      calls: [
        { method: 'POST', path: '/contacts', status: 200, at, intercom_version: '2.14', body: ada },
        {
          method: 'GET',
          path: '/data_attributes?model=contact',
          status: 200,
          at,
          intercom_version: null,
          body: null,
        },
        {
          method: 'POST',
          path: '/contacts',
          status: 401,
          at,
          intercom_version: '2.14',
          body: 'no json',
        },
      ],
      total_count: 3,
    })
    expect(json.calls).toEqual(intercom.calls())
    expect(intercom.callCounts()).toEqual({ 200: 2, 401: 1 })
  })

  test('tells onCall of each', async () => {
    const told: unknown[] = []
    const { call, intercom } = await start({ onCall: (one) => told.push(one) })

    await call('POST', '/contacts', ada)

    expect(told).toEqual(intercom.calls())
  })

  test('forgets contacts, calls, faults and the rate window at a reset', async () => {
    const { call, create } = await start()
    await create(ada)
    await call(
      'POST',
      '/_sandbox/faults',
      [{ status: 503 }, { rate_limit: 5, index_lag_ms: 9 }],
      open,
    )

    const reset = await call('POST', '/_sandbox/reset', undefined, open)

    expect(reset.json).toEqual({ faults: [], rate_limit: 1667, index_lag_ms: 0 })
    for (const what of ['contacts', 'calls']) {
      const { json } = await call('GET', `/_sandbox/${what}`, undefined, open)
      expect(json).toEqual({ [what]: [], total_count: 0 })
    }
    const again = await call('POST', '/contacts', ada)
    expect(again.status).toBe(200)
    expect(again.headers.get('x-ratelimit-remaining')).toBe('1666')
  })

  test('knows nothing else', async () => {
    const { call } = await start()

    const { status, json } = await call('GET', '/_sandbox/reset', undefined, open)

    expect(status).toBe(404)
    expect(json.error.message).toContain('POST /_sandbox/reset')
  })
})
