import { describe, expect, test } from 'vitest'
import { start, token } from './intercom-client.ts'

const ada = { email: 'ada@example.com' }

describe('access token', () => {
  test.each([
    ['missing', '', 'missing_authorization'],
    ['unknown', 'Bearer something-else', 'unauthorized'],
    ['of another scheme', `Basic ${token}`, 'unauthorized'],
  ])('is refused with 401 and without rate headers if it is %s', async (_, authorization, code) => {
    const { request, intercom } = await start()

    const { status, headers, json } = await request('POST', '/contacts', ada, { authorization })

    expect(status).toBe(401)
    expect(json).toMatchObject({ type: 'error.list', errors: [{ code }] })
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
    expect(intercom.contacts()).toEqual([])
  })

  test('is refused with the message of the reference if it is unknown', async () => {
    const { request } = await start()

    const { json } = await request('GET', '/me', undefined, { authorization: 'Bearer x' })

    expect(json.errors).toEqual([{ code: 'unauthorized', message: 'Access Token Invalid' }])
  })

  test('is revoked once another is accepted, until the sandbox is reset', async () => {
    const { request, intercom } = await start()
    const code = async (bearer: string) =>
      (await request('GET', '/me', undefined, { authorization: `Bearer ${bearer}` })).json
        .errors?.[0].code

    intercom.setAccessToken('between')
    intercom.setAccessToken('new')

    expect(await code(token)).toBe('token_revoked')
    expect(await code('between')).toBe('token_revoked')
    expect(await code('new')).toBeUndefined()
    intercom.reset()
    expect(await code(token)).toBeUndefined()
    expect(await code('between')).toBe('unauthorized')
    expect(await code('new')).toBe('unauthorized')
  })
})

describe('API request', () => {
  test.each(['1.0', '1.4', '2.0', '2.9', '2.10', '2.13', '2.14', '2.15', '2.16', 'Preview', ''])(
    'is handled with the Intercom-Version "%s"',
    async (version) => {
      const { request } = await start()

      const { status, headers } = await request('GET', '/me', undefined, {
        'intercom-version': version,
      })

      expect(status).toBe(200)
      expect(headers.get('intercom-version')).toBe(version || '2.14')
    },
  )

  test.each(['9.9', '1.5', '2.17', '2.1.0', 'preview'])(
    'is refused with 400 for the unknown version %s',
    async (version) => {
      const { request } = await start()

      const { status, json } = await request('GET', '/me', undefined, {
        'intercom-version': version,
      })

      expect(status).toBe(400)
      expect(json.errors).toEqual([
        { code: 'intercom_version_invalid', message: 'The requested version could not be found' },
      ])
    },
  )

  test.each(['text/html', '*/*'])('is refused with 406 if it accepts %s', async (accept) => {
    const { request } = await start()

    const { status, json } = await request('GET', '/me', undefined, { accept })

    expect(status).toBe(406)
    expect(json.errors[0].code).toBe('media_type_not_acceptable')
  })

  test.each([
    ['GET', '/nowhere'],
    ['PATCH', '/contacts/1'],
    ['GET', '/contacts/find_by_external_id/%E0%A4%A'],
  ])('to an unknown route is a 404: %s %s', async (method, path) => {
    const { request } = await start()

    const { status, json } = await request(method, path)

    expect(status).toBe(404)
    expect(json.errors[0].code).toBe('not_found')
  })

  test('gets a request id that is not a UUID, in the header and in the error', async () => {
    const { request } = await start()

    const { headers, json } = await request('GET', '/contacts/1')

    expect(json.request_id).toMatch(/^[a-z0-9]{20}$/)
    expect(headers.get('x-request-id')).toBe(json.request_id)
    expect((await request('GET', '/me')).headers.get('x-request-id')).toMatch(/^[a-z0-9]{20}$/)
  })
})

describe('rate window', () => {
  const windowOf = (headers: Headers) =>
    ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)))

  test('is in the headers of every response to a valid token, errors included', async () => {
    const { request } = await start()

    const first = await request('GET', '/me')
    const second = await request('GET', '/contacts/1')

    expect(windowOf(first.headers)).toEqual([1667, 1666, 1_734_537_440])
    expect(windowOf(second.headers)).toEqual([1667, 1665, 1_734_537_440])
  })

  test('refuses requests with 429 when it is used up, until the next window of ten seconds', async () => {
    const { request, intercom, clock } = await start()
    intercom.addFault({ rate_limit: 2 })
    await request('GET', '/me')
    expect((await request('GET', '/me')).status).toBe(200)

    const { status, headers, json } = await request('POST', '/contacts', ada)

    expect(status).toBe(429)
    expect(json.errors).toEqual([
      { code: 'rate_limit_exceeded', message: 'Exceeded rate limit of 2 in 10_seconds' },
    ])
    expect(windowOf(headers)).toEqual([2, 0, 1_734_537_440])
    expect(intercom.contacts()).toEqual([])
    clock.ms = 1_734_537_440_000
    const next = await request('POST', '/contacts', ada)
    expect(next.status).toBe(200)
    expect(windowOf(next.headers)).toEqual([2, 1, 1_734_537_450])
  })

  test('does not count requests without a valid token', async () => {
    const { request } = await start()
    await request('GET', '/me', undefined, { authorization: 'Bearer x' })

    expect(windowOf((await request('GET', '/me')).headers)[1]).toBe(1666)
  })
})
