// What a good engineer writes without thinking of cold starts: the clients and helpers that every
// guide recommends. The signing secret is in the environment, which costs a cold start nothing.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'

const logger = new Logger({ serviceName: 'webhook' })
const metrics = new Metrics({ namespace: 'signups', serviceName: 'webhook' })
const sqs = new SQSClient({})

const field = z.object({ id: z.string(), ref: z.string(), type: z.string(), title: z.string() })
const answer = z.object({
  type: z.string(),
  field: z.object({ id: z.string(), ref: z.string(), type: z.string() }),
  text: z.string().optional(),
  email: z.email().optional(),
  phone_number: z.string().optional(),
  number: z.number().optional(),
  boolean: z.boolean().optional(),
  choice: z.object({ label: z.string().optional() }).optional(),
})
const delivery = z.object({
  event_id: z.string(),
  event_type: z.literal('form_response'),
  form_response: z.object({
    submitted_at: z.iso.datetime(),
    hidden: z.record(z.string(), z.string()).default({}),
    definition: z.object({ fields: z.array(field) }),
    answers: z.array(answer),
  }),
})

const respond = (statusCode, body) => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const isSigned = (body, signature = '') => {
  const hmac = createHmac('sha256', process.env.SIGNING_SECRET).update(body).digest('base64')
  const [expected, actual] = [Buffer.from(`sha256=${hmac}`), Buffer.from(signature)]
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

const toContact = ({ form_response: { submitted_at, hidden, definition, answers } }) => {
  const titles = new Map(definition.fields.map(({ id, title }) => [id, title]))
  const answerOf = ({ text, email, phone_number, number, boolean, choice }) =>
    text ?? email ?? phone_number ?? number ?? boolean ?? choice?.label
  const named = (title) => answers.find(({ field }) => titles.get(field.id) === title)?.text
  return {
    external_id: hidden.user_id,
    email: answers.find(({ type }) => type === 'email')?.email?.toLowerCase(),
    phone: answers.find(({ type }) => type === 'phone_number')?.phone_number,
    name: [named('First name'), named('Last name')].filter(Boolean).join(' '),
    signed_up_at: Math.floor(Date.parse(submitted_at) / 1_000),
    answers: Object.fromEntries(answers.map((each) => [titles.get(each.field.id), answerOf(each)])),
  }
}

export const handler = async (event, context) => {
  logger.addContext(context)
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  try {
    if (!isSigned(body, event.headers['typeform-signature'])) {
      metrics.addMetric('refused', MetricUnit.Count, 1)
      return respond(401, { error: 'the signature is wrong' })
    }
    const parsed = delivery.safeParse(JSON.parse(body.toString()))
    if (!parsed.success) {
      metrics.addMetric('invalid', MetricUnit.Count, 1)
      logger.warn('invalid delivery', { issues: parsed.error.issues })
      return respond(422, { error: 'the delivery is invalid' })
    }
    const contact = toContact(parsed.data)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: process.env.QUEUE_URL,
        MessageBody: JSON.stringify(contact),
        MessageGroupId: createHash('sha256').update(contact.email).digest('hex'),
        MessageDeduplicationId: parsed.data.event_id,
      }),
    )
    metrics.addMetric('stored', MetricUnit.Count, 1)
    logger.info('stored', { event_id: parsed.data.event_id })
    return respond(200, { status: 'accepted' })
  } finally {
    metrics.publishStoredMetrics()
  }
}
