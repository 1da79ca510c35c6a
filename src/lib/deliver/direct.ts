import { delayed, toBridgeError } from '../errors.ts'
import type { Source } from '../sources/source.ts'
import { type Reading, toRefusalError } from '../transform/read.ts'
import type { DeliverResult, DeliverSignup } from './deliver.ts'
import { leastDelaySeconds } from './least-delay.ts'
import type { Claim } from './ownership.ts'
import { policyOf } from './policy.ts'

/**
 * Delivers the signups of a reading while the sender waits (direct mode), one after another.
 *
 * @param received_at unix seconds
 * @param claim what the source may update and delete
 * @throws BridgeError the first reason why a signup, or a part of it, was not delivered
 */
export const deliverDirectly = async (
  reading: Exclude<Reading, { kind: 'ignored' }>,
  source: Source,
  received_at: number,
  deliver: DeliverSignup,
  claim?: Claim,
  sourceName?: string,
): Promise<DeliverResult[]> => {
  if (reading.kind === 'refused') throw toRefusalError(reading)
  const results: DeliverResult[] = []
  // A sender retries after a 503, and a retry looks like a first try.
  const arrival = { received_at, mayBeRetry: true, isDirect: true as const, claim, sourceName }
  for (const signup of reading.signups) {
    const policy = policyOf(source, signup, arrival)
    const result = await deliver(signup, policy).catch((error: unknown) => {
      throw delayed(toBridgeError(error), leastDelaySeconds(results))
    })
    results.push(result)
    if (result.pending) throw delayed(result.pending, leastDelaySeconds(results))
  }
  const [refused] = reading.refusals
  if (refused) throw toRefusalError(refused)
  return results
}
