import type { SQSEvent } from 'aws-lambda'
import { createInProcessSend } from '../../sandbox/intercom/in-process.ts'
import { createWorkspace } from '../../sandbox/intercom/workspace.ts'
import type { Dependencies } from '../../src/handlers/dependencies.ts'
import { createWebhook } from '../../src/handlers/webhook.ts'
import { createWorker } from '../../src/handlers/worker.ts'
import { warmReading } from '../../src/lib/config/warm.ts'
import type { HttpRequest, HttpResponse, SendHttp } from '../../src/lib/http.ts'
import type { Invoker } from '../../src/lib/ingest/invocation.ts'
import { parseJson } from '../../src/lib/json.ts'
import { toMessages } from '../../src/lib/queue/message.ts'
import { type ReplayOptions, replay } from '../../src/lib/queue/replay.ts'
import { read, stripDelivery } from '../../src/lib/transform/read.ts'
import { captureTelemetry } from '../support/telemetry.ts'
import { startEventSource, type WorkerProcess } from './event-source.ts'
import { createLifetime, type Lifetime } from './life.ts'
import { createDefaultBridge, type ModelOptions } from './options.ts'
import { createModelQueues, deadLetterQueueUrl, queueUrl } from './queues.ts'
import { createRandom } from './random.ts'
import { type Body, createRequests, type PostOptions } from './requests.ts'
import { createSecrets } from './secrets.ts'
import { createTime, type Time } from './time.ts'

/** A running model of the whole bridge. */
export type Model = Awaited<ReturnType<typeof startModel>>

const access_token = 'the-token'
const signingSecretId = 'signup-bridge/model/signing'
const intercomSecretId = 'signup-bridge/model/intercom'

/** The sandbox lists no attribute where every name exists: here the token may not list them. */
const refuseAttributeList = ({ path }: HttpRequest): HttpResponse | undefined =>
  path.startsWith('/data_attributes')
    ? {
        status: 401,
        headers: {},
        body: JSON.stringify({
          type: 'error.list',
          errors: [{ code: 'token_unauthorized', message: 'Not authorized to access resource' }],
        }),
      }
    : undefined

/** The CPU of one process, in which one computation waits for the other. */
const createCpu = ({ now, sleep }: Time) => {
  let freeAtMs = 0
  return (ms: number): Promise<void> => {
    freeAtMs = Math.max(freeAtMs, now()) + ms
    return sleep(freeAtMs - now())
  }
}

/**
 * Starts the bridge in one process on a virtual clock: the real handlers, the sandbox's Intercom, and
 * models of SQS, the event source mapping and Secrets Manager. Time passes only while one of its
 * promises is pending.
 */
export const startModel = async (options: ModelOptions = {}) => {
  const { bridge = createDefaultBridge(), seed = 1, latencyMs = 100, awsLatencyMs = 10 } = options
  const { maxReceives = 400, visibilityMs = 360_000, requestCpuMs = 0 } = options
  const time = createTime()
  const captured = captureTelemetry(options.onTelemetry)
  const requests = createRequests(bridge, time)
  const workspace = createWorkspace({
    access_token,
    now: () => time.now() + (options.skewMs ?? 0),
    indexLagMs: options.indexLagMs ?? 0,
    ...(options.attributes && { attributes: options.attributes }),
    ...(options.companyAttributes && { companyAttributes: options.companyAttributes }),
  })
  if (options.rate_limit !== undefined) workspace.addFault({ rate_limit: options.rate_limit })
  const sqs = createModelQueues(time, awsLatencyMs, {
    visibilityMs,
    maxReceives,
    random: createRandom(seed),
  })
  const secrets = createSecrets(time, awsLatencyMs, {
    [signingSecretId]: JSON.stringify(requests.signingSecrets),
    [intercomSecretId]: access_token,
  })
  const environment = {
    SIGNUP_BRIDGE_STAGE: 'model',
    DELIVERY: options.delivery ?? 'queue',
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
    SIGNING_SECRET_ID: signingSecretId,
    INTERCOM_SECRET_ID: intercomSecretId,
    INTERCOM_VERSION: options.version ?? '2.14',
    // Without a lag nothing has to be confirmed.
    CONFIRM: String((options.indexLagMs ?? 0) > 0),
    ...options.environment,
  }
  let processes = 0

  const send = createInProcessSend(workspace, { sleep: time.sleep, latencyMs })
  const refuseList = options.attributes ? () => undefined : refuseAttributeList
  const sendIntercom: SendHttp = async (request) =>
    options.intercept?.(request) ?? refuseList(request) ?? send(request)

  /** The dependencies of one process; its calls never settle once the lifetime has ended. */
  const createDependencies = (name: string, { bind }: Lifetime): Dependencies => {
    processes += 1
    const compute = createCpu(time)
    return {
      bridge,
      clock: {
        now: time.now,
        sleep: bind(time.sleep, () => 'sleep'),
        timeout: time.timeout,
      },
      random: createRandom(seed * 1_000 + processes),
      telemetry: captured.telemetry,
      openQueues: () => ({
        ...sqs.queues,
        store: bind(sqs.queues.store, () => 'store'),
        sendDeadLetter: bind(sqs.queues.sendDeadLetter, () => 'sendDeadLetter'),
        changeVisibility: bind(sqs.queues.changeVisibility, () => 'changeVisibility'),
      }),
      openSecret: (secretId) => bind(secrets.opener(name)(secretId), () => 'readSecret'),
      openHttp: () =>
        bind(
          async (request) => {
            if (requestCpuMs > 0) await compute(requestCpuMs)
            return sendIntercom(request)
          },
          ({ method, path }) => `${method} ${path.replace(/\b[0-9a-f]{24}\b/g, '*')}`,
        ),
    }
  }
  const startProcess = (worker: number): WorkerProcess => {
    const lifetime = createLifetime(options.onAwait)
    const dependencies = createDependencies(`worker ${worker}`, lifetime)
    return { invoke: createWorker(environment, dependencies), kill: lifetime.end }
  }
  const startWorker = (worker: number): WorkerProcess => {
    let process = startProcess(worker)
    return {
      invoke: (event, context) => {
        if (options.isNextProcess?.()) process = startProcess(worker)
        return process.invoke(event, context)
      },
      kill: () => process.kill(),
    }
  }

  const { respond, ingest } = await createWebhook(
    environment,
    createDependencies('webhook', createLifetime()),
  )
  const eventSource = startEventSource({
    queue: sqs.queue,
    clock: time,
    workers: options.workers ?? 2,
    startWorker,
    ...(options.onInvocation && { onInvocation: options.onInvocation }),
  })
  // The bridge imports these on first use; here virtual time would pass during the import.
  await Promise.all([
    warmReading(Object.values(bridge.sources)),
    import('@fastify/busboy'),
    import('../../src/lib/intercom/subscription-types.ts'),
    import('../../src/lib/transform/consent.ts'),
    import('../../src/lib/transform/find-consent.ts'),
    import('../../src/lib/transform/opt-out.ts'),
  ])

  const request = async (source: string, body: Body, postOptions?: PostOptions) => {
    const result = await respond(requests.toEvent(source, body, postOptions))
    const { statusCode: status = 200, headers = {}, body: text = '' } = result
    return { status, json: parseJson(text), text, headers }
  }

  return {
    time,
    /** Intercom: its contacts, its requests, and `addFault`. */
    workspace,
    queue: sqs.queue,
    /** Every log line and the sum of every metric, of all functions. */
    notes: captured,
    /** Posts as the source's sender does, correctly signed. */
    post: (source: string, body: Body, postOptions?: PostOptions) =>
      time.run(request(source, body, postOptions)),
    /** The same, inside a `time.run`. */
    request,
    /** The secret that a source's sender signs with. */
    secretOf: (source: string): string | undefined => requests.signingSecrets[source],
    /** Invokes the webhook as Cognito or SNS does; returns the error when it was not stored. */
    invoke: (event: unknown, by: Invoker) => time.run(ingest(event, by)),
    /** Queues deliveries as the webhook does, all at this instant; returns the message ids. */
    enqueue: async (source: string, bodies: Iterable<Body>): Promise<string[]> => {
      const messages = []
      for (const body of bodies) {
        const { source: preset, delivery } = requests.toDelivery(source, body)
        const reading = await read(preset, delivery)
        if (reading.kind === 'ignored') continue
        messages.push(...toMessages(stripDelivery(preset, delivery), reading))
      }
      return messages.map(sqs.queue.send)
    },
    /** Invokes a worker with the records of another queue; returns the ids of those to retry. */
    invokeWorker: async (records: SQSEvent['Records']): Promise<string[]> => {
      const untilMs = time.now() + 60_000
      const context = { getRemainingTimeInMillis: () => untilMs - time.now() }
      const { batchItemFailures } = await time.run(
        startProcess(0).invoke({ Records: records }, context),
      )
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    },
    /** Lets time pass until the queue holds no message, visible or hidden, and no worker runs. */
    drained: async (): Promise<void> => {
      await time.run(eventSource.drained())
    },
    /** Lets this many milliseconds pass. */
    passes: time.advance,
    /** Kills every running worker; new processes replace them. */
    crash: eventSource.crash,
    contacts: workspace.contacts,
    /** The dead letters. */
    parked: sqs.deadLetters.parked,
    /** Moves every dead letter back as SQS's redrive does, with these attributes added. */
    redrive: sqs.deadLetters.redrive,
    /** Replays dead letters as `bridge dlq replay` does; all of them without a filter. */
    replay: ({ filter = {}, restore = false, signal }: Partial<ReplayOptions> = {}) =>
      time.run(
        replay(sqs.deadLetterQueue, bridge, {
          filter,
          restore,
          clock: time,
          ...(signal && { signal }),
        }),
      ),
    /** The dead letters as the `bridge` command reaches them. */
    deadLetterQueue: sqs.deadLetterQueue,
    /** Every GetSecretValue call, in order. */
    secretReads: secrets.reads,
    /** Changes the token in the secret; the fault `access_token` changes what Intercom accepts. */
    putToken: (token: string): void => secrets.put(intercomSecretId, token),
    /** Changes signing secrets; the earlier ones stay valid as the previous version. */
    putSigningSecrets: (bySource: Readonly<Record<string, string>>): void =>
      secrets.put(signingSecretId, JSON.stringify({ ...requests.signingSecrets, ...bySource })),
    /** Sets the probability that SQS does not store a sent message. */
    setSendFailures: sqs.setSendFailures,
    /** Sets which AWS services fail the functions' requests. */
    setDown: ({ sqs: isSqsDown = false, secrets: areSecretsDown = false }): void => {
      sqs.setDown(isSqsDown)
      secrets.setDown(areSecretsDown)
    },
  }
}
