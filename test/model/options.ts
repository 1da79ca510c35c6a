import type { Bridge } from '../../src/lib/config/config.ts'
import type { Environment } from '../../src/lib/config/env.ts'
import { clerk, defineBridge, form, signup } from '../../src/lib/index.ts'
import type { Invocation } from './event-source.ts'
import type { AwaitPoint } from './life.ts'

/** How a model differs from what is deployed. */
export type ModelOptions = {
  /** Default: `backend`, `clerk`, and the forms `waitlist` and `contact`. */
  readonly bridge?: Bridge
  /** Worker processes that may run at a time; default 2. */
  readonly workers?: number
  /** How long Intercom takes to answer; default 100. */
  readonly latencyMs?: number
  /** How long SQS and Secrets Manager take to answer; default 10. */
  readonly awsLatencyMs?: number
  /** How long Intercom's search does not see what was written; default 0. */
  readonly indexLagMs?: number
  /** Intercom's custom attributes, as the sandbox takes them; default: any exists. */
  readonly attributes?: readonly string[]
  /** Intercom's calls in a window of 10 s. */
  readonly rate_limit?: number
  /** `Intercom-Version`; default 2.14. */
  readonly version?: string
  /** Makes chance the same in every run; default 1. */
  readonly seed?: number
  /** Laid over the environment of both functions. */
  readonly environment?: Environment
  /** Default `queue`. */
  readonly delivery?: 'queue' | 'direct'
  /** How often a message is received before SQS moves it out; default 400. */
  readonly maxReceives?: number
  /** How long a received message is hidden; default 360 s. */
  readonly visibilityMs?: number
  /** How far Intercom's clock is ahead of all others; default 0. */
  readonly skewMs?: number
  /** Told of every await point of every worker. */
  readonly onAwait?: (point: AwaitPoint) => void
  /** Told of every log line and every count, which are then not kept. */
  readonly onTold?: (told: object) => void
  /** Told of every batch. */
  readonly onInvocation?: (invocation: Invocation) => void
}

/** The sources of a model that is given none. */
export const createDefaultBridge = (): Bridge =>
  defineBridge({
    sources: {
      backend: signup(),
      clerk: clerk(),
      waitlist: form({ role: 'lead' }),
      contact: form({ role: 'lead' }),
    },
  })
