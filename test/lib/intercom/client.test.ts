import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type SandboxIntercom, startIntercom } from '../../../sandbox/intercom/server.ts'
import { createHttp } from '../../../src/lib/http.ts'
import { type ClientOptions, createClient } from '../../../src/lib/intercom/client.ts'
import {
  type ContactRequest,
  toIntercomRequest,
} from '../../../src/lib/intercom/contact-request.ts'
import { createPace } from '../../../src/lib/intercom/pace.ts'
import { createClock, type VirtualClock } from '../../support/clock.ts'
import { startServer } from '../../support/server.ts'

let intercom: SandboxIntercom
let clock: VirtualClock
beforeAll(async () => {
  intercom = await startIntercom({ port: 0, access_token: 'good', now: () => clock.now() })
})
afterAll(() => intercom.close())
beforeEach(() => {
  clock = createClock()
  intercom.reset()
})

const fixedToken = (token: string) => ({ get: async () => token, reread: async () => token })
/** A client of a new process, for requests under `/contacts`. */
const client = (options: Partial<ClientOptions> = {}) => {
  const send = createClient({
    send: createHttp(new URL(intercom.url)),
    token: fixedToken('good'),
    version: '2.14',
    pace: createPace(clock, () => 0),
    clock,
    random: () => 0.5,
    remainingMs: () => 60_000,
    searchLagSeconds: 180,
    ...options,
  })
  return (request: ContactRequest) => send(toIntercomRequest(request, '2.14'))
}
const create = (fields: object = {}): ContactRequest => ({
  type: 'create',
  fields: { role: 'user', email: 'ada@example.com', ...fields },
})
const search: ContactRequest = { type: 'search', email: 'ada@example.com' }
const createContact = async (fields: object = {}) => {
  const response = await client()(create(fields))
  if (response.type !== 'contact') throw new Error('not created')
  return response.contact
}

describe('a client', () => {
  test('creates, gets, finds, searches and updates the same contact', async () => {
    const contact = await createContact({ external_id: 'a/b?c' })
    const { id } = contact

    expect(await client()({ type: 'get', id })).toMatchObject({ type: 'contact', contact: { id } })
    expect(await client()({ type: 'find', external_id: 'a/b?c' })).toMatchObject({
      type: 'contact',
      contact: { id },
    })
    expect(await client()(search)).toMatchObject({ type: 'contacts', contacts: [{ id }] })
    expect(await client()({ type: 'update', id, fields: { name: 'Ada' } })).toMatchObject({
      type: 'contact',
      contact: { id, name: 'Ada' },
    })
  })

  test('unarchives an archived contact', async () => {
    const { id } = await createContact()
    await fetch(`${intercom.url}/contacts/${id}/archive`, {
      method: 'POST',
      headers: { accept: 'application/json', authorization: 'Bearer good' },
    })

    expect(await client()({ type: 'unarchive', id })).toEqual({ type: 'unarchived' })
    expect(await client()({ type: 'get', id })).toMatchObject({ type: 'contact', contact: { id } })
  })

  test('encodes an id, which cannot change the path', async () => {
    await client()({ type: 'get', id: '../admins?x' })

    expect(intercom.calls().at(-1)).toMatchObject({ path: '/contacts/..%2Fadmins%3Fx' })
  })

  test('keeps an id of dots in the path', async () => {
    await client()({ type: 'find', external_id: '..' }).catch(() => undefined)

    expect(intercom.calls().at(-1)?.path).toMatch(/^\/contacts\/find_by_external_id\/./)
  })

  test('returns a conflict with the id from its text', async () => {
    const { id } = await createContact({ external_id: '1' })

    expect(await client()(create({ external_id: '1' }))).toEqual({
      type: 'conflict',
      id,
      archived: false,
    })
  })

  test('returns `gone` for a contact that does not exist', async () => {
    expect(await client()({ type: 'get', id: '6762f0dd1bb69f9f2193bb83' })).toEqual({
      type: 'gone',
    })
    expect(await client()({ type: 'find', external_id: 'nobody' })).toEqual({ type: 'gone' })
  })
})

describe('a 409 response', () => {
  const conflictOf = async (message: string) => {
    intercom.addFault({ status: 409, code: 'conflict', message, count: 1 })
    return client()(create())
  }

  test.each([
    [
      'A contact matching those details already exists with id=5da6f18e3d7cf967e4582d05',
      '5da6f18e3d7cf967e4582d05',
      false,
    ],
    [
      'An archived contact matching those details already exists with id=56547a5ec95b4fea0a001635',
      '56547a5ec95b4fea0a001635',
      true,
    ],
    [
      'Multiple existing users match this email address - must be more specific using user_id',
      undefined,
      false,
    ],
    ['exists with id=not-an-id', undefined, false],
  ])('with the text "%s" is a conflict: id %s, archived %s', async (message, id, archived) => {
    expect(await conflictOf(message)).toEqual({ type: 'conflict', id, archived })
  })
})

const request_id = '004qkagkoq5kktea5hdg'
const errorList = (code: string | undefined, message = 'canary') => ({
  type: 'error.list',
  request_id,
  errors: [{ ...(code !== undefined && { code }), message }],
})
const errorOf = async (result: Promise<unknown>): Promise<Error> => {
  const thrown: unknown = await result.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof Error) return thrown
  throw new Error('nothing was thrown')
}

describe('a failed request', () => {
  test.each([
    [400, 'parameter_invalid', 'intercom_rejected'],
    [409, 'conflict', 'intercom_rejected'],
    [410, undefined, 'intercom_rejected'],
    [404, 'not_found', 'misconfigured'],
    [405, undefined, 'misconfigured'],
    [406, 'media_type_not_acceptable', 'misconfigured'],
    [415, undefined, 'misconfigured'],
    [400, 'intercom_version_invalid', 'misconfigured'],
    [422, 'data_invalid', 'intercom_rejected'],
    [401, 'token_unauthorized', 'intercom_forbidden'],
    [402, undefined, 'intercom_forbidden'],
    [403, 'api_plan_restricted', 'intercom_forbidden'],
    [401, 'unauthorized', 'intercom_unauthorized'],
    [401, 'token_not_found', 'intercom_unauthorized'],
    [401, 'token_revoked', 'intercom_unauthorized'],
    [401, 'token_expired', 'intercom_unauthorized'],
    [401, 'token_blocked', 'intercom_unauthorized'],
    [401, 'missing_authorization', 'intercom_unauthorized'],
    [401, undefined, 'intercom_unauthorized'],
  ])(
    'with status %i %s throws %s immediately, with Intercom’s code and request id, never its text',
    async (status, intercomCode, code) => {
      intercom.addFault({ status, body: errorList(intercomCode), count: 1 })

      const error = await errorOf(client()(search))

      expect(error).toMatchObject({
        code,
        intercomStatus: status,
        intercomCode,
        requestId: request_id,
      })
      expect(`${error.message} ${error.cause}`).not.toContain('canary')
      expect(intercom.calls()).toHaveLength(1)
    },
  )

  test.each([
    [400, 'parameter_invalid'],
    [422, 'data_invalid'],
    [401, 'parameter_invalid'],
  ])(
    'to write, with status %i %s, returns `refused` with Intercom’s code, never its text',
    async (status, intercomCode) => {
      intercom.addFault({ status, body: errorList(intercomCode), count: 1 })

      const response = await client()(create())

      expect(response).toMatchObject({
        type: 'refused',
        error: { code: 'intercom_rejected', intercomStatus: status, intercomCode },
      })
      expect(JSON.stringify(response)).not.toContain('canary')
      expect(intercom.calls()).toHaveLength(1)
    },
  )

  test.each([
    ['a 500', { status: 500 }],
    ['a 502 with HTML', { status: 502, body: 'html' }],
    ['a 504', { status: 504 }],
    ['a 408', { status: 408 }],
    ['a 200 with HTML', { status: 200, body: 'html' }],
    ['a 200 with another object', { status: 200, body: { type: 'contact' } }],
    ['a connection reset', { reset: true }],
    ['a lost response', { lost: true }],
  ] as const)(
    '(%s) is sent three times, then throws intercom_unavailable',
    async (_name, fault) => {
      intercom.addFault(fault)

      await expect(client()(search)).rejects.toMatchObject({ code: 'intercom_unavailable' })
      expect(intercom.calls()).toHaveLength(3)
      expect(clock.slept).toEqual([250, 500])
    },
  )

  describe.each<[string, ContactRequest]>([
    ['create', create()],
    ['get', { type: 'get', id: '6762f0dd1bb69f9f2193bb83' }],
    ['update', { type: 'update', id: '6762f0dd1bb69f9f2193bb83', fields: { name: 'Ada' } }],
    ['unarchive', { type: 'unarchive', id: '6762f0dd1bb69f9f2193bb83' }],
    ['search', search],
  ])('to %s', (_name, request) => {
    test.each([400, 403, 409, 410, 422, 502])(
      'with HTML and status %i is sent three times, then throws intercom_unavailable',
      async (status) => {
        intercom.addFault({ status, body: 'html' })

        await expect(client()(request)).rejects.toMatchObject({
          code: 'intercom_unavailable',
          intercomStatus: status,
        })
        expect(intercom.calls()).toHaveLength(3)
      },
    )
  })

  test('returns the result of a retry that succeeds', async () => {
    intercom.addFault({ status: 403, body: 'html', count: 1 }, { status: 503, count: 1 })

    expect(await client()(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls().map(({ status }) => status)).toEqual([403, 503, 200])
  })

  test.each([
    ['a 500', { status: 500 }],
    ['HTML', { status: 403, body: 'html' }],
    ['a 400 service_error', { status: 400, code: 'service_error' }],
    ['a 422 server_error', { status: 422, code: 'server_error' }],
    ['a 409 request_timeout', { status: 409, code: 'request_timeout' }],
    ['a lost response', { lost: true }],
  ] as const)(
    'to create a lead is not repeated after %s and throws create_unclear',
    async (_name, fault) => {
      intercom.addFault(fault)

      await expect(client()(create({ role: 'lead' }))).rejects.toMatchObject({
        code: 'create_unclear',
      })
      expect(intercom.calls()).toHaveLength(1)
    },
  )

  test.each([
    ['429', { status: 429 }],
    ['400 rate_limit_exceeded', { status: 400, code: 'rate_limit_exceeded' }],
    ['422 too_many_requests', { status: 422, code: 'too_many_requests' }],
  ])('to create a lead is retried in the next window after a %s', async (_name, fault) => {
    intercom.addFault({ ...fault, count: 1 })

    expect(await client()(create({ role: 'lead' }))).toMatchObject({ type: 'contact' })
    expect(clock.slept).toEqual([10_500])
  })

  test.each([
    ['create', create(), 400, 'service_error'],
    ['create', create(), 401, 'server_error'],
    ['create', create(), 404, 'service_unavailable'],
    ['create', create(), 409, 'service_unavailable'],
    ['update', { type: 'update', id: '6762f0dd1bb69f9f2193bb83', fields: {} }, 409, 'server_error'],
    ['get', { type: 'get', id: '6762f0dd1bb69f9f2193bb83' }, 404, 'server_error'],
    ['get', { type: 'get', id: '6762f0dd1bb69f9f2193bb83' }, 410, 'service_error'],
    ['find', { type: 'find', external_id: '1' }, 400, 'request_timeout'],
    ['unarchive', { type: 'unarchive', id: '6762f0dd1bb69f9f2193bb83' }, 400, 'server_error'],
    ['search', search, 422, 'request_timeout'],
  ] satisfies [string, ContactRequest, number, string][])(
    'to %s with the code of a temporary error is sent three times, whatever the status: %j %i %s',
    async (_name, request, status, code) => {
      intercom.addFault({ status, code })

      await expect(client()(request)).rejects.toMatchObject({
        code: 'intercom_unavailable',
        intercomStatus: status,
        intercomCode: code,
      })
      expect(intercom.calls()).toHaveLength(3)
    },
  )

  test('to create a lead throws intercom_rate_limited after three 429s', async () => {
    intercom.addFault({ status: 429 })

    await expect(client()(create({ role: 'lead' }))).rejects.toMatchObject({
      code: 'intercom_rate_limited',
    })
    expect(intercom.calls()).toHaveLength(3)
  })

  test('to create a lead throws intercom_forbidden after a 403', async () => {
    intercom.addFault({ status: 403, count: 1 })

    await expect(client()(create({ role: 'lead' }))).rejects.toMatchObject({
      code: 'intercom_forbidden',
    })
  })
})

test('an error omits a code and a request id that are not one word', async () => {
  const errors = [{ code: 'No such email[canary@example.com]', message: 'x' }]
  intercom.addFault({ status: 422, body: { request_id: 'canary canary', errors }, count: 1 })

  await expect(client()(search)).rejects.toMatchObject({
    code: 'intercom_rejected',
    intercomCode: undefined,
    requestId: undefined,
  })
})

describe('a request that gets a 429', () => {
  test('waits for the reset that Intercom announces, with jitter', async () => {
    intercom.addFault({ status: 429, count: 1 })

    expect(await client()(search)).toMatchObject({ type: 'contacts' })

    // The clock starts in the first second of a window; 500 ms of jitter.
    expect(clock.slept).toEqual([10_500])
  })

  test('in the middle of a window waits for the rest of it', async () => {
    clock.advance(7_000)
    intercom.addFault({ status: 429, count: 1 })

    await client()(search)

    expect(clock.slept).toEqual([3_500])
  })

  test('without rate limit headers waits for a whole window', async () => {
    const fake = await startFake((_request, response) => response.writeHead(429).end('{}'))

    await expect(client({ send: fake.send })(search)).rejects.toMatchObject({
      code: 'intercom_rate_limited',
    })
    expect(clock.slept).toEqual([10_500, 10_500])
  })

  test.each([
    ['0', 700],
    ['99999999999', 15_500],
    ['soon', 10_500],
  ])('with the reset %s waits %i ms before the next attempt', async (reset, waitMs) => {
    const fake = await startFake((_request, response) => {
      const isFirst = fake.requests.length === 1
      const window = { 'x-ratelimit-limit': '1667', 'x-ratelimit-remaining': '0' }
      if (isFirst) response.writeHead(429, { ...window, 'x-ratelimit-reset': reset })
      response.end('{"type":"list","data":[]}')
    })

    await client({ send: fake.send })(search)

    expect(clock.slept[0]).toBe(waitMs)
  })

  test.each([
    ['far in the past', -600],
    ['far in the future', 600],
  ])('with a reset %s, by our own clock, waits for a whole window', async (_name, seconds) => {
    const startMs = clock.now()
    const reset = String(startMs / 1000 + seconds)
    const fake = await startFake((_request, response) => {
      const isFirst = fake.requests.length === 1
      const window = { 'x-ratelimit-limit': '1667', 'x-ratelimit-remaining': '0' }
      if (isFirst) response.writeHead(429, { ...window, 'x-ratelimit-reset': reset })
      response.end('{"type":"list","data":[]}')
    })

    await client({ send: fake.send })(search)

    expect(clock.now() - startMs).toBeGreaterThanOrEqual(10_000)
    expect(clock.now() - startMs).toBeLessThan(16_000)
  })

  test('throws intercom_rate_limited when the next window starts too late for a retry', async () => {
    intercom.addFault({ status: 429 })

    await expect(client({ remainingMs: () => 23_000 })(search)).rejects.toMatchObject({
      code: 'intercom_rate_limited',
      intercomStatus: 429,
      intercomCode: 'rate_limit_exceeded',
    })
    expect(intercom.calls()).toHaveLength(1)
    expect(clock.slept).toEqual([])
  })
})

describe('a request with limited time', () => {
  test('ends an attempt after 8 s', async () => {
    let attempts = 0
    const fake = await startFake((_request, response) => {
      attempts += 1
      if (attempts === 2) response.end('{"type":"list","data":[]}')
      else clock.advance(8_000)
    })

    expect(await client({ send: fake.send })(search)).toMatchObject({ type: 'contacts' })
    expect(attempts).toBe(2)
  })

  test('ends an attempt 5 s before the invocation ends', async () => {
    const endMs = clock.now() + 8_000
    const fake = await startFake(() => clock.advance(3_000))

    await expect(
      client({ send: fake.send, remainingMs: () => endMs - clock.now() })(search),
    ).rejects.toMatchObject({ code: 'intercom_unavailable' })
    expect(fake.requests).toHaveLength(1)
  })

  test('is not retried when the retry could outlast the invocation', async () => {
    intercom.addFault({ status: 500 })

    await expect(client({ remainingMs: () => 13_200 })(search)).rejects.toMatchObject({
      code: 'intercom_unavailable',
    })
    expect(intercom.calls()).toHaveLength(1)
  })

  test('throws out_of_time without being sent when no time is left', async () => {
    await expect(
      client({ remainingMs: () => 5_000 })(create({ role: 'lead' })),
    ).rejects.toMatchObject({ code: 'out_of_time' })
    expect(intercom.calls()).toHaveLength(0)
  })

  test('does not block later invocations of the process when no time is left', async () => {
    const pace = createPace(clock, () => 0)
    await errorOf(client({ pace, remainingMs: () => 5_000 })(search))

    expect(await client({ pace })(search)).toMatchObject({ type: 'contacts' })
  })

  test('does not block later invocations of the process when its time ends before its turn', async () => {
    const pace = createPace(clock, () => 0)
    const remaining = [6_000, 6_000]
    await errorOf(client({ pace, remainingMs: () => remaining.shift() ?? 5_000 })(search))

    expect(await client({ pace })(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls()).toHaveLength(1)
  })

  test('throws out_of_time immediately when its turn would come too late', async () => {
    const pace = createPace(clock, () => 0)
    intercom.addFault({ rate_limit: 1 })
    await client({ pace })(search)

    await expect(
      client({ pace, remainingMs: () => 14_999 })(create({ role: 'lead' })),
    ).rejects.toMatchObject({ code: 'out_of_time' })
    expect(intercom.calls()).toHaveLength(1)
    expect(clock.slept).toEqual([])
  })

  test('waits for a turn that comes in time', async () => {
    const pace = createPace(clock, () => 0)
    const startMs = clock.now()
    intercom.addFault({ rate_limit: 20 })
    await client({ pace })(search)
    intercom.addFault({ status: 429, count: 1 })

    await client({ pace })(search)
    expect(await client({ pace })(search)).toMatchObject({ type: 'contacts' })

    expect(clock.now() - startMs).toBeGreaterThanOrEqual(10_000)
    expect(intercom.calls().map(({ status }) => status)).toEqual([200, 429, 200, 200])
  })
})

describe('the access token', () => {
  test.each([
    'unauthorized',
    'token_not_found',
    'token_revoked',
    'token_expired',
    'token_blocked',
    'missing_authorization',
  ])('is read again after a 401 %s, and used immediately if it changed', async (code) => {
    let reads = 0
    const token = {
      get: async () => 'good',
      reread: async () => {
        reads += 1
        return 'better'
      },
    }
    const fake = await startFake((request, response) => {
      const isGood = request.headers.authorization === 'Bearer better'
      response.writeHead(isGood ? 200 : 401)
      response.end(JSON.stringify(isGood ? { type: 'list', data: [] } : errorList(code)))
    })

    expect(await client({ send: fake.send, token })(search)).toMatchObject({ type: 'contacts' })
    expect(reads).toBe(1)
    expect(clock.slept).toEqual([])
  })

  test.each([
    [401, 'token_unauthorized'],
    [402, undefined],
    [403, 'api_plan_restricted'],
  ])(
    'is not read again after a %i %s: it is valid and lacks a permission',
    async (status, code) => {
      let reads = 0
      const token = {
        get: async () => 'good',
        reread: async () => {
          reads += 1
          return 'better'
        },
      }
      intercom.addFault({ status, body: errorList(code), count: 1 })

      await expect(client({ token })(search)).rejects.toMatchObject({ code: 'intercom_forbidden' })
      expect(reads).toBe(0)
    },
  )

  test('is read again when it is replaced while the process runs', async () => {
    const token = { get: async () => 'good', reread: async () => 'new' }
    intercom.setAccessToken('new')

    expect(await client({ token })(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls().map(({ status }) => status)).toEqual([401, 200])
  })

  test('that changed does not cost the request an attempt', async () => {
    const token = { get: async () => 'old', reread: async () => 'good' }
    intercom.addFault({ status: 503, count: 2 })

    expect(await client({ token })(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls().map(({ status }) => status)).toEqual([401, 503, 503, 200])
  })

  test('that changed does not create a lead twice', async () => {
    const token = { get: async () => 'old', reread: async () => 'good' }

    expect(await client({ token })(create({ role: 'lead' }))).toMatchObject({ type: 'contact' })
    expect(intercom.contacts()).toHaveLength(1)
  })

  test('is read again only once', async () => {
    let reads = 0
    const token = {
      get: async () => 'old',
      reread: async () => {
        reads += 1
        return `other-${reads}`
      },
    }

    await expect(client({ token })(search)).rejects.toMatchObject({ code: 'intercom_unauthorized' })
    expect(reads).toBe(1)
  })
})

test.each([200, 201, 202])(
  'create accepts a contact with status %i on the first attempt',
  async (status) => {
    intercom.addFault({ status, body: { id: '6762f0dd' }, count: 1 })

    expect(await client()(create({ role: 'lead' }))).toMatchObject({
      type: 'contact',
      contact: { id: '6762f0dd' },
    })
    expect(intercom.calls()).toHaveLength(1)
  },
)

test('onResponse is called after every response with name, status and duration', async () => {
  const responses: object[] = []
  intercom.addFault({ status: 503, count: 1 }, { reset: true, count: 1 })

  await client({ onResponse: (response) => responses.push(response) })(search)

  expect(responses).toEqual([
    { name: 'search', status: 503, durationMs: 0 },
    { name: 'search', status: 0, durationMs: 0 },
    { name: 'search', status: 200, durationMs: 0 },
  ])
})

/** Starts a server with its own responses, until the test ends. */
const startFake = async (...[respond]: Parameters<typeof startServer>) => {
  const server = await startServer(respond)
  onTestFinished(server.close)
  return { ...server, send: createHttp(new URL(server.url)) }
}

test('a client sends the token, the API version and the content types over one keep-alive connection', async () => {
  const fake = await startFake((_request, response) => response.end('{"type":"list","data":[]}'))
  const send = client({ send: fake.send })

  await send(search)
  await send(search)

  const [first, second] = fake.requests
  expect(first?.headers).toMatchObject({
    accept: 'application/json',
    authorization: 'Bearer good',
    'content-type': 'application/json',
    'intercom-version': '2.14',
  })
  expect(second?.socket.remotePort).toBe(first?.socket.remotePort)
})

test('a client does not follow a redirect, so the token reaches no other host', async () => {
  const elsewhere = await startFake((_request, response) => response.end('{}'))
  const fake = await startFake((_request, response) =>
    response.writeHead(302, { location: elsewhere.url }).end(),
  )

  await expect(client({ send: fake.send })(search)).rejects.toMatchObject({
    code: 'misconfigured',
  })
  expect(elsewhere.requests).toHaveLength(0)
  expect(fake.requests).toHaveLength(1)
})

test.each(['gzip', 'br', 'deflate'])(
  'a client asks for no compression, and throws misconfigured after a response in %s',
  async (encoding) => {
    const fake = await startFake((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(gzipSync('{}')),
    )

    await expect(client({ send: fake.send })(search)).rejects.toMatchObject({
      code: 'misconfigured',
      intercomStatus: 200,
    })
    expect(fake.requests).toHaveLength(1)
    expect(fake.requests[0]?.headers['accept-encoding']).toBe('identity')
  },
)

test('a client waits 180 s after a compressed response to the create of a lead', async () => {
  const fake = await startFake((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"id":"6762f0dd"}')),
  )

  await expect(client({ send: fake.send })(create({ role: 'lead' }))).rejects.toMatchObject({
    code: 'misconfigured',
    retryAfterSeconds: 180,
  })
})

test('a client throws intercom_unavailable after an incomplete response', async () => {
  const fake = await startFake((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"type":"list"')
    response.destroy()
  })

  await expect(client({ send: fake.send })(search)).rejects.toMatchObject({
    code: 'intercom_unavailable',
  })
})
