import { crashRows } from './crash-rows.ts'
import { edgeRows } from './edge-rows.ts'
import { intercomRows } from './intercom-rows.ts'
import { lifecycleRows } from './lifecycle-rows.ts'
import { parkingRows } from './parking-rows.ts'
import { peopleRows } from './people-rows.ts'
import type { Row } from './row.ts'
import { searchRows } from './search-rows.ts'
import { senderRows } from './sender-rows.ts'
import { trustRows } from './trust-rows.ts'

/** Every row, in the order of docs/reliability.md. */
export const rows: readonly Row[] = [
  ...intercomRows,
  ...senderRows,
  ...peopleRows,
  ...lifecycleRows,
  ...searchRows,
  ...trustRows,
  ...crashRows,
  ...parkingRows,
  ...edgeRows,
]
