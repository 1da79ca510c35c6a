import { expect, test } from 'vitest'
import { leftOutOf } from '../../../src/lib/ingest/left-out.ts'
import type { LeftOut } from '../../../src/lib/transform/normalise-values.ts'

const readingWith = (leftOut: readonly LeftOut[]) => ({
  kind: 'signups' as const,
  event_id: 'e1',
  signups: [{ event_id: 'e1', contact: { role: 'user' as const } }] as const,
  indexes: [0],
  refusals: [],
  leftOut,
})

test('a response names what was left out, each path and reason once', () => {
  const phone: LeftOut = { path: 'phone', reason: 'phone_invalid' }

  expect(leftOutOf(readingWith([phone, phone]))).toEqual([phone])
})

test.each(['field_unmatched', 'person_unclear'] as const)(
  'a response does not name %s, since nothing was left out',
  (reason) => {
    expect(leftOutOf(readingWith([{ path: 'email', reason }]))).toEqual([])
  },
)
