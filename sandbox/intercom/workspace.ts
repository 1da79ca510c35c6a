import { createAccess } from './access.ts'
import { createApi } from './api.ts'
import { createContactRoutes } from './contact-routes.ts'
import { type SandboxContact, viewContact } from './contact-view.ts'
import { createContacts } from './contacts.ts'
import { createAttributes } from './data-attributes.ts'
import { createExtraRoutes } from './extra-routes.ts'
import { createExtras } from './extras.ts'
import type { FaultRequest } from './fault-request.ts'
import { createFaults } from './faults.ts'
import { createRateWindow } from './rate-window.ts'
import { createRequestLog, type LoggedRequest } from './request-log.ts'
import { createWorkspaceRoutes } from './workspace-routes.ts'

export type WorkspaceOptions = {
  readonly access_token: string
  /** In milliseconds; default `Date.now`. */
  readonly now?: () => number
  /** How long search does not see a contact that was created or changed; default 0. */
  readonly indexLagMs?: number
  /**
   * The custom attributes that exist, each `name`, `name:type` or `name:type:readonly`, where the type
   * is one of Intercom's or `options(one|another)`; default: any does.
   */
  readonly attributes?: readonly string[]
  /** The ids of the admins who may own a contact or write a note; default: any integer. */
  readonly admins?: readonly number[]
  readonly onCall?: (call: LoggedRequest) => void
}

export type Workspace = ReturnType<typeof createWorkspace>

/** Everything that the sandbox's Intercom remembers, in one place. */
export const createWorkspace = (options: WorkspaceOptions) => {
  const { now = Date.now, onCall = () => {} } = options
  const usualLagMs = options.indexLagMs ?? 0
  let indexLagMs = usualLagMs
  let admins = options.admins
  const calls = createRequestLog()
  const contacts = createContacts({ now, indexLagMs: () => indexLagMs })
  const access = createAccess(options.access_token)
  const rateWindow = createRateWindow(now)
  const faults = createFaults()
  const attributes = createAttributes({ names: options.attributes, now })
  const extras = createExtras(now)
  const isMember = (adminId: number): boolean =>
    Number.isInteger(adminId) && (admins?.includes(adminId) ?? true)

  return {
    now,
    access,
    rateWindow,
    faults,
    answer: createApi([
      ...createContactRoutes({ contacts, extras, attributes, isMember }),
      ...createExtraRoutes({ contacts, extras, isMember }),
      ...createWorkspaceRoutes(attributes),
    ]),
    contacts: (): SandboxContact[] =>
      contacts.all().map((contact) => viewContact(contact, extras.of(contact.id))),
    /** The last 10,000 since the start or the last reset, in the order they ended. */
    calls: calls.last,
    /** How many calls there were of each status since then. */
    callCounts: calls.counts,
    record: (request: LoggedRequest): void => {
      calls.add(request)
      onCall(request)
    },
    /** Takes what a request sets at once, and keeps the rest as a fault. */
    addFault: (request: FaultRequest): void => {
      const { rate_limit, access_token, index_lag_ms, ...others } = request
      const { attributes: names, admins: adminIds, ...fault } = others
      if (rate_limit !== undefined) rateWindow.setLimit(rate_limit)
      if (access_token !== undefined) access.accept(access_token)
      if (index_lag_ms !== undefined) indexLagMs = index_lag_ms
      if (names !== undefined) attributes.add(names)
      if (adminIds !== undefined) admins = adminIds
      if (Object.keys(fault).length > 0) faults.add(fault)
    },
    /** The faults in force, and what stands beside them. */
    conditions: () => ({
      faults: faults.list(),
      rate_limit: rateWindow.limit(),
      index_lag_ms: indexLagMs,
      ...(admins && { admins }),
    }),
    reset: (): void => {
      contacts.clear()
      extras.clear()
      attributes.reset()
      calls.clear()
      faults.clear()
      rateWindow.reset()
      access.reset()
      indexLagMs = usualLagMs
      admins = options.admins
    },
  }
}
