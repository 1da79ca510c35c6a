import { type IntercomEnv, intercomBaseUrl } from '../lib/config/env.ts'
import { createCache } from '../lib/config/secret-cache.ts'
import { loadToken } from '../lib/config/secrets.ts'
import { type DeliverResult, deliver } from '../lib/deliver/deliver.ts'
import { createFuse } from '../lib/deliver/fuse.ts'
import type { Policy } from '../lib/deliver/policy.ts'
import { createClient } from '../lib/intercom/client.ts'
import { createListAttributes } from '../lib/intercom/data-attributes.ts'
import { createPace } from '../lib/intercom/pace.ts'
import { createRecentContacts } from '../lib/intercom/recent-contacts.ts'
import { createListSubscriptionTypes } from '../lib/intercom/subscription-types.ts'
import type { AnySignup } from '../lib/signup.ts'
import { reportStaleSecret } from '../lib/telemetry/report.ts'
import type { Dependencies } from './dependencies.ts'

const connectTimeoutMs = 2_000

export type DeliverWithin = (
  signup: AnySignup,
  policy: Policy,
  remainingMs: () => number,
) => Promise<DeliverResult>

/**
 * Creates the function that delivers a signup to Intercom; `warm` reads the token and connects. What
 * it keeps between invocations: HTTP connections, the cached token, the rate limit's pace, contacts
 * created lately, the workspace's attributes and tags, and whether Intercom refuses everyone.
 */
export const createDeliver = (
  env: IntercomEnv,
  { clock, random, telemetry, openHttp, openSecret }: Dependencies,
): DeliverWithin & { readonly warm: () => Promise<unknown> } => {
  const http = openHttp(intercomBaseUrl(env))
  const load = loadToken(openSecret(env.INTERCOM_SECRET_ID))
  const token = createCache(load, clock, (error) => reportStaleSecret(telemetry, error))
  const pace = createPace(clock, random)
  const version = env.INTERCOM_VERSION
  const searchLagSeconds = env.SEARCH_LAG_SECONDS
  const caches = {
    recent: createRecentContacts(clock),
    listAttributes: createListAttributes(clock),
    listSubscriptionTypes: createListSubscriptionTypes(clock),
    listCompanyAttributes: createListAttributes(clock, 'company'),
    tagIds: new Map<string, string>(),
    fuse: createFuse(),
    searchLagSeconds,
  }
  const deliverWithin: DeliverWithin = (signup, policy, remainingMs) => {
    const send = createClient({
      send: http,
      token,
      version,
      pace,
      clock,
      random,
      searchLagSeconds,
      remainingMs,
      onResponse: ({ name, status, durationMs }) =>
        telemetry.log('debug', 'intercom', { call: name, status, duration_ms: durationMs }),
    })
    return deliver(signup, policy, { ...caches, send, version })
  }
  /** Without a token, which is read meanwhile. If Intercom closes, the next handshake is shorter. */
  const connect = () =>
    http({ method: 'GET', path: '/', headers: {}, signal: clock.timeout(connectTimeoutMs) })
  return Object.assign(deliverWithin, { warm: () => Promise.allSettled([token.get(), connect()]) })
}
