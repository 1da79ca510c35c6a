import type { Bridge } from '../../src/lib/config/config.ts'
import type { Environment } from '../../src/lib/config/env.ts'
import type { HttpRequest, HttpResponse } from '../../src/lib/http.ts'
import { clerk, defineBridge, form, signup } from '../../src/lib/index.ts'
import type { Invocation } from './event-source.ts'
import type { AwaitPoint } from './life.ts'

/** Options of `startModel`: how it differs from the deployment. */
export type ModelOptions = {
  /** Default: `backend`, `clerk`, and the forms `waitlist` and `contact`. */
  readonly bridge?: Bridge
  /** How many worker processes run in parallel; default 2. */
  readonly workers?: number
  /** How long an Intercom response takes; default 100. */
  readonly latencyMs?: number
  /** How long each request to Intercom occupies the CPU of its process; default 0. */
  readonly requestCpuMs?: number
  /** How long a response of SQS or Secrets Manager takes; default 10. */
  readonly awsLatencyMs?: number
  /** How long Intercom's search does not show a change; default 0. */
  readonly indexLagMs?: number
  /** Intercom's custom attributes, in the sandbox's format; default: every name exists, unlisted. */
  readonly attributes?: readonly string[]
  /** Those of companies. */
  readonly companyAttributes?: readonly string[]
  /** Intercom's rate limit: requests in a window of 10 s. */
  readonly rate_limit?: number
  /** `Intercom-Version`; default 2.14. */
  readonly version?: string
  /** The seed of all random values; default 1. */
  readonly seed?: number
  /** Applied over the environment of both functions. */
  readonly environment?: Environment
  /** Default `queue`. */
  readonly delivery?: 'queue' | 'direct'
  /** How often a message is received before SQS moves it out; default 400. */
  readonly maxReceives?: number
  /** How long a received message is hidden; default 360 s. */
  readonly visibilityMs?: number
  /** How far Intercom's clock is ahead of the others; default 0. */
  readonly skewMs?: number
  /** Responds to a request instead of Intercom, unless it returns `undefined`. */
  readonly intercept?: (request: HttpRequest) => HttpResponse | undefined
  /** Called before every batch of a worker; true: another process takes it. Default: the same one. */
  readonly isNextProcess?: () => boolean
  /** Called at every await point of every worker. */
  readonly onAwait?: (point: AwaitPoint) => void
  /** Called with every log line and every count; log lines are then not kept. */
  readonly onTelemetry?: (output: object) => void
  /** Called after every batch. */
  readonly onInvocation?: (invocation: Invocation) => void
}

/** The bridge of a model without the option `bridge`. */
export const createDefaultBridge = (): Bridge =>
  defineBridge({
    sources: {
      backend: signup(),
      clerk: clerk(),
      waitlist: form({ role: 'lead' }),
      contact: form({ role: 'lead' }),
    },
  })
