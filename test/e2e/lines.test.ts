import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { userCreated } from '../support/payloads.ts'
import { type RunningBridge, startBridge } from './bridge.ts'

let bridge: RunningBridge
beforeAll(async () => {
  bridge = await startBridge()
}, 30_000)
afterAll(() => bridge.close())

/** Every line so far of both functions, stdout and stderr. @throws SyntaxError if one is no JSON */
const linesOf = ({ written }: RunningBridge): { readonly service?: string }[] =>
  written.map((line) => JSON.parse(line))
const send = async (method: string, path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${bridge.url}${path}`, { method, headers })).status
const origin = 'https://example.com'

test('OPTIONS writes no line, in a cold start neither', async () => {
  for (const headers of [
    { origin, 'access-control-request-method': 'POST' },
    { origin: 'https://other.example' },
    {},
  ]) {
    expect(await send('OPTIONS', '/forms/waitlist', headers)).toBe(204)
    expect(await send('OPTIONS', '/webhooks/backend', headers)).toBe(405)
    expect(await send('OPTIONS', '/forms/backend', headers)).toBe(404)
    expect(await send('OPTIONS', '/webhooks/none', headers)).toBe(404)
  }

  expect(bridge.written).toEqual([])
})

test('each line of the webhook is JSON, whatever it is sent', async () => {
  const statuses = [
    await send('GET', '/forms/waitlist'),
    await send('POST', '/webhooks/none'),
    await send('POST', '/forms/backend'),
    // The second of each is counted, and not logged.
    await send('POST', '/webhooks/backend'),
    await send('POST', '/webhooks/backend'),
    await send('POST', '/nowhere'),
  ]
  const posted = [
    await bridge.post('clerk', { ...userCreated, type: 'user.deleted' }),
    await bridge.post('clerk', 'no JSON'),
    await bridge.post('waitlist', new URLSearchParams({ email: 'a@example.com', phone: '1' })),
    await bridge.post('waitlist', new URLSearchParams()),
    await bridge.post('backend', { email: 'ada@example.com' }),
  ]

  expect(statuses).toEqual([405, 404, 404, 401, 401, 404])
  expect(posted.map(({ status }) => status)).toEqual([200, 400, 303, 200, 200])
  await bridge.contacts()
  expect(linesOf(bridge).length).toBeGreaterThan(10)
})

test('each line of an event without a record is JSON', async () => {
  await bridge.webhook.invoke({ Records: [] })
  for (const worker of bridge.workers) await worker.invoke({ Records: [] })

  expect(linesOf(bridge).length).toBeGreaterThan(0)
})

test('each line of functions without their settings is JSON', async () => {
  const broken = await startBridge({ SIGNING_SECRET_ID: undefined, INTERCOM_SECRET_ID: undefined })
  try {
    const { status } = await fetch(`${broken.url}/forms/waitlist`, { method: 'OPTIONS' })
    const QueueUrl = broken.inbox?.queueUrl
    await broken.sqs.client.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }))

    expect(status).toBe(500)
    const services = () => new Set(linesOf(broken).map(({ service }) => service))
    await expect.poll(services).toContain('signup-bridge-worker')
    expect(services()).toContain('signup-bridge-webhook')
  } finally {
    await broken.close()
  }
})
