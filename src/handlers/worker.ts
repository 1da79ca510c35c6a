import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { openSdkSecretsManager } from '../lib/aws/sdk-secrets-manager.ts'
import { createGetSecret } from '../lib/aws/secrets-manager.ts'
import { createQueues, createSqsActions, queueUrlOf } from '../lib/aws/sqs.ts'
import { type Environment, parseWorkerEnv, type WorkerEnv } from '../lib/config/env.ts'
import { warmReading } from '../lib/config/warm.ts'
import { BridgeError, toBridgeError } from '../lib/errors.ts'
import { type DrainDependencies, drain } from '../lib/queue/batch.ts'
import { createHolds } from '../lib/queue/confirm.ts'
import type { RecordRetry } from '../lib/queue/queues.ts'
import { groupIdOf, isFifo, receivesOf } from '../lib/queue/record.ts'
import { backoffSeconds } from '../lib/queue/retry-or-park.ts'
import { toDeadLetter } from '../lib/queue/to-dead-letter.ts'
import { errorFields, reportRecord } from '../lib/telemetry/report.ts'
import { createDeliver } from './create-deliver.ts'
import {
  createDependencies,
  type Dependencies,
  duringInit,
  reportStartupError,
} from './dependencies.ts'
import { rehearsal, rehearsalBatch } from './rehearsal.ts'

type RemainingTime = Pick<Context, 'getRemainingTimeInMillis'>

const deadLetterUrl = (env: WorkerEnv, arn: string): string => {
  const url = isFifo(arn) ? env.DEAD_LETTER_QUEUE_URL : env.INBOX_DEAD_LETTER_QUEUE_URL
  if (url !== undefined) return url
  throw new BridgeError(
    'misconfigured',
    'INBOX_DEAD_LETTER_QUEUE_URL is missing: set it to a standard queue for dead letters',
  )
}

/**
 * Creates the worker; what it opens lives as long as the process. `warm` reads the token, connects to
 * Intercom, and loads what reading a record needs.
 *
 * @throws BridgeError `misconfigured`
 */
export const createWorker = (environment: Environment, overrides: Partial<Dependencies> = {}) => {
  const env = parseWorkerEnv(environment)
  const getSecretValue = openSdkSecretsManager(process.env)
  const dependencies = createDependencies('worker', env, {
    openSecret: (secretId) => createGetSecret(getSecretValue, secretId),
    ...overrides,
  })
  const { bridge, clock, random, telemetry } = dependencies
  const queues = dependencies.openQueues()
  const deliver = createDeliver(env, dependencies)
  const mayHold = createHolds()

  const setVisibility = async (retries: readonly RecordRetry[]): Promise<void> => {
    const [first] = retries
    if (!first) return
    const url = queueUrlOf(first.record.eventSourceARN, env.QUEUE_URL)
    await queues.changeVisibility(url, retries).catch((cause: unknown) => {
      const message = 'visibility not changed: records are retried after the queue’s own timeout'
      const error = new BridgeError('temporarily_unavailable', message, { cause })
      telemetry.log('warn', 'visibility_unchanged', errorFields(error))
    })
  }

  const handle = async (event: SQSEvent, context: RemainingTime): Promise<SQSBatchResponse> => {
    const remainingMs = () => context.getRemainingTimeInMillis()
    const drainDependencies: DrainDependencies = {
      bridge,
      deliver: (signup, policy) => deliver(signup, policy, remainingMs),
      park: (record, parking) => {
        const url = deadLetterUrl(env, record.eventSourceARN)
        return queues.sendDeadLetter(url, toDeadLetter(record, parking))
      },
      setCrashVisibility: setVisibility,
      setVisibility,
      remainingMs,
      searchLagSeconds: env.SEARCH_LAG_SECONDS,
      confirmAfterSeconds: env.CONFIRM === 'true' ? env.SEARCH_LAG_SECONDS : 0,
      mayHold,
      random,
      now: clock.now,
      onResult: (result) => reportRecord(telemetry, result),
    }
    try {
      const failed = await drain(event.Records, drainDependencies)
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
    } finally {
      telemetry.flush()
    }
  }
  return Object.assign(handle, {
    warm: () => Promise.allSettled([deliver.warm(), warmReading(Object.values(bridge.sources))]),
  })
}

let worker: ReturnType<typeof createWorker> | undefined
const openWorker = () => {
  worker ??= createWorker(process.env)
  return worker
}

/**
 * Drains a batch of queue records into Intercom.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 *
 * A wrong environment does not crash the init, which would use up receives without a log line: all
 * records are returned to the queue, and the log says why.
 */
export const handler = async (
  event: SQSEvent,
  context: RemainingTime,
): Promise<SQSBatchResponse> => {
  try {
    openWorker()
  } catch (thrown) {
    return returnAll(event, toBridgeError(thrown))
  }
  return openWorker()(event, context)
}

/** Returns all records to the queue; those of one group are retried at the same time. */
const returnAll = async (event: SQSEvent, error: BridgeError): Promise<SQSBatchResponse> => {
  reportStartupError('worker', error)
  const [first] = event.Records
  const knownQueueUrl = process.env.QUEUE_URL
  if (first && knownQueueUrl && URL.canParse(knownQueueUrl)) {
    const waits = new Map<string, number>()
    const retries = event.Records.map((record) => {
      const group = groupIdOf(record)
      const retryInSeconds = waits.get(group) ?? backoffSeconds(receivesOf(record), Math.random())
      waits.set(group, retryInSeconds)
      return { record, retryInSeconds }
    })
    const url = queueUrlOf(first.eventSourceARN, knownQueueUrl)
    // Best effort: if it fails, the records are retried after the queue's own visibility timeout.
    const queues = createQueues(createSqsActions(process.env))
    await queues.changeVisibility(url, retries).catch(() => undefined)
  }
  return {
    batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
  }
}

await duringInit(async () => {
  const rehearsed = createWorker(process.env, rehearsal)
  const oneMinute = { getRemainingTimeInMillis: () => 60_000 }
  await Promise.allSettled([openWorker().warm(), rehearsed(rehearsalBatch, oneMinute)])
})
