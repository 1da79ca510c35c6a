import { crashRows } from './crash-rows.ts'
import { edgeRows } from './edge-rows.ts'
import { intercomRows } from './intercom-rows.ts'
import { parkingRows } from './parking-rows.ts'
import type { Row } from './row.ts'
import { senderRows } from './sender-rows.ts'

/** By number; T26–T28 and T31 are tests of their own, see docs/reliability.md. */
export const rows: readonly Row[] = [
  ...intercomRows,
  ...senderRows,
  ...crashRows,
  ...parkingRows,
  ...edgeRows,
].toSorted((a, b) => Number(/\d+/.exec(a.name)) - Number(/\d+/.exec(b.name)))
