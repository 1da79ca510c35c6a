// What a good engineer writes without thinking of cold starts: the clients and helpers that every
// guide recommends, and Intercom's own SDK.
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { getSecret } from '@aws-lambda-powertools/parameters/secrets'
import { IntercomClient } from 'intercom-client'
import * as z from 'zod'

const logger = new Logger({ serviceName: 'worker' })
const metrics = new Metrics({ namespace: 'signups', serviceName: 'worker' })
const processor = new BatchProcessor(EventType.SQS)

const contact = z.object({
  external_id: z.string().optional(),
  email: z.email(),
  phone: z.string().optional(),
  name: z.string().optional(),
  signed_up_at: z.number().int(),
})

let client
const connect = async () => {
  const token = await getSecret(process.env.INTERCOM_SECRET_ID, { maxAge: 300 })
  client ??= new IntercomClient({ token, baseUrl: process.env.INTERCOM_BASE_URL })
}

const deliver = async ({ body }) => {
  const { signed_up_at, ...fields } = contact.parse(JSON.parse(body))
  const { contacts } = client
  const query = { field: 'email', operator: '=', value: fields.email }
  const { data } = await contacts.search({ query })
  const [found] = data
  const values = { ...fields, role: 'user', signed_up_at }
  if (found) await contacts.update({ contact_id: found.id, ...values })
  else await contacts.create(values)
  metrics.addMetric(found ? 'updated' : 'created', MetricUnit.Count, 1)
  logger.info(found ? 'updated' : 'created')
}

export const handler = async (event, context) => {
  logger.addContext(context)
  try {
    await connect()
    return await processPartialResponse(event, deliver, processor, { context })
  } finally {
    metrics.publishStoredMetrics()
  }
}
