import type { DeliverResult } from '../deliver/deliver.ts'
import { distinctIssues, type Issue } from '../errors.ts'
import { toShownPath } from '../field-names.ts'
import type { LeftOutReason } from '../transform/normalise-values.ts'
import type { Reading } from '../transform/read.ts'

/** Reasons of nothing that was left out: a place where the sender has no value, a choice of two. */
const onlyCounted: ReadonlySet<string> = new Set<LeftOutReason>([
  'field_unmatched',
  'person_unclear',
])

/**
 * What a response names as left out of the signups of a delivery, each entry once: what reading
 * left out, and of signups that are delivered already what Intercom refused. Never a value, and not
 * what was counted but cost nothing.
 */
export const leftOutOf = (reading: Reading, results: readonly DeliverResult[] = []): Issue[] => {
  const read =
    reading.kind === 'signups'
      ? reading.leftOut.filter(({ reason }) => !onlyCounted.has(reason))
      : []
  const refused = results.flatMap(({ incomplete }) => incomplete.flatMap(({ issues }) => issues))
  const shown = refused.map(({ path, reason }) => ({ path: toShownPath(path), reason }))
  return distinctIssues([...read, ...shown])
}
