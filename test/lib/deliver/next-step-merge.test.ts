import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Exchange, StepRequest, StepResponse } from '../../../src/lib/deliver/history.ts'
import { nextStep } from '../../../src/lib/deliver/next-step.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, defaultPolicy, email } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  found,
  gone,
  merged,
  refused,
  returned,
  run,
  search,
  textAttribute,
} from './next-step-cases.ts'

const merges: Partial<Policy> = { mergesLeads: true }
const user = contact('u', { external_id: '1' })
const lead = (id: string, more = {}) => contact(id, { role: 'lead', ...more })
const getForMerge = (id: string): StepRequest => ({ type: 'get', id, forMerge: true })
const merge = (from: string): StepRequest => ({ type: 'merge', from, into: 'u' })

/** The requests after the search that finds these contacts. */
const afterSearch = (
  contacts: readonly ReturnType<typeof contact>[],
  responses: readonly StepResponse[] = [],
  { signup = account, policy = merges }: { signup?: Signup; policy?: Partial<Policy> } = {},
) => {
  const { requests, ...rest } = run(signup, [found(...contacts), ...responses], policy)
  return { ...rest, requests: requests.slice(1) }
}

describe('nextStep merges a lead of the same verified e-mail', () => {
  test('into the account, both as just read', () => {
    const whole = { ...user, name: 'Ada' }

    expect(
      run(
        account,
        [found(user, lead('a')), returned(user), returned(lead('a')), returned(whole)],
        merges,
      ),
    ).toEqual({
      requests: [search, getForMerge('u'), getForMerge('a'), merge('a')],
      outcome: 'unchanged',
      id: 'u',
      counts: ['merged'],
      refused: [],
    })
  })

  test('in another case', () => {
    const shown = lead('a', { email: 'Ada@Example.com' })

    expect(afterSearch([user, shown], [returned(user), returned(shown)]).requests).toContainEqual(
      merge('a'),
    )
  })

  test('without reading again what this receive has read or written', () => {
    const signup = { ...account, contact: { ...account.contact, name: 'Ada' } }
    const written = returned({ ...user, name: 'Ada' })

    const { requests } = afterSearch(
      [user, lead('a')],
      [returned(user), written, returned(lead('a'))],
      { signup },
    )

    expect(requests.slice(2)).toEqual([getForMerge('a'), merge('a')])
  })

  test('that an account with another e-mail met: the two are one, and none is left', () => {
    const bare = contact('u', { external_id: '1', email: null })
    const responses = [
      returned(lead('a')),
      ...[conflict('u'), returned(bare), returned(user), returned(user)],
    ]

    expect(afterSearch([lead('a')], responses)).toEqual({
      requests: [
        { type: 'get', id: 'a' },
        { type: 'update', id: 'a', fields: expect.anything() },
        { type: 'get', id: 'u' },
        { type: 'update', id: 'u', fields: expect.anything() },
        merge('a'),
      ],
      outcome: 'updated',
      id: 'u',
      counts: ['merged'],
      refused: [],
    })
  })

  test('and another, as far as six requests go', () => {
    const leads = ['a', 'b', 'c'].map((id) => lead(id))
    const responses = [user, lead('a'), user, lead('b'), user].map(returned)

    const { requests, outcome, counts } = afterSearch([user, ...leads], responses)

    expect(requests).toEqual([
      ...[getForMerge('u'), getForMerge('a'), merge('a'), getForMerge('b'), merge('b')],
    ])
    expect({ outcome, counts }).toEqual({ outcome: 'unchanged', counts: ['merged'] })
  })

  test('and keeps its opt-out', () => {
    const optedOut = lead('a', { unsubscribed_from_emails: true })
    const unsubscribed = { ...user, unsubscribed_from_emails: true }
    const responses = [returned(user), returned(optedOut), returned(unsubscribed), returned(user)]

    expect(afterSearch([user, optedOut], responses).requests).toEqual([
      getForMerge('u'),
      getForMerge('a'),
      { type: 'update', id: 'u', fields: { unsubscribed_from_emails: true }, forMerge: true },
      merge('a'),
    ])
    const refusedOptOut = [returned(user), returned(optedOut), refused(false)]
    expect(afterSearch([user, optedOut], refusedOptOut)).toMatchObject({
      requests: { length: 3 },
      outcome: 'unchanged',
      counts: [],
    })
    expect(
      afterSearch([unsubscribed, optedOut], [returned(unsubscribed), returned(optedOut)]).requests,
    ).toContainEqual(merge('a'))
  })

  test.each([
    ['gone', gone, []],
    ['merged elsewhere', merged('x'), []],
    ['refused', refused(false), ['merge_refused']],
  ] as const)(
    'once: %s, the contact is delivered, and the next lead follows',
    (_name, response, counts) => {
      const responses = [returned(user), returned(lead('a')), response, returned(lead('b'))]

      const first = afterSearch([user, lead('a'), lead('b')], responses)

      expect(first.requests).toEqual([
        ...[getForMerge('u'), getForMerge('a'), merge('a'), getForMerge('b'), merge('b')],
      ])
      expect(afterSearch([user, lead('a')], responses.slice(0, 3))).toMatchObject({
        outcome: 'unchanged',
        id: 'u',
        counts,
      })
    },
  )
})

describe('nextStep merges nothing', () => {
  const nothing = { requests: [], outcome: 'unchanged', counts: [] }

  test.each<[string, ReturnType<typeof contact>[], Partial<Policy>, Signup]>([
    ['if the source does not ask for it', [user, lead('a')], {}, account],
    ['if there is no lead', [user], merges, account],
    ['of another e-mail', [user, lead('a', { email: 'b@example.com' })], merges, account],
    ['of a lead without an e-mail', [user, lead('a', { email: null })], merges, account],
    [
      'beside two users of the e-mail: only you know whose it is',
      [user, contact('v', { external_id: '2' }), lead('a')],
      merges,
      account,
    ],
    [
      'into a user of another account',
      [contact('v', { external_id: '2' }), lead('a')],
      merges,
      { ...account, contact: { role: 'user', email } },
    ],
    [
      'of who has no account id',
      [contact('v'), lead('a')],
      merges,
      { ...account, contact: { role: 'user', email } },
    ],
  ])('%s', (_name, contacts, policy, signup) => {
    expect(afterSearch(contacts, [], { signup, policy })).toMatchObject(nothing)
  })

  test('if the account, as read, has another e-mail', () => {
    const moved = { ...user, email: 'new@example.com' }

    expect(afterSearch([user, lead('a')], [returned(moved)])).toMatchObject({
      requests: [getForMerge('u')],
      counts: [],
    })
  })

  test.each([
    ['has another e-mail', returned(lead('a', { email: 'b@example.com' }))],
    ['is a user', returned(contact('a'))],
    ['is gone', gone],
  ])('if the lead, as read, %s', (_name, response) => {
    expect(afterSearch([user, lead('a')], [returned(user), response])).toMatchObject({
      requests: [getForMerge('u'), getForMerge('a')],
      outcome: 'unchanged',
      counts: [],
    })
  })

  test('into a contact that the source may not change', () => {
    const owned = {
      ...user,
      signed_up_at: 1,
      custom_attributes: { signup_bridge_source: 'billing' },
    }
    const claim = { source: 'clerk', accountsOf: ['clerk'], takesUnowned: false, deletes: true }
    const list = attributeList(textAttribute('signup_bridge_source'))
    const result = (more: readonly string[]) =>
      run(account, [list, found(owned, lead('a'))], {
        ...merges,
        claim: { ...claim, accountsOf: [...claim.accountsOf, ...more] },
      }).requests.at(-1)

    expect(result([])).toEqual(search)
    expect(result(['billing'])).toEqual(getForMerge('u'))
  })
})

test('nextStep merges only a lead into the account, both read and of the verified e-mail, in six requests', () => {
  const anyFields = fc.record({
    role: fc.constantFrom('user', 'lead', 'lead'),
    external_id: fc.constantFrom('1', '1', '2', null),
    email: fc.constantFrom(email, email.toUpperCase(), 'grace@example.com', null),
    unsubscribed_from_emails: fc.boolean(),
  })
  const ids = ['a', 'b', 'c', 'd']
  const anyWorld = fc.tuple(...ids.map((id) => anyFields.map((fields) => contact(id, fields))))
  let merges = 0

  fc.assert(
    fc.property(anyWorld, anyWorld, fc.boolean(), (indexed, real, isStale) => {
      const world = new Map((isStale ? real : indexed).map((each) => [each.id, each]))
      const isUser = ({ role, external_id }: { role?: unknown; external_id?: unknown }) =>
        role === 'user' && external_id === '1'
      const respond = (request: StepRequest): StepResponse => {
        switch (request.type) {
          case 'search':
            return found(...indexed.filter((each) => each.email?.toLowerCase() === email))
          case 'create':
            return returned(contact('new', { ...request.fields, owner_id: null, avatar: null }))
          case 'get':
            return returned(world.get(request.id) ?? contact(request.id))
          case 'update': {
            const { owner_id: _owner, avatar: _avatar, ...fields } = request.fields
            const before = world.get(request.id) ?? contact(request.id)
            const after = contact(request.id, { ...before, ...(fields as object) })
            world.set(request.id, after)
            return returned(after)
          }
          case 'merge':
            return returned(world.get(request.into) ?? contact(request.into))
          default:
            return gone
        }
      }
      const history: Exchange[] = []
      for (;;) {
        const step = nextStep(account, { ...defaultPolicy, mergesLeads: true }, history)
        if (!('request' in step)) break
        const { request } = step
        expect(history.length).toBeLessThan(6)
        if (request.type === 'merge') {
          merges += 1
          const read = (id: string) =>
            history
              .flatMap(({ response }) => (response.type === 'contact' ? [response.contact] : []))
              .findLast((each) => each.id === id)
          const [from, into] = [read(request.from), read(request.into)]
          expect([from?.role, isUser(into ?? {})]).toEqual(['lead', true])
          expect(from?.email?.toLowerCase()).toBe(email)
          expect(into?.email?.toLowerCase()).toBe(email)
          if (from?.unsubscribed_from_emails) expect(into?.unsubscribed_from_emails).toBe(true)
        }
        history.push({ request, response: respond(request) })
      }
    }),
    { numRuns: 2_000 },
  )
  expect(merges).toBeGreaterThan(100)
})
