import { SQS } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { openDeadLetterQueue } from '../../../src/lib/aws/sqs-dead-letters.ts'
import { startServer } from '../../support/server.ts'

/** Opens a queue on an SQS that responds to each request with this. */
const start = async (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
) => {
  const server = await startServer((_request, response) => {
    response.statusCode = status
    response.setHeader('content-type', 'application/x-amz-json-1.0')
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.end(JSON.stringify(body))
  })
  const client = new SQS({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
    maxAttempts: 1,
  })
  const queue = openDeadLetterQueue(client, {
    queueUrl: `${server.url}/000000000000/inbox`,
    deadLettersUrl: `${server.url}/000000000000/inbox-dead-letters`,
    deadLettersArn: 'arn:aws:sqs:eu-west-1:000000000000:inbox-dead-letters',
    waitSeconds: 1,
  })
  return { server, queue }
}

test('receive returns no messages when SQS allows no more to be held', async () => {
  const { server, queue } = await start(400, { __type: 'com.amazonaws.sqs#OverLimit', message: '' })

  expect(await queue.receive()).toEqual([])
  await server.close()
})

test('receive throws any other error of SQS', async () => {
  const { server, queue } = await start(400, {
    __type: 'com.amazonaws.sqs#AccessDenied',
    message: '',
  })

  await expect(queue.receive()).rejects.toThrow()
  await server.close()
})

test('now returns the time of SQS, at the end of its second, not of this machine', async () => {
  const date = 'Thu, 01 Jan 2026 00:00:05 GMT'
  const { server, queue } = await start(200, { Attributes: {} }, { date })

  expect(await queue.now()).toBe(Date.parse(date) + 999)
  await server.close()
})
