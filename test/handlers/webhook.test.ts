import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWebhook, handler } from '../../src/handlers/webhook.ts'
import { defineBridge } from '../../src/lib/config/config.ts'
import { clerk, cognito, form, signup, webhook } from '../../src/lib/index.ts'
import { fromRecord } from '../../src/lib/queue/message.ts'
import { sign } from '../../src/lib/signature/verify.ts'
import { start } from '../support/clock.ts'
import { bytes } from '../support/deliveries.ts'
import { postConfirmation } from '../support/payloads.ts'
import { record } from '../support/records.ts'
import { startServer } from '../support/server.ts'
import { captureTelemetry } from '../support/telemetry.ts'
import { startWorld } from '../support/world.ts'

const signsUrl = { header: 'x-signature', algorithm: 'sha256', encoding: 'hex' } as const
const bridge = defineBridge({
  sources: {
    backend: signup(),
    clerk: clerk(),
    members: cognito(),
    signed: webhook({
      signature: { ...signsUrl, signed: '{method}{url}{body}' },
      fields: { email: 'email' },
    }),
    waitlist: form({ role: 'lead', redirect: 'https://example.com/thanks' }),
  },
})
const clerkSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

let world: Awaited<ReturnType<typeof startWorld>>
beforeEach(async () => {
  world = await startWorld()
  world.secrets.put(
    'signing',
    JSON.stringify({ backend: 's3cret', clerk: clerkSecret, signed: 'k' }),
  )
})
afterEach(() => world.close())

/** A request as an HTTP API sends it to the function, payload format 2.0. */
const event = (
  path: string,
  body: string,
  headers: Record<string, string> = {},
  more: Partial<APIGatewayProxyEventV2> = {},
): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: 'ANY /webhooks/{source}',
  rawPath: path,
  rawQueryString: '',
  headers: { 'content-type': 'application/json', ...headers },
  requestContext: {
    accountId: '123456789012',
    apiId: 'api',
    domainName: 'api.execute-api.eu-west-1.amazonaws.com',
    domainPrefix: 'api',
    http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId: 'r1',
    routeKey: 'ANY /webhooks/{source}',
    stage: '$default',
    time: '01/Jan/2026:00:00:00 +0000',
    timeEpoch: start * 1000,
  },
  body,
  isBase64Encoded: false,
  ...more,
})
const bearer = { authorization: 'Bearer s3cret' }
const ada = '{"email":"ada@example.com"}'

const startWebhook = async (env: Record<string, string | undefined> = {}) => {
  const captured = captureTelemetry()
  const { respond, ingest } = await createWebhook(
    { ...world.webhookEnv, ...env },
    { bridge, clock: world.clock, random: () => 0.5, telemetry: captured.telemetry },
  )
  return {
    ...captured,
    ingest,
    post: async (request: APIGatewayProxyEventV2) => {
      const { statusCode, headers, body } = await respond(request)
      return { statusCode, headers, body: body ? JSON.parse(body) : undefined }
    },
  }
}
const queued = async () => (await world.batch()).Records

test('the webhook queues a signup before it responds, under the id of the response', async () => {
  const { post, logged } = await startWebhook()

  const response = await post(event('/webhooks/backend', ada, bearer))

  const [message] = await queued()
  expect(response).toMatchObject({
    statusCode: 200,
    body: { status: 'accepted', id: message?.attributes.MessageDeduplicationId },
  })
  expect(fromRecord(record(message?.body ?? '')).delivery).toEqual({
    source: 'backend',
    received_at: start,
    method: 'POST',
    url: '',
    headers: { 'content-type': 'application/json' },
    body: bytes(ada),
  })
  expect(logged).toEqual([
    expect.objectContaining({ event: 'accepted', source: 'backend', id: response.body.id }),
  ])
})

test('the webhook queues the same delivery sent twice as one message', async () => {
  const { post } = await startWebhook()

  await post(event('/webhooks/backend', ada, bearer))
  await post(event('/webhooks/backend', ada, bearer))

  expect(await queued()).toHaveLength(1)
})

describe('the webhook’s HTTP event', () => {
  const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64')
  const svix = (body: Uint8Array) =>
    sign(
      bridge.sources.clerk?.signature ?? { type: 'open' },
      { timestampSeconds: start, body },
      clerkSecret,
    ).headers

  test('may have its body as base64: the signature is verified over the bytes', async () => {
    const { post } = await startWebhook()
    const body = bytes('{"type":"user.created","data":{"id":"user_1","first_name":"Zoë"}}')

    const plain = await post(event('/webhooks/clerk', Buffer.from(body).toString(), svix(body)))
    const encoded = await post(
      event('/webhooks/clerk', base64(body), svix(body), { isBase64Encoded: true }),
    )

    expect(plain.statusCode).toBe(200)
    expect(encoded).toEqual(plain)
  })

  test('may come from a Function URL, or behind a stage', async () => {
    const { post } = await startWebhook()
    const functionUrl = event('/webhooks/backend', ada, bearer, { routeKey: '$default' })

    expect((await post(functionUrl)).statusCode).toBe(200)
    expect((await post(event('/prod/webhooks/backend', ada, bearer))).statusCode).toBe(200)
  })

  test('may have no body', async () => {
    const { post } = await startWebhook()
    const { body: _body, ...bodiless } = event('/webhooks/backend', '', bearer)

    expect(await post(bodiless)).toMatchObject({
      statusCode: 400,
      body: { error: { code: 'invalid_body' } },
    })
  })

  test('has header names in any case', async () => {
    const { post } = await startWebhook()

    expect(
      (await post(event('/webhooks/backend', ada, { Authorization: 'Bearer s3cret' }))).statusCode,
    ).toBe(200)
  })

  test('with a body over 256 KiB is refused with 413', async () => {
    const { post } = await startWebhook()
    const body = 'x'.repeat(400_000)

    expect(
      (await post(event('/webhooks/backend', body, bearer, { isBase64Encoded: true }))).statusCode,
    ).toBe(413)
  })

  const api = 'https://api.execute-api.eu-west-1.amazonaws.com'
  const hooks = 'https://hooks.example.com'
  test.each([
    [undefined, '/webhooks/signed', `${api}/webhooks/signed`],
    [undefined, '/prod/webhooks/signed', `${api}/prod/webhooks/signed`],
    [`${hooks}/`, '/webhooks/signed', `${hooks}/webhooks/signed`],
    [hooks, '/signup/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    // With a path: an API mapping stays in the event's path, a proxy may take it off.
    [`${hooks}/signup`, '/signup/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    [`${hooks}/signup`, '/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    [`${hooks}/signup/`, '/signup/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    [`${hooks}/signup/`, '/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    [`${hooks}/signup`, '/signup/webhooks/signed/', `${hooks}/signup/webhooks/signed/`],
    [`${hooks}/signup`, '/webhooks/signed/', `${hooks}/signup/webhooks/signed/`],
    [`${hooks}/signup`, '/signup/v1/webhooks/signed', `${hooks}/signup/v1/webhooks/signed`],
    [`${hooks}/a/b`, '/a/b/webhooks/signed', `${hooks}/a/b/webhooks/signed`],
    [`${hooks}/a/b`, '/webhooks/signed', `${hooks}/a/b/webhooks/signed`],
    // A stage of the API is not what senders know.
    [`${hooks}/signup`, '/prod/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    [`${hooks}/signup`, '/prod/signup/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    [`${hooks}/signup`, '/signups/webhooks/signed', `${hooks}/signup/webhooks/signed`],
    // A path that reads like the route is in front only where a whole route follows.
    [`${hooks}/webhooks`, '/webhooks/signed', `${hooks}/webhooks/webhooks/signed`],
    [`${hooks}/webhooks`, '/webhooks/webhooks/signed', `${hooks}/webhooks/webhooks/signed`],
  ])(
    'with PUBLIC_BASE_URL %s and the path %s has the URL that the sender signed: %s',
    async (PUBLIC_BASE_URL, path, address) => {
      const { post } = await startWebhook({ PUBLIC_BASE_URL })
      const scheme = bridge.sources.signed?.signature ?? { type: 'open' }
      for (const rawQueryString of ['a=1&b=%2F', '']) {
        const url = rawQueryString ? `${address}?${rawQueryString}` : address
        const { headers } = sign(scheme, { timestampSeconds: start, url, body: bytes(ada) }, 'k')
        const request = event(path, ada, headers, { rawQueryString })

        expect((await post(request)).statusCode).toBe(200)
      }
    },
  )
})

describe('the webhook’s secrets', () => {
  test('are read once, and again after a wrong signature, since they may have rotated', async () => {
    const { post } = await startWebhook()
    await post(event('/webhooks/backend', ada, bearer))
    await post(event('/webhooks/backend', ada, bearer))
    expect(world.secrets.calls()).toHaveLength(2)

    world.secrets.put('signing', '{"backend":"rotated"}')
    const rotated = { authorization: 'Bearer rotated' }

    expect((await post(event('/webhooks/backend', ada, rotated))).statusCode).toBe(200)
    // The previous version is valid, too.
    expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
    expect(world.secrets.calls()).toHaveLength(4)
  })

  test('that do not exist yet are 500 misconfigured, and work 30 s after they are created', async () => {
    world.secrets.remove('signing')
    const { post, counted } = await startWebhook()

    expect(await post(event('/webhooks/backend', ada, bearer))).toMatchObject({
      statusCode: 500,
      body: { error: { code: 'misconfigured' } },
    })
    expect(counted.get('misconfigured')).toBe(1)

    world.secrets.put('signing', '{"backend":"s3cret"}')
    world.clock.advance(30_000)
    expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
  })

  test.each([7, null, {}, [false]])(
    'of one source that are no text (%j) are 500 for it alone, and the response names it',
    async (clerk) => {
      world.secrets.put('signing', JSON.stringify({ clerk, backend: 's3cret', unknown: 7 }))
      const { post, logged, counted } = await startWebhook()

      expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
      expect(await post(event('/webhooks/clerk', ada))).toMatchObject({
        statusCode: 500,
        body: { error: { code: 'misconfigured', message: expect.stringContaining('clerk') } },
      })
      expect(logged).toContainEqual(
        expect.objectContaining({ event: 'refused', source: 'clerk', code: 'misconfigured' }),
      )
      expect(counted.has('secret_unusable')).toBe(false)
    },
  )

  test('that are no text beside others are logged, once each time they are read', async () => {
    world.secrets.put('signing', JSON.stringify({ backend: ['s3cret', 7], unknown: 7 }))
    const { post, logged, counted } = await startWebhook()

    expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
    expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
    expect(counted.get('secret_unusable')).toBe(1)
    expect(logged.filter((line) => line.event === 'secret_unusable')).toEqual([
      {
        event: 'secret_unusable',
        source: 'backend',
        code: 'misconfigured',
        advice: expect.stringContaining('source backend is not a text'),
      },
    ])

    world.clock.advance(300_000)
    await post(event('/webhooks/backend', ada, bearer))
    expect(counted.get('secret_unusable')).toBe(2)
  })

  test('that cannot be read are 503, unless earlier ones are in the cache', async () => {
    world.secrets.fail(10)
    const { post } = await startWebhook()
    expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(503)

    world.secrets.fail(0)
    expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
    world.secrets.fail(100)
    world.clock.advance(300_000)
    expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
  })

  test('that the role may not read are 500 misconfigured', async () => {
    world.secrets.fail(10, 400)
    const { post } = await startWebhook()

    expect(await post(event('/webhooks/backend', ada, bearer))).toMatchObject({
      statusCode: 500,
      body: { error: { code: 'misconfigured' } },
    })
  })
})

test('the webhook responds with 503 and Retry-After if the queue is unavailable', async () => {
  const { post } = await startWebhook({ QUEUE_URL: `${world.sqs.url}/000000000000/nobody.fifo` })

  expect(await post(event('/webhooks/backend', ada, bearer))).toMatchObject({
    statusCode: 503,
    headers: { 'retry-after': '30' },
    body: { error: { code: 'temporarily_unavailable' } },
  })
})

test('the webhook counts refusals that anyone can cause, and logs them once a minute', async () => {
  const { post, logged, counted } = await startWebhook()
  const forge = () => post(event('/webhooks/backend', ada, { authorization: 'Bearer forged' }))

  await forge()
  await forge()
  await post(event('/webhooks/nobody', ada))
  expect(logged).toMatchObject([{ event: 'refused', source: 'backend', code: 'signature_invalid' }])
  expect([...counted]).toEqual([
    ['signature_invalid', 2],
    ['unknown_source', 1],
  ])

  world.clock.advance(60_000)
  await forge()
  expect(logged).toHaveLength(2)
})

test('the webhook keeps a secret that it cannot refresh, and logs that', async () => {
  const { post, logged, counted } = await startWebhook()
  await post(event('/webhooks/backend', ada, bearer))
  world.secrets.put('signing', 'no JSON')
  world.clock.advance(300_000)

  expect((await post(event('/webhooks/backend', ada, bearer))).statusCode).toBe(200)
  expect(counted.get('secret_stale')).toBe(1)
  expect(logged.find((line) => line.event === 'secret_stale')).toMatchObject({
    code: 'misconfigured',
  })
})

describe('the webhook in direct mode', () => {
  const direct = (more: Record<string, string> = {}) =>
    startWebhook({ ...world.workerEnv, DELIVERY: 'direct', QUEUE_URL: undefined, ...more })

  test('delivers before it responds, with the contact’s id', async () => {
    const { post } = await direct()

    const response = await post(event('/webhooks/backend', ada, bearer))
    const again = await post(event('/webhooks/backend', ada, bearer))

    const [contact] = world.intercom.contacts()
    expect(response).toMatchObject({
      statusCode: 200,
      body: { status: 'created', contact_id: contact?.id },
    })
    expect(again).toMatchObject({ body: { status: 'unchanged', contact_id: contact?.id } })
    expect(await queued()).toEqual([])
  })

  test('responds with 503 if Intercom is unavailable', async () => {
    world.intercom.addFault({ status: 503 })
    const { post } = await direct()

    expect(await post(event('/webhooks/backend', ada, bearer))).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '30' },
    })
  })

  test('responds with 503 after 20 s, while the sender still waits', async () => {
    const server = await startServer(() => world.clock.advance(20_000))
    const { post } = await direct({ INTERCOM_BASE_URL: server.url })

    expect(await post(event('/webhooks/backend', ada, bearer))).toMatchObject({ statusCode: 503 })
    expect(server.requests).toHaveLength(1)
    await server.close()
  })

  test('responds with 422 and Intercom’s code, never its text, to a permanent refusal', async () => {
    const { post } = await direct()
    const refusal = { status: 422, code: 'parameter_invalid', message: 'canary' }
    world.intercom.addFault({ method: 'POST', path: '/contacts', ...refusal })

    const response = await post(event('/webhooks/backend', ada, bearer))

    expect(response).toMatchObject({
      statusCode: 422,
      body: { error: { code: 'intercom_rejected', intercom_code: 'parameter_invalid' } },
    })
    expect(JSON.stringify(response)).not.toContain('canary')
  })
})

test('the webhook’s handler responds to a wrong environment with 500 misconfigured and every problem', async () => {
  const result = await handler(event('/webhooks/backend', ada, bearer))
  const response = result as APIGatewayProxyStructuredResultV2

  expect(response.statusCode).toBe(500)
  expect(JSON.parse(response.body ?? '')).toEqual({
    error: {
      code: 'misconfigured',
      message: 'the environment is wrong: SIGNING_SECRET_ID is missing; QUEUE_URL is missing',
    },
  })
})

describe('the webhook’s invocation', () => {
  const snsEvent = (source: string | undefined, Message = ada) => ({
    Records: [
      {
        EventSource: 'aws:sns',
        Sns: { Message, MessageAttributes: source ? { source: { Value: source } } : {} },
      },
    ],
  })
  const sourcesQueued = async () =>
    (await queued()).map(({ body }) => fromRecord(record(body)).delivery.source)

  test('by Cognito is queued for the Cognito source', async () => {
    const { ingest, logged } = await startWebhook()

    expect(await ingest(postConfirmation, 'cognito')).toBeUndefined()

    expect(await sourcesQueued()).toEqual(['members'])
    expect(logged).toEqual([expect.objectContaining({ event: 'accepted', source: 'members' })])
  })

  test('by Cognito after a new password is ignored', async () => {
    const { ingest, counted } = await startWebhook()

    await ingest(
      { ...postConfirmation, triggerSource: 'PostConfirmation_ConfirmForgotPassword' },
      'cognito',
    )

    expect(await queued()).toEqual([])
    expect(counted.get('ignored')).toBe(1)
  })

  test.each([
    [undefined, 'queue'],
    ['clerk', 'clerk'],
  ])('by SNS with the source %s is queued for the source %s', async (named, source) => {
    const { ingest } = await startWebhook()

    expect(await ingest(snsEvent(named, '{"type":"user.created","email":"a@b.co"}'), 'sns')).toBe(
      undefined,
    )

    expect(await sourcesQueued()).toEqual([source])
  })

  test('by SNS that cannot be read, or is for no source, is queued: the worker parks it', async () => {
    const { ingest } = await startWebhook()

    await ingest(snsEvent(undefined, 'no JSON'), 'sns')
    await ingest(snsEvent('nobody'), 'sns')

    expect(await sourcesQueued()).toEqual(['queue', 'nobody'])
  })

  test('that the queue does not store is logged and counted, and its error is returned', async () => {
    const { ingest, logged, counted } = await startWebhook({ QUEUE_URL: `${world.sqs.url}/1/none` })

    for (const by of ['cognito', 'sns'] as const) {
      const error = await ingest(by === 'cognito' ? postConfirmation : snsEvent(undefined), by)
      expect(error).toMatchObject({ code: 'temporarily_unavailable' })
    }

    expect(counted.get('unstored')).toBe(2)
    expect(logged).toHaveLength(2)
    expect(JSON.stringify(logged)).not.toContain('ada')

    await ingest(snsEvent('ada@example.com'), 'sns')
    expect(counted.get('unstored')).toBe(3)
    expect(JSON.stringify(logged)).not.toContain('ada')
  })

  test('by Cognito ends with an error after 3 s, since the user waits', async () => {
    const hanging = await startServer(() => world.clock.advance(3_000))
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', hanging.url)
    const { ingest, counted } = await startWebhook({ QUEUE_URL: `${hanging.url}/1/queue` })

    expect(await ingest(postConfirmation, 'cognito')).toMatchObject({
      code: 'temporarily_unavailable',
    })

    expect(counted.get('unstored')).toBe(1)
    await hanging.close()
  })

  test('in a wrong environment returns the event to Cognito and throws for SNS', async () => {
    expect(await handler(postConfirmation)).toBe(postConfirmation)
    await expect(handler(snsEvent(undefined))).rejects.toMatchObject({ code: 'misconfigured' })
  })
})
