import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type SandboxIntercom, startIntercom } from '../../../sandbox/intercom/server.ts'
import type { ContactCall } from '../../../src/lib/intercom/call.ts'
import { type ClientOptions, createClient } from '../../../src/lib/intercom/client.ts'
import { createHttp } from '../../../src/lib/intercom/http.ts'
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
const client = (more: Partial<ClientOptions> = {}) =>
  createClient({
    send: createHttp(new URL(intercom.url)),
    token: fixed('good'),
    version: '2.14',
    clock,
    random: () => 0.5,
    remainingMs: () => 60_000,
    ...more,
  })
const create = (fields: object = {}): ContactCall => ({
  type: 'create',
  fields: { role: 'user', email: 'ada@example.com', ...fields },
})
const search: ContactCall = { type: 'search', field: 'email', value: 'ada@example.com' }
const made = async (fields: object = {}) => {
  const answer = await client()(create(fields))
  if (answer.type !== 'contact') throw new Error('not created')
  return answer.contact
}

describe('the five calls', () => {
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

  test('an id cannot leave its place in the path', async () => {
    await client()({ type: 'get', id: '../admins?x' })

    expect(intercom.calls().at(-1)).toMatchObject({ path: '/contacts/..%2Fadmins%3Fx' })
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

describe('conflict texts', () => {
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

describe('failures', () => {
  test.each([
    [400, 'parameter_invalid', 'intercom_rejected'],
    [404, 'not_found', 'intercom_rejected'],
    [405, undefined, 'intercom_rejected'],
    [406, 'media_type_not_acceptable', 'intercom_rejected'],
    [415, undefined, 'intercom_rejected'],
    [422, 'data_invalid', 'intercom_rejected'],
    [401, 'token_unauthorized', 'intercom_forbidden'],
    [402, undefined, 'intercom_forbidden'],
    [403, 'api_plan_restricted', 'intercom_forbidden'],
    [401, 'unauthorized', 'intercom_unauthorized'],
    [401, 'token_not_found', 'intercom_unauthorized'],
    [401, 'token_revoked', 'intercom_unauthorized'],
    [401, 'token_expired', 'intercom_unauthorized'],
    [401, 'missing_authorization', 'intercom_unauthorized'],
  ])(
    '%i %s is %s at once, with Intercom’s code and request id and never its text',
    async (status, intercomCode, code) => {
      const body = {
        type: 'error.list',
        request_id: '004qkagkoq5kktea5hdg',
        errors: [{ ...(intercomCode && { code: intercomCode }), message: 'canary' }],
      }
      intercom.addFault({ status, body, count: 1 })

      const error = await client()(create()).catch((thrown: Error) => thrown)

      expect(error).toMatchObject({
        code,
        intercomStatus: status,
        intercomCode,
        requestId: '004qkagkoq5kktea5hdg',
      })
      expect(`${(error as Error).message} ${(error as Error).cause}`).not.toContain('canary')
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

  test('a lead is not created a second time after an unclear answer', async () => {
    intercom.addFault({ status: 500 })

    await expect(client()(create({ role: 'lead' }))).rejects.toMatchObject({
      code: 'create_unclear',
    })
    expect(intercom.calls()).toHaveLength(1)
  })

  test('a 429 is clear: a lead is created again', async () => {
    intercom.addFault({ status: 429, count: 1 })

    expect(await client()(create({ role: 'lead' }))).toMatchObject({ type: 'contact' })
  })
})

test('a code or request id that is no word is not taken over', async () => {
  const errors = [{ code: 'No such email[canary@example.com]', message: 'x' }]
  intercom.addFault({ status: 422, body: { request_id: 'canary canary', errors }, count: 1 })

  await expect(client()(create())).rejects.toMatchObject({
    code: 'intercom_rejected',
    intercomCode: undefined,
    requestId: undefined,
  })
})

describe('a 429', () => {
  test('waits for the window that Intercom announces, with jitter', async () => {
    intercom.addFault({ rate_limit: 1 })
    await client()(search)

    await client()(search)

    // The clock began on a window's first second; half a second of jitter.
    expect(clock.slept).toEqual([10_500])
  })

  test('without a window waits one out', async () => {
    const bare = await startBare((_request, response) => response.writeHead(429).end('{}'))

    await expect(client({ send: bare.send })(search)).rejects.toMatchObject({
      code: 'intercom_rate_limited',
    })
    expect(clock.slept).toEqual([10_500, 10_500])
    await bare.close()
  })

  test('that announces nonsense waits between 0.2 and 15 s', async () => {
    const resets = ['0', '99999999999', 'soon']
    const bare = await startBare((_request, response) =>
      response.writeHead(429, { 'x-ratelimit-reset': resets.shift() ?? '0' }).end('{}'),
    )

    await client({ send: bare.send })(search).catch(() => undefined)

    expect(clock.slept).toEqual([700, 15_500])
    await bare.close()
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
    await bare.close()
  })

  test('no retry begins that could outlast the invocation', async () => {
    intercom.addFault({ status: 500 })

    await expect(client({ remainingMs: () => 13_200 })(search)).rejects.toMatchObject({
      code: 'intercom_unavailable',
    })
    expect(intercom.calls()).toHaveLength(1)
  })

  test('without time no call is made', async () => {
    await expect(
      client({ remainingMs: () => 5_000 })(create({ role: 'lead' })),
    ).rejects.toMatchObject({
      code: 'intercom_unavailable',
    })
    expect(intercom.calls()).toHaveLength(0)
  })
})

describe('the token', () => {
  test('that changed is used at once', async () => {
    let reads = 0
    const token = {
      get: async () => 'old',
      reread: async () => {
        reads += 1
        return 'good'
      },
    }

    expect(await client({ token })(search)).toMatchObject({ type: 'contacts' })
    expect(reads).toBe(1)
  })

  test('that changed costs the call none of its tries', async () => {
    const token = { get: async () => 'old', reread: async () => 'good' }
    intercom.addFault({ status: 503, count: 2 })

    expect(await client({ token })(search)).toMatchObject({ type: 'contacts' })
    expect(intercom.calls().map(({ status }) => status)).toEqual([401, 503, 503, 200])
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

/** A client of a server that answers as a test says. */
const startBare = async (...[answer]: Parameters<typeof startServer>) => {
  const server = await startServer(answer)
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
  await bare.close()
})

test('a redirect is not followed: the token goes to no other host', async () => {
  const elsewhere = await startBare((_request, response) => response.end('{}'))
  const bare = await startBare((_request, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  )

  await expect(client({ send: bare.send })(search)).rejects.toMatchObject({
    code: 'intercom_unavailable',
  })
  expect(elsewhere.requests).toHaveLength(0)
  await Promise.all([bare.close(), elsewhere.close()])
})

test('an answer that breaks off is none', async () => {
  const bare = await startBare((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"type":"list"')
    response.destroy()
  })

  await expect(client({ send: bare.send })(search)).rejects.toMatchObject({
    code: 'intercom_unavailable',
  })
  await bare.close()
})
