import { SQSClient } from '@aws-sdk/client-sqs'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import bridge from '#config'
import { type Answer, errorAnswer } from '../lib/answer.ts'
import { nowSeconds, systemClock } from '../lib/clock.ts'
import { type Environment, parseWebhookEnv, type WebhookEnv } from '../lib/env.ts'
import { BridgeError, toBridgeError } from '../lib/errors.ts'
import { type HttpDelivery, receive, type Sink } from '../lib/receive.ts'
import { createCache, loadSigningSecrets } from '../lib/secrets.ts'
import { createStore } from '../lib/send.ts'
import { createTelemetry, errorFields, type Telemetry, tellReceived } from '../lib/telemetry.ts'
import { createGetSecret, sdkOptions } from './aws.ts'

/** Direct mode answers 503 by then, while the sender still listens. */
const directDeadlineMs = 20_000

/**
 * An HTTP API or Function URL event, payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const toDelivery = (event: APIGatewayProxyEventV2, publicBaseUrl?: string): HttpDelivery => {
  const { body = '', isBase64Encoded, rawPath, rawQueryString } = event
  const { http, domainName } = event.requestContext
  const base = publicBaseUrl?.replace(/\/$/, '') ?? `https://${domainName}`
  const headers = Object.entries(event.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  )
  return {
    received_at: nowSeconds(systemClock),
    method: http.method.toUpperCase(),
    url: `${base}${rawPath}${rawQueryString ? `?${rawQueryString}` : ''}`,
    path: rawPath,
    headers: Object.fromEntries(headers),
    encodedBytes: Buffer.byteLength(body),
    body: () => new Uint8Array(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')),
  }
}

const toResult = ({ status, headers, body }: Answer): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers },
  body,
})

/** Rejects when the deadline comes first; what is under way then ends unheard. */
const withDeadline = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  const signal = AbortSignal.timeout(ms)
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(new BridgeError('temporarily_unavailable', 'Intercom did not take it in time')),
    )
  })
  return Promise.race([work, late])
}

const createDirectSink = async (
  env: Extract<WebhookEnv, { DELIVERY: 'direct' }>,
  telemetry: Telemetry,
): Promise<Sink> => {
  // Loaded only in this mode: the queue's webhook never speaks to Intercom.
  const { createDeliver } = await import('./intercom.ts')
  const deliver = createDeliver(env, systemClock, telemetry)
  return {
    mode: 'direct',
    deliver: (signup, source) => {
      const endMs = systemClock.now() + directDeadlineMs
      const work = deliver(signup, source, () => endMs - systemClock.now())
      return withDeadline(work, directDeadlineMs)
    },
  }
}

/** Everything that lives as long as the process; throws only `misconfigured`. */
const createWebhook = async (environment: Environment) => {
  const env = parseWebhookEnv(environment)
  const telemetry = createTelemetry({
    service: 'webhook',
    stage: env.SIGNUP_BRIDGE_STAGE,
    logLevel: env.LOG_LEVEL,
  })
  const secrets = createCache(
    loadSigningSecrets(createGetSecret(env.SIGNING_SECRET_ID)),
    systemClock,
  )
  const sink: Sink =
    env.DELIVERY === 'direct'
      ? await createDirectSink(env, telemetry)
      : { mode: 'queue', store: createStore(new SQSClient(sdkOptions), env.QUEUE_URL) }

  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const startedMs = systemClock.now()
    const now = () => nowSeconds(systemClock)
    const received = await receive(toDelivery(event, env.PUBLIC_BASE_URL), {
      bridge,
      secrets,
      sink,
      now,
    })
    tellReceived(telemetry, received, systemClock.now() - startedMs)
    telemetry.flush()
    return toResult(received.answer)
  }
}

let webhook: ReturnType<typeof createWebhook> | undefined

/**
 * Takes a signup over HTTP, and answers.
 *
 * A wrong environment never crashes the init: the sender is answered 500 and tries again, and the
 * log says why.
 */
export const handler = async (
  event: APIGatewayProxyEventV2,
  _context: Context,
): Promise<APIGatewayProxyStructuredResultV2> => {
  try {
    webhook ??= createWebhook(process.env)
    return await (await webhook)(event)
  } catch (thrown) {
    const error = toBridgeError(thrown)
    const telemetry = createTelemetry({ service: 'webhook', stage: 'unknown', logLevel: 'INFO' })
    telemetry.log('error', error.code, errorFields(error))
    telemetry.count(error.code)
    telemetry.flush()
    return toResult(errorAnswer(error))
  }
}
