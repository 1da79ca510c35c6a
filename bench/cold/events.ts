import { createHash, createHmac } from 'node:crypto'
import type { Delivery } from '../../src/lib/delivery.ts'
import { toMessages } from '../../src/lib/queue/message.ts'
import { typeform } from '../../src/lib/sources/index.ts'
import { read } from '../../src/lib/transform/read.ts'

export const signingSecret = 'the secret of a benchmark'
const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:signups.fifo'
export const recordsPerBatch = 10

const text = (title: string, value: string) => ({ type: 'text', title, text: value })
/** Of each person another, or the worker would take them for one. */
const phoneOf = (index: number) => `+1415555${String(index % 10_000).padStart(4, '0')}`
const personOf = (index: number) => [
  { type: 'email', title: 'E-mail', email: `person-${index}@example.com` },
  text('First name', 'Lise'),
  text('Last name', 'Meitner'),
  { type: 'phone_number', title: 'Phone', phone_number: phoneOf(index) },
]
const others = Array.from({ length: 16 }, (_, at) => text(`Question ${at}`, `Answer ${at}`))

/**
 * A Typeform delivery of one person, with 20 answers.
 * https://www.typeform.com/developers/webhooks/example-payload/
 */
const bodyOf = (index: number): string => {
  const questions = [...personOf(index), ...others].map((question, at) => ({
    ...question,
    field: { id: `F${at}`, ref: `r${at}`, type: question.type },
  }))
  return JSON.stringify({
    event_id: `event-${index}`,
    event_type: 'form_response',
    form_response: {
      form_id: 'form',
      token: `token-${index}`,
      submitted_at: '2026-01-01T00:00:00Z',
      hidden: { user_id: `user-${index}` },
      definition: { fields: questions.map(({ title, field }) => ({ ...field, title })) },
      answers: questions.map(({ title: _title, ...answer }) => answer),
    },
  })
}

/** An event of an HTTP API, payload format 2.0: a signed delivery of another person each time. */
export const webhookEvent = (index: number): object => {
  const body = bodyOf(index)
  const signature = createHmac('sha256', signingSecret).update(body).digest('base64')
  const rawPath = '/webhooks/beta'
  const domainName = 'bridge.example.com'
  return {
    version: '2.0',
    routeKey: 'ANY /webhooks/{source}',
    rawPath,
    rawQueryString: '',
    headers: {
      ...{
        'content-type': 'application/json',
        host: domainName,
        'user-agent': 'Typeform Webhooks',
      },
      'typeform-signature': `sha256=${signature}`,
    },
    requestContext: {
      ...{ accountId: '123456789012', apiId: 'bench', domainName, requestId: `request-${index}` },
      http: { method: 'POST', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' },
      ...{ routeKey: 'ANY /webhooks/{source}', stage: '$default', timeEpoch: Date.now() },
    },
    pathParameters: { source: 'beta' },
    body,
    isBase64Encoded: false,
  }
}

type ToMessage = (index: number) => Promise<{ readonly body: string; readonly groupId: string }>

/** The bridge's own message for a delivery, as its webhook stores it. */
export const bridgeMessage: ToMessage = async (index) => {
  const delivery: Delivery = {
    source: 'beta',
    received_at: Math.floor(Date.now() / 1_000),
    method: 'POST',
    url: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(bodyOf(index)),
  }
  const reading = await read(typeform({ fields: { user_id: 'external_id' } }), delivery)
  const [message] = reading.kind === 'ignored' ? [] : toMessages(delivery, reading)
  if (!message) throw new Error('the delivery of the benchmark holds no signup: fix its body')
  return message
}

/** The message that the usual stack's webhook stores for the same delivery. */
export const peerMessage: ToMessage = async (index) => {
  const email = `person-${index}@example.com`
  const contact = { external_id: `user-${index}`, email, phone: phoneOf(index) }
  const answers = Object.fromEntries(others.map(({ title, text: value }) => [title, value]))
  const body = { ...contact, name: 'Lise Meitner', signed_up_at: 1_767_225_600, answers }
  return { body: JSON.stringify(body), groupId: createHash('sha256').update(email).digest('hex') }
}

/** An event of SQS: ten records, each of another person. */
export const batchEvent = async (index: number, toMessage: ToMessage): Promise<object> => {
  const people = Array.from({ length: recordsPerBatch }, (_, at) => index * recordsPerBatch + at)
  const messages = await Promise.all(people.map(toMessage))
  return {
    Records: messages.map(({ body, groupId }, at) => ({
      messageId: `message-${people[at]}`,
      receiptHandle: `handle-${people[at]}`,
      body,
      attributes: {
        ...{ ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
        ...{ SenderId: 'webhook', ApproximateFirstReceiveTimestamp: String(Date.now()) },
        ...{ MessageGroupId: groupId, MessageDeduplicationId: groupId, SequenceNumber: '1' },
      },
      messageAttributes: {},
      md5OfBody: createHash('md5').update(body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: 'eu-west-1',
    })),
  }
}
