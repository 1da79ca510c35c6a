import { createAccess } from './access.ts'
import { createApi } from './api.ts'
import { type SandboxContact, viewContact } from './contact-view.ts'
import { createContacts } from './contacts.ts'
import { createAttributes } from './data-attributes.ts'
import type { FaultRequest } from './fault-request.ts'
import { createFaults } from './faults.ts'
import { createRateWindow } from './rate-window.ts'

/** A call of the API as the sandbox saw it; the token is never kept. */
export type SandboxCall = {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** What the client was answered; 0 where it got no answer. */
  readonly status: number
  /** When it came, in ISO 8601. */
  readonly at: string
  readonly intercom_version: string | null
  /** Parsed where it is JSON, else the text; `null` without one. */
  readonly body: unknown
}

export type WorkspaceOptions = {
  readonly access_token: string
  /** In milliseconds; default `Date.now`. */
  readonly now?: () => number
  /** How long search does not see a contact that was created or changed; default 0. */
  readonly indexLagMs?: number
  /** The custom attributes that exist, each `name` or `name:type`; default: any does. */
  readonly attributes?: readonly string[]
  readonly onCall?: (call: SandboxCall) => void
}

export type Workspace = ReturnType<typeof createWorkspace>

/** Everything that the sandbox's Intercom remembers, in one place. */
export const createWorkspace = (options: WorkspaceOptions) => {
  const { now = Date.now, onCall = () => {} } = options
  const usualLagMs = options.indexLagMs ?? 0
  let indexLagMs = usualLagMs
  let calls: SandboxCall[] = []
  const contacts = createContacts({ now, indexLagMs: () => indexLagMs })
  const access = createAccess(options.access_token)
  const rateWindow = createRateWindow(now)
  const faults = createFaults()
  const attributes = createAttributes(options.attributes)

  return {
    now,
    access,
    rateWindow,
    faults,
    answer: createApi(contacts, attributes),
    contacts: (): SandboxContact[] => contacts.all().map(viewContact),
    calls: (): readonly SandboxCall[] => calls,
    record: (call: SandboxCall): void => {
      calls.push(call)
      onCall(call)
    },
    /** Takes what a request sets at once, and keeps the rest as a fault. */
    addFault: (request: FaultRequest): void => {
      const { rate_limit, access_token, index_lag_ms, attributes: names, ...fault } = request
      if (rate_limit !== undefined) rateWindow.setLimit(rate_limit)
      if (access_token !== undefined) access.accept(access_token)
      if (index_lag_ms !== undefined) indexLagMs = index_lag_ms
      if (names !== undefined) attributes.add(names)
      if (Object.keys(fault).length > 0) faults.add(fault)
    },
    /** The faults in force, and what stands beside them. */
    conditions: () => ({
      faults: faults.list(),
      rate_limit: rateWindow.limit(),
      index_lag_ms: indexLagMs,
    }),
    reset: (): void => {
      contacts.clear()
      calls = []
      faults.clear()
      rateWindow.reset()
      access.reset()
      indexLagMs = usualLagMs
    },
  }
}
