import { createInProcessSend } from '../../sandbox/intercom/in-process.ts'
import { createWorkspace } from '../../sandbox/intercom/workspace.ts'
import type { Dependencies } from '../../src/handlers/dependencies.ts'
import { createWebhook } from '../../src/handlers/webhook.ts'
import { createWorker } from '../../src/handlers/worker.ts'
import type { Invoker } from '../../src/lib/ingest/invocation.ts'
import { parseJson } from '../../src/lib/json.ts'
import { toMessages } from '../../src/lib/queue/message.ts'
import { type ReplayOptions, replay } from '../../src/lib/queue/replay.ts'
import { read, stripDelivery } from '../../src/lib/transform/read.ts'
import { createNotes } from '../support/telemetry.ts'
import { startEventSource, type WorkerProcess } from './event-source.ts'
import { createLife, type Life } from './life.ts'
import { createDefaultBridge, type ModelOptions } from './options.ts'
import { createModelQueues, deadLetterQueueUrl, queueUrl } from './queues.ts'
import { createRandom } from './random.ts'
import { type Body, createRequests, type PostOptions } from './requests.ts'
import { createSecrets } from './secrets.ts'
import { createTime } from './time.ts'

/** The whole bridge, running. */
export type Model = Awaited<ReturnType<typeof startModel>>

const access_token = 'the-token'
const signingSecretId = 'signup-bridge/model/signing'
const intercomSecretId = 'signup-bridge/model/intercom'

/**
 * The bridge in one process on a virtual clock: the real handlers, the sandbox's Intercom, and
 * models of SQS, the event source mapping and Secrets Manager. Its promises let time pass until
 * they settle; between them time stands still.
 */
export const startModel = async (options: ModelOptions = {}) => {
  const { bridge = createDefaultBridge(), seed = 1, latencyMs = 100, awsLatencyMs = 10 } = options
  const { maxReceives = 400, visibilityMs = 360_000 } = options
  const time = createTime()
  const notes = createNotes(options.onTold)
  const requests = createRequests(bridge, time)
  const workspace = createWorkspace({
    access_token,
    now: () => time.now() + (options.skewMs ?? 0),
    indexLagMs: options.indexLagMs ?? 0,
    ...(options.attributes && { attributes: options.attributes }),
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
    ...options.environment,
  }
  let processes = 0

  /** What one process stands in, and no longer once its life has ended. */
  const createSurroundings = (name: string, { bind }: Life): Dependencies => {
    processes += 1
    return {
      bridge,
      clock: {
        now: time.now,
        sleep: bind(time.sleep, () => 'sleep'),
        timeout: time.timeout,
      },
      random: createRandom(seed * 1_000 + processes),
      telemetry: notes.telemetry,
      openQueues: () => ({
        store: bind(sqs.queues.store, () => 'store'),
        sendDeadLetter: bind(sqs.queues.sendDeadLetter, () => 'sendDeadLetter'),
        changeVisibility: bind(sqs.queues.changeVisibility, () => 'changeVisibility'),
      }),
      openSecret: (secretId) => bind(secrets.opener(name)(secretId), () => 'readSecret'),
      openHttp: () =>
        bind(
          createInProcessSend(workspace, { sleep: time.sleep, latencyMs }),
          ({ method, path }) => `${method} ${path.replace(/\b[0-9a-f]{24}\b/g, '*')}`,
        ),
    }
  }
  const startWorker = (worker: number): WorkerProcess => {
    const life = createLife(options.onAwait)
    const surroundings = createSurroundings(`worker ${worker}`, life)
    return { invoke: createWorker(environment, surroundings), kill: life.end }
  }

  const { respond, ingest: take } = await createWebhook(
    environment,
    createSurroundings('webhook', createLife()),
  )
  const eventSource = startEventSource({
    queue: sqs.queue,
    clock: time,
    workers: options.workers ?? 2,
    startWorker,
    ...(options.onInvocation && { onInvocation: options.onInvocation }),
  })
  // What the bridge loads when it first needs it: here loading would go on while time passes.
  await Promise.all([import('libphonenumber-js/min'), import('@fastify/busboy')])

  const request = async (source: string, body: Body, postOptions?: PostOptions) => {
    const result = await respond(requests.toEvent(source, body, postOptions))
    const { statusCode: status = 200, headers = {}, body: text = '' } = result
    return { status, json: parseJson(text), text, headers }
  }

  return {
    time,
    /** Intercom: its contacts, its calls, and `addFault`. */
    workspace,
    queue: sqs.queue,
    /** Every log line, and the sum of every count, of all functions. */
    notes,
    /** Posts as the source's sender does, correctly signed. */
    post: (source: string, body: Body, postOptions?: PostOptions) =>
      time.run(request(source, body, postOptions)),
    /** The same within work that is run already. */
    request,
    /** The secret of a source, as its sender has it. */
    secretOf: (source: string): string | undefined => requests.signingSecrets[source],
    /** Invokes the webhook as Cognito or SNS does; gives why something was not stored. */
    invoke: (event: unknown, by: Invoker) => time.run(take(event, by)),
    /** Puts deliveries into the queue as the webhook would, all at this instant; gives their ids. */
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
    /** Resolves once the queue is empty, hidden messages too, and no worker runs. */
    drained: async (): Promise<void> => {
      await time.run(eventSource.drained())
    },
    /** Lets so much time pass. */
    passes: time.advance,
    /** Ends every worker that runs, in the middle of what it does; others take their places. */
    crash: eventSource.crash,
    contacts: workspace.contacts,
    /** The dead letters. */
    parked: sqs.deadLetters.parked,
    /** Moves every dead letter back as SQS does; attributes given are added to its own. */
    redrive: sqs.deadLetters.redrive,
    /** Replays dead letters as `bridge dlq replay` does; all of them, unless some are meant. */
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
    /** Changes the secret; what Intercom takes is changed by the fault `access_token`. */
    putToken: (token: string): void => secrets.put(intercomSecretId, token),
    /** Changes the signing secrets; those before stay good as the previous version. */
    putSigningSecrets: (bySource: Readonly<Record<string, string>>): void =>
      secrets.put(signingSecretId, JSON.stringify({ ...requests.signingSecrets, ...bySource })),
    /** From now on SQS does not take a message that is sent with this probability. */
    setSendFailures: sqs.setSendFailures,
    /** Says which services of AWS fail the functions' calls from now on. */
    setDown: ({ sqs: isSqsDown = false, secrets: areSecretsDown = false }): void => {
      sqs.setDown(isSqsDown)
      secrets.setDown(areSecretsDown)
    },
  }
}
