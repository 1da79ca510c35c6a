import configured from '#config'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Bridge } from '../lib/config.ts'
import type { WebhookEnv, WorkerEnv } from '../lib/env.ts'
import type { BridgeError } from '../lib/errors.ts'
import { createTelemetry, errorFields, type Telemetry } from '../lib/telemetry.ts'

/** What a test brings along instead of the config's, the system's and Powertools' own. */
export type Surroundings = {
  readonly bridge: Bridge
  readonly clock: Clock
  readonly random: () => number
  readonly telemetry: Telemetry
}

/** A function's surroundings: those given, else the real ones. */
export const surround = (
  service: 'webhook' | 'worker',
  { SIGNUP_BRIDGE_STAGE: stage, LOG_LEVEL: logLevel }: WebhookEnv | WorkerEnv,
  given: Partial<Surroundings>,
): Surroundings => ({
  bridge: configured,
  clock: systemClock,
  random: Math.random,
  telemetry: given.telemetry ?? createTelemetry({ service, stage, logLevel }),
  ...given,
})

/** Tells of a failure before there is an environment to build telemetry from. */
export const tellEarly = (service: 'webhook' | 'worker', error: BridgeError): void => {
  const stage = process.env.SIGNUP_BRIDGE_STAGE || 'dev'
  const telemetry = createTelemetry({ service, stage, logLevel: 'INFO' })
  telemetry.log('error', error.code, errorFields(error))
  telemetry.count(error.code)
  telemetry.flush()
}
