import { describe, expect, test } from 'vitest'
import { account, contact } from '../../support/people.ts'
import {
  conflict,
  found,
  gone,
  refused,
  returned,
  run,
  search,
  unarchived,
  withFields,
} from './next-step-cases.ts'

describe('nextStep: archived contact', () => {
  test('unarchives it, then fills it', () => {
    const restored = contact('b', { external_id: '1' })
    const withPhone = withFields(account, { phone: '+1' })

    expect(
      run(withPhone, [
        found(),
        conflict('b', true),
        unarchived,
        returned(restored),
        returned(restored),
      ]),
    ).toMatchObject({
      requests: [
        search,
        { type: 'create' },
        { type: 'unarchive', id: 'b' },
        { type: 'get', id: 'b' },
        { type: 'update', id: 'b', fields: { phone: '+1' } },
      ],
      outcome: 'updated',
      counts: ['restored'],
    })
  })

  test('ends as updated even if nothing is missing after unarchiving', () => {
    const restored = contact('b', { external_id: '1' })

    expect(
      run(account, [found(), conflict('b', true), unarchived, returned(restored)]),
    ).toMatchObject({
      outcome: 'updated',
      counts: ['restored'],
    })
  })

  test('fails if unarchiving conflicts', () => {
    expect(run(account, [found(), conflict('b', true), conflict('c')])).toMatchObject({
      requests: [search, {}, { type: 'unarchive', id: 'b' }],
      code: 'identity_conflict',
    })
  })

  test('fails with contact_deleted if Intercom refuses to unarchive it', () => {
    expect(run(account, [found(), conflict('b', true), refused(false)])).toMatchObject({
      code: 'contact_deleted',
      intercomCode: 'parameter_invalid',
    })
  })

  test.each([
    ['with `onArchived: park`', { onArchived: 'park' } as const, [conflict('b', true)]],
    ['if the conflict does not name it', {}, [conflict(undefined, true)]],
    [
      'at a second archived contact after unarchiving the first',
      {},
      [conflict('b', true), unarchived, gone, found(), conflict('b', true)],
    ],
  ])('fails with contact_archived %s', (_why, policy, responses) => {
    expect(run(account, [found(), ...responses], policy).code).toBe('contact_archived')
  })
})
