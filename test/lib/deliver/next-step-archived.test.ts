import { describe, expect, test } from 'vitest'
import { account, contact } from '../../support/people.ts'
import {
  conflict,
  found,
  foundAndRead,
  gone,
  refused,
  returned,
  run,
  search,
  unarchived,
  withFields,
} from './next-step-cases.ts'

describe('nextStep: an update that conflicts with an archived contact', () => {
  const aLead = contact('l', { role: 'lead', external_id: 'uuid' })
  const archived = [...foundAndRead(aLead), conflict('b', true)]
  const requests = [search, {}, { type: 'update', id: 'l' }]

  test('of the same id restores it and continues with it, within six requests', () => {
    const own = contact('b', { external_id: '1', email: 'old@example.com' })
    const named = withFields(account, { name: 'Ada' })

    expect(run(named, [...archived, unarchived, returned(own), returned(own)])).toMatchObject({
      requests: [
        ...requests,
        { type: 'unarchive', id: 'b' },
        { type: 'get', id: 'b' },
        { type: 'update', id: 'b', fields: { name: 'Ada' } },
      ],
      outcome: 'updated',
      counts: ['contact_left', 'restored'],
    })
  })

  test('of another person fails', () => {
    const other = contact('b', { external_id: '2' })

    expect(run(account, [...archived, unarchived, returned(other)]).code).toBe('identity_conflict')
  })

  test('fails with contact_archived with `onArchived: park`', () => {
    expect(run(account, archived, { onArchived: 'park' })).toMatchObject({
      requests,
      code: 'contact_archived',
    })
  })

  test('restores nothing if it did not write the id', () => {
    const withPhone = withFields(account, { phone: '+1' })
    const own = contact('a', { external_id: '1' })

    expect(run(withPhone, [...foundAndRead(own), conflict('b', true)]).code).toBe(
      'identity_conflict',
    )
  })
})

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
