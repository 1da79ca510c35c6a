import { setTimeout as wait } from 'node:timers/promises'
import configured from '#config'
import { createGetSecret, openSecretsManager } from '../lib/aws/secrets-manager.ts'
import { createQueues, createSqsActions } from '../lib/aws/sqs.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config/config.ts'
import type { WebhookEnv, WorkerEnv } from '../lib/config/env.ts'
import type { GetSecret } from '../lib/config/secrets.ts'
import type { BridgeError } from '../lib/errors.ts'
import { createHttp, type SendHttp } from '../lib/http.ts'
import type { Queues } from '../lib/queue/queues.ts'
import { errorFields } from '../lib/telemetry/report.ts'
import type { Telemetry } from '../lib/telemetry/telemetry.ts'
import { type TelemetryOptions, writeTelemetry } from '../lib/telemetry/write-telemetry.ts'

/**
 * What a function depends on: config, clock, random numbers, telemetry, and clients for SQS,
 * Secrets Manager and Intercom. Tests and simulations replace any of them.
 */
export type Dependencies = {
  readonly bridge: Bridge
  readonly clock: Clock
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly openQueues: () => Queues
  readonly openSecret: (secretId: string) => GetSecret
  readonly openHttp: (baseUrl: URL) => SendHttp
}

/** Lambda's own console would put its own text before each line. */
const createTelemetry = (options: Omit<TelemetryOptions, 'now' | 'write'>): Telemetry =>
  writeTelemetry({
    ...options,
    now: systemClock.now,
    write: (line) => void process.stdout.write(line),
  })

/** The real dependencies of a function, each replaced by its override. Opens no connection. */
export const createDependencies = (
  service: 'webhook' | 'worker',
  { SIGNUP_BRIDGE_STAGE: stage, LOG_LEVEL: logLevel }: WebhookEnv | WorkerEnv,
  overrides: Partial<Dependencies>,
): Dependencies => {
  const getSecretValue = openSecretsManager(process.env)
  return {
    bridge: configured,
    clock: systemClock,
    random: Math.random,
    telemetry: overrides.telemetry ?? createTelemetry({ service, stage, logLevel }),
    openQueues: () => createQueues(createSqsActions(process.env)),
    openSecret: (secretId) => createGetSecret(getSecretValue, secretId),
    openHttp: createHttp,
    ...overrides,
  }
}

/** Logs and counts an error that occurred before the environment was parsed. */
export const reportStartupError = (
  service: 'webhook' | 'worker',
  error: BridgeError,
  ...counts: readonly (string | undefined)[]
): void => {
  const stage = process.env.SIGNUP_BRIDGE_STAGE || 'dev'
  const telemetry = createTelemetry({ service, stage, logLevel: 'INFO' })
  telemetry.log('error', error.code, errorFields(error))
  for (const count of [error.code, ...counts]) if (count) telemetry.count(count)
  telemetry.flush()
}

/** Ghost waits 2 s for the first response and Cognito 5 s, a cold start included. */
const maxWarmMs = 1_000

/**
 * Runs what the first invocation needs during Lambda's init, which has a whole CPU: an invocation
 * has the share that the memory size buys. Elsewhere it does nothing. What fails here is tried
 * again, and reported, by the invocation that needs it.
 */
export const duringInit = async (warm: () => Promise<unknown>): Promise<void> => {
  if (!process.env.AWS_LAMBDA_FUNCTION_NAME) return
  await Promise.race([warm().catch(() => undefined), wait(maxWarmMs, undefined, { ref: false })])
}
