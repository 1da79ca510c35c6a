import { describe, expect, test } from 'vitest'
import { standingOf } from '../../../src/lib/deliver/mark.ts'

const claim = { source: 's', accountsOf: 'all', takesUnowned: true, deletes: true } as const
const applied = (at: number) => ({ at, isDeletion: false })
const created = {}
const updated = { event: 'updated' } as const

describe('standingOf', () => {
  test.each([
    ['its mark is on the contact', updated, { mark: 5, claim }, 5, true, 'newest'],
    ['a newer mark is on the contact', updated, { mark: 5, claim }, 6, true, 'late'],
    ['a signup that is older', created, { mark: 5, claim }, 6, false, 'late'],
    ['a signup that was just written', created, { mark: 5, claim }, 5, false, 'newest'],
    ['a signup of the same second', created, { mark: 5, claim }, 5, true, 'level'],
    ['a signup again, of a source without changes', created, { mark: 5 }, 5, true, 'newest'],
    ['it did not write its mark', created, { mark: 5, claim }, 4, false, 'unknown'],
    ['no mark is there', updated, { mark: 5, claim }, Number.NEGATIVE_INFINITY, true, 'unknown'],
    ['the workspace has none', updated, { mark: 5, claim }, Number.NaN, true, 'unknown'],
    ['the event has no time', updated, { claim }, 5, true, 'unknown'],
  ] as const)('%s', (_title, signup, policy, at, wasUnchanged, standing) => {
    expect(standingOf(signup, policy, applied(at), wasUnchanged)).toBe(standing)
  })
})
