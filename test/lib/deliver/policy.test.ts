import { describe, expect, test } from 'vitest'
import { type Arrival, policyOf } from '../../../src/lib/deliver/policy.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import type { SourceOptions } from '../../../src/lib/sources/source.ts'
import { start } from '../../support/clock.ts'
import { account, lead } from '../../support/people.ts'

/** The first time, live, at the start. */
const policy = (
  options: SourceOptions = {},
  signup: Signup = account,
  arrival: Partial<Arrival> = {},
) => policyOf(options, signup, { received_at: start, mayBeRetry: false, ...arrival })

const dated = (occurred_at: number): Signup => ({ ...account, occurred_at })
const overwriting: [string, SourceOptions][] = [
  ['overwrites', { onExisting: 'overwrite' }],
  ['overwrites some fields', { onExisting: { overwrite: ['name'] } }],
]

describe('a live signup', () => {
  test('of a source without options is looked up, fills, and restores', () => {
    expect(policy()).toEqual({
      lookup: true,
      onExisting: 'fill',
      onArchived: 'restore',
      received_at: start,
    })
  })

  test('may come a second time and is none the less live', () => {
    expect(policy({}, account, { mayBeRetry: true })).toEqual(policy())
  })

  test.each<SourceOptions['onExisting']>(['fill', 'skip', 'overwrite', { overwrite: ['name'] }])(
    'treats an existing contact as its source says: %j',
    (onExisting) => {
      expect(policy({ ...(onExisting && { onExisting }) }).onExisting).toEqual(onExisting)
    },
  )

  test.each(['park', 'restore'] as const)('has its source %s an archived contact', (onArchived) => {
    expect(policy({ onArchived }).onArchived).toBe(onArchived)
  })
})

describe('a replay', () => {
  const replays = ['park_archived', 'restore_archived'] as const

  test.each(replays)(
    'is told as one, with the times it was first received and sent back: %s',
    (replay) => {
      const arrival = { replay, received_at: start - 86_400, sentAtMs: start * 1000 }

      expect(policy({}, account, arrival)).toMatchObject({
        replayedAtMs: start * 1000,
        received_at: start - 86_400,
      })
    },
  )

  test.each<SourceOptions['onExisting']>([
    undefined,
    'fill',
    'skip',
    'overwrite',
    { overwrite: ['name'] },
  ])('only ever fills, whatever its source says: %j', (onExisting) => {
    const options = onExisting ? { onExisting } : {}

    expect(replays.map((replay) => policy(options, account, { replay }).onExisting)).toEqual([
      'fill',
      'fill',
    ])
  })

  test.each([
    [undefined, 'park_archived', 'park'],
    ['restore', 'park_archived', 'park'],
    ['park', 'park_archived', 'park'],
    [undefined, 'restore_archived', 'restore'],
    ['restore', 'restore_archived', 'restore'],
    ['park', 'restore_archived', 'restore'],
  ] as const)(
    'treats an archived contact as the replay says, not the source: %s, %s: %s',
    (onArchived, replay, expected) => {
      const options = onArchived ? { onArchived } : {}

      expect(policy(options, account, { replay }).onArchived).toBe(expected)
    },
  )
})

describe('the mark', () => {
  describe.each(overwriting)('of a source that %s', (_name, options) => {
    test('is when the event happened', () => {
      expect(policy(options, dated(start - 60)).mark).toBe(start - 60)
    })

    test('is never later than the event was received, whatever its sender’s clock', () => {
      expect(policy(options, dated(start + 60)).mark).toBe(start)
      expect(policy(options, dated(start)).mark).toBe(start)
    })

    test('is absent where nobody says when the event happened', () => {
      expect(policy(options, account)).not.toHaveProperty('mark')
    })

    test.each(['park_archived', 'restore_archived'] as const)(
      'is there for a replay too: %s',
      (replay) => {
        expect(policy(options, dated(start - 60), { replay }).mark).toBe(start - 60)
      },
    )
  })

  test.each<SourceOptions>([{}, { onExisting: 'fill' }, { onExisting: 'skip' }])(
    'is absent for a source that does not overwrite: %j',
    (options) => {
      expect(policy(options, dated(start - 60))).not.toHaveProperty('mark')
    },
  )
})

describe('a source that looks nobody up', () => {
  const options: SourceOptions = { lookup: false }

  test.each([
    ['an account', account, false],
    ['an account that may come again', account, true],
    ['a lead', lead, false],
  ])('does not look up %s', (_name, signup, mayBeSecond) => {
    expect(policy(options, signup, { mayBeRetry: mayBeSecond }).lookup).toBe(false)
  })

  test('looks up a lead that may come again: it may have been made, and no conflict would tell', () => {
    expect(policy(options, lead, { mayBeRetry: true }).lookup).toBe(true)
  })

  test.each(['park_archived', 'restore_archived'] as const)(
    'looks up a lead that is replayed: it may have been made before it was parked (%s)',
    (replay) => {
      expect(policy(options, lead, { replay }).lookup).toBe(true)
    },
  )
})
