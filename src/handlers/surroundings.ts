import { SQSClient } from '@aws-sdk/client-sqs'
import configured from '#config'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config.ts'
import type { WebhookEnv, WorkerEnv } from '../lib/env.ts'
import type { BridgeError } from '../lib/errors.ts'
import { createHttp, type SendHttp } from '../lib/http.ts'
import type { GetSecret } from '../lib/secrets.ts'
import { createQueues, type Queues } from '../lib/send.ts'
import { createTelemetry, type Telemetry } from '../lib/telemetry.ts'
import { errorFields } from '../lib/tell.ts'
import { createGetSecret, sdkOptions } from './aws.ts'

/**
 * All that a function stands in: its config, time, chance, what it tells, and the ways to SQS,
 * Secrets Manager and Intercom. A test or a simulation brings its own of any.
 */
export type Surroundings = {
  readonly bridge: Bridge
  readonly clock: Clock
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly openQueues: () => Queues
  readonly openSecret: (secretId: string) => GetSecret
  readonly openHttp: (baseUrl: URL) => SendHttp
}

/** A function's surroundings: those given, else the real ones. Opens nothing. */
export const surround = (
  service: 'webhook' | 'worker',
  { SIGNUP_BRIDGE_STAGE: stage, LOG_LEVEL: logLevel }: WebhookEnv | WorkerEnv,
  given: Partial<Surroundings>,
): Surroundings => ({
  bridge: configured,
  clock: systemClock,
  random: Math.random,
  telemetry: given.telemetry ?? createTelemetry({ service, stage, logLevel }),
  openQueues: () => createQueues(new SQSClient(sdkOptions)),
  openSecret: createGetSecret,
  openHttp: createHttp,
  ...given,
})

/** Tells of a failure before there is an environment to build telemetry from. */
export const tellEarly = (
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
