import { type IntercomEnv, intercomBaseUrl } from '../lib/config/env.ts'
import { createCache, loadToken } from '../lib/config/secrets.ts'
import { type DeliverResult, deliver } from '../lib/deliver/deliver.ts'
import type { Policy } from '../lib/deliver/policy.ts'
import { createClient } from '../lib/intercom/client.ts'
import { createListAttributes } from '../lib/intercom/data-attributes.ts'
import { createPace } from '../lib/intercom/pace.ts'
import { createRecentContacts } from '../lib/intercom/recent-contacts.ts'
import type { Signup } from '../lib/signup.ts'
import { reportStaleSecret } from '../lib/telemetry/report.ts'
import type { Dependencies } from './dependencies.ts'

export type DeliverWithin = (
  signup: Signup,
  policy: Policy,
  remainingMs: () => number,
) => Promise<DeliverResult>

/**
 * Builds what outlives an invocation: connections, the token's cache, the window's pace, what was
 * made lately, and what is known of the workspace.
 */
export const createDeliver = (
  env: IntercomEnv,
  { clock, random, telemetry, openHttp, openSecret }: Dependencies,
): DeliverWithin => {
  const http = openHttp(intercomBaseUrl(env))
  const load = loadToken(openSecret(env.INTERCOM_SECRET_ID))
  const token = createCache(load, clock, (error) => reportStaleSecret(telemetry, error))
  const pace = createPace(clock, random)
  const version = env.INTERCOM_VERSION
  const kept = {
    recent: createRecentContacts(clock),
    listAttributes: createListAttributes(clock),
    tagIds: new Map<string, string>(),
  }
  return (signup, policy, remainingMs) => {
    const send = createClient({
      send: http,
      token,
      version,
      pace,
      clock,
      random,
      remainingMs,
      onResponse: ({ name, status, durationMs }) =>
        telemetry.log('debug', 'intercom', { call: name, status, duration_ms: durationMs }),
    })
    return deliver(signup, policy, { ...kept, send, version })
  }
}
