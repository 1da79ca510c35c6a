import { describe, expect, test } from 'vitest'
import {
  type ConsentContext,
  choiceOf,
  withholdsOptIn,
} from '../../../src/lib/deliver/consent-choice.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, defaultPolicy } from '../../support/people.ts'

const context = (more: Partial<ConsentContext> = {}, isFresh = true): ConsentContext => ({
  policy: {
    ...defaultPolicy,
    consent: { isFresh, isRepeat: false, mayBeRetry: false, source: 'waitlist', targets: {} },
  },
  isCreator: false,
  ...more,
})
const fresh = context()
const stale = context({}, false)
const late = context({ standing: 'late' })
const creator = context({ isCreator: true, isCreated: true })
const earlierCreator = context({ isCreator: true })
const retry = (more: Partial<ConsentContext> = {}): ConsentContext => {
  const { policy, ...rest } = context(more)
  const consent = { isFresh: true, isRepeat: true, mayBeRetry: true, source: 'a', targets: {} }
  return { ...rest, policy: { ...policy, consent } }
}
const staleCreator = context({ isCreator: true }, false)
const withoutPolicy: ConsentContext = { policy: defaultPolicy, isCreator: false }

const signup: Pick<Signup, 'event' | 'isWhole'> = {}
const change: typeof signup = { event: 'updated' }
const snapshot: typeof signup = { event: 'updated', isWhole: true }
const newSnapshot: typeof signup = { isWhole: true }

describe('choiceOf', () => {
  test.each([
    ['a signup', signup, fresh],
    ['a replay or a captured delivery', signup, stale],
    ['an older event', signup, late],
    ['a change', change, fresh],
    ['all that the sender knows', snapshot, late],
    ['a policy without consent', signup, withoutPolicy],
    ['the signup that creates the contact', signup, creator],
  ])('a no opts out, of %s', (_title, event, given) => {
    expect(choiceOf(false, event, given)).toBe('opt_out')
  })

  test.each<[string, typeof signup, ConsentContext, string | undefined]>([
    ['a signup', signup, fresh, 'opt_in'],
    ['the signup that creates the contact', signup, creator, 'opt_in'],
    ['the newest event', signup, context({ standing: 'newest' }), 'opt_in'],
    ['a change of what it names', change, fresh, 'opt_in'],
    ['a new person with all that the sender knows', newSnapshot, fresh, 'opt_in'],
    ['all that the sender knows, of a new contact', snapshot, creator, 'opt_in'],
    ['all that the sender knows', snapshot, fresh, undefined],
    ['a replay or a captured delivery', signup, stale, undefined],
    ['the same, of a new contact', signup, staleCreator, undefined],
    ['an older event', signup, late, undefined],
    ['one of the newest second, maybe again', signup, context({ standing: 'level' }), undefined],
    ['a retry', signup, retry(), undefined],
    ['a retry that creates the contact', signup, retry({ isCreated: true }), 'opt_in'],
    ['a policy without consent', signup, withoutPolicy, undefined],
  ])('a yes of %s', (_title, event, given, choice) => {
    expect(choiceOf(true, event, given)).toBe(choice)
  })

  test.each([
    ['opts out a contact that the signup creates', creator, 'opt_out'],
    ['… in a replay, too', staleCreator, 'opt_out'],
    ['… that it created in an earlier receive', earlierCreator, 'opt_out'],
    [
      'says nothing of one that it created, and that a newer event has changed since',
      context({ isCreator: true, standing: 'late' }),
      undefined,
    ],
    ['says nothing of one that exists', fresh, undefined],
    ['… whoever sends it', stale, undefined],
  ])('an empty box %s', (_title, given, choice) => {
    expect(choiceOf(null, signup, given)).toBe(choice)
  })
})

test.each<[NonNullable<Signup['subscriptions']>, ConsentContext, boolean]>([
  [{ News: true }, fresh, false],
  [{ News: true }, stale, true],
  [{ News: false, Updates: true }, late, true],
  [{ News: false, Updates: null }, stale, false],
  [{}, stale, false],
])('withholdsOptIn of %j', (subscriptions, given, expected) => {
  expect(withholdsOptIn({ ...account, subscriptions }, given)).toBe(expected)
})
