import { describe, expect, test } from 'vitest'
import { type Arrival, policyOf } from '../../../src/lib/deliver/policy.ts'
import { bodyScheme, timestampedScheme } from '../../../src/lib/signature/hmac.ts'
import type { SignatureScheme } from '../../../src/lib/signature/verify.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import type { LifecycleOptions, SourceOptions } from '../../../src/lib/sources/source.ts'
import { start } from '../../support/clock.ts'
import { account, lead } from '../../support/people.ts'

/** The policy of a live signup received at the start, for the first time. */
const policy = (
  options: SourceOptions & LifecycleOptions = {},
  signup: Signup = account,
  arrival: Partial<Arrival> = {},
) =>
  policyOf({ options, signature: { type: 'bearer' } }, signup, {
    received_at: start,
    mayBeRetry: false,
    ...arrival,
  })

const dated = (occurred_at: number): Signup => ({ ...account, occurred_at })
const overwriting: [string, SourceOptions][] = [
  ['overwrites', { onExisting: 'overwrite' }],
  ['overwrites some fields', { onExisting: { overwrite: ['name'] } }],
]

describe('policyOf a live signup', () => {
  test('looks up, fills and restores by default', () => {
    expect(policy()).toEqual({
      lookup: true,
      onExisting: 'fill',
      onArchived: 'restore',
      received_at: start,
    })
  })

  test('is the same if the signup may be a retry', () => {
    expect(policy({}, account, { mayBeRetry: true })).toEqual(policy())
  })

  test.each<SourceOptions['onExisting']>(['fill', 'skip', 'overwrite', { overwrite: ['name'] }])(
    'uses onExisting of the source: %j',
    (onExisting) => {
      expect(policy({ ...(onExisting && { onExisting }) }).onExisting).toEqual(onExisting)
    },
  )

  test('knows what the source keeps', () => {
    expect(policy({ keep: ['utm_source'] })).toEqual({ ...policy(), keep: ['utm_source'] })
  })

  test.each(['park', 'restore'] as const)('uses onArchived of the source: %s', (onArchived) => {
    expect(policy({ onArchived }).onArchived).toBe(onArchived)
  })
})

describe('policyOf a source with onDuplicate', () => {
  const ofEmail = (email_verified?: boolean): Signup => ({
    ...account,
    contact: { ...account.contact, email_verified },
  })

  test('merges leads if it says so and the e-mail is verified', () => {
    const merges = (options: SourceOptions, verified?: boolean) =>
      policy(options, ofEmail(verified)).mergesLeads

    expect(merges({ onDuplicate: 'merge' }, true)).toBe(true)
    for (const verified of [false, undefined]) {
      expect(merges({ onDuplicate: 'merge' }, verified)).toBeUndefined()
    }
    expect(merges({ onDuplicate: 'leave' }, true)).toBeUndefined()
    expect(merges({}, true)).toBeUndefined()
  })
})

describe('policyOf what only the option `events` takes', () => {
  const happened: Signup = { ...account, event: 'updated', isKindless: true, occurred_at: start }

  test('fills, and moves no mark, even of a source that takes changes', () => {
    expect(policy({ on: ['created', 'updated'] }, happened)).toEqual(policy())
  })

  test('fills even where the source overwrites: it says nothing of what is newest', () => {
    expect(policy({ onExisting: 'overwrite' }, happened)).toMatchObject({ onExisting: 'fill' })
    expect(policy({ onExisting: 'overwrite' }, happened)).not.toHaveProperty('mark')
    expect(policy({ onExisting: 'skip' }, happened).onExisting).toBe('skip')
  })
})

describe('policyOf a record whose new contact is confirmed', () => {
  test('looks up and confirms from the second receive on, even with `lookup: false`', () => {
    const options = { lookup: false }

    expect(policy(options, account, { confirms: true })).toEqual(policy(options))
    expect(policy(options, account, { confirms: true, mayBeRetry: true })).toEqual({
      ...policy(),
      confirms: true,
    })
  })
})

describe('policyOf a delivery that may be a captured one', () => {
  const onArchivedOf = (
    signature: SignatureScheme,
    signup: Signup,
    { onArchived, ...arrival }: Partial<Arrival> & Pick<SourceOptions, 'onArchived'> = {},
  ) =>
    policyOf({ options: { ...(onArchived && { onArchived }) }, signature }, signup, {
      received_at: start,
      mayBeRetry: false,
      ...arrival,
    }).onArchived
  const signedBody = bodyScheme('x-signature', 'hex')

  test.each<[string, SignatureScheme, Signup, 'park' | 'restore']>([
    ['a bearer secret', { type: 'bearer' }, account, 'restore'],
    ['a timestamp', timestampedScheme('x-signature', 's'), account, 'restore'],
    ['a signed body with a recent time', signedBody, dated(start - 300), 'restore'],
    ['a signed body with an old time', signedBody, dated(start - 301), 'park'],
    ['a signed body without a time', signedBody, account, 'park'],
    ['a secret in the URL', { type: 'query' }, dated(start), 'park'],
    ['no signature', { type: 'open' }, dated(start), 'park'],
  ])('of %s', (_name, signature, signup, expected) => {
    expect(onArchivedOf(signature, signup)).toBe(expected)
    expect(onArchivedOf(signature, signup, { onArchived: 'restore' })).toBe(expected)
    expect(onArchivedOf(signature, signup, { onArchived: 'park' })).toBe('park')
  })

  test('is restored by a replay that says so, whatever its signature proves', () => {
    const replay = { replay: 'restore_archived' } as const

    expect(onArchivedOf({ type: 'open' }, account, replay)).toBe('restore')
  })
})

describe('policyOf a replay', () => {
  const replays = ['park_archived', 'restore_archived'] as const

  test.each(replays)('keeps the time of first receipt and sets replayedAtMs: %s', (replay) => {
    const arrival = { replay, received_at: start - 86_400, sentAtMs: start * 1000 }

    expect(policy({}, account, arrival)).toMatchObject({
      replayedAtMs: start * 1000,
      received_at: start - 86_400,
    })
  })

  test.each<SourceOptions['onExisting']>([
    undefined,
    'fill',
    'skip',
    'overwrite',
    { overwrite: ['name'] },
  ])('always fills, whatever onExisting of the source: %j', (onExisting) => {
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
    'decides onArchived by the replay, not by the source (%s): %s gives %s',
    (onArchived, replay, expected) => {
      const options = onArchived ? { onArchived } : {}

      expect(policy(options, account, { replay }).onArchived).toBe(expected)
    },
  )
})

describe('the mark of policyOf', () => {
  describe.each(overwriting)('for a source that %s', (_name, options) => {
    test('is the time of the event', () => {
      expect(policy(options, dated(start - 60)).mark).toBe(start - 60)
    })

    test('is never later than the time of receipt, whatever the sender’s clock says', () => {
      expect(policy(options, dated(start + 60)).mark).toBe(start)
      expect(policy(options, dated(start)).mark).toBe(start)
    })

    test('is absent if the time of the event is unknown', () => {
      expect(policy(options, account)).not.toHaveProperty('mark')
    })

    test.each(['park_archived', 'restore_archived'] as const)(
      'is set for a replay, too: %s',
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

describe('policyOf a source with `lookup: false`', () => {
  const options: SourceOptions = { lookup: false }

  test.each([
    ['an account', account, false],
    ['an account that may be a retry', account, true],
    ['a lead', lead, false],
  ])('does not look up %s', (_name, signup, mayBeRetry) => {
    expect(policy(options, signup, { mayBeRetry }).lookup).toBe(false)
  })

  test('looks up a lead that may be a retry: it may exist, and leads never conflict', () => {
    expect(policy(options, lead, { mayBeRetry: true }).lookup).toBe(true)
  })

  test.each(['park_archived', 'restore_archived'] as const)(
    'looks up a replayed lead: it may have been created before it was parked (%s)',
    (replay) => {
      expect(policy(options, lead, { replay }).lookup).toBe(true)
    },
  )
})

describe('policyOf a source that takes more than new signups', () => {
  const options = { on: ['created', 'updated', 'deleted'] } as const
  const at = start - 60
  const claim = { source: 'app', accountsOf: ['app'], takesUnowned: true, deletes: true }
  const of = (event?: 'updated' | 'deleted', more: LifecycleOptions & SourceOptions = {}) =>
    policyOf(
      { options: { ...options, ...more }, signature: { type: 'bearer' } },
      { ...dated(at), ...(event && { event }) },
      { received_at: start, mayBeRetry: false, claim },
    )

  test('a signup fills, and has a mark', () => {
    expect(of()).toMatchObject({ onExisting: 'fill', mark: at, claim })
    expect(of()).not.toHaveProperty('onDeleted')
  })

  test('a change overwrites, unless the source says otherwise', () => {
    expect(of('updated').onExisting).toBe('overwrite')
    expect(of('updated', { onExisting: 'fill' }).onExisting).toBe('fill')
  })

  test.each(['archive', 'delete', 'block'] as const)('a deletion says how: %s', (onDeleted) => {
    expect(of('deleted', { onDeleted }).onDeleted).toBe(onDeleted)
    expect(of('deleted').onDeleted).toBe('archive')
  })

  test('a deletion that is ignored says nothing', () => {
    expect(of('deleted', { onDeleted: 'ignore' })).not.toHaveProperty('onDeleted')
  })

  test.each([
    ['deleted', start],
    ['updated', undefined],
  ] as const)('an event of no known time, %s, has the mark %s', (event, mark) => {
    const arrival = { received_at: start, mayBeRetry: false }

    expect(
      policyOf({ options, signature: { type: 'bearer' } }, { ...account, event }, arrival).mark,
    ).toBe(mark)
  })

  test('a replayed change overwrites as far as its mark allows, a replayed signup fills', () => {
    const replayed = (event?: 'updated') =>
      policyOf(
        { options: { ...options, onExisting: 'overwrite' }, signature: { type: 'bearer' } },
        { ...dated(at), ...(event && { event }) },
        { received_at: start, mayBeRetry: false, replay: 'park_archived', claim },
      ).onExisting

    expect([replayed('updated'), replayed()]).toEqual(['overwrite', 'fill'])
  })

  test('knows whether an earlier receive may have been killed', () => {
    const retried = policyOf({ options, signature: { type: 'bearer' } }, account, {
      received_at: start,
      mayBeRetry: true,
      claim,
    })

    expect(retried.mayBeRetry).toBe(true)
    expect(of()).not.toHaveProperty('mayBeRetry')
  })
})

describe('the policy of a signup with subscriptions', () => {
  const subscriptions = { News: 'news' }
  const signup: Signup = { ...account, occurred_at: start, subscriptions: { News: true } }
  const consentOf = (signature: SignatureScheme, arrival: Partial<Arrival> = {}) =>
    policyOf({ options: { subscriptions }, signature }, signup, {
      received_at: start,
      mayBeRetry: false,
      sourceName: 'backend',
      ...arrival,
    }).consent

  test('knows the source and where each answer is found', () => {
    expect(consentOf({ type: 'bearer' })).toEqual({
      isFresh: true,
      isRepeat: false,
      mayBeRetry: false,
      source: 'backend',
      targets: subscriptions,
    })
    expect(policy({ subscriptions })).not.toHaveProperty('consent')
  })

  test.each<[string, SignatureScheme, Partial<Arrival>, boolean]>([
    ['a delivery with the secret', { type: 'bearer' }, {}, true],
    ['a visitor’s own post', { type: 'open' }, {}, true],
    ['a secret in the URL', { type: 'query' }, {}, false],
    ['a body signed with its time', bodyScheme('x-signature', 'hex'), {}, true],
    [
      'a body signed with an old time',
      bodyScheme('x-signature', 'hex'),
      { received_at: start + 301 },
      false,
    ],
    ['a replay', { type: 'bearer' }, { replay: 'park_archived' }, false],
    ['a replay that restores', { type: 'open' }, { replay: 'restore_archived' }, false],
  ])('an answer of %s is fresh or not', (_title, signature, arrival, isFresh) => {
    expect(consentOf(signature, arrival)).toMatchObject({ isFresh })
  })

  test.each<[Partial<Arrival>, boolean]>([
    [{}, false],
    [{ mayBeRetry: true }, true],
    [{ replay: 'park_archived' }, true],
  ])('knows whether an earlier receive may have created the contact: %j', (arrival, mayBeRetry) => {
    expect(consentOf({ type: 'bearer' }, arrival)).toMatchObject({ mayBeRetry })
  })
})

describe('policyOf companies', () => {
  const company: Signup = { ...account, companies: [{ company_id: 'c-1' }] }
  const tracking = { on: ['created', 'updated'] } as SourceOptions
  const alone = { event_id: 'e', event: 'updated', companies: [{ company_id: 'c-1' }] } as const

  test('compares their marks only where the source writes marks, at the time of the event', () => {
    const options = { onExisting: 'overwrite' } as const

    expect(policy({}, { ...company, occurred_at: start - 5 })).not.toHaveProperty('companyAt')
    expect(policy(options, dated(start - 5))).not.toHaveProperty('companyAt')
    expect(policy(options, { ...company, occurred_at: start - 5 }).companyAt).toBe(start - 5)
    expect(policy(tracking, { ...company, occurred_at: start + 5 }).companyAt).toBe(start)
    expect(policy(tracking, company).companyAt).toBeNaN()
  })

  test('detaches only where the source says so', () => {
    expect(policy({ companies: 'exact' }, company).exactCompanies).toBe(true)
    expect(policy({}, company)).not.toHaveProperty('exactCompanies')
  })

  test('a company without a person is no lead', () => {
    const arrival = { received_at: start, mayBeRetry: true }
    const source = { options: { lookup: false }, signature: { type: 'bearer' } } as const

    expect(policyOf(source, { ...alone, companies: [{ company_id: 'c-1' }] }, arrival).lookup).toBe(
      false,
    )
  })

  test('a membership fills, without a mark of the person', () => {
    const membership: Signup = {
      ...company,
      ...{ event: 'updated', isMembership: true, occurred_at: start - 5 },
    }

    for (const options of [tracking, { ...tracking, onExisting: 'overwrite' } as const]) {
      const { onExisting, mark } = policy(options, membership)
      expect({ onExisting, mark }).toEqual({ onExisting: 'fill', mark: undefined })
    }
  })
})
