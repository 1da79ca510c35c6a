import { type IntercomEnv, intercomBaseUrl } from '../lib/config/env.ts'
import { createCache, loadToken } from '../lib/config/secrets.ts'
import { type Delivered, deliver } from '../lib/deliver/deliver.ts'
import type { Policy } from '../lib/deliver/policy.ts'
import { createClient } from '../lib/intercom/client.ts'
import { createListAttributes } from '../lib/intercom/data-attributes.ts'
import { createPace } from '../lib/intercom/pace.ts'
import { createRecent } from '../lib/intercom/recent-contacts.ts'
import type { Signup } from '../lib/signup.ts'
import { tellStale } from '../lib/telemetry/report.ts'
import type { Surroundings } from './dependencies.ts'

export type DeliverInTime = (
  signup: Signup,
  policy: Policy,
  remainingMs: () => number,
) => Promise<Delivered>

/**
 * Builds what outlives an invocation: connections, the token's cache, the window's pace, what was
 * made lately, and what is known of the workspace.
 */
export const createDeliver = (
  env: IntercomEnv,
  { clock, random, telemetry, openHttp, openSecret }: Surroundings,
): DeliverInTime => {
  const http = openHttp(intercomBaseUrl(env))
  const load = loadToken(openSecret(env.INTERCOM_SECRET_ID))
  const token = createCache(load, clock, (error) => tellStale(telemetry, error))
  const pace = createPace(clock, random)
  const version = env.INTERCOM_VERSION
  const kept = {
    recent: createRecent(clock),
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
      onAnswer: ({ call, status, durationMs }) =>
        telemetry.log('debug', 'intercom', { call, status, duration_ms: durationMs }),
    })
    return deliver(signup, policy, { ...kept, send, version })
  }
}
