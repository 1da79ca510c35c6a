import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAwsCaller } from '../../../src/lib/aws/aws-caller.ts'
import type { HttpRequest } from '../../../src/lib/http.ts'
import { startServer } from '../../support/server.ts'

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_SESSION_TOKEN', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

const sqsAt = (url: string) =>
  ({ signingName: 'sqs', target: 'AmazonSQS', version: '1.0', baseUrl: new URL(url) }) as const

type Answer = { status?: number; body?: string; errorType?: string; isReset?: boolean }

/** A service that gives these answers in turn, and its caller. */
const start = async (...answers: Answer[]) => {
  const server = await startServer((request, response) => {
    const { status = 200, body = '{}', errorType, isReset } = answers.shift() ?? {}
    if (isReset) {
      request.socket.destroy()
      return
    }
    if (errorType) response.setHeader('x-amzn-errortype', errorType)
    response.writeHead(status).end(body)
  })
  return { server, caller: createAwsCaller(sqsAt(server.url), process.env) }
}

test('a call is signed as AWS describes it, with the session of the role', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-02T03:04:05Z') })
  vi.stubEnv('AWS_SESSION_TOKEN', 'session')
  const sent: HttpRequest[] = []
  const { call } = createAwsCaller(
    sqsAt('https://sqs.eu-west-1.amazonaws.com'),
    process.env,
    async (request) => {
      sent.push(request)
      return { status: 200, headers: {}, body: '{"MessageId":"m"}' }
    },
  )

  const input = { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/q', MessageBody: 'hello' }
  expect(await call('SendMessage', input)).toEqual({ MessageId: 'm' })

  expect(sent).toMatchObject([
    {
      method: 'POST',
      path: '/',
      body: JSON.stringify(input),
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
        'x-amz-security-token': 'session',
        // Computed with another implementation of Signature Version 4.
        authorization: [
          'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/sqs/aws4_request',
          'SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target',
          'Signature=600f6997ffc327b81d1a9dc1a8de2961fdde4bb12f38487fbeb0c2585ecc7f15',
        ].join(', '),
      },
    },
  ])
})

describe('an error', () => {
  test.each([
    ['of the body', { body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}' }],
    ['of the header', { body: '', errorType: 'QueueDoesNotExist:http://internal/' }],
  ])('%s is the name of what is thrown, and is not tried again', async (_where, answer) => {
    const { server, caller } = await start({ status: 400, ...answer })

    await expect(caller.call('SendMessage', {})).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'AmazonSQS.SendMessage: status 400',
    })
    expect(server.requests).toHaveLength(1)
    await server.close()
  })

  test.each<[string, Answer]>([
    ['a 500', { status: 500 }],
    ['a 503 with a page', { status: 503, body: '<html>' }],
    ['a 429', { status: 429 }],
    ['a throttle', { status: 400, body: '{"__type":"RequestThrottled"}' }],
    ['a reset', { isReset: true }],
  ])('that passes (%s) is tried once more', async (_title, answer) => {
    const { server, caller } = await start(answer, { body: '{"MessageId":"m"}' })

    expect(await caller.call('SendMessage', {})).toEqual({ MessageId: 'm' })
    expect(server.requests).toHaveLength(2)
    await server.close()
  })

  test('that stays is thrown after two tries', async () => {
    const { server, caller } = await start(...Array(3).fill({ status: 503, body: '' }))

    await expect(caller.call('SendMessage', {})).rejects.toMatchObject({ name: 'UnknownError' })
    expect(server.requests).toHaveLength(2)
    await server.close()
  })

  test('is a response that is no JSON object', async () => {
    const { server, caller } = await start({ body: 'ok' })

    await expect(caller.call('SendMessage', {})).rejects.toThrow()
    await server.close()
  })

  test.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'is a missing %s, and nothing is sent',
    async (name) => {
      const { server, caller } = await start()
      vi.stubEnv(name, '')

      await expect(caller.call('SendMessage', {})).rejects.toThrow(/is missing: set/)
      expect(server.requests).toHaveLength(0)
      await server.close()
    },
  )
})
