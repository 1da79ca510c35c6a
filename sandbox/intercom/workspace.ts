import { createAccess } from './access.ts'
import { createApi } from './api.ts'
import { createContactRoutes } from './contact-routes.ts'
import { type SandboxContact, viewContact } from './contact-view.ts'
import { createContacts } from './contacts.ts'
import { createAttributes } from './data-attributes.ts'
import { createEventRoutes } from './events.ts'
import { createExtraRoutes } from './extra-routes.ts'
import { createExtras } from './extras.ts'
import type { FaultRequest } from './fault-request.ts'
import { createFaults } from './faults.ts'
import { createRateWindow } from './rate-window.ts'
import { createRequestLog, type LoggedRequest } from './request-log.ts'
import { defaultSubscriptionTypes } from './subscriptions.ts'
import { createWorkspaceRoutes, tokenAdminId } from './workspace-routes.ts'

export type WorkspaceOptions = {
  readonly access_token: string
  /** In milliseconds; default `Date.now`. */
  readonly now?: () => number
  /** How long search does not see a created or changed contact; default 0. */
  readonly indexLagMs?: number
  /**
   * The custom attributes that exist, each `name`, `name:type`, `name:type:readonly` or
   * `name:type:archived`; the type is one of Intercom's (default `string`) or
   * `options(one|another)`. Default: every attribute exists.
   */
  readonly attributes?: readonly string[]
  /**
   * The subscription types, each `name`, `name:opt_in`, `name:opt_out` or `name:opt_out:archived`, with
   * `id=` before it for an id of your own. Default: `defaultSubscriptionTypes`.
   */
  readonly subscriptionTypes?: readonly string[]
  /** Those of companies. */
  readonly companyAttributes?: readonly string[]
  /** The ids of the admins who may own a contact or write a note; default: only that of `GET /me`, 1. */
  readonly admins?: readonly number[]
  /** Called with each request when it ends. */
  readonly onCall?: (request: LoggedRequest) => void
  /** Called when another lag of the search is set, in milliseconds. */
  readonly onIndexLag?: (ms: number) => void
}

export type Workspace = ReturnType<typeof createWorkspace>

/** Creates the state of the sandbox's Intercom, and the API that works on it. */
export const createWorkspace = (options: WorkspaceOptions) => {
  const { now = Date.now, onCall = () => {} } = options
  const initialLagMs = options.indexLagMs ?? 0
  let indexLagMs = initialLagMs
  const setIndexLag = (ms: number): void => {
    if (ms !== indexLagMs) options.onIndexLag?.(ms)
    indexLagMs = ms
  }
  const initialAdmins = options.admins ?? [tokenAdminId]
  let admins = initialAdmins
  const requests = createRequestLog()
  const contacts = createContacts({ now, indexLagMs: () => indexLagMs })
  const access = createAccess(options.access_token)
  const rateWindow = createRateWindow(now)
  const faults = createFaults()
  const attributes = createAttributes({ names: options.attributes, now })
  const extras = createExtras(now, options.subscriptionTypes ?? defaultSubscriptionTypes)
  const companyAttributes = createAttributes({
    names: options.companyAttributes,
    now,
    model: 'company',
  })
  const isMember = (adminId: number): boolean => admins.includes(adminId)

  return {
    now,
    access,
    rateWindow,
    faults,
    handle: createApi([
      ...createContactRoutes({ contacts, extras, attributes, isMember }),
      ...createExtraRoutes({ contacts, extras, companyAttributes, isMember }),
      ...createEventRoutes(contacts, extras.events, now),
      ...createWorkspaceRoutes(attributes, companyAttributes),
    ]),
    contacts: (): SandboxContact[] =>
      contacts.all().map((contact) => viewContact(contact, extras.of(contact.id))),
    /** The data events of a contact, in the order in which they were received. */
    events: extras.events.of,
    /** The last 10,000 requests since the start or the last reset, in the order they ended. */
    calls: requests.last,
    /** The number of requests since then by status. */
    callCounts: requests.counts,
    record: (request: LoggedRequest): void => {
      requests.add(request)
      onCall(request)
    },
    /** Applies the settings of a request, and keeps the rest as a fault. */
    addFault: (request: FaultRequest): void => {
      const { rate_limit, access_token, index_lag_ms, ...others } = request
      const { attributes: names, company_attributes, subscription_types, ...rest } = others
      const { admins: adminIds, ...fault } = rest
      if (rate_limit !== undefined) rateWindow.setLimit(rate_limit)
      if (access_token !== undefined) access.accept(access_token)
      if (index_lag_ms !== undefined) setIndexLag(index_lag_ms)
      if (names !== undefined) attributes.add(names)
      if (subscription_types !== undefined) extras.subscriptions.add(subscription_types)
      if (company_attributes !== undefined) companyAttributes.add(company_attributes)
      if (adminIds !== undefined) admins = adminIds
      if (Object.keys(fault).length > 0) faults.add(fault)
    },
    /** The active faults, and the settings. */
    conditions: () => ({
      faults: faults.list(),
      rate_limit: rateWindow.limit(),
      index_lag_ms: indexLagMs,
      admins,
    }),
    reset: (): void => {
      contacts.clear()
      extras.clear()
      attributes.reset()
      companyAttributes.reset()
      requests.clear()
      faults.clear()
      rateWindow.reset()
      access.reset()
      setIndexLag(initialLagMs)
      admins = initialAdmins
    },
  }
}
