import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { nowSeconds } from '../lib/clock.ts'
import { type Environment, parseWebhookEnv, type WebhookEnv } from '../lib/config/env.ts'
import { createCache } from '../lib/config/secret-cache.ts'
import { loadSigningSecrets } from '../lib/config/secrets.ts'
import { warmReading } from '../lib/config/warm.ts'
import type { Delivery } from '../lib/delivery.ts'
import { BridgeError, toBridgeError } from '../lib/errors.ts'
import { type IngestResult, ingestInvocation, notStored, type Sink } from '../lib/ingest/ingest.ts'
import { type Invoker, invokedBy, invokedDeliveries } from '../lib/ingest/invocation.ts'
import { receive } from '../lib/ingest/receive.ts'
import { errorResponse } from '../lib/ingest/respond.ts'
import { createAskTurnstile, turnstileUrl } from '../lib/ingest/turnstile.ts'
import { createLogThrottle } from '../lib/telemetry/log-throttle.ts'
import { reportRequest, reportStaleSecret, reportUnusableSecret } from '../lib/telemetry/report.ts'
import {
  createDependencies,
  type Dependencies,
  duringInit,
  reportStartupError,
} from './dependencies.ts'
import { toIncomingRequest, toResult } from './http-event.ts'

/** After this time direct mode responds with 503, while the sender still waits. */
const directDeadlineMs = 20_000
/** Cognito waits 5 s, a cold start included, then invokes the function again, at most twice. */
const cognitoDeadlineMs = 2_500

/**
 * Rejects if the signal aborts before the work ends. The work continues; its result is ignored.
 *
 * @throws BridgeError `temporarily_unavailable`
 */
const withDeadline = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const deadline = new Promise<never>((_resolve, reject) => {
    const onAbort = () =>
      reject(new BridgeError('temporarily_unavailable', 'the signup was not accepted in time'))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
  })
  return Promise.race([work, deadline])
}

/** Creates the sink of one request. All signups of the request share its deadline. */
type CreateSink = () => Sink
type Sinks = { readonly createSink: CreateSink; readonly warm: () => Promise<unknown> }

const createDirectSinks = async (
  env: Extract<WebhookEnv, { DELIVERY: 'direct' }>,
  dependencies: Dependencies,
): Promise<Sinks> => {
  // Loaded only in this mode: in queue mode the webhook sends no request to Intercom.
  const { createDeliver } = await import('./create-deliver.ts')
  const deliver = createDeliver(env, dependencies)
  const { clock } = dependencies
  const createSink = (): Sink => {
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
  return { createSink, warm: deliver.warm }
}

const createQueueSinks = (
  env: Extract<WebhookEnv, { DELIVERY: 'queue' }>,
  { openQueues }: Dependencies,
): Sinks => {
  const queues = openQueues()
  return {
    createSink: () => ({
      mode: 'queue',
      store: (messages) => queues.store(env.QUEUE_URL, messages),
    }),
    warm: () => queues.connect(env.QUEUE_URL),
  }
}

export type Webhook = {
  /** Handles an HTTP request. */
  readonly respond: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>
  /** Stores the signups of a Cognito or SNS event; returns the first error, if there is one. */
  readonly ingest: (event: unknown, by: Invoker) => Promise<BridgeError | undefined>
  /** Reads the secrets and opens the connections that the first invocation needs. */
  readonly warm: () => Promise<unknown>
}

const createRespond = (
  env: WebhookEnv,
  { bridge, clock, telemetry, openSecret, openHttp }: Dependencies,
  createSink: CreateSink,
): Pick<Webhook, 'respond' | 'warm'> => {
  const load = loadSigningSecrets(openSecret(env.SIGNING_SECRET_ID), (source, error) =>
    reportUnusableSecret(telemetry, source, error),
  )
  const secrets = createCache(load, clock, (error) => reportStaleSecret(telemetry, error))
  const turnstile = openHttp(new URL(env.TURNSTILE_BASE_URL ?? turnstileUrl))
  const askTurnstile = createAskTurnstile(turnstile, clock)
  const shouldLog = createLogThrottle(clock.now)
  const now = () => nowSeconds(clock)
  const respond: Webhook['respond'] = async (event) => {
    const startedMs = clock.now()
    const sink = createSink()
    const request = toIncomingRequest(event, now(), env.PUBLIC_BASE_URL)
    const result = await receive(request, { bridge, secrets, sink, askTurnstile, now })
    // It posts nothing, and anyone's page can send it.
    if (request.method !== 'OPTIONS') {
      reportRequest(telemetry, result, clock.now() - startedMs, shouldLog)
    }
    telemetry.flush()
    return toResult(result.response)
  }
  return { respond, warm: secrets.get }
}

const createIngest =
  ({ bridge, clock, telemetry }: Dependencies, createSink: CreateSink): Webhook['ingest'] =>
  async (event, by) => {
    const startedMs = clock.now()
    const sink = createSink()
    const ingestOne = async (delivery: Delivery): Promise<IngestResult> => {
      const ingested = ingestInvocation(delivery, { bridge, sink })
      if (by === 'sns') return ingested
      const signal = clock.timeout(cognitoDeadlineMs)
      return withDeadline(ingested, signal).catch((thrown) => notStored(delivery.source, thrown))
    }
    const deliveries = invokedDeliveries(event, bridge, nowSeconds(clock))
    const results = await Promise.all(deliveries.map(ingestOne))
    for (const result of results) {
      reportRequest(telemetry, result, clock.now() - startedMs)
      if (result.error) telemetry.count('unstored')
    }
    telemetry.flush()
    return results.find(({ error }) => error)?.error
  }

/**
 * Creates the webhook; what it opens lives as long as the process.
 *
 * @throws BridgeError `misconfigured`
 */
export const createWebhook = async (
  environment: Environment,
  overrides: Partial<Dependencies> = {},
): Promise<Webhook> => {
  const env = parseWebhookEnv(environment)
  const dependencies = createDependencies('webhook', env, overrides)
  const sinks =
    env.DELIVERY === 'direct'
      ? await createDirectSinks(env, dependencies)
      : createQueueSinks(env, dependencies)
  const { respond, warm } = createRespond(env, dependencies, sinks.createSink)
  return {
    respond,
    ingest: createIngest(dependencies, sinks.createSink),
    warm: () =>
      Promise.allSettled([
        warm(),
        sinks.warm(),
        warmReading(Object.values(dependencies.bridge.sources)),
      ]),
  }
}

let webhook: ReturnType<typeof createWebhook> | undefined
const openWebhook = () => {
  webhook ??= createWebhook(process.env)
  return webhook
}

const reportError = (thrown: unknown, ...counts: readonly string[]): BridgeError => {
  const error = toBridgeError(thrown)
  reportStartupError('webhook', error, ...counts)
  return error
}

/**
 * Handles an HTTP request, or an event from Cognito or SNS.
 *
 * A wrong environment does not crash the init: an HTTP sender gets a 500 and retries, and the log
 * says why. Cognito always gets its event back: anything else would undo what the user did. For SNS
 * an event that was not stored throws, so that Lambda retries it.
 */
export const handler = async (event: unknown): Promise<unknown> => {
  const by = invokedBy(event)
  if (by === undefined) {
    // The function has no other trigger: an event that no AWS service sent is an HTTP request.
    const request = event as APIGatewayProxyEventV2
    return openWebhook()
      .then(({ respond }) => respond(request))
      .catch((thrown) => toResult(errorResponse(reportError(thrown))))
  }
  const error = await openWebhook()
    .then(({ ingest }) => ingest(event, by))
    .catch((thrown) => reportError(thrown, 'unstored'))
  if (by === 'sns' && error) throw error
  return event
}

await duringInit(async () => (await openWebhook()).warm())
