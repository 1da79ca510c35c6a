import { describe, expect, test } from 'vitest'
import { account, contact } from '../../support/people.ts'
import {
  conflict,
  found,
  foundAndRead,
  getA,
  gone,
  merged,
  returned,
  run,
  search,
} from './next-step-cases.ts'

describe('nextStep: gone or merged contact', () => {
  test('starts again once if the contact is gone, and ignores it in later searches', () => {
    const stale = found(contact('a'))

    expect(run(account, [stale, gone, stale, returned(contact('b'))])).toMatchObject({
      requests: [search, getA, search, { type: 'create' }],
      outcome: 'created',
    })
    expect(
      run(account, [stale, returned(contact('a')), gone, stale, returned(contact('b'))]),
    ).toMatchObject({
      requests: [search, getA, { type: 'update' }, search, { type: 'create' }],
      outcome: 'created',
    })
    expect(run(account, [stale, gone, stale, conflict('a'), gone]).code).toBe('identity_conflict')
  })

  test('does not count an external_id that finds nothing as a gone contact', () => {
    const responses = [found(), conflict(), gone, found(contact('a')), gone, found()]

    expect(run(account, responses)).toMatchObject({
      requests: [search, {}, { type: 'find' }, search, getA, search],
      code: 'conflict_unresolved',
    })
  })

  test('ignores a merged contact in later searches', () => {
    const [stale, canonical] = [found(contact('a')), returned(contact('c'))]
    const responses = [stale, merged('c'), canonical, gone, stale, returned(contact('b'))]

    expect(run(account, responses)).toMatchObject({
      requests: [search, getA, { type: 'get' }, { type: 'update' }, search, { type: 'create' }],
      outcome: 'created',
    })
  })

  test('does not treat a contact that was gone at the update as conflicting', () => {
    const existing = contact('b', { external_id: '1', email: 'other@example.com' })
    const responses = [
      ...foundAndRead(contact('a')),
      gone,
      found(),
      conflict('b'),
      returned(existing),
    ]

    expect(run(account, responses)).toMatchObject({ outcome: 'unchanged', id: 'b' })
  })

  test('follows a merged contact once', () => {
    const canonical = contact('c', { external_id: '1' })

    expect(run(account, [found(contact('a')), merged('c'), returned(canonical)])).toMatchObject({
      requests: [search, getA, { type: 'get', id: 'c' }],
      outcome: 'unchanged',
      id: 'c',
    })
    expect(run(account, [found(contact('a')), merged('c'), merged('d')]).code).toBe(
      'identity_conflict',
    )
    expect(run(account, [found(contact('a')), merged()]).code).toBe('identity_conflict')
  })
})
