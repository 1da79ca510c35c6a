import { expect, test } from 'vitest'
import { attributesOf } from '../../../src/lib/deliver/attributes.ts'
import { standingOf } from '../../../src/lib/deliver/mark.ts'
import { account, contact, defaultPolicy } from '../../support/people.ts'

test.each([
  ['its own', 100, 100, 'newest'],
  ['an older one', 100, 99, undefined],
  ['a newer one', 100, 101, 'late'],
  ['that of a newer deletion', 100, -101, 'late'],
  ['none', 100, undefined, undefined],
  ['one, and the event has none', undefined, 100, undefined],
  ['one that is no number', 100, 'yesterday', undefined],
])(
  'standingOf an event on a contact with the mark %s',
  (_title, mark, signup_bridge_at, standing) => {
    const policy = { ...defaultPolicy, ...(mark !== undefined && { mark }) }
    const existing = contact('a', { custom_attributes: { signup_bridge_at } })

    expect(standingOf(existing, policy, attributesOf(account, policy, []))).toBe(standing)
  },
)
