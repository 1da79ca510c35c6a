import type { Delivered } from '../lib/batch.ts'
import { deliver } from '../lib/deliver.ts'
import { type IntercomEnv, intercomBaseUrl } from '../lib/env.ts'
import { createClient } from '../lib/intercom/client.ts'
import { createRecent } from '../lib/intercom/recent.ts'
import { createCache, loadToken } from '../lib/secrets.ts'
import type { Signup } from '../lib/signup.ts'
import type { Source } from '../lib/sources/source.ts'
import { tellStale } from '../lib/telemetry.ts'
import type { Surroundings } from './surroundings.ts'

export type DeliverSignup = (
  signup: Signup,
  source: Source,
  remainingMs: () => number,
) => Promise<Delivered>

/** Builds what outlives an invocation: connections, the token's cache, what was made lately. */
export const createDeliver = (
  env: IntercomEnv,
  { clock, random, telemetry, openHttp, openSecret }: Surroundings,
): DeliverSignup => {
  const send = openHttp(intercomBaseUrl(env))
  const load = loadToken(openSecret(env.INTERCOM_SECRET_ID))
  const token = createCache(load, clock, (error) => tellStale(telemetry, error))
  const recent = createRecent(clock)
  const version = env.INTERCOM_VERSION
  return (signup, source, remainingMs) => {
    const call = createClient({
      send,
      token,
      version,
      clock,
      random,
      remainingMs,
      onAnswer: ({ call: type, status, durationMs }) =>
        telemetry.log('debug', 'intercom', { call: type, status, duration_ms: durationMs }),
    })
    return deliver(signup, source.options, { call, recent })
  }
}
