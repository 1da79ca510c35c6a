import type { DeliverResult } from '../deliver/deliver.ts'
import { distinctIssues, type Issue } from '../errors.ts'
import { toShownPath } from '../field-names.ts'
import type { Reading } from '../transform/read.ts'

/**
 * What a response names as left out of the signups of a delivery, each entry once: what reading
 * left out, and of signups that are delivered already what Intercom refused. Never a value, and not
 * the places where the sender has none.
 */
export const leftOutOf = (reading: Reading, results: readonly DeliverResult[] = []): Issue[] => {
  const read =
    reading.kind === 'signups'
      ? reading.leftOut.filter(({ reason }) => reason !== 'field_unmatched')
      : []
  const refused = results.flatMap(({ incomplete }) => incomplete.flatMap(({ issues }) => issues))
  const shown = refused.map(({ path, reason }) => ({ path: toShownPath(path), reason }))
  return distinctIssues([...read, ...shown])
}
