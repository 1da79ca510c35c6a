import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { nowSeconds } from '../lib/clock.ts'
import { type Environment, parseWebhookEnv, type WebhookEnv } from '../lib/config/env.ts'
import { createCache, loadSigningSecrets } from '../lib/config/secrets.ts'
import type { Delivery } from '../lib/delivery.ts'
import { BridgeError, toBridgeError } from '../lib/errors.ts'
import { type IngestResult, ingestInvocation, notStored, type Sink } from '../lib/ingest/ingest.ts'
import { type Invoker, invokedBy, invokedDeliveries } from '../lib/ingest/invocation.ts'
import { type IncomingRequest, receive } from '../lib/ingest/receive.ts'
import { errorResponse, type WebhookResponse } from '../lib/ingest/respond.ts'
import { createAskTurnstile, turnstileUrl } from '../lib/ingest/turnstile.ts'
import { createLogThrottle } from '../lib/telemetry/log-throttle.ts'
import { reportRequest, reportStaleSecret } from '../lib/telemetry/report.ts'
import { createDependencies, type Dependencies, reportStartupError } from './dependencies.ts'

/** Direct mode answers 503 by then, while the sender still listens. */
const directDeadlineMs = 20_000
/** Cognito waits 5 s, a cold start included, and then calls again: twice, and no more. */
const cognitoDeadlineMs = 3_000

/**
 * An HTTP API or Function URL event, payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const toIncomingRequest = (
  event: APIGatewayProxyEventV2,
  received_at: number,
  publicBaseUrl?: string,
): IncomingRequest => {
  const { body = '', isBase64Encoded, rawPath, rawQueryString } = event
  const { http, domainName } = event.requestContext
  const base = publicBaseUrl?.replace(/\/$/, '') ?? `https://${domainName}`
  const headers = Object.entries(event.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  )
  return {
    received_at,
    method: http.method.toUpperCase(),
    url: `${base}${rawPath}${rawQueryString ? `?${rawQueryString}` : ''}`,
    path: rawPath,
    headers: Object.fromEntries(headers),
    encodedBytes: Buffer.byteLength(body),
    body: () => new Uint8Array(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')),
  }
}

const toResult = ({
  status,
  headers,
  body,
}: WebhookResponse): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers },
  body,
})

/** Rejects when the deadline comes first; what is under way then ends unheard. */
const withDeadline = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const late = new Promise<never>((_resolve, reject) => {
    const tooLate = () =>
      reject(new BridgeError('temporarily_unavailable', 'the signup was not taken in time'))
    if (signal.aborted) tooLate()
    else signal.addEventListener('abort', tooLate)
  })
  return Promise.race([work, late])
}

/** Makes a sink a request: its deadline is the request's, however many signups it holds. */
type CreateSink = () => Sink

const createDirectSinks = async (
  env: Extract<WebhookEnv, { DELIVERY: 'direct' }>,
  surroundings: Dependencies,
): Promise<CreateSink> => {
  // Loaded only in this mode: the queue's webhook never speaks to Intercom.
  const { createDeliver } = await import('./create-deliver.ts')
  const deliver = createDeliver(env, surroundings)
  const { clock } = surroundings
  return () => {
    const endMs = clock.now() + directDeadlineMs
    const signal = clock.timeout(directDeadlineMs)
    return {
      mode: 'direct',
      deliver: (signup, policy) =>
        withDeadline(
          deliver(signup, policy, () => endMs - clock.now()),
          signal,
        ),
    }
  }
}

const createQueueSinks = (
  env: Extract<WebhookEnv, { DELIVERY: 'queue' }>,
  { openQueues }: Dependencies,
): CreateSink => {
  const queues = openQueues()
  return () => ({ mode: 'queue', store: (messages) => queues.store(env.QUEUE_URL, messages) })
}

/** The two ways in: over HTTP, and from a service of AWS that invokes the function. */
export type Webhook = {
  readonly respond: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>
  /** Stores what Cognito or SNS brings; gives why, where not all of it was stored. */
  readonly ingest: (event: unknown, by: Invoker) => Promise<BridgeError | undefined>
}

/**
 * Everything that lives as long as the process.
 *
 * @throws BridgeError `misconfigured`
 */
export const createWebhook = async (
  environment: Environment,
  given: Partial<Dependencies> = {},
): Promise<Webhook> => {
  const env = parseWebhookEnv(environment)
  const surroundings = createDependencies('webhook', env, given)
  const { bridge, clock, telemetry } = surroundings
  const load = loadSigningSecrets(surroundings.openSecret(env.SIGNING_SECRET_ID))
  const secrets = createCache(load, clock, (error) => reportStaleSecret(telemetry, error))
  const mayTell = createLogThrottle(clock.now)
  const now = () => nowSeconds(clock)
  const createSink =
    env.DELIVERY === 'direct'
      ? await createDirectSinks(env, surroundings)
      : createQueueSinks(env, surroundings)

  const turnstile = surroundings.openHttp(new URL(env.TURNSTILE_BASE_URL ?? turnstileUrl))
  const askTurnstile = createAskTurnstile(turnstile, clock)

  return {
    respond: async (event) => {
      const startedMs = clock.now()
      const sink = createSink()
      const request = toIncomingRequest(event, now(), env.PUBLIC_BASE_URL)
      const received = await receive(request, { bridge, secrets, sink, askTurnstile, now })
      reportRequest(telemetry, received, clock.now() - startedMs, mayTell)
      telemetry.flush()
      return toResult(received.response)
    },
    ingest: async (event, by) => {
      const startedMs = clock.now()
      const sink = createSink()
      const takeOne = async (delivery: Delivery): Promise<IngestResult> => {
        const taken = ingestInvocation(delivery, { bridge, sink })
        if (by === 'sns') return taken
        const signal = clock.timeout(cognitoDeadlineMs)
        return withDeadline(taken, signal).catch((thrown) => notStored(delivery.source, thrown))
      }
      const all = await Promise.all(invokedDeliveries(event, bridge, now()).map(takeOne))
      for (const received of all) {
        reportRequest(telemetry, received, clock.now() - startedMs)
        if (received.error) telemetry.count('unstored')
      }
      telemetry.flush()
      return all.find(({ error }) => error)?.error
    },
  }
}

let webhook: ReturnType<typeof createWebhook> | undefined

/** Tells of what was thrown and gives the answer to it. */
const respondToFailure = (thrown: unknown): APIGatewayProxyStructuredResultV2 => {
  const error = toBridgeError(thrown)
  reportStartupError('webhook', error)
  return toResult(errorResponse(error))
}

/** Gives why an invocation was not taken, and tells of it. */
const reportNotStored = (thrown: unknown): BridgeError => {
  const error = toBridgeError(thrown)
  reportStartupError('webhook', error, 'unstored')
  return error
}

/**
 * Takes a signup over HTTP, and answers; or from Cognito or SNS, which invoke it.
 *
 * A wrong environment never crashes the init: the sender is answered 500 and tries again, and the
 * log says why. Cognito gets its event back, whatever happens: anything else would undo what the
 * user did. What SNS brings and is not stored is thrown, for Lambda to try again.
 */
export const handler = async (event: unknown): Promise<unknown> => {
  webhook ??= createWebhook(process.env)
  const by = invokedBy(event)
  if (by === undefined) {
    // The function has no other trigger: what no service of AWS sent came over HTTP.
    const request = event as APIGatewayProxyEventV2
    return webhook.then(({ respond }) => respond(request)).catch(respondToFailure)
  }
  const error = await webhook.then(({ ingest: take }) => take(event, by)).catch(reportNotStored)
  if (by === 'sns' && error) throw error
  return event
}
