import { describe, expect, test } from 'vitest'
import { appliedTo, isNewer } from '../../../src/lib/deliver/mark.ts'
import { contact } from '../../support/people.ts'

const attributes = (problem?: string) => ({
  mark: {
    name: 'signup_bridge_at',
    sentAs: 'signup_bridge_at',
    value: 100,
    ...(problem && { problem }),
  },
})
const marked = (value: unknown) => contact('a', { custom_attributes: { signup_bridge_at: value } })

describe('appliedTo', () => {
  test.each([
    [100, { at: 100, isDeletion: false }],
    ['100', { at: 100, isDeletion: false }],
    [-100, { at: 100, isDeletion: true }],
    [null, { at: Number.NEGATIVE_INFINITY, isDeletion: false }],
    [undefined, { at: Number.NEGATIVE_INFINITY, isDeletion: false }],
    ['soon', { at: Number.NaN, isDeletion: false }],
  ])('reads the mark %j', (value, applied) => {
    expect(appliedTo(marked(value), attributes())).toEqual(applied)
  })

  test('is not known where the mark cannot be written, or is not', () => {
    const unknown = { at: Number.NaN, isDeletion: false }

    expect(appliedTo(marked(100), attributes('no such attribute'))).toEqual(unknown)
    expect(appliedTo(marked(100), {})).toEqual(unknown)
  })
})

describe('appliedTo of an event about a part', () => {
  const fitted = (name: string) => ({ name, sentAs: name, value: 100 })
  const ofPart = { mark: fitted('signup_bridge_at_plan'), personMark: fitted('signup_bridge_at') }
  const applied = (signup_bridge_at?: number, signup_bridge_at_plan?: number) =>
    appliedTo(
      contact('a', { custom_attributes: { signup_bridge_at, signup_bridge_at_plan } }),
      ofPart,
    )

  test('is the part’s own mark, whatever the person’s is', () => {
    expect(applied(500, 100)).toEqual({ at: 100, isDeletion: false })
    expect(applied(500)).toEqual({ at: Number.NEGATIVE_INFINITY, isDeletion: false })
  })

  test('is the deletion of the person, if there was one', () => {
    expect(applied(-50, 100)).toEqual({ at: 50, isDeletion: true })
  })
})

describe('isNewer', () => {
  const after = { at: 100, isDeletion: false }
  const afterDeletion = { at: 100, isDeletion: true }

  test.each([
    ['a signup of the same second', undefined, 100, after, false],
    ['a later signup', undefined, 101, after, true],
    ['a change of the same second', 'updated', 100, after, true],
    ['an earlier change', 'updated', 99, after, false],
    ['a change of the second of a deletion', 'updated', 100, afterDeletion, false],
    ['a change after a deletion', 'updated', 101, afterDeletion, true],
    ['a signup after a deletion', undefined, 101, afterDeletion, true],
    ['a signup of the second of a deletion', undefined, 100, afterDeletion, false],
    ['a deletion of the same second', 'deleted', 100, after, true],
    ['a deletion that is repeated', 'deleted', 100, afterDeletion, true],
    ['an earlier deletion', 'deleted', 99, after, false],
  ] as const)('%s: %s at %i', (_title, event, mark, applied, expected) => {
    expect(isNewer({ event }, { mark }, applied)).toBe(expected)
  })

  test('an event of no known time is never newer', () => {
    expect(isNewer({ event: 'updated' }, {}, after)).toBe(false)
  })
})
