import type { Environment } from '../src/lib/config/env.ts'
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
  /** Asked for just before they are listened on, so that nobody takes one in between. */
  readonly ports: Ports | (() => Promise<Ports>)
  readonly root: string
  readonly configFile: string
  /** What `.env.local` says. */
  readonly local?: Environment
  /** Deliver to the real Intercom instead of the sandbox's. */
  readonly live?: Live
  readonly logLevel?: string
  /** More environment for both functions; `undefined` takes a variable away. */
  readonly environment?: Environment
  /** How long a record is hidden that a worker was given; default: what the template says. */
  readonly visibilitySeconds?: number
  /** Rebuild and reload the functions when a file changes. */
  readonly watch?: boolean
  /** Told of every line that a function writes. */
  readonly onLine?: (line: string) => void
  /** Told of every answer of the gateway. */
  readonly onAnswer?: (response: {
    path: string
    status: number
    body: string
    location: string
  }) => void
  /** Told of a request that is neither for a form nor for a webhook. */
  readonly onUnrouted?: (path: string) => void
  /** Told of every answer of the sandbox's Intercom. */
  readonly onCall?: (request: { method: string; path: string; status: number }) => void
  /** Told after a rebuild, or why there was none. */
  readonly onReload?: (problem?: string) => void
}
