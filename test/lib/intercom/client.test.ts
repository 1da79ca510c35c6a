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

const fixed = (token: string) => ({ get: async () => token, reread: async () => token })
/** A client of a process that has made no call yet, given calls of contacts as they are. */
const client = (more: Partial<ClientOptions> = {}) => {
  const send = createClient({
    send: createHttp(new URL(intercom.url)),
    token: fixed('good'),
    version: '2.14',
    pace: createPace(clock, () => 0),
    clock,
    random: () => 0.5,
    remainingMs: () => 60_000,
    ...more,
  })
  return (call: ContactRequest) => send(toIntercomRequest(call, '2.14'))
}
const create = (fields: object = {}): ContactRequest => ({
  type: 'create',
  fields: { role: 'user', email: 'ada@example.com', ...fields },
})
const search: ContactRequest = { type: 'search', field: 'email', value: 'ada@example.com' }
const made = async (fields: object = {}) => {
  const answer = await client()(create(fields))
  if (answer.type !== 'contact') throw new Error('not created')
  return answer.contact
}

describe('the calls', () => {
  test('create, get, update, find and search speak the same contact', async () => {
    const contact = await made({ external_id: 'a/b?c' })
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

  test('unarchive brings an archived contact back', async () => {
    const { id } = await made()
    await fetch(`${intercom.url}/contacts/${id}/archive`, {
      method: 'POST',
      headers: { accept: 'application/json', authorization: 'Bearer good' },
    })

    expect(await client()({ type: 'unarchive', id })).toEqual({ type: 'unarchived' })
    expect(await client()({ type: 'get', id })).toMatchObject({ type: 'contact', contact: { id } })
  })

  test('an id cannot leave its place in the path', async () => {
    await client()({ type: 'get', id: '../admins?x' })

    expect(intercom.calls().at(-1)).toMatchObject({ path: '/contacts/..%2Fadmins%3Fx' })
  })

  test('an id of dots cannot leave its place in the path', async () => {
    await client()({ type: 'find', external_id: '..' }).catch(() => undefined)

    expect(intercom.calls().at(-1)?.path).toMatch(/^\/contacts\/find_by_external_id\/./)
  })

  test('a conflict gives the id that stands in its text', async () => {
    const { id } = await made({ external_id: '1' })

    expect(await client()(create({ external_id: '1' }))).toEqual({
      type: 'conflict',
      id,
      archived: false,
    })
  })

  test('a contact that is not there is gone', async () => {
    expect(await client()({ type: 'get', id: '6762f0dd1bb69f9f2193bb83' })).toEqual({
      type: 'gone',
    })
    expect(await client()({ type: 'find', external_id: 'nobody' })).toEqual({ type: 'gone' })
  })
})

describe('a conflict over the wire', () => {
  const conflict = async (message: string) => {
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
  ])('%s', async (message, id, archived) => {
    expect(await conflict(message)).toEqual({ type: 'conflict', id, archived })
  })
})

const request_id = '004qkagkoq5kktea5hdg'
const errorList = (code: string | undefined, message = 'canary') => ({
  type: 'error.list',
  request_id,
  errors: [{ ...(code !== undefined && { code }), message }],
})
const failure = async (run: Promise<unknown>): Promise<Error> => {
  const thrown: unknown = await run.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof Error) return thrown
  throw new Error('nothing was thrown')
}

describe('failures', () => {
  test.each([
    [400, 'parameter_invalid', 'intercom_rejected'],
    [404, 'not_found', 'intercom_rejected'],
    [405, undefined, 'intercom_rejected'],
    [406, 'media_type_not_acceptable', 'intercom_rejected'],
    [409, 'conflict', 'intercom_rejected'],
    [415, undefined, 'intercom_rejected'],
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
    '%i %s is %s at once, with Intercom’s code and request id and never its text',
    async (status, intercomCode, code) => {
      intercom.addFault({ status, body: errorList(intercomCode), count: 1 })

      const error = await failure(client()(search))

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
    '%i %s to a write is an answer, with Intercom’s code and request id and never its text',
    async (status, intercomCode) => {
      intercom.addFault({ status, body: errorList(intercomCode), count: 1 })

      const answer = await client()(create())

      expect(answer).toMatchObject({
        type: 'refused',
        error: { code: 'intercom_rejected', intercomStatus: status, intercomCode },
      })
      expect(JSON.stringify(answer)).not.toContain('canary')
      expect(intercom.calls()).toHaveLength(1)
    },
  )

  test.each([
    ['500', { status: 500 }],
    ['502 with a page', { status: 502, body: 'html' }],
    ['504', { status: 504 }],
    ['408', { status: 408 }],
    ['200 with a page', { status: 200, body: 'html' }],
    ['200 with another object', { status: 200, body: { type: 'contact' } }],
    ['a redirect', { status: 307, body: 'html' }],
    ['a reset', { reset: true }],
    ['a lost answer', { lost: true }],
  ] as const)('%s is tried three times, then is intercom_unavailable', async (_name, fault) => {
    intercom.addFault(fault)

    await expect(client()(search)).rejects.toMatchObject({ code: 'intercom_unavailable' })
    expect(intercom.calls()).toHaveLength(3)
    expect(clock.slept).toEqual([250, 500])
  })

  describe.each<[string, ContactRequest]>([
    ['create', create()],
    ['get', { type: 'get', id: '6762f0dd1bb69f9f2193bb83' }],
    ['update', { type: 'update', id: '6762f0dd1bb69f9f2193bb83', fields: { name: 'Ada' } }],
    ['unarchive', { type: 'unarchive', id: '6762f0dd1bb69f9f2193bb83' }],
    ['search', search],
  ])('of %s', (_name, call) => {
    test.each([400, 403, 404, 409, 410, 422, 502])(
      'a page with status %i is a gateway’s word: intercom_unavailable after three tries',
      async (status) => {
        intercom.addFault({ status, body: 'html' })

        await expect(client()(call)).rejects.toMatchObject({
          code: 'intercom_unavailable',
          intercomStatus: status,
        })
        expect(intercom.calls()).toHaveLength(3)
      },
    )
  })

  test('a trouble that passes is not told of', async () => {
    intercom.addFault({ status: 403, body: 'html', count: 1 }, { status: 503, count: 1 })

    expect(await client()(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls().map(({ status }) => status)).toEqual([403, 503, 200])
  })

  test.each([
    ['a 500', { status: 500 }],
    ['a page', { status: 404, body: 'html' }],
    ['a lost answer', { lost: true }],
  ] as const)('a lead is not created a second time after %s', async (_name, fault) => {
    intercom.addFault(fault)

    await expect(client()(create({ role: 'lead' }))).rejects.toMatchObject({
      code: 'create_unclear',
    })
    expect(intercom.calls()).toHaveLength(1)
  })

  test('a 429 is clear: a lead is created again', async () => {
    intercom.addFault({ status: 429, count: 1 })

    expect(await client()(create({ role: 'lead' }))).toMatchObject({ type: 'contact' })
  })

  test('a lead that Intercom only ever answers with 429 is not unclear', async () => {
    intercom.addFault({ status: 429 })

    await expect(client()(create({ role: 'lead' }))).rejects.toMatchObject({
      code: 'intercom_rate_limited',
    })
    expect(intercom.calls()).toHaveLength(3)
  })

  test('a lead that Intercom refuses is not unclear', async () => {
    intercom.addFault({ status: 403, count: 1 })

    await expect(client()(create({ role: 'lead' }))).rejects.toMatchObject({
      code: 'intercom_forbidden',
    })
  })
})

test('a code or request id that is no word is not taken over', async () => {
  const errors = [{ code: 'No such email[canary@example.com]', message: 'x' }]
  intercom.addFault({ status: 422, body: { request_id: 'canary canary', errors }, count: 1 })

  await expect(client()(search)).rejects.toMatchObject({
    code: 'intercom_rejected',
    intercomCode: undefined,
    requestId: undefined,
  })
})

describe('a 429', () => {
  test('waits for the window that Intercom announces, with jitter', async () => {
    intercom.addFault({ status: 429, count: 1 })

    expect(await client()(search)).toMatchObject({ type: 'contacts' })

    // The clock began on a window's first second; half a second of jitter.
    expect(clock.slept).toEqual([10_500])
  })

  test('in the middle of a window waits for what is left of it', async () => {
    clock.advance(7_000)
    intercom.addFault({ status: 429, count: 1 })

    await client()(search)

    expect(clock.slept).toEqual([3_500])
  })

  test('without a window waits one out', async () => {
    const bare = await startBare((_request, response) => response.writeHead(429).end('{}'))

    await expect(client({ send: bare.send })(search)).rejects.toMatchObject({
      code: 'intercom_rate_limited',
    })
    expect(clock.slept).toEqual([10_500, 10_500])
  })

  test.each([
    ['0', 700],
    ['99999999999', 15_500],
    ['soon', 10_500],
  ])(
    'that announces the reset %s waits %i ms before it asks for its next turn',
    async (reset, waitMs) => {
      const bare = await startBare((_request, response) => {
        const isFirst = bare.requests.length === 1
        const window = { 'x-ratelimit-limit': '1667', 'x-ratelimit-remaining': '0' }
        if (isFirst) response.writeHead(429, { ...window, 'x-ratelimit-reset': reset })
        response.end('{"type":"list","data":[]}')
      })

      await client({ send: bare.send })(search)

      expect(clock.slept[0]).toBe(waitMs)
    },
  )

  test.each([
    ['long past', -600],
    ['far ahead', 600],
  ])(
    'whose reset is %s, by our clock, is followed by a whole window all the same',
    async (_name, seconds) => {
      const startMs = clock.now()
      const reset = String(startMs / 1000 + seconds)
      const bare = await startBare((_request, response) => {
        const isFirst = bare.requests.length === 1
        const window = { 'x-ratelimit-limit': '1667', 'x-ratelimit-remaining': '0' }
        if (isFirst) response.writeHead(429, { ...window, 'x-ratelimit-reset': reset })
        response.end('{"type":"list","data":[]}')
      })

      await client({ send: bare.send })(search)

      expect(clock.now() - startMs).toBeGreaterThanOrEqual(10_000)
      expect(clock.now() - startMs).toBeLessThan(16_000)
    },
  )

  test('is handed back where its window comes too late for another try', async () => {
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

describe('time', () => {
  test('a try ends after 8 s', async () => {
    let tries = 0
    const bare = await startBare((_request, response) => {
      tries += 1
      if (tries === 2) response.end('{"type":"list","data":[]}')
      else clock.advance(8_000)
    })

    expect(await client({ send: bare.send })(search)).toMatchObject({ type: 'contacts' })
    expect(tries).toBe(2)
  })

  test('a try ends 5 s before the invocation does', async () => {
    const endMs = clock.now() + 8_000
    const bare = await startBare(() => clock.advance(3_000))

    await expect(
      client({ send: bare.send, remainingMs: () => endMs - clock.now() })(search),
    ).rejects.toMatchObject({ code: 'intercom_unavailable' })
    expect(bare.requests).toHaveLength(1)
  })

  test('no retry begins that could outlast the invocation', async () => {
    intercom.addFault({ status: 500 })

    await expect(client({ remainingMs: () => 13_200 })(search)).rejects.toMatchObject({
      code: 'intercom_unavailable',
    })
    expect(intercom.calls()).toHaveLength(1)
  })

  test('without time no call is made, and nothing is unclear', async () => {
    await expect(
      client({ remainingMs: () => 5_000 })(create({ role: 'lead' })),
    ).rejects.toMatchObject({ code: 'out_of_time' })
    expect(intercom.calls()).toHaveLength(0)
  })

  test('an invocation without time holds up no later one of its process', async () => {
    const pace = createPace(clock, () => 0)
    await failure(client({ pace, remainingMs: () => 5_000 })(search))

    expect(await client({ pace })(search)).toMatchObject({ type: 'contacts' })
  })

  test('an invocation whose time ends before its turn holds up no later one of its process', async () => {
    const pace = createPace(clock, () => 0)
    const left = [6_000, 6_000]
    await failure(client({ pace, remainingMs: () => left.shift() ?? 5_000 })(search))

    expect(await client({ pace })(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls()).toHaveLength(1)
  })

  test('a turn that comes too late is not waited for', async () => {
    const pace = createPace(clock, () => 0)
    intercom.addFault({ rate_limit: 1 })
    await client({ pace })(search)

    await expect(
      client({ pace, remainingMs: () => 14_999 })(create({ role: 'lead' })),
    ).rejects.toMatchObject({ code: 'out_of_time' })
    expect(intercom.calls()).toHaveLength(1)
    expect(clock.slept).toEqual([])
  })

  test('a turn that comes in time is waited for', async () => {
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

describe('the token', () => {
  test.each([
    'unauthorized',
    'token_not_found',
    'token_revoked',
    'token_expired',
    'token_blocked',
    'missing_authorization',
  ])('is read again after a 401 %s, and used at once where it changed', async (code) => {
    let reads = 0
    const token = {
      get: async () => 'good',
      reread: async () => {
        reads += 1
        return 'better'
      },
    }
    const bare = await startBare((request, response) => {
      const isGood = request.headers.authorization === 'Bearer better'
      response.writeHead(isGood ? 200 : 401)
      response.end(JSON.stringify(isGood ? { type: 'list', data: [] } : errorList(code)))
    })

    expect(await client({ send: bare.send, token })(search)).toMatchObject({ type: 'contacts' })
    expect(reads).toBe(1)
    expect(clock.slept).toEqual([])
  })

  test.each([
    [401, 'token_unauthorized'],
    [402, undefined],
    [403, 'api_plan_restricted'],
  ])('is not read again after a %i %s: it is good and lacks a right', async (status, code) => {
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
  })

  test('that is replaced while the process lives is noticed', async () => {
    const token = { get: async () => 'good', reread: async () => 'new' }
    intercom.setAccessToken('new')

    expect(await client({ token })(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls().map(({ status }) => status)).toEqual([401, 200])
  })

  test('that changed costs the call none of its tries', async () => {
    const token = { get: async () => 'old', reread: async () => 'good' }
    intercom.addFault({ status: 503, count: 2 })

    expect(await client({ token })(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls().map(({ status }) => status)).toEqual([401, 503, 503, 200])
  })

  test('that changed makes a lead no second time', async () => {
    const token = { get: async () => 'old', reread: async () => 'good' }

    expect(await client({ token })(create({ role: 'lead' }))).toMatchObject({ type: 'contact' })
    expect(intercom.contacts()).toHaveLength(1)
  })

  test('is read again once, not for ever', async () => {
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
  'a contact that comes with a %i is taken, at the first try',
  async (status) => {
    intercom.addFault({ status, body: { id: '6762f0dd' }, count: 1 })

    expect(await client()(create({ role: 'lead' }))).toMatchObject({
      type: 'contact',
      contact: { id: '6762f0dd' },
    })
    expect(intercom.calls()).toHaveLength(1)
  },
)

test('every answer is told of by its call’s name, its status and its time', async () => {
  const answers: object[] = []
  intercom.addFault({ status: 503, count: 1 }, { reset: true, count: 1 })

  await client({ onResponse: (answer) => answers.push(answer) })(search)

  expect(answers).toEqual([
    { name: 'search', status: 503, durationMs: 0 },
    { name: 'search', status: 0, durationMs: 0 },
    { name: 'search', status: 200, durationMs: 0 },
  ])
})

/** The way to a server that answers as a test says, until the test ends. */
const startBare = async (...[answer]: Parameters<typeof startServer>) => {
  const server = await startServer(answer)
  onTestFinished(server.close)
  return { ...server, send: createHttp(new URL(server.url)) }
}

test('a request carries the token, the version and what it accepts, over one kept connection', async () => {
  const bare = await startBare((_request, response) => response.end('{"type":"list","data":[]}'))
  const call = client({ send: bare.send })

  await call(search)
  await call(search)

  const [first, second] = bare.requests
  expect(first?.headers).toMatchObject({
    accept: 'application/json',
    authorization: 'Bearer good',
    'content-type': 'application/json',
    'intercom-version': '2.14',
  })
  expect(second?.socket.remotePort).toBe(first?.socket.remotePort)
})

test('a redirect is not followed: the token goes to no other host', async () => {
  const elsewhere = await startBare((_request, response) => response.end('{}'))
  const bare = await startBare((_request, response) =>
    response.writeHead(302, { location: elsewhere.url }).end(),
  )

  await expect(client({ send: bare.send })(search)).rejects.toMatchObject({
    code: 'intercom_unavailable',
  })
  expect(elsewhere.requests).toHaveLength(0)
})

test('an answer that breaks off is none', async () => {
  const bare = await startBare((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"type":"list"')
    response.destroy()
  })

  await expect(client({ send: bare.send })(search)).rejects.toMatchObject({
    code: 'intercom_unavailable',
  })
})
