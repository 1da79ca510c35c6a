import { once } from 'node:events'
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Gateway, startGateway } from '../../sandbox/gateway.ts'
import { type SandboxIntercom, startIntercom } from '../../sandbox/intercom/server.ts'
import type { Loopback } from '../../sandbox/loopback.ts'
import { type SandboxSecrets, startSecretsManager } from '../../sandbox/secrets-manager.ts'
import { type SandboxSqs, startSqs } from '../../sandbox/sqs.ts'
import { startTurnstile } from '../../sandbox/turnstile.ts'
import { startBridge } from '../e2e/bridge.ts'

let gateway: Gateway
let intercom: SandboxIntercom
let secrets: SandboxSecrets
let sqs: SandboxSqs
let turnstile: Loopback
const invoked: string[] = []
const refused: string[] = []
const fifo = { attributes: { FifoQueue: 'true' } }
const startTunnelled = (publicBaseUrl?: string) =>
  startGateway({
    port: 0,
    publicBaseUrl,
    invoke: async ({ rawPath }) => {
      invoked.push(rawPath)
      return { statusCode: 200 }
    },
    onRefused: (reason) => refused.push(reason),
  })

beforeAll(async () => {
  gateway = await startTunnelled()
  intercom = await startIntercom({ port: 0, access_token: 'the-token' })
  secrets = await startSecretsManager({ port: 0, secrets: { intercom: 'the-token' } })
  sqs = await startSqs({ port: 0, queue: { ...fifo, maxReceiveCount: 400 }, deadLetters: fifo })
  turnstile = await startTurnstile(0)
})
afterAll(() =>
  Promise.all([gateway, intercom, secrets, sqs, turnstile].map((server) => server.close())),
)

/** Sends a request without fetch, which sets some of these headers itself. */
const send = async (
  url: string,
  method: string,
  headers: OutgoingHttpHeaders,
  body = '',
): Promise<{ status: number | undefined; headers: object; body: string }> => {
  const request = httpRequest(url, { method, headers })
  request.end(body)
  const [response] = await once(request, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

const json = 'application/x-amz-json-1.1'
const getSecret = { 'x-amz-target': 'secretsmanager.GetSecretValue', 'content-type': json }
const theSecret = JSON.stringify({ SecretId: 'intercom' })

const withToken = { accept: 'application/json', authorization: 'Bearer the-token' }

/** Each port, with a request that it serves. */
const ports: readonly [string, (headers: OutgoingHttpHeaders) => ReturnType<typeof send>][] = [
  ['the sandbox’s state', (headers) => send(`${intercom.url}/_sandbox/contacts`, 'GET', headers)],
  ['Intercom', (headers) => send(`${intercom.url}/me`, 'GET', { ...withToken, ...headers })],
  [
    'Secrets Manager',
    (headers) => send(secrets.url, 'POST', { ...getSecret, ...headers }, theSecret),
  ],
  ['SQS', (headers) => send(`${sqs.url}/_fauxqs/queues`, 'GET', headers)],
  [
    'Turnstile',
    (headers) => send(`${turnstile.url}/turnstile/v0/siteverify`, 'POST', headers, '{}'),
  ],
]
const gatewayPort = [
  'the gateway',
  (headers: OutgoingHttpHeaders) => send(`${gateway.url}/forms/join`, 'POST', headers),
] as const

test('the host of the queue URLs that SQS returns is served', async () => {
  const { status } = await send(`${sqs.url}/_fauxqs/queues`, 'GET', {
    host: 'sqs.eu-west-1.localhost:4102',
  })

  expect(status).not.toBe(403)
})

describe.each([...ports, gatewayPort])('%s', (_name, request) => {
  test.each(['127.0.0.1', '127.0.0.1:4101', 'localhost', 'localhost:4101', 'LocalHost', '[::1]:1'])(
    'serves the Host %s',
    async (host) => {
      expect(await request({ host })).toMatchObject({ status: 200 })
    },
  )

  test.each([
    'evil.example',
    'evil.example:4101',
    '127.0.0.1.evil.example',
    'localhost.evil.example:4101',
    'evil.example:127.0.0.1',
    'localhost@evil.example',
    'a.localhost.evil.example',
    'localhost.',
    '127.0.0.1:80:80',
    '0.0.0.0',
    '192.168.1.2',
    '[::2]',
  ])('refuses the Host %j, which DNS may point here', async (host) => {
    const { status, headers, body } = await request({ host })

    expect(status).toBe(403)
    expect(body).toContain('this port serves 127.0.0.1 and localhost')
    expect(body.trim()).not.toContain('\n')
    expect(JSON.stringify(headers)).not.toContain('access-control')
  })
})

test.each([
  ['the gateway', () => gateway.url],
  ['Intercom', () => intercom.url],
  ['Secrets Manager', () => secrets.url],
  ['SQS', () => sqs.url],
  ['Turnstile', () => turnstile.url],
])('%s refuses a request without a Host', async (_name, url) => {
  for (const head of ['GET / HTTP/1.0', 'GET / HTTP/1.1\r\nHost:', 'GET / HTTP/1.1\r\nHost: ']) {
    const socket = connect(Number(new URL(url()).port), '127.0.0.1')
    socket.write(`${head}\r\nConnection: close\r\n\r\n`)

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /)
  }
})

describe.each(ports)('%s', (_name, request) => {
  test.each([
    'https://evil.example',
    'http://evil.example:4101',
    'https://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://localhost@evil.example',
    'http://192.168.1.2',
    'null',
    'file://',
    '',
    'http://localhost, https://evil.example',
  ])('refuses a page of the origin %j', async (origin) => {
    const { status, headers, body } = await request({ origin })

    expect(status).toBe(403)
    expect(body).toContain('this port serves no web page')
    expect(JSON.stringify(headers)).not.toContain('access-control')
  })

  test.each(['cross-site', 'same-site', 'Cross-Site', ''])(
    'refuses an image, a link or a frame of a page: %j',
    async (site) => {
      expect(await request({ 'sec-fetch-site': site })).toMatchObject({ status: 403 })
    },
  )

  test.each([
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    { 'sec-fetch-site': 'same-origin' },
    { origin: 'http://localhost:3000' },
    { origin: 'http://127.0.0.1:4101', 'sec-fetch-site': 'same-origin' },
    { origin: 'http://[::1]:4101' },
  ])('serves this machine’s own requests: %j', async (own) => {
    const { status, headers } = await request(own)

    expect(status).toBe(200)
    expect(JSON.stringify(headers)).not.toContain('access-control')
  })
})

describe('a web page', () => {
  const page = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

  test('gets no preflight through', async () => {
    for (const { url } of [intercom, secrets, sqs, turnstile]) {
      const preflight = { ...page, 'access-control-request-method': 'POST' }
      const { status, headers } = await send(`${url}/_sandbox/faults`, 'OPTIONS', preflight)

      expect(status).toBe(403)
      expect(JSON.stringify(headers)).not.toContain('access-control')
    }
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json'])(
    'changes nothing by a POST of %s',
    async (type) => {
      const headers = { ...page, 'content-type': type }
      const fault = '{"access_token":"another"}'
      await send(`${intercom.url}/_sandbox/faults`, 'POST', headers, fault)
      await send(`${intercom.url}/_sandbox/reset`, 'POST', headers)
      const name = sqs.queueUrl.split('/').pop()
      await send(sqs.url, 'POST', headers, `Action=DeleteQueue&QueueName=${name}`)
      const before = secrets.calls().length
      await send(secrets.url, 'POST', { ...headers, ...getSecret, 'content-type': type }, theSecret)

      const me = await send(`${intercom.url}/me`, 'GET', withToken)
      expect(me.status).toBe(200)
      const queues = await send(`${sqs.url}/_fauxqs/queues`, 'GET', {})
      expect(queues.body).toContain(`"${name}"`)
      expect(secrets.calls()).toHaveLength(before)
    },
  )

  test('of any origin may post a form to the gateway, as on AWS', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }

    for (const origin of ['https://example.com', 'null']) {
      const url = `${gateway.url}/forms/join`
      const { status } = await send(url, 'POST', { ...page, ...type, origin }, 'email=a')
      expect(status).toBe(200)
    }
  })
})

describe('the gateway behind a tunnel', () => {
  const post = (url: string, host: string) => send(`${url}/webhooks/clerk`, 'POST', { host })

  test('serves the host of its PUBLIC_BASE_URL, and no other', async () => {
    const tunnelled = await startTunnelled('https://My.tunnel.example/base')
    const withPort = await startTunnelled('http://my.tunnel.example:8080')
    invoked.length = 0
    refused.length = 0
    try {
      for (const host of [
        'my.tunnel.example',
        'MY.tunnel.example',
        'my.tunnel.example:443',
        'localhost',
      ])
        expect(await post(tunnelled.url, host)).toMatchObject({ status: 200 })
      expect(await post(withPort.url, 'my.tunnel.example:8080')).toMatchObject({ status: 200 })
      expect(invoked).toHaveLength(5)

      for (const host of [
        'tunnel.example',
        'a.my.tunnel.example',
        'my.tunnel.example.evil.example',
        'my.tunnel.example:80',
        'me@my.tunnel.example',
        'my.tunnel.example/base',
        'evil.example\\@my.tunnel.example',
      ])
        expect(await post(tunnelled.url, host)).toMatchObject({ status: 403 })
      for (const host of ['my.tunnel.example', 'my.tunnel.example:80'])
        expect(await post(withPort.url, host)).toMatchObject({ status: 403 })
      expect(invoked).toHaveLength(5)
      expect(refused).toEqual(Array(9).fill(expect.stringContaining('PUBLIC_BASE_URL')))
    } finally {
      await Promise.all([tunnelled.close(), withPort.close()])
    }
  })

  test.each([undefined, '', 'my.tunnel.example', 'file:///tmp'])(
    'serves this machine alone where PUBLIC_BASE_URL is %j',
    async (publicBaseUrl) => {
      const local = await startTunnelled(publicBaseUrl)
      try {
        for (const host of ['my.tunnel.example', 'undefined'])
          expect(await post(local.url, host)).toMatchObject({ status: 403 })
        expect(await post(local.url, '127.0.0.1')).toMatchObject({ status: 200 })
      } finally {
        await local.close()
      }
    },
  )
})

test('the sandbox serves the PUBLIC_BASE_URL of .env.local at the gateway alone', async () => {
  const local = { PUBLIC_BASE_URL: 'https://my.tunnel.example' }
  const bridge = await startBridge({}, { local })
  const statusAt = async (url: string, host: string) =>
    (await send(`${url}/_sandbox/contacts`, 'GET', { host })).status
  try {
    expect(await statusAt(bridge.url, 'my.tunnel.example')).toBe(404)
    expect(await statusAt(bridge.url, 'other.tunnel.example')).toBe(403)
    for (const { url } of [bridge.intercom, bridge.sqs, bridge.secrets])
      expect(await statusAt(url, 'my.tunnel.example')).toBe(403)
  } finally {
    await bridge.close()
  }
})
