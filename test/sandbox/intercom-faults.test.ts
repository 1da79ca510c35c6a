import { describe, expect, test } from 'vitest'
import type { FaultRequest } from '../../sandbox/intercom/fault-request.ts'
import { start, token } from './intercom-client.ts'

const ada = { email: 'ada@example.com' }
/** The sandbox's own addresses need no token. */
const noToken = { authorization: '' }

/** Starts an Intercom and adds faults over HTTP. */
const startWith = async (...faults: readonly FaultRequest[]) => {
  const started = await start()
  const { status } = await started.request('POST', '/_sandbox/faults', faults, noToken)
  expect(status).toBe(200)
  const statuses = async (times: number) => {
    const received: number[] = []
    for (let time = 0; time < times; time += 1) {
      received.push((await started.request('GET', '/me')).status)
    }
    return received
  }
  return { ...started, statuses }
}

describe('fault with a status', () => {
  test('responds to as many requests as its count, and handles none of them', async () => {
    const { request, intercom } = await startWith({ status: 503, count: 2 })

    const first = await request('POST', '/contacts', ada)
    const second = await request('POST', '/contacts', ada)
    const handled = intercom.contacts().length
    const third = await request('POST', '/contacts', ada)

    expect([first.status, second.status, third.status]).toEqual([503, 503, 200])
    expect(handled).toBe(0)
    expect(first.json).toMatchObject({
      type: 'error.list',
      request_id: first.headers.get('x-request-id'),
      errors: [{ code: 'service_unavailable' }],
    })
  })

  test('without a count affects every request until a reset', async () => {
    const { request, statuses } = await startWith({ status: 500 })

    expect(await statuses(20)).toEqual(Array(20).fill(500))
    await request('POST', '/_sandbox/reset', undefined, noToken)
    expect(await statuses(1)).toEqual([200])
  })

  test('affects only its method and path, in which * matches one segment', async () => {
    const { request, create } = await startWith(
      { status: 503, method: 'POST', path: '/contacts' },
      { status: 502, path: '/contacts/*', method: 'PUT' },
    )

    expect((await request('POST', '/contacts', ada)).status).toBe(503)
    expect((await request('PUT', '/contacts/1', ada)).status).toBe(502)
    expect((await request('GET', '/contacts/1')).status).toBe(404)
    expect((await request('POST', '/contacts/1/archive')).status).toBe(404)
    expect(await create(ada)).toBeUndefined()
  })

  test('responds with its own code and message, an HTML page, or its own JSON', async () => {
    const { request } = await startWith(
      { status: 401, count: 1, code: 'token_expired', message: 'Too old', field: 'name' },
      { status: 502, count: 1, body: 'html' },
      { status: 200, count: 1, body: { surprise: true } },
    )

    const named = await request('GET', '/me')
    const html = await request('GET', '/me')
    const json = await request('GET', '/me')

    expect(named.json.errors).toEqual([
      { code: 'token_expired', message: 'Too old', field: 'name' },
    ])
    expect(named.headers.has('x-ratelimit-limit')).toBe(false)
    expect(html.status).toBe(502)
    expect(html.headers.get('content-type')).toMatch(/^text\/html/)
    expect(html.json).toMatch(/^<!DOCTYPE html>/)
    expect(json).toMatchObject({ status: 200, json: { surprise: true } })
  })

  test('429 has the rate headers of a used-up window', async () => {
    const { request } = await startWith({ status: 429, count: 1 })

    const { headers, json } = await request('GET', '/me')

    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    expect(headers.get('x-ratelimit-reset')).toBe('1734537440')
    expect(json.errors[0].message).toBe('Exceeded rate limit of 1667 in 10_seconds')
  })

  test('with a chance is reproducible with the same seed, and differs with another', async () => {
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

describe('connection fault', () => {
  test('reset closes the connection before the request is handled', async () => {
    const { request, intercom } = await startWith({ reset: true, count: 1 })

    await expect(request('POST', '/contacts', ada)).rejects.toThrow()
    expect(intercom.contacts()).toEqual([])
    expect((await request('POST', '/contacts', ada)).status).toBe(200)
  })

  test('lost closes the connection after the request is handled', async () => {
    const { request, intercom } = await startWith({ lost: true, count: 1 })

    await expect(request('POST', '/contacts', ada)).rejects.toThrow()
    expect(intercom.contacts()).toHaveLength(1)
  })

  test('hang never responds', async () => {
    const { intercom } = await startWith({ hang: true })
    const headers = { authorization: `Bearer ${token}` }
    const giveUp = new AbortController()

    const hanging = fetch(`${intercom.url}/me`, { headers, signal: giveUp.signal })
    await expect.poll(() => intercom.calls()).toHaveLength(1)
    giveUp.abort()

    await expect(hanging).rejects.toThrow('aborted')
    expect(intercom.calls()[0]).toMatchObject({ path: '/me', status: 0 })
  })

  test('hang or latency_ms ends when the sandbox closes', async () => {
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

  test('latency_ms delays the request, which then continues with the next fault or is handled', async () => {
    const { statuses } = await startWith({ latency_ms: 5 }, { status: 503, count: 1 })

    expect(await statuses(2)).toEqual([503, 200])
  })
})

describe('fault settings', () => {
  test('change the token, the rate limit and the index lag', async () => {
    const { request, create, searchBy, intercom } = await startWith({
      access_token: 'new',
      rate_limit: 167,
      index_lag_ms: 1_000,
    })

    expect((await request('GET', '/me')).json.errors[0].code).toBe('token_revoked')
    intercom.setAccessToken(token)
    expect((await request('GET', '/me')).headers.get('x-ratelimit-limit')).toBe('167')
    await create(ada)
    expect(await searchBy('email', ada.email)).toEqual([])
  })
})

describe('/_sandbox/faults', () => {
  test('returns the active faults with their remaining counts', async () => {
    const { request, statuses } = await startWith(
      { status: 503, count: 3 },
      { status: 500, path: '/contacts' },
      { rate_limit: 167 },
    )
    await statuses(2)

    expect((await request('GET', '/_sandbox/faults', undefined, noToken)).json).toEqual({
      faults: [
        { status: 503, count: 1 },
        { status: 500, path: '/contacts' },
      ],
      rate_limit: 167,
      index_lag_ms: 0,
      admins: [1],
    })
    await statuses(1)
    expect((await request('GET', '/_sandbox/faults', undefined, noToken)).json.faults).toHaveLength(
      1,
    )
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
    [
      { attributes: 'plan' },
      'attributes must be a list, each member name, name:type, name:type:readonly or',
    ],
    [{ attributes: ['plan:text'] }, 'attributes must be a list'],
    [{ attributes: ['plan', 'a.b'] }, 'attributes must be a list'],
    [{ admins: ['7'] }, 'admins must be a list of integers'],
    [[{ status: 503 }, { lost: 'yes' }], 'fault 1: lost must be true'],
  ])('refuses %j with a reason', async (body, problem) => {
    const { request } = await start()

    const { status, json } = await request('POST', '/_sandbox/faults', body, noToken)

    expect(status).toBe(400)
    expect(json.error.code).toBe('invalid_fault')
    expect(json.error.message).toContain(problem)
    expect((await request('GET', '/_sandbox/faults', undefined, noToken)).json.faults).toEqual([])
  })

  test('has the same checks as addFault', async () => {
    const { intercom } = await start()

    expect(() => intercom.addFault({ status: 7 })).toThrow('status must be an integer')
  })
})

describe('/_sandbox', () => {
  test('/contacts lists every contact, the newest last', async () => {
    const { request, create, intercom } = await start()
    const ids = [await create(ada), await create({ role: 'lead' })]
    await request('PUT', `/contacts/${ids[0]}`, { name: 'Ada' })

    const { json } = await request('GET', '/_sandbox/contacts', undefined, noToken)

    expect(json.total_count).toBe(2)
    expect(json.contacts).toEqual(intercom.contacts())
    expect(json.contacts.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(json.contacts[0]).toEqual((await request('GET', `/contacts/${ids[0]}`)).json)
  })

  test('/calls lists every request with its body, without the token', async () => {
    const { request, intercom } = await start()
    await request('POST', '/contacts', ada)
    await request('GET', '/data_attributes?model=contact', undefined, { 'intercom-version': '' })
    await request('POST', '/contacts', 'no json', { authorization: 'Bearer wrong' })

    const { json } = await request('GET', '/_sandbox/calls', undefined, noToken)

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

  test('reports each logged request to onCall', async () => {
    const logged: unknown[] = []
    const { request, intercom } = await start({ onCall: (entry) => logged.push(entry) })

    await request('POST', '/contacts', ada)

    expect(logged).toEqual(intercom.calls())
  })

  test('/reset deletes contacts, calls and faults, and restores the rate window', async () => {
    const { request, create } = await start()
    await create(ada)
    await request(
      'POST',
      '/_sandbox/faults',
      [{ status: 503 }, { rate_limit: 5, index_lag_ms: 9 }],
      noToken,
    )

    const reset = await request('POST', '/_sandbox/reset', undefined, noToken)

    expect(reset.json).toEqual({ faults: [], rate_limit: 1667, index_lag_ms: 0, admins: [1] })
    for (const what of ['contacts', 'calls']) {
      const { json } = await request('GET', `/_sandbox/${what}`, undefined, noToken)
      expect(json).toEqual({ [what]: [], total_count: 0 })
    }
    const again = await request('POST', '/contacts', ada)
    expect(again.status).toBe(200)
    expect(again.headers.get('x-ratelimit-remaining')).toBe('1666')
  })

  test('responds 404 to any other path', async () => {
    const { request } = await start()

    const { status, json } = await request('GET', '/_sandbox/reset', undefined, noToken)

    expect(status).toBe(404)
    expect(json.error.message).toContain('POST /_sandbox/reset')
  })
})
