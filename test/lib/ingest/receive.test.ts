import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { defineBridge } from '../../../src/lib/config/config.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import { BridgeError, type ErrorCode } from '../../../src/lib/errors.ts'
import { clerk, defineSource, form, signup } from '../../../src/lib/index.ts'
import type { Sink } from '../../../src/lib/ingest/ingest.ts'
import {
  type IncomingRequest,
  type ReceiveDependencies,
  receive,
} from '../../../src/lib/ingest/receive.ts'
import type { QueueMessage } from '../../../src/lib/queue/message.ts'
import { sign } from '../../../src/lib/signature/verify.ts'
import { maxBodyBytes } from '../../../src/lib/transform/body.ts'
import { start } from '../../support/clock.ts'
import { bytes, formHeaders } from '../../support/deliveries.ts'

const bridge = defineBridge({
  sources: {
    backend: signup(),
    clerk: clerk(),
    open: form(),
    waitlist: form({
      role: 'lead',
      redirect: { success: 'https://example.com/thanks', failure: 'https://example.com/sorry' },
      origins: ['https://example.com'],
    }),
    guarded: form({ turnstile: true }),
    thanks: form({ redirect: 'https://example.com/thanks' }),
    throws: signup({
      map: () => {
        throw new Error('canary')
      },
    }),
  },
})
const secrets: Readonly<Record<string, readonly string[]>> = {
  backend: ['s3cret'],
  clerk: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  guarded: ['widget'],
}
const secretsOf = (source: string) => secrets[source] ?? []

type Post = Partial<Omit<IncomingRequest, 'body'>> & { body?: string | Uint8Array | object }

const post = async (
  path: string,
  { body = '', ...rest }: Post = {},
  more: Partial<ReceiveDependencies> = {},
) => {
  const messages: QueueMessage[] = []
  const raw =
    body instanceof Uint8Array
      ? body
      : bytes(typeof body === 'string' ? body : JSON.stringify(body))
  const request: IncomingRequest = {
    path,
    received_at: start,
    method: 'POST',
    url: `https://bridge.example.com${path}`,
    headers: {},
    encodedBytes: raw.length,
    body: () => raw,
    ...rest,
  }
  const received = await receive(request, {
    bridge,
    secrets: { get: async () => secretsOf, reread: async () => secretsOf },
    sink: {
      mode: 'queue',
      store: async (stored) => {
        messages.push(...stored)
      },
    },
    askTurnstile: async () => 'refused',
    now: () => start,
    ...more,
  })
  const { status, headers, body: text } = received.response
  const json = headers['content-type'] === 'application/json' ? JSON.parse(text) : undefined
  return { status, headers, json, text, messages, received }
}

const bearer = { authorization: 'Bearer s3cret' }
const ada = { email: 'ada@example.com' }
const userCreated = { type: 'user.created', data: { id: 'user_1' } }
const postClerk = (event: object, more: Partial<ReceiveDependencies> = {}) => {
  const body = JSON.stringify(event)
  const scheme = bridge.sources.clerk?.signature ?? { type: 'open' }
  const unsigned = { timestampSeconds: start, body: bytes(body) }
  const { headers } = sign(scheme, unsigned, secrets.clerk?.[0] ?? '')
  return post('/webhooks/clerk', { body, headers }, more)
}

describe('200', () => {
  test('accepted, with the dedupe id, once the message is stored', async () => {
    const { status, json, messages } = await post('/webhooks/backend', {
      headers: bearer,
      body: ada,
    })

    expect(status).toBe(200)
    expect(json).toEqual({ status: 'accepted', id: messages[0]?.dedupeId })
    expect(messages).toHaveLength(1)
  })

  test('ignored: genuine, and not a signup', async () => {
    const { status, json, messages } = await postClerk({ type: 'session.created' })

    expect({ status, json, messages }).toEqual({
      status: 200,
      json: { status: 'ignored' },
      messages: [],
    })
  })

  test('accepted for a verified payload that cannot be read: the worker parks it', async () => {
    const { status, json, messages } = await postClerk({ type: 'user.created', data: {} })

    expect({ status, json }).toMatchObject({ status: 200, json: { status: 'accepted' } })
    expect(messages).toHaveLength(1)
  })
})

test('a mapping that fails loses nothing, whoever waits: it is queued for the operator', async () => {
  const get = async () => () => ['s3cret']
  const request = { headers: bearer, body: ada }
  const secrets = { get, reread: get }

  const { status, json, messages } = await post('/webhooks/throws', request, { secrets })

  expect({ status, state: json.status, queued: messages.length }).toEqual({
    status: 200,
    state: 'accepted',
    queued: 1,
  })
})

describe('the address', () => {
  test.each([
    '/webhooks/backend',
    '/webhooks/backend/',
    '/dev/webhooks/backend',
    '/a/b/webhooks/backend',
  ])('%s is the source', async (path) => {
    expect((await post(path, { headers: bearer, body: ada })).status).toBe(200)
  })

  test.each([
    '/',
    '/webhooks',
    '/webhooks/',
    '/webhooks/nobody',
    '/webhooks/constructor',
    '/webhooks/__proto__',
    '/webhooks/queue',
    '/webhooks/waitlist',
    '/forms/backend',
    '/webhooks/backend/more',
    '/xwebhooks/backend',
    '/WEBHOOKS/backend',
  ])('%s is 404 unknown_source', async (path) => {
    const { status, json } = await post(path, { headers: bearer, body: ada })

    expect({ status, code: json.error.code }).toEqual({ status: 404, code: 'unknown_source' })
  })
})

describe('every refusal has its status and code, and echoes nothing', () => {
  const large = 'x'.repeat(maxBodyBytes + 1)
  const rows: [ErrorCode, number, string, Post][] = [
    ['invalid_body', 400, '/webhooks/backend', { headers: bearer, body: '{"canary' }],
    ['invalid_body', 400, '/webhooks/backend', { headers: bearer, body: '' }],
    ['signature_missing', 401, '/webhooks/backend', { body: { canary: 1 } }],
    ['signature_missing', 401, '/webhooks/clerk', { body: { canary: 1 } }],
    [
      'signature_invalid',
      401,
      '/webhooks/backend',
      { headers: { authorization: 'Bearer canary' } },
    ],
    ['unknown_source', 404, '/webhooks/canary', { body: ada }],
    ['method_not_allowed', 405, '/webhooks/backend', { method: 'GET', headers: bearer }],
    ['method_not_allowed', 405, '/webhooks/backend', { method: 'OPTIONS' }],
    ['method_not_allowed', 405, '/forms/open', { method: 'PUT' }],
    ['body_too_large', 413, '/webhooks/backend', { headers: bearer, body: large }],
    ['body_too_large', 413, '/webhooks/backend', { headers: bearer, encodedBytes: 9e6 }],
    [
      'unsupported_media_type',
      415,
      '/forms/open',
      { body: 'canary', headers: { 'content-type': 'text/plain' } },
    ],
    [
      'unsupported_media_type',
      415,
      '/webhooks/backend',
      { body: 'email=canary', headers: { ...bearer, ...formHeaders } },
    ],
    [
      'unsupported_media_type',
      415,
      '/webhooks/backend',
      { body: ada, headers: { ...bearer, 'content-encoding': 'gzip' } },
    ],
    ['invalid_signup', 422, '/webhooks/backend', { headers: bearer, body: { email: 'canary' } }],
    ['invalid_signup', 422, '/webhooks/backend', { headers: bearer, body: '["canary"]' }],
    ['invalid_signup', 422, '/forms/open', { headers: formHeaders, body: 'name=canary' }],
  ]

  test.each(rows)('%s is %i at %s %#', async (code, status, path, request) => {
    const answer = await post(path, request)

    expect({ status: answer.status, code: answer.json.error.code }).toEqual({ status, code })
    expect(answer.json.error.message.length).toBeGreaterThan(10)
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain('canary')
    expect(answer.messages).toEqual([])
  })

  test('signature_expired is 401', async () => {
    const answer = await postClerk(userCreated, { now: () => start + 301 })

    expect(answer).toMatchObject({ status: 401, json: { error: { code: 'signature_expired' } } })
  })

  test('origin_refused is 403', async () => {
    const answer = await post('/forms/waitlist', {
      headers: { ...formHeaders, accept: 'application/json', origin: 'https://canary.example.com' },
      body: 'email=ada%40example.com',
    })

    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'origin_refused' } } })
  })

  test('405 names what is allowed', async () => {
    expect((await post('/webhooks/backend', { method: 'GET' })).headers.allow).toBe('POST')
    expect((await post('/forms/open', { method: 'GET' })).headers.allow).toBe('OPTIONS, POST')
  })

  test('422 names the issues, by path and reason', async () => {
    const { json } = await post('/webhooks/backend', { headers: bearer, body: { email: 'x' } })

    expect(json.error.issues).toEqual([
      { path: 'email', reason: 'email_invalid' },
      { path: '', reason: 'needs an email or an external_id' },
    ])
  })

  test('a body of just 256 KiB is taken', async () => {
    const note = 'x'.repeat(maxBodyBytes - JSON.stringify({ ...ada, note: '' }).length)

    const answer = await post('/webhooks/backend', { headers: bearer, body: { ...ada, note } })

    expect(answer.status).toBe(200)
  })

  test('an unverified body is never parsed', async () => {
    let parsed = false
    const body = () => {
      parsed = true
      return bytes('{')
    }
    await post('/webhooks/nobody')
    const { status } = await post('/webhooks/clerk', { body: '{' })

    expect(status).toBe(401)
    await receive(
      {
        path: '/webhooks/x',
        received_at: 0,
        method: 'POST',
        url: '',
        headers: {},
        encodedBytes: 1,
        body,
      },
      {} as ReceiveDependencies,
    )
    expect(parsed).toBe(false)
  })
})

describe('secrets', () => {
  test('a source without one is 500 misconfigured, whatever the request carries', async () => {
    const none = () => []
    const empty = () => ['']
    for (const lookup of [none, empty]) {
      const cache = { get: async () => lookup, reread: async () => lookup }
      for (const headers of [{}, bearer, { authorization: 'Bearer ' }]) {
        const answer = await post('/webhooks/backend', { headers, body: ada }, { secrets: cache })

        expect(answer).toMatchObject({ status: 500, json: { error: { code: 'misconfigured' } } })
        expect(answer.messages).toEqual([])
      }
    }
  })

  test('a public form needs none', async () => {
    const cache = {
      get: async () => {
        throw new Error('asked')
      },
      reread: async () => () => [],
    }

    const answer = await post(
      '/forms/open',
      { headers: formHeaders, body: 'email=ada%40example.com' },
      { secrets: cache },
    )

    expect(answer.status).toBe(200)
  })

  test('are read again before anybody is turned away', async () => {
    const cache = { get: async () => () => ['old'], reread: async () => () => ['s3cret'] }

    const answer = await post(
      '/webhooks/backend',
      { headers: bearer, body: ada },
      { secrets: cache },
    )

    expect(answer.status).toBe(200)
  })

  test('that cannot be read are 503 with Retry-After', async () => {
    const cache = {
      get: async () => {
        throw new BridgeError('temporarily_unavailable', 'canary')
      },
      reread: async () => () => [],
    }

    const answer = await post(
      '/webhooks/backend',
      { headers: bearer, body: ada },
      { secrets: cache },
    )

    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '30' },
      json: { error: { code: 'temporarily_unavailable' } },
    })
    expect(answer.text).not.toContain('canary')
  })
})

test('a queue that did not take it is 503 with Retry-After, never 2xx', async () => {
  const store = async () => {
    throw new BridgeError('temporarily_unavailable', 'x')
  }

  const answer = await post(
    '/webhooks/backend',
    { headers: bearer, body: ada },
    { sink: { mode: 'queue', store } },
  )

  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } })
})

test('a fault of ours is 500 unexpected, and says nothing of itself', async () => {
  const store = async () => {
    throw new TypeError('canary')
  }

  const answer = await post(
    '/webhooks/backend',
    { headers: bearer, body: ada },
    { sink: { mode: 'queue', store } },
  )

  expect(answer).toMatchObject({ status: 500, json: { error: { code: 'unexpected' } } })
  expect(answer.text).not.toContain('canary')
})

describe('a browser’s form post', () => {
  const browser = {
    ...formHeaders,
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    origin: 'https://example.com',
  }
  const good = 'email=ada%40example.com'

  test('is led to the success page', async () => {
    const answer = await post('/forms/waitlist', { headers: browser, body: good })

    expect(answer).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/thanks' },
      text: '',
    })
    expect(answer.messages).toHaveLength(1)
  })

  test('that filled the honeypot is led there too, and nothing is stored', async () => {
    const answer = await post('/forms/waitlist', { headers: browser, body: `${good}&_gotcha=1` })

    expect(answer).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/thanks' },
    })
    expect(answer.messages).toEqual([])
  })

  test('a bot that reads JSON sees nothing either', async () => {
    const headers = { ...browser, accept: 'application/json' }
    const spam = await post('/forms/waitlist', { headers, body: `${good}&_gotcha=1` })
    const genuine = await post('/forms/waitlist', { headers, body: good })

    const shape = ({ status, json }: typeof spam) => ({
      status,
      state: json.status,
      id: typeof json.id,
    })
    expect(shape(spam)).toEqual(shape(genuine))
    expect(spam.json.id).toHaveLength(genuine.json.id.length)
  })

  test.each([
    ['400', { ...browser, 'content-type': 'multipart/form-data; boundary=x' }, 'x'],
    ['403', { ...browser, origin: 'https://other.example.com' }, good],
    ['403 without an origin', { ...formHeaders, accept: 'text/html' }, good],
    ['413', browser, 'x'.repeat(maxBodyBytes + 1)],
    ['415', { ...browser, 'content-type': 'text/plain' }, good],
    ['422', browser, 'name=Ada'],
  ])('that fails with %s is led to the failure page', async (_name, headers, body) => {
    const answer = await post('/forms/waitlist', { headers, body })

    expect(answer).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/sorry' },
    })
    expect(answer.messages).toEqual([])
  })

  test('that the queue does not take is led to the failure page', async () => {
    const sink: Sink = {
      mode: 'queue',
      store: async () => {
        throw new BridgeError('temporarily_unavailable', 'x')
      },
    }

    const answer = await post('/forms/waitlist', { headers: browser, body: good }, { sink })

    expect(answer).toMatchObject({
      status: 303,
      headers: { location: 'https://example.com/sorry' },
    })
  })

  test('that fails where no failure page is set is answered in JSON', async () => {
    const answer = await post('/forms/thanks', { headers: browser, body: 'name=Ada' })

    expect(answer).toMatchObject({ status: 422, json: { error: { code: 'invalid_signup' } } })
  })

  test('without a page set sees a plain one', async () => {
    const answer = await post('/forms/open', { headers: browser, body: good })

    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.text).toContain('Thank you.')
  })

  test('that asks for JSON gets it', async () => {
    const headers = { ...browser, accept: 'application/json' }

    expect(await post('/forms/waitlist', { headers, body: good })).toMatchObject({
      status: 200,
      json: { status: 'accepted' },
    })
    expect(await post('/forms/waitlist', { headers, body: 'name=Ada' })).toMatchObject({
      status: 422,
    })
  })

  test('may prove its origin by the referrer', async () => {
    const { origin: _origin, ...rest } = browser
    const headers = { ...rest, referer: 'https://example.com/join?x=1' }

    expect((await post('/forms/waitlist', { headers, body: good })).status).toBe(303)
    const elsewhere = {
      ...rest,
      accept: 'application/json',
      referer: 'https://example.com.evil.test/',
    }
    expect((await post('/forms/waitlist', { headers: elsewhere, body: good })).status).toBe(403)
  })
})

describe('a form with Turnstile', () => {
  const submit = async (body: string, more: Partial<ReceiveDependencies> = {}) => {
    const asked: string[] = []
    const answer = await post(
      '/forms/guarded',
      { headers: { ...formHeaders, accept: 'application/json' }, body },
      {
        askTurnstile: async (secret, token) => {
          asked.push(`${secret} ${token}`)
          return token === 'good' ? 'human' : 'refused'
        },
        ...more,
      },
    )
    const { status, json, messages } = answer
    return { status, code: json.error?.code, stored: messages.length, asked }
  }
  const person = 'email=ada%40example.com'
  const noSecret = { get: async () => () => [], reread: async () => () => [] }

  test('takes what Cloudflare vouches for', async () => {
    expect(await submit(`${person}&cf-turnstile-response=good`)).toEqual({
      status: 200,
      code: undefined,
      stored: 1,
      asked: ['widget good'],
    })
  })

  test.each([
    ['a bad token', `${person}&cf-turnstile-response=bad`, ['widget bad']],
    ['no token', person, []],
    ['two tokens', `${person}&cf-turnstile-response=good&cf-turnstile-response=good`, []],
  ])('refuses %s with 403, and stores nothing', async (_title, body, asked) => {
    expect(await submit(body)).toEqual({ status: 403, code: 'challenge_failed', stored: 0, asked })
  })

  test('is 503 where Cloudflare does not say, and stores nothing', async () => {
    const askTurnstile = async () => {
      throw new BridgeError('temporarily_unavailable', 'x')
    }

    expect(await submit(`${person}&cf-turnstile-response=good`, { askTurnstile })).toMatchObject({
      status: 503,
      stored: 0,
    })
  })

  test.each([person, `${person}&cf-turnstile-response=good`, `${person}&_gotcha=1`, 'name=Ada'])(
    'is 500 without its secret, whatever is posted: %s',
    async (body) => {
      expect(await submit(body, { secrets: noSecret })).toEqual({
        status: 500,
        code: 'misconfigured',
        stored: 0,
        asked: [],
      })
    },
  )

  test('asks nothing of a bot in the honeypot, nor of what it cannot use', async () => {
    const token = 'cf-turnstile-response=good'

    expect(await submit(`${person}&_gotcha=1&${token}`)).toMatchObject({ status: 200, asked: [] })
    expect(await submit(`name=Ada&${token}`)).toMatchObject({ status: 422, asked: [] })
  })

  test('reads its secret again where Cloudflare does not know it, and only then', async () => {
    const read: string[] = []
    const secrets = {
      get: async () => () => ['old'],
      reread: async () => {
        read.push('again')
        return () => ['widget']
      },
    }
    const askTurnstile: ReceiveDependencies['askTurnstile'] = async (secret, token) => {
      if (secret === 'old') return 'wrong_secret'
      return token === 'good' ? 'human' : 'refused'
    }
    const refuses = async () => 'refused' as const

    expect(
      await submit(`${person}&cf-turnstile-response=good`, { secrets, askTurnstile }),
    ).toMatchObject({ status: 200 })
    expect(read).toEqual(['again'])
    await submit(`${person}&cf-turnstile-response=bad`, { secrets, askTurnstile: refuses })
    expect(read).toEqual(['again'])
  })
})

describe('CORS', () => {
  const preflight = (path: string, origin: string) =>
    post(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })

  test('a preflight from a page on the list is allowed', async () => {
    const { status, headers } = await preflight('/forms/waitlist', 'https://example.com')

    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://example.com',
      'access-control-allow-methods': 'POST',
      vary: 'origin',
    })
  })

  test('any page may ask where there is no list', async () => {
    const { headers } = await preflight('/forms/open', 'https://any.example.com')

    expect(headers['access-control-allow-origin']).toBe('*')
  })

  test('another page is told of no origin, which makes its browser go no further', async () => {
    const answer = await preflight('/forms/waitlist', 'https://other.example.com')

    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    expect(answer.headers).not.toHaveProperty('location')
  })

  test('the answer to a post carries it too', async () => {
    const headers = { ...formHeaders, accept: 'application/json', origin: 'https://example.com' }

    const answer = await post('/forms/waitlist', { headers, body: 'email=ada%40example.com' })

    expect(answer.headers['access-control-allow-origin']).toBe('https://example.com')
  })
})

describe('direct mode', () => {
  const direct = (deliver: Extract<Sink, { mode: 'direct' }>['deliver']) => ({
    sink: { mode: 'direct', deliver } as const,
  })
  const delivered = (outcome: 'created' | 'updated' | 'unchanged') =>
    direct(async () => ({
      outcome,
      contact: { type: 'contact', id: '6762f0dd' },
      counts: [],
      calls: 2,
      incomplete: [],
      isNewLead: false,
    }))
  const failing = (code: ErrorCode, intercomCode?: string) =>
    direct(async () => {
      throw new BridgeError(code, 'canary', intercomCode ? { intercomCode } : {})
    })

  test.each(['created', 'updated', 'unchanged'] as const)(
    'answers %s with the contact',
    async (outcome) => {
      const answer = await post(
        '/webhooks/backend',
        { headers: bearer, body: ada },
        delivered(outcome),
      )

      expect(answer).toMatchObject({
        status: 200,
        json: { status: outcome, contact_id: '6762f0dd' },
      })
    },
  )

  test.each([
    'intercom_unavailable',
    'intercom_rate_limited',
    'intercom_unauthorized',
    'create_unclear',
  ] as const)('%s is 503: the sender may try again', async (code) => {
    const answer = await post('/webhooks/backend', { headers: bearer, body: ada }, failing(code))

    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': code === 'create_unclear' ? '180' : '30' },
      json: { error: { code: 'temporarily_unavailable' } },
    })
    expect(answer.text).not.toContain('canary')
  })

  const pending = (error: BridgeError) =>
    direct(async () => ({
      outcome: 'created',
      contact: { type: 'contact', id: '6762f0dd' },
      counts: [],
      calls: 2,
      incomplete: [],
      isNewLead: false,
      pending: error,
    }))

  test.each([
    ['extras_unavailable', {}, '30'],
    ['out_of_time', {}, '30'],
    ['extras_unavailable', { retryAfterSeconds: 180 }, '180'],
  ] as const)(
    'what keeps the extras back for now (%s %j) is 503, though the contact is there: again after %s s',
    async (code, details, seconds) => {
      const sink = pending(new BridgeError(code, 'canary', details))

      const answer = await post('/webhooks/backend', { headers: bearer, body: ada }, sink)

      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': seconds },
        json: { error: { code: 'temporarily_unavailable' } },
        received: { error: { code } },
      })
      expect(answer.text).not.toContain('canary')
    },
  )

  test('any signup may come a second time: a lead is looked up even where its source looks nobody up', async () => {
    const policies: Policy[] = []
    const lookingNobodyUp = defineBridge({
      sources: { backend: signup({ lookup: false, role: 'lead' }) },
    })
    const sink: Sink = {
      mode: 'direct',
      deliver: async (_signup, policy) => {
        policies.push(policy)
        throw new BridgeError('intercom_unavailable', 'x')
      },
    }

    await post(
      '/webhooks/backend',
      { headers: bearer, body: ada },
      { bridge: lookingNobodyUp, sink },
    )

    expect(policies).toMatchObject([{ lookup: true, received_at: start }])
    expect(policies[0]).not.toHaveProperty('replayedAtMs')
  })

  test('a delivery that made a lead and failed after it comes again when search shows the lead', async () => {
    const pairs = defineSource({
      docs: 'https://example.com/pairs',
      signature: { type: 'bearer' },
      payload: { format: 'json', schema: z.looseObject({ emails: z.array(z.string()) }) },
      eventId: () => undefined,
      toSignup: ({ emails }) => emails.map((email) => ({ contact: { role: 'lead', email } })),
    })
    const made: string[] = []
    const sink: Sink = {
      mode: 'direct',
      deliver: async (given) => {
        if (made.length > 0) throw new BridgeError('intercom_unavailable', 'x')
        made.push(given.event_id)
        const contact = { type: 'contact', id: '6762f0dd' }
        return {
          outcome: 'created',
          contact,
          counts: [],
          calls: 2,
          incomplete: [],
          isNewLead: true,
        }
      },
    }

    const answer = await post(
      '/webhooks/backend',
      { headers: bearer, body: '{"emails":["a@example.com","b@example.com"]}' },
      { bridge: defineBridge({ sources: { backend: pairs() } }), sink },
    )

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '180' } })
  })

  test('what Intercom refuses for good is 422 with its code', async () => {
    const failed = failing('intercom_rejected', 'parameter_invalid')

    const answer = await post('/webhooks/backend', { headers: bearer, body: ada }, failed)

    expect(answer).toMatchObject({
      status: 422,
      json: { error: { code: 'intercom_rejected', intercom_code: 'parameter_invalid' } },
    })
  })

  test('a form tells a person what it tells a bot', async () => {
    const headers = { ...formHeaders, accept: 'application/json' }
    const body = 'email=ada%40example.com'

    const person = await post('/forms/open', { headers, body }, delivered('created'))
    const bot = await post(
      '/forms/open',
      { headers, body: `${body}&_gotcha=1` },
      delivered('created'),
    )

    expect(person.json).toEqual({ status: 'accepted', id: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(Object.keys(bot.json)).toEqual(Object.keys(person.json))
  })

  test('an unreadable payload is 422 from every source', async () => {
    const answer = await postClerk({ type: 'user.created', data: {} }, delivered('created'))

    expect(answer).toMatchObject({ status: 422, json: { error: { code: 'invalid_signup' } } })
  })
})
