import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { start } from '../../support/clock.ts'
import { account, contact, newcomer } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  found,
  foundAndRead,
  gone,
  returned,
  run,
  search,
  textAttribute,
  unarchived,
  withFields,
} from './next-step-cases.ts'

const claim = { source: 'app', accountsOf: ['app'], takesUnowned: true, deletes: true }
const policy = {
  onExisting: 'overwrite',
  mark: start - 10,
  claim,
  peeks: true,
} satisfies Partial<Policy>
const changed: Signup = { ...withFields(account, { name: 'Ada Lovelace' }), event: 'updated' }
const list = attributeList(
  { name: 'signup_bridge_at', data_type: 'integer' },
  textAttribute('signup_bridge_source'),
)
const known = contact('a', { external_id: '1', name: 'Ada' })
const find = { type: 'find', external_id: '1' }
const afterList = (signup: Signup, ...responses: Parameters<typeof run>[1]) => {
  const { requests, ...end } = run(signup, [list, ...responses], policy)
  return { requests: requests.slice(1), ...end }
}

describe('nextStep: a change', () => {
  test('finds the contact by the account id and overwrites: two requests', () => {
    expect(afterList(changed, returned(known), returned(known))).toMatchObject({
      requests: [
        find,
        {
          type: 'update',
          id: 'a',
          fields: {
            name: 'Ada Lovelace',
            custom_attributes: { signup_bridge_at: start - 10, signup_bridge_source: 'app' },
          },
        },
      ],
      outcome: 'updated',
    })
  })

  test('of an id that is not there looks the person up', () => {
    const withoutId = contact('a')

    expect(afterList(changed, gone, ...foundAndRead(withoutId), returned(known))).toMatchObject({
      requests: [
        find,
        search,
        { type: 'get', id: 'a' },
        { type: 'update', fields: { external_id: '1', name: 'Ada Lovelace' } },
      ],
    })
  })

  test('of someone who is not there creates the contact, without a time of signup', () => {
    const { requests, outcome } = afterList(changed, gone, found(), returned(known))

    expect([requests.slice(0, 2), outcome]).toEqual([[find, search], 'created'])
    expect(requests[2]).not.toHaveProperty('fields.signed_up_at')
  })

  test('of an id without an e-mail creates the contact', () => {
    const { email: _email, ...contactWithId } = changed.contact
    const thin = { ...changed, contact: contactWithId }

    expect(afterList(thin, gone).requests).toMatchObject([find, { type: 'create' }])
  })

  test('without an account id is searched for', () => {
    const byEmail: Signup = { ...newcomer, event: 'updated' }

    expect(afterList(byEmail).requests).toEqual([search])
  })

  test('whose new e-mail is a contact of another person parks', () => {
    expect(
      afterList(
        changed,
        returned(known),
        conflict('b'),
        returned(contact('b', { external_id: '2' })),
      ),
    ).toMatchObject({ code: 'identity_conflict' })
  })

  test('that races with the signup continues with what that created', () => {
    expect(
      afterList(changed, gone, found(), conflict('a'), returned(known), returned(known)),
    ).toMatchObject({ outcome: 'updated' })
  })

  test('never restores an archived contact', () => {
    expect(afterList(changed, gone, found(), conflict('a', true))).toMatchObject({
      outcome: 'unchanged',
      counts: ['left_archived'],
    })
  })

  test('of a contact that another source owns parks', () => {
    const other = contact('a', {
      external_id: '1',
      custom_attributes: { signup_bridge_source: 'other' },
    })

    expect(afterList(changed, returned(other)).code).toBe('contact_not_owned')
  })

  test('that an earlier receive may have written is searched for, to confirm it', () => {
    const { requests } = run(changed, [list], { ...policy, confirms: true })

    expect(requests.slice(1)).toEqual([search])
  })
})

describe('nextStep: a signup of an archived contact whose mark says more', () => {
  const deletedAt = (at: number) =>
    contact('a', {
      external_id: '1',
      custom_attributes: { signup_bridge_at: -at, signup_bridge_source: 'app' },
    })
  const peek = [found(), conflict('a', true), unarchived]
  const remove = { type: 'remove', id: 'a', how: 'archive' }
  const fills = (at: number, more: Partial<Policy> = {}) => {
    const { requests, ...end } = run(
      account,
      [list, ...peek, returned(deletedAt(at)), { type: 'removed' }],
      { ...policy, onExisting: 'fill', ...more },
    )
    return { last: requests.at(-1), ...end }
  }

  test('of a later deletion archives it again', () => {
    expect(fills(start - 5)).toMatchObject({
      last: remove,
      outcome: 'unchanged',
      counts: ['left_archived'],
    })
  })

  test('of an earlier deletion restores it, and notes the signup', () => {
    expect(fills(start - 50).last).toMatchObject({
      type: 'update',
      id: 'a',
      fields: { custom_attributes: { signup_bridge_at: start - 10 } },
    })
  })

  test('parks with `onArchived: park` where that says so, archived as before', () => {
    expect(fills(start - 50, { onArchived: 'park' })).toMatchObject({
      last: remove,
      code: 'contact_archived',
    })
    expect(fills(start - 5, { onArchived: 'park' })).toMatchObject({ counts: ['left_archived'] })
  })

  test('is not looked at where nothing may be restored', () => {
    const { peeks: _peeks, ...blind } = policy

    expect(
      run(account, [list, found(), conflict('a', true)], { ...blind, onArchived: 'park' }),
    ).toMatchObject({ requests: [{}, search, {}], code: 'contact_archived' })
  })

  test('that this process remembers is archived again within six requests', () => {
    const recent = contact('a', { external_id: '1' })
    const { requests, counts } = run(
      account,
      [
        ...[list, found(recent), gone, conflict('a', true), unarchived],
        ...[returned(deletedAt(start - 5)), { type: 'removed' } as const],
      ],
      { ...policy, onExisting: 'fill' },
    )

    expect(requests.slice(1).map(({ type }) => type)).toEqual([
      ...['search', 'get', 'create', 'unarchive', 'get', 'remove'],
    ])
    expect(counts).toEqual(['left_archived'])
  })

  test('and that an earlier receive unarchived is archived again', () => {
    const live = deletedAt(start - 5)

    expect(
      run(account, [list, ...foundAndRead(live), { type: 'removed' }], {
        ...policy,
        onExisting: 'fill',
        mayBeRetry: true,
      }),
    ).toMatchObject({ requests: [{}, search, { type: 'get' }, remove], counts: ['left_archived'] })
  })

  test('and that someone else has restored since is filled', () => {
    const live = deletedAt(start - 5)
    const { requests } = run(withFields(account, { name: 'Ada' }), [list, ...foundAndRead(live)], {
      ...policy,
      onExisting: 'fill',
    })

    expect(requests.at(-1)).toMatchObject({ type: 'update', fields: { name: 'Ada' } })
  })
})
