import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rehearsal, rehearsalBatch } from '../../src/handlers/rehearsal.ts'
import { createWorker } from '../../src/handlers/worker.ts'
import { startServer } from '../support/server.ts'
import { oneMinuteLeft } from '../support/world.ts'

const written: string[] = []
beforeEach(() => {
  written.length = 0
  vi.resetModules()
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0)
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'function')
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.resetModules()
})

const signing = JSON.stringify({ backend: 's3cret' })

/** AWS, with one secret for all; without it, it never responds. */
const startAws = async (secret?: string) => {
  const called: string[] = []
  const server = await startServer((request, response) => {
    const [, action = `${request.method} ${request.url}`] =
      /\.(.*)$/.exec(String(request.headers['x-amz-target'])) ?? []
    called.push(action)
    if (secret === undefined) return
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify({ SecretString: secret, Successful: [{ Id: '0' }], Failed: [] }))
  })
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url)
  vi.stubEnv('SIGNING_SECRET_ID', 'signing')
  vi.stubEnv('INTERCOM_SECRET_ID', 'intercom')
  vi.stubEnv('INTERCOM_BASE_URL', server.url)
  vi.stubEnv('QUEUE_URL', `${server.url}/1/queue.fifo`)
  vi.stubEnv('DEAD_LETTER_QUEUE_URL', `${server.url}/1/dead-letters.fifo`)
  return { called, close: server.close }
}

const loadWebhook = () => import('../../src/handlers/webhook.ts')
const loadWorker = () => import('../../src/handlers/worker.ts')

const request = {
  rawPath: '/webhooks/backend',
  rawQueryString: '',
  headers: { 'content-type': 'application/json', authorization: 'Bearer s3cret' },
  requestContext: { domainName: 'bridge.example.com', http: { method: 'POST' } },
  body: JSON.stringify({ email: 'ada@example.com', event_id: 'event-1' }),
  isBase64Encoded: false,
} as unknown as APIGatewayProxyEventV2

describe('Lambda’s init', () => {
  test('of the webhook reads both versions of the secrets and connects to the queue, so that the first request only stores', async () => {
    const aws = await startAws(signing)

    const { handler } = await loadWebhook()
    expect(aws.called.splice(0).toSorted()).toEqual([
      'GetSecretValue',
      'GetSecretValue',
      'SendMessageBatch',
    ])
    expect(written).toEqual([])

    expect(await handler(request)).toMatchObject({ statusCode: 200 })
    expect(aws.called).toEqual(['SendMessageBatch'])
    await aws.close()
  })

  test('of the worker reads the token and connects to Intercom', async () => {
    const aws = await startAws('token')

    await loadWorker()

    expect(aws.called.toSorted()).toEqual(['GET /', 'GetSecretValue'])
    expect(written).toEqual([])
    await aws.close()
  })

  test('in a wrong environment does not fail: each invocation says what is missing', async () => {
    const { handler } = await loadWebhook()
    const worker = await loadWorker()

    expect(await handler(request)).toMatchObject({ statusCode: 500 })
    const batch = { Records: [{ ...rehearsalBatch.Records[0], messageId: 'm' }] } as SQSEvent
    expect(await worker.handler(batch, oneMinuteLeft)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm' }],
    })
    const logged = written.map((line) => JSON.parse(line)).filter(({ level }) => level === 'ERROR')
    expect(logged).toMatchObject([
      { event: 'misconfigured', advice: expect.stringContaining('SIGNING_SECRET_ID is missing') },
      { event: 'misconfigured', advice: expect.stringContaining('INTERCOM_SECRET_ID is missing') },
    ])
  })

  test('waits a second at most for an AWS that hangs, and what it began goes on', async () => {
    const aws = await startAws()
    const reads = () => aws.called.filter((action) => action === 'GetSecretValue').length

    const { handler } = await loadWebhook()
    // One of each version: the second try is after 2 s.
    expect(reads()).toBe(2)

    expect(await handler(request)).toMatchObject({ statusCode: 503 })
    expect(reads()).toBe(4)
    await aws.close()
  }, 15_000)

  test('happens on Lambda alone', async () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', undefined)
    const aws = await startAws(signing)

    await loadWebhook()
    await loadWorker()

    expect(aws.called).toEqual([])
    await aws.close()
  })
})

test('the rehearsal is a batch that the worker delivers', async () => {
  const counted: string[] = []
  const telemetry = {
    log: () => {},
    count: (name: string) => void counted.push(name),
    flush: () => {},
  }
  const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/1/queue.fifo'
  const env = {
    ...{ QUEUE_URL, DEAD_LETTER_QUEUE_URL: QUEUE_URL },
    ...{ INTERCOM_SECRET_ID: 'intercom', CONFIRM: 'false' },
  }
  const worker = createWorker(env, { ...rehearsal, telemetry })

  expect(await worker(rehearsalBatch, oneMinuteLeft)).toEqual({ batchItemFailures: [] })
  expect(counted).toContain('created')
})
