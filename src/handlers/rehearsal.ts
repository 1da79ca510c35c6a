import type { SQSEvent } from 'aws-lambda'
import { systemClock } from '../lib/clock.ts'
import type { HttpRequest } from '../lib/http.ts'
import { signup } from '../lib/sources/index.ts'
import { writeTelemetry } from '../lib/telemetry/write-telemetry.ts'
import type { Dependencies } from './dependencies.ts'

const body = JSON.stringify({
  event_id: 'rehearsal',
  external_id: 'rehearsal',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
})

/** Intercom finds no one, and creates the contact. */
const intercom = async ({ path, body = '{}' }: HttpRequest) => {
  const contact = { type: 'contact', id: 'rehearsal', ...JSON.parse(body) }
  const found = { type: 'list', data: [], total_count: 0 }
  const response = path === '/contacts' ? contact : found
  return { status: 200, headers: {}, body: JSON.stringify(response) }
}

/**
 * What the worker is rehearsed with: services that respond at once, and take nothing. V8 compiles
 * code when it is first called, and an invocation has a share of a CPU for that; Lambda's init has
 * a whole one.
 */
export const rehearsal: Partial<Dependencies> = {
  bridge: { sources: { rehearsal: signup() } },
  telemetry: writeTelemetry({
    service: 'worker',
    stage: 'rehearsal',
    logLevel: 'INFO',
    now: systemClock.now,
    write: () => {},
  }),
  openQueues: () => ({
    connect: async () => {},
    store: async () => {},
    sendDeadLetter: async () => {},
    changeVisibility: async () => {},
  }),
  openSecret: () => async () => 'rehearsal',
  openHttp: () => intercom,
}

/** A batch that the worker delivers. */
export const rehearsalBatch = {
  Records: [
    {
      messageId: 'rehearsal',
      receiptHandle: 'rehearsal',
      body: JSON.stringify({
        signup_bridge: 1,
        source: 'rehearsal',
        received_at: 1_767_225_600,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(body).toString('base64'),
        index: 0,
      }),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1767225600000',
        MessageGroupId: 'rehearsal',
      },
      messageAttributes: {},
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:rehearsal.fifo',
    },
  ],
} as unknown as SQSEvent
