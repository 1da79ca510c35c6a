import { expect, test } from 'vitest'
import { compiled } from '../../src/lib/pattern.ts'

test.each([/a|b/, /a|b/g, /\s|a|b/g, /(?: a)*b|$/g])(
  'compiled returns the pattern as it was: %s',
  (pattern) => {
    const { source, flags } = pattern
    const expected = new RegExp(source, flags).exec('a b')

    expect(compiled(pattern)).toBe(pattern)
    expect(pattern.lastIndex).toBe(0)
    expect(pattern.exec('a b')).toEqual(expected)
  },
)
