import { delayed, toBridgeError } from '../errors.ts'
import { indexLagSeconds } from '../intercom/recent-contacts.ts'
import type { Source } from '../sources/source.ts'
import { type Reading, refusal } from '../transform/read.ts'
import type { Delivered, DeliverSignup } from './deliver.ts'
import { policyOf } from './policy.ts'

/**
 * Direct mode: delivers the signups of a reading while the sender waits.
 *
 * @param received_at unix seconds
 * @throws BridgeError why one of them was not delivered, or not all of it
 */
export const deliverAtOnce = async (
  reading: Exclude<Reading, { kind: 'ignored' }>,
  source: Source,
  received_at: number,
  deliver: DeliverSignup,
): Promise<Delivered[]> => {
  if (reading.kind === 'refused') throw refusal(reading)
  const outcomes: Delivered[] = []
  // A sender that was answered 503 sends the same again, and nothing tells.
  const arrival = { received_at, mayBeSecond: true }
  for (const signup of reading.signups) {
    const policy = policyOf(source.options, signup, arrival)
    const delivered = await deliver(signup, policy).catch((thrown: unknown) => {
      const madeLead = outcomes.some(({ isNewLead }) => isNewLead)
      throw madeLead ? delayed(toBridgeError(thrown), indexLagSeconds) : thrown
    })
    if (delivered.pending) throw delivered.pending
    outcomes.push(delivered)
  }
  const [refused] = reading.refusals
  if (refused) throw refusal(refused)
  return outcomes
}
