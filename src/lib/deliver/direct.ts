import { delayed, toBridgeError } from '../errors.ts'
import { searchLagSeconds } from '../intercom/recent-contacts.ts'
import type { Source } from '../sources/source.ts'
import { type Reading, toRefusalError } from '../transform/read.ts'
import type { DeliverResult, DeliverSignup } from './deliver.ts'
import { policyOf } from './policy.ts'

/**
 * Direct mode: delivers the signups of a reading while the sender waits.
 *
 * @param received_at unix seconds
 * @throws BridgeError why one of them was not delivered, or not all of it
 */
export const deliverDirectly = async (
  reading: Exclude<Reading, { kind: 'ignored' }>,
  source: Source,
  received_at: number,
  deliver: DeliverSignup,
): Promise<DeliverResult[]> => {
  if (reading.kind === 'refused') throw toRefusalError(reading)
  const results: DeliverResult[] = []
  // A sender that was answered 503 sends the same again, and nothing tells.
  const arrival = { received_at, mayBeRetry: true }
  for (const signup of reading.signups) {
    const policy = policyOf(source.options, signup, arrival)
    const delivered = await deliver(signup, policy).catch((thrown: unknown) => {
      const madeLead = results.some(({ isNewLead }) => isNewLead)
      throw madeLead ? delayed(toBridgeError(thrown), searchLagSeconds) : thrown
    })
    if (delivered.pending) throw delivered.pending
    results.push(delivered)
  }
  const [refused] = reading.refusals
  if (refused) throw toRefusalError(refused)
  return results
}
