import { describe, expect, test } from 'vitest'
import type { StepResponse } from '../../../src/lib/deliver/history.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { DataAttribute } from '../../../src/lib/intercom/data-attributes.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { start } from '../../support/clock.ts'
import { contact, email } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  found,
  gone,
  merged,
  refused,
  returned,
  run,
  textAttribute,
  unarchived,
  unreadableList,
} from './next-step-cases.ts'

const byId: Signup = {
  event_id: 'e',
  event: 'deleted',
  contact: { role: 'user', external_id: '1' },
}
const byEmail: Signup = { ...byId, contact: { role: 'user', email } }
const byBoth: Signup = { ...byId, contact: { role: 'user', email, external_id: '1' } }

const claim = { source: 'app', accountsOf: ['app'], takesUnowned: true, deletes: true }
const policy = { mark: start - 10, claim, onDeleted: 'archive' } satisfies Partial<Policy>

const integerMark: DataAttribute = { name: 'signup_bridge_at', data_type: 'integer' }
const list = attributeList(integerMark, textAttribute('signup_bridge_source'))
const removed: StepResponse = { type: 'removed' }
const custom = (owner: string | null, signup_bridge_at?: number) => ({
  custom_attributes: { signup_bridge_source: owner, signup_bridge_at },
})
const mine = contact('a', { external_id: '1', ...custom('app', start - 100) })

const find = { type: 'find', external_id: '1' }
const search = { type: 'search', email }
const mark = (id: string) => ({
  type: 'update',
  id,
  fields: { custom_attributes: { signup_bridge_at: -(start - 10) } },
})
const remove = (how: string) => ({ type: 'remove', id: 'a', how })

/** The requests of a deletion after the list of attributes, and how it ends. */
const requestsOf = (
  signup: Signup,
  responses: readonly StepResponse[],
  more: Partial<Policy> = {},
) => {
  const { requests, ...end } = run(signup, [list, ...responses], { ...policy, ...more })
  return { requests: requests.slice(1), ...end }
}

describe('a deletion', () => {
  test('finds the contact by the account id, marks it, and archives it', () => {
    expect(requestsOf(byBoth, [returned(mine), returned(mine), removed])).toEqual({
      requests: [find, mark('a'), remove('archive')],
      outcome: 'archived',
      counts: [],
      refused: [],
    })
  })

  test('with delete has no use for the mark', () => {
    expect(requestsOf(byId, [returned(mine), removed], { onDeleted: 'delete' })).toMatchObject({
      requests: [find, remove('delete')],
      outcome: 'deleted',
    })
  })

  test('with block marks and blocks', () => {
    const responses = [returned(mine), returned(mine), removed]

    expect(requestsOf(byId, responses, { onDeleted: 'block' })).toMatchObject({
      requests: [find, mark('a'), remove('block')],
      outcome: 'blocked',
    })
  })

  test('does nothing where the source ignores it', () => {
    const { onDeleted: _onDeleted, ...ignoring } = policy

    expect(run(byId, [], ignoring)).toMatchObject({ requests: [], outcome: 'not_found' })
  })

  test('of who changed or signed up later does nothing', () => {
    const newer = contact('a', { external_id: '1', ...custom('app', start) })

    expect(requestsOf(byId, [returned(newer)])).toMatchObject({
      requests: [find],
      outcome: 'unchanged',
    })
  })

  test('of a contact that is marked already archives it', () => {
    const marked = contact('a', { external_id: '1', ...custom('app', -(start - 10)) })

    expect(requestsOf(byId, [returned(marked), removed])).toMatchObject({
      requests: [find, remove('archive')],
      outcome: 'archived',
    })
  })

  test.each([
    ['the workspace has no mark', attributeList(textAttribute('signup_bridge_source'))],
    ['the list cannot be read and Intercom refuses the mark', unreadableList],
  ])('archives although %s', (_title, response) => {
    const { requests, outcome } = run(
      byId,
      [response, returned(mine), ...(response === unreadableList ? [refused(true)] : []), removed],
      policy,
    )

    expect([requests.at(-1), outcome]).toEqual([remove('archive'), 'archived'])
  })
})

describe('a deletion of an unknown person', () => {
  test('by the account id keeps its time on an archived contact', () => {
    const created = contact('a', { external_id: '1' })

    expect(requestsOf(byId, [gone, returned(created), removed])).toMatchObject({
      requests: [
        find,
        {
          type: 'create',
          fields: {
            role: 'user',
            external_id: '1',
            custom_attributes: {
              signup_bridge_at: -(start - 10),
              signup_bridge_source: 'app',
            },
          },
        },
        remove('archive'),
      ],
      outcome: 'not_found',
    })
  })

  test.each([
    ['refused', refused(true)],
    ['archived, and not named', conflict(undefined, true)],
  ])('is done if that contact is %s', (_title, response) => {
    expect(requestsOf(byId, [gone, response]).outcome).toBe('not_found')
  })

  test('removes who was created meanwhile', () => {
    expect(
      requestsOf(byId, [gone, conflict('a'), returned(mine), returned(mine), removed]),
    ).toMatchObject({ outcome: 'archived' })
  })

  test('creates nothing with delete', () => {
    expect(requestsOf(byId, [gone], { onDeleted: 'delete' })).toMatchObject({
      requests: [find],
      outcome: 'not_found',
    })
  })

  test('looks again if Intercom says that there is one, and not which', () => {
    expect(requestsOf(byId, [gone, conflict(), returned(mine)]).requests.slice(2)).toEqual([
      find,
      mark('a'),
    ])
    expect(requestsOf(byId, [gone, conflict(), gone, conflict()]).code).toBe('conflict_unresolved')
  })

  test('by the e-mail alone creates nothing', () => {
    expect(requestsOf(byEmail, [found()])).toMatchObject({
      requests: [search],
      outcome: 'not_found',
    })
  })
})

describe('a deletion of a contact that is archived already', () => {
  const seen = (signup_bridge_at?: number, owner: string | null = 'app') =>
    contact('a', { external_id: '1', ...custom(owner, signup_bridge_at) })
  const archived = [gone, conflict('a', true), unarchived]
  const ends = (found: ReturnType<typeof seen>, more: readonly StepResponse[] = []) => {
    const { requests, ...end } = requestsOf(byId, [...archived, returned(found), ...more])
    return { requests: requests.slice(2), ...end }
  }
  const restored = [
    { type: 'unarchive', id: 'a' },
    { type: 'get', id: 'a' },
  ]

  test.each([
    ['by hand', seen()],
    ['since an older deletion', seen(-(start - 500))],
    ['by hand, since a change', seen(start - 500)],
  ])('%s notes its time and archives it again, within six requests', (_title, found) => {
    expect(ends(found, [returned(found), removed])).toMatchObject({
      requests: [...restored, mark('a'), remove('archive')],
      outcome: 'not_found',
    })
  })

  test.each([
    ['the same deletion again', seen(-(start - 10))],
    ['since a newer deletion', seen(-start)],
    ['of another source', seen(undefined, 'other')],
  ])('%s only archives it again', (_title, found) => {
    expect(ends(found, [removed])).toMatchObject({
      requests: [...restored, remove('archive')],
      outcome: 'not_found',
    })
  })

  test('leaves no request too few to archive it again', () => {
    const { requests } = requestsOf(byBoth, [gone, found(), ...archived.slice(1), returned(seen())])

    expect(requests.at(-1)).toEqual(remove('archive'))
    expect(requests).toHaveLength(6)
  })
})

describe('a deletion by e-mail', () => {
  const owned = contact('a', custom('app'))

  test('removes a contact of its source, as read', () => {
    expect(
      requestsOf(byEmail, [found(owned), returned(owned), returned(owned), removed]),
    ).toMatchObject({
      requests: [search, { type: 'get', id: 'a' }, mark('a'), remove('archive')],
      outcome: 'archived',
    })
  })

  test.each([
    ['of another source', contact('a', custom('other'))],
    ['of no source', contact('a')],
    ['of another e-mail', contact('a', { ...custom('app'), email: 'eve@example.com' })],
  ])('leaves a contact %s', (_title, other) => {
    expect(requestsOf(byEmail, [found(other)])).toMatchObject({
      requests: [search],
      outcome: 'not_found',
    })
  })

  test('leaves one that has another e-mail by now', () => {
    const moved = { ...owned, email: 'eve@example.com' }

    expect(requestsOf(byEmail, [found(owned), returned(moved)]).outcome).toBe('not_found')
  })

  test('leaves another account with that e-mail', () => {
    const other = contact('a', { external_id: '2', ...custom('app') })

    expect(requestsOf(byBoth, [gone, found(other)]).requests.at(-1)).toMatchObject({
      type: 'create',
    })
  })
})

describe('a deletion of a contact that the source does not own', () => {
  test.each([
    ['of another source', custom('other'), {}],
    [
      'of none, where several could own it',
      custom(null),
      { claim: { ...claim, takesUnowned: false, deletes: true } },
    ],
  ])('fails for one %s', (_title, attributes, more) => {
    const other = contact('a', { external_id: '1', ...attributes })

    expect(requestsOf(byId, [returned(other)], more)).toMatchObject({
      requests: [find],
      code: 'contact_not_owned',
    })
  })
})

describe('a deletion that something comes between', () => {
  test('follows a merge once', () => {
    expect(requestsOf(byId, [merged('a'), returned(mine)]).requests).toMatchObject([
      find,
      { type: 'get', id: 'a' },
      mark('a'),
    ])
    expect(requestsOf(byId, [merged('a'), merged('b')]).outcome).toBe('not_found')
    expect(requestsOf(byId, [merged()]).outcome).toBe('not_found')
  })

  test('is done if the contact is gone', () => {
    expect(requestsOf(byId, [returned(mine), gone]).outcome).toBe('not_found')
    expect(requestsOf(byId, [returned(mine), returned(mine), gone]).outcome).toBe('not_found')
  })

  test('fails if Intercom refuses to remove it', () => {
    expect(requestsOf(byId, [returned(mine), returned(mine), refused(false)]).code).toBe(
      'intercom_rejected',
    )
  })
})
