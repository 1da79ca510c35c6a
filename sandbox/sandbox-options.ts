import type { Environment } from '../src/lib/config/env.ts'
import type { Issue } from '../src/lib/errors.ts'
import type { Live } from './live.ts'

/** 0 lets the system choose. */
type Ports = {
  readonly gateway: number
  readonly intercom: number
  readonly sqs: number
  readonly secrets: number
}

/** How the sandbox is started. */
export type SandboxOptions = {
  /** A function is called just before the ports are used, so that no other process takes one in between. */
  readonly ports: Ports | (() => Promise<Ports>)
  readonly root: string
  readonly configFile: string
  /** The variables of `.env.local`. */
  readonly local?: Environment
  /** Deliver to the real Intercom instead of the sandbox's. */
  readonly live?: Live
  readonly logLevel?: string
  /** More environment for both functions, `DELIVERY` among it; `undefined` removes a variable. */
  readonly environment?: Environment
  /** Visibility timeout of a record that a worker received; default: the template's. */
  readonly visibilitySeconds?: number
  /** Rebuild and reload the functions when a file changes. */
  readonly watch?: boolean
  /** Called with every line that a function writes. */
  readonly onLine?: (line: string) => void
  /** Called after every response of the gateway; `left_out`: what reading an accepted request leaves out. */
  readonly onResponse?: (response: {
    path: string
    status: number
    body: string
    location: string
    left_out: readonly Issue[]
  }) => void
  /** Called for a request that is neither for a form nor for a webhook. */
  readonly onUnrouted?: (path: string) => void
  /** Called with the reason when the gateway refuses a request for another host. */
  readonly onRefused?: (reason: string) => void
  /** Called after every response of the sandbox's Intercom. */
  readonly onCall?: (request: { method: string; path: string; status: number }) => void
  /** Called after a rebuild, or with the reason why there was none. */
  readonly onReload?: (problem?: string) => void
}
