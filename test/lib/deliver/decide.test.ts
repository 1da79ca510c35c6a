import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextStep } from '../../../src/lib/deliver/decide.ts'
import type { Exchange, StepRequest, StepResponse } from '../../../src/lib/deliver/history.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import { type Decision, failStep } from '../../../src/lib/deliver/steps.ts'
import { BridgeError } from '../../../src/lib/errors.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import type { DataAttribute } from '../../../src/lib/intercom/data-attributes.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, email, lead, newcomer, usual } from '../../support/people.ts'

/** One whom search finds, as it is when it is read. */
const known = (given: Contact, read = given): StepResponse[] => [found(given), one(read)]
const found = (...contacts: Contact[]): StepResponse => ({ type: 'contacts', contacts })
const one = (given: Contact): StepResponse => ({ type: 'contact', contact: given })
const conflict = (id?: string, archived = false): StepResponse => ({
  type: 'conflict',
  id,
  archived,
})
const gone: StepResponse = { type: 'gone' }
const unarchived: StepResponse = { type: 'unarchived' }
const merged = (id?: string): StepResponse => ({ type: 'merged', id })
const refused = (aboutAttributes: boolean): StepResponse => ({
  type: 'refused',
  aboutAttributes,
  error: new BridgeError('intercom_rejected', 'text', { intercomCode: 'parameter_invalid' }),
})
const listed = (...list: DataAttribute[]): StepResponse => ({ type: 'attributes', list })
const unlisted: StepResponse = { type: 'attributes', list: undefined }
const text = (name: string): DataAttribute => ({ name, data_type: 'string' })

type Ran = Partial<Omit<Decision, 'contact'>> & {
  calls: StepRequest[]
  id?: string
  code?: string
  intercomCode?: string
}
/** Runs a signup through prepared answers; gives the calls and what came of them. */
const run = (
  signup: Signup,
  answers: readonly StepResponse[],
  policy: Partial<Policy> = {},
): Ran => {
  const history: Exchange[] = []
  for (;;) {
    const step = nextStep(signup, { ...usual, ...policy }, history)
    const calls = history.map(({ request: call }) => call)
    if ('fail' in step) {
      const { code, intercomCode } = step.fail
      return { calls, code, ...(intercomCode !== undefined && { intercomCode }) }
    }
    if ('done' in step) {
      const { contact: end, ...rest } = step.done
      return { calls, id: end.id, ...rest }
    }
    const answer = answers[history.length]
    if (!answer) return { calls: [...calls, step.request] }
    history.push({ request: step.request, response: answer })
  }
}
const get: StepRequest = { type: 'get', id: 'a' }
const search: StepRequest = { type: 'search', field: 'email', value: email }
const plain = { counts: [], refused: [] }
const having = (signup: Signup, fields: Partial<Signup['contact']>): Signup => ({
  ...signup,
  contact: { ...signup.contact, ...fields },
})

describe('looking up', () => {
  test('a signup with an e-mail is looked up by it first, then created', () => {
    expect(run(account, [found(), one(contact('a'))])).toEqual({
      calls: [search, { type: 'create', fields: account.contact }],
      outcome: 'created',
      id: 'a',
      ...plain,
    })
  })

  test('a lead without an e-mail is looked up by phone', () => {
    const byPhone: Signup = { event_id: 'e', contact: { role: 'lead', phone: '+12813322575' } }

    expect(run(byPhone, [])).toEqual({
      calls: [{ type: 'search', field: 'phone', value: '+12813322575' }],
    })
  })

  test('an account without an e-mail is created at once', () => {
    const byId: Signup = { event_id: 'e', contact: { role: 'user', external_id: '1' } }

    expect(run(byId, [])).toEqual({ calls: [{ type: 'create', fields: byId.contact }] })
  })

  test('an account without an e-mail is not looked up by phone', () => {
    const byId: Signup = {
      event_id: 'e',
      contact: { role: 'user', external_id: '1', phone: '+12813322575' },
    }

    expect(run(byId, []).calls).toMatchObject([{ type: 'create' }])
  })

  test('`lookup: false` saves the call', () => {
    expect(run(account, [], { lookup: false }).calls).toMatchObject([{ type: 'create' }])
  })
})

describe('who it is', () => {
  const sameId = contact('same', { external_id: '1', last_seen_at: 1 })
  const idless = contact('idless', { last_seen_at: 2 })
  const otherId = contact('other', { external_id: '2', last_seen_at: 9 })
  const seenEarlier = contact('earlier', { external_id: '3', last_seen_at: 8 })
  const neverSeen = contact('never', { external_id: '4' })
  const oldLead = contact('old', { role: 'lead', external_id: 'uuid', created_at: 1 })
  const newLead = contact('new', { role: 'lead', external_id: 'uuid', created_at: 2 })

  test.each([
    ['the same external_id', account, [otherId, idless, oldLead, sameId], 'same'],
    ['then a user without one', account, [otherId, oldLead, idless], 'idless'],
    ['then the newest lead', account, [oldLead, otherId, newLead], 'new'],
    ['without an id: a user without one', newcomer, [otherId, idless, newLead], 'idless'],
    ['without an id: the user seen last', newcomer, [seenEarlier, otherId, newLead], 'other'],
    ['without an id: the user seen last', newcomer, [otherId, seenEarlier, newLead], 'other'],
    ['without an id: a user who was seen', newcomer, [neverSeen, seenEarlier], 'earlier'],
    ['without an id: the newest lead', newcomer, [oldLead, newLead], 'new'],
    ['without an id: the newest lead', newcomer, [newLead, oldLead], 'new'],
    ['a lead: any user', lead, [newLead, otherId], 'other'],
    ['a lead: the newest lead', lead, [oldLead, newLead], 'new'],
  ])('%s', (_name, signup, contacts, id) => {
    const { calls, ...rest } = run(signup, [found(...contacts)])
    const last = calls.at(-1)

    expect('id' in rest ? rest.id : last && 'id' in last ? last.id : undefined).toBe(id)
  })

  test('users with other ids are other accounts that share the address: created, and counted', () => {
    expect(run(account, [found(otherId), one(contact('a'))])).toMatchObject({
      calls: [search, { type: 'create' }],
      outcome: 'created',
      counts: ['email_shared'],
    })
  })
})

test('what differs from the signup is counted only where it is another account', () => {
  const idless = contact('a')
  const other = contact('b', { external_id: '2' })
  const typed = contact('c', { role: 'lead', external_id: 'uuid' })
  const countsOf = (signup: Signup, given: StepResponse[]) => run(signup, given).counts
  const named = having(newcomer, { name: 'Ada' })

  expect(countsOf(account, [found(other, idless), one(idless), one(idless)])).toEqual([])
  expect(countsOf(account, [...known(typed), one(typed)])).toEqual([])
  expect(countsOf(named, [...known(other), one(other)])).toEqual([])
  expect(countsOf(lead, [found(other)])).toEqual([])
})

describe('an existing contact', () => {
  test('that lacks nothing is left alone, without a call', () => {
    expect(run(account, [found(contact('a', { external_id: '1' }))])).toEqual({
      calls: [search],
      outcome: 'unchanged',
      id: 'a',
      ...plain,
    })
  })

  test('a user without an id gets the account’s', () => {
    expect(run(account, [...known(contact('a')), one(contact('a'))])).toMatchObject({
      calls: [search, get, { type: 'update', id: 'a', fields: { external_id: '1' } }],
      outcome: 'updated',
    })
  })

  test('a lead becomes a user, the same contact', () => {
    const typed = contact('a', { role: 'lead', external_id: 'uuid' })

    expect(run(account, [...known(typed), one(contact('a'))])).toMatchObject({
      calls: [search, get, { type: 'update', id: 'a', fields: { role: 'user', external_id: '1' } }],
      outcome: 'updated',
    })
  })

  describe('is read before it is written, since search lags behind changes, too', () => {
    const theirs = contact('a', { external_id: '7' })

    test('one whom another account claimed meanwhile is left to it', () => {
      expect(run(account, [...known(contact('a'), theirs), one(contact('b'))])).toMatchObject({
        calls: [search, get, { type: 'create' }],
        outcome: 'created',
        counts: ['email_shared'],
      })
    })

    test('then the next best of those found is read', () => {
      const typed = contact('b', { role: 'lead', external_id: 'uuid' })
      const answers = [found(contact('a'), typed), one(theirs), one(typed), one(contact('b'))]

      expect(run(account, answers)).toMatchObject({
        calls: [search, get, { type: 'get', id: 'b' }, { type: 'update', id: 'b' }],
        outcome: 'updated',
      })
    })

    test('and where each of them is another account by now, the person is created', () => {
      const also = contact('b', { external_id: '8' })
      const answers = [found(contact('a'), contact('b')), one(theirs), one(also), one(contact('c'))]

      expect(run(account, answers)).toMatchObject({
        calls: [search, get, { type: 'get', id: 'b' }, { type: 'create' }],
        outcome: 'created',
      })
    })

    test('one who lacks nothing any more is left alone', () => {
      const full = contact('a', { external_id: '1' })

      expect(run(account, known(contact('a'), full))).toMatchObject({
        calls: [search, get],
        outcome: 'unchanged',
      })
    })

    test('one whom this process remembers is read even where nothing is missing: it may be gone', () => {
      const full = contact('a', { external_id: '1' })
      const remembered: StepResponse = { type: 'contacts', contacts: [full], unindexed: ['a'] }

      expect(run(account, [remembered])).toEqual({ calls: [search, get] })
    })

    test('one whom this process remembers may be another account’s by now', () => {
      const remembered: StepResponse = {
        type: 'contacts',
        contacts: [contact('a')],
        unindexed: ['a'],
      }

      expect(run(account, [remembered, one(theirs), one(contact('b'))])).toMatchObject({
        calls: [search, get, { type: 'create' }],
        counts: ['email_shared'],
      })
    })
  })

  test('`skip` neither writes, nor claims, nor converts', () => {
    const typed = contact('a', { role: 'lead', external_id: 'uuid' })

    expect(run(account, [found(typed)], { onExisting: 'skip' })).toMatchObject({
      calls: [search],
      outcome: 'unchanged',
    })
  })

  test('an opt-out lands even where `skip` writes nothing else', () => {
    const optOut = having(account, { unsubscribed_from_emails: true })

    expect(
      run(optOut, [...known(contact('a')), one(contact('a'))], { onExisting: 'skip' }).calls,
    ).toEqual([
      search,
      get,
      { type: 'update', id: 'a', fields: { unsubscribed_from_emails: true } },
    ])
  })
})

describe('overwriting', () => {
  const named = having(newcomer, { name: 'New' })
  const old = (signup_bridge_at?: number) =>
    contact('a', { name: 'Old', custom_attributes: { signup_bridge_at } })
  const overwrite = { onExisting: 'overwrite', mark: 20 } as const

  test('a create writes the mark', () => {
    expect(run(named, [found()], overwrite).calls[1]).toMatchObject({
      fields: { name: 'New', custom_attributes: { signup_bridge_at: 20 } },
    })
  })

  test.each([
    ['nothing was applied yet', undefined, { name: 'New', at: 20 }],
    ['something older was applied', 19, { name: 'New', at: 20 }],
    ['something of the same second was applied', 20, undefined],
    ['something newer was applied', 21, undefined],
  ])('where %s (mark %j): writes %j', (_when, mark, written) => {
    const [, , update] = run(named, known(old(mark)), overwrite).calls

    expect(update).toEqual(
      written && {
        type: 'update',
        id: 'a',
        fields: { name: written.name, custom_attributes: { signup_bridge_at: written.at } },
      },
    )
  })

  test('without the time of the event it fills, writes no mark, and counts that', () => {
    expect(run(named, [found(old())], { onExisting: 'overwrite' })).toMatchObject({
      calls: [search],
      outcome: 'unchanged',
      counts: ['overwrite_degraded'],
    })
  })

  test('in a workspace without the mark’s attribute it fills, counts that, and parks nothing', () => {
    const answers = [...known(old()), refused(true), listed(text('plan'))]

    expect(run(named, answers, overwrite)).toMatchObject({
      calls: [search, get, { type: 'update' }, { type: 'attributes' }],
      outcome: 'unchanged',
      counts: ['overwrite_degraded'],
      refused: [],
    })
  })

  test('a create in a workspace without the mark’s attribute goes without it', () => {
    const answers = [found(), refused(true), listed(text('plan')), one(contact('a'))]

    expect(run(named, answers, overwrite)).toMatchObject({
      calls: [search, {}, {}, { type: 'create', fields: named.contact }],
      outcome: 'created',
      refused: [],
    })
  })

  test('goes by the mark on the contact, not by the one that search still shows', () => {
    expect(run(named, known(old(10), old(21)), overwrite)).toMatchObject({
      calls: [search, get],
      outcome: 'unchanged',
    })
  })

  test('another account’s contact is filled only', () => {
    const theirs = having(account, { name: 'New' })
    const answers = [conflict('b'), one(contact('b', { external_id: '2', name: 'Old' }))]

    expect(run(theirs, answers, { ...overwrite, lookup: false })).toMatchObject({
      outcome: 'unchanged',
      counts: ['external_id_differs'],
    })
  })
})

test.each([
  [true, undefined, false],
  [false, undefined, true],
  [false, false, false],
  [undefined, true, true],
  [undefined, undefined, undefined],
])(
  'created with consent %j and unsubscribed %j, a contact is unsubscribed %j',
  (consent, given, expected) => {
    const signup: Signup = {
      ...(given === undefined ? newcomer : having(newcomer, { unsubscribed_from_emails: given })),
      ...(consent !== undefined && { consent }),
    }

    const [, create] = run(signup, [found()]).calls

    expect(create).toEqual({
      type: 'create',
      fields: {
        role: 'user',
        email,
        ...(expected !== undefined && { unsubscribed_from_emails: expected }),
      },
    })
  },
)

describe('a create that conflicts', () => {
  test('is filled into the contact that the conflict names', () => {
    const other = contact('b', { external_id: '1', name: 'Ada' })

    expect(run(account, [found(), conflict('b'), one(other)])).toEqual({
      calls: [search, { type: 'create', fields: account.contact }, { type: 'get', id: 'b' }],
      outcome: 'unchanged',
      id: 'b',
      ...plain,
    })
  })

  test('with a contact of another external_id fills, and counts it', () => {
    const other = contact('b', { external_id: '2' })

    expect(
      run(having(account, { phone: '+1' }), [found(), conflict('b'), one(other), one(other)]),
    ).toMatchObject({
      calls: [{}, {}, {}, { type: 'update', id: 'b', fields: { phone: '+1' } }],
      outcome: 'updated',
      counts: ['external_id_differs'],
    })
  })

  test('and names nobody is found by external_id, else by search', () => {
    expect(
      run(account, [found(), conflict(), one(contact('b', { external_id: '1' }))]),
    ).toMatchObject({
      calls: [{}, {}, { type: 'find', external_id: '1' }],
      outcome: 'unchanged',
    })
    expect(
      run(account, [found(), conflict(), gone, found(contact('b', { external_id: '1' }))]),
    ).toMatchObject({
      calls: [{}, {}, {}, search],
      outcome: 'unchanged',
    })
    expect(run(newcomer, [found(), conflict(), found(contact('b'))])).toMatchObject({
      calls: [{}, {}, search],
      outcome: 'unchanged',
    })
  })

  test('and is found nowhere waits', () => {
    expect(run(account, [found(), conflict(), gone, found()]).code).toBe('conflict_unresolved')
    expect(run(newcomer, [found(), conflict(), found()])).toMatchObject({
      calls: [search, { type: 'create' }, search],
      code: 'conflict_unresolved',
    })
    const byId: Signup = { event_id: 'e', contact: { role: 'user', external_id: '1' } }
    expect(run(byId, [conflict(), gone]).code).toBe('conflict_unresolved')
  })
})

describe('an archived contact', () => {
  test('is unarchived, then filled', () => {
    const back = contact('b', { external_id: '1' })
    const phoned = having(account, { phone: '+1' })

    expect(
      run(phoned, [found(), conflict('b', true), unarchived, one(back), one(back)]),
    ).toMatchObject({
      calls: [
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

  test('that lacks nothing was changed all the same: it is back', () => {
    const back = contact('b', { external_id: '1' })

    expect(run(account, [found(), conflict('b', true), unarchived, one(back)])).toMatchObject({
      outcome: 'updated',
      counts: ['restored'],
    })
  })

  test('whose unarchiving conflicts is parked', () => {
    expect(run(account, [found(), conflict('b', true), conflict('c')])).toMatchObject({
      calls: [search, {}, { type: 'unarchive', id: 'b' }],
      code: 'identity_conflict',
    })
  })

  test('that Intercom refuses to unarchive was deleted for good', () => {
    expect(run(account, [found(), conflict('b', true), refused(false)])).toMatchObject({
      code: 'contact_deleted',
      intercomCode: 'parameter_invalid',
    })
  })

  test.each([
    ['`onArchived: park`', { onArchived: 'park' } as const, [conflict('b', true)]],
    ['a conflict that does not name it', {}, [conflict(undefined, true)]],
    [
      'a second one after the first was unarchived',
      {},
      [conflict('b', true), unarchived, gone, found(), conflict('b', true)],
    ],
  ])('is parked for %s', (_why, policy, answers) => {
    expect(run(account, [found(), ...answers], policy).code).toBe('contact_archived')
  })
})

describe('a contact that goes away', () => {
  test('is looked for anew, once, and not believed again where search still shows it', () => {
    const stale = found(contact('a'))

    expect(run(account, [stale, gone, stale, one(contact('b'))])).toMatchObject({
      calls: [search, get, search, { type: 'create' }],
      outcome: 'created',
    })
    expect(run(account, [stale, one(contact('a')), gone, stale, one(contact('b'))])).toMatchObject({
      calls: [search, get, { type: 'update' }, search, { type: 'create' }],
      outcome: 'created',
    })
    expect(run(account, [stale, gone, stale, conflict('a'), gone]).code).toBe('identity_conflict')
  })

  test('is not the one that an id does not find', () => {
    const answers = [found(), conflict(), gone, found(contact('a')), gone, found()]

    expect(run(account, answers)).toMatchObject({
      calls: [search, {}, { type: 'find' }, search, get, search],
      code: 'conflict_unresolved',
    })
  })

  test('when it was merged is not believed again where search still shows it', () => {
    const [stale, canonical] = [found(contact('a')), one(contact('c'))]
    const answers = [stale, merged('c'), canonical, gone, stale, one(contact('b'))]

    expect(run(account, answers)).toMatchObject({
      calls: [search, get, { type: 'get' }, { type: 'update' }, search, { type: 'create' }],
      outcome: 'created',
    })
  })

  test('while it was written to has claimed nobody', () => {
    const there = contact('b', { external_id: '1', email: 'other@example.com' })
    const answers = [...known(contact('a')), gone, found(), conflict('b'), one(there)]

    expect(run(account, answers)).toMatchObject({ outcome: 'unchanged', id: 'b' })
  })

  test('merged into another is followed, once', () => {
    const canonical = contact('c', { external_id: '1' })

    expect(run(account, [found(contact('a')), merged('c'), one(canonical)])).toMatchObject({
      calls: [search, get, { type: 'get', id: 'c' }],
      outcome: 'unchanged',
      id: 'c',
    })
    expect(run(account, [found(contact('a')), merged('c'), merged('d')]).code).toBe(
      'identity_conflict',
    )
    expect(run(account, [found(contact('a')), merged()]).code).toBe('identity_conflict')
  })
})

describe('an update that conflicts', () => {
  const claim = [...known(contact('a')), conflict('b')]

  test('with another person’s contact is parked, not followed', () => {
    const other = contact('b', { external_id: '1', email: 'other@example.com' })

    expect(run(account, [...claim, one(other)])).toMatchObject({
      calls: [search, get, { type: 'update' }, { type: 'get', id: 'b' }],
      code: 'identity_conflict',
    })
    expect(run(account, [...known(contact('a')), conflict('b', true)]).code).toBe(
      'identity_conflict',
    )
  })

  test.each([
    ['id', account, { external_id: '2' }],
    ['id, having none', account, {}],
    ['address, having none', account, { external_id: '1', email: null }],
    ['id, which the signup has not', having(newcomer, { name: 'Ada' }), { external_id: '1' }],
  ])('with a contact of another %s is parked', (_what, signup, there) => {
    expect(run(signup, [...claim, one(contact('b', there))]).code).toBe('identity_conflict')
  })

  test('with an account that has no address is parked', () => {
    const byId: Signup = {
      event_id: 'e',
      contact: { role: 'user', external_id: '1', phone: '+12813322575' },
    }
    const there = contact('b', { external_id: '1', email: null })

    const answers = [conflict('a'), one(contact('a')), conflict('b'), one(there)]

    expect(run(byId, answers).code).toBe('identity_conflict')
  })

  test.each([email, 'Ada@Example.com'])(
    'with the very account, which search did not show yet, goes on there (%s)',
    (address) => {
      const same = contact('b', { external_id: '1', email: address })

      expect(run(account, [...claim, one(same)])).toMatchObject({ outcome: 'unchanged', id: 'b' })
    },
  )

  test('a second time is parked', () => {
    const same = contact('b', { external_id: '1' })
    const phoned = having(account, { phone: '+12813322575' })

    expect(run(phoned, [...claim, one(same), conflict('c')])).toMatchObject({
      calls: [search, get, {}, {}, { type: 'update', id: 'b' }],
      code: 'identity_conflict',
    })
  })

  test('and names nobody, without an external_id to look for, is parked', () => {
    const named = having(newcomer, { name: 'Ada' })

    expect(run(named, [...known(contact('a')), conflict()]).code).toBe('identity_conflict')
  })

  test('and names nobody is looked for by external_id', () => {
    const same = contact('b', { external_id: '1' })
    const unnamed = [...known(contact('a')), conflict()]

    expect(run(account, [...unnamed, one(same)])).toMatchObject({
      calls: [search, get, { type: 'update' }, { type: 'find', external_id: '1' }],
      outcome: 'unchanged',
      id: 'b',
    })
    expect(run(account, [...unnamed, gone]).code).toBe('conflict_unresolved')
  })
})

describe('custom attributes that are refused', () => {
  const custom_attributes = { plan: 'pro', seats: 3, team: 'x' }
  const rich = having(newcomer, { custom_attributes })
  const list = listed(text('plan'), text('seats'))

  test('are left out by the workspace’s list, any number at once, and named', () => {
    expect(run(rich, [found(), refused(true), list, one(contact('a'))])).toEqual({
      calls: [
        search,
        { type: 'create', fields: rich.contact },
        { type: 'attributes' },
        { type: 'create', fields: { ...newcomer.contact, custom_attributes: { plan: 'pro' } } },
      ],
      outcome: 'created',
      id: 'a',
      counts: [],
      refused: [
        { path: 'custom_attributes.seats', reason: 'not of its type, string' },
        { path: 'custom_attributes.team', reason: 'not in the workspace' },
      ],
    })
  })

  test('are left out of an update, too', () => {
    const answers = [...known(contact('a')), refused(true), list, one(contact('a'))]

    expect(run(rich, answers)).toMatchObject({
      calls: [
        search,
        get,
        {},
        {},
        { type: 'update', id: 'a', fields: { custom_attributes: { plan: 'pro' } } },
      ],
      outcome: 'updated',
      refused: [{}, {}],
    })
  })

  test('leave a contact unchanged that lacks nothing else', () => {
    const full = contact('a', { custom_attributes: { plan: 'free' } })

    expect(run(rich, [...known(full), refused(true), list])).toMatchObject({
      calls: [search, get, { type: 'update' }, { type: 'attributes' }],
      outcome: 'unchanged',
      refused: [{}, {}],
    })
  })

  test.each([
    ['the list cannot be read', [unlisted]],
    ['the list explains nothing', [listed(text('plan'), { name: 'seats' }, text('team'))]],
    ['it is heeded in vain', [list, refused(true)]],
  ])('are all left out where %s', (_when, answers) => {
    const result = run(rich, [found(), refused(true), ...answers, one(contact('a'))])

    expect(result.calls.at(-1)).toEqual({ type: 'create', fields: newcomer.contact })
    expect(result).toMatchObject({ outcome: 'created', refused: [{}, {}, {}] })
  })

  test('are found by the list, whatever the refusal’s words', () => {
    expect(run(rich, [found(), refused(false), list, one(contact('a'))])).toMatchObject({
      outcome: 'created',
      refused: [{}, {}],
    })
  })

  test.each([
    ['has none', newcomer, [refused(false)]],
    ['has none that the list does not take', rich, [refused(false), unlisted]],
    ['is refused without them as well', rich, [refused(true), unlisted, refused(true)]],
    ['is refused for something else then', rich, [refused(true), list, refused(false)]],
  ])(
    'are not the reason where the contact %s: parked with Intercom’s code',
    (_w, signup, answers) => {
      expect(run(signup, [found(), ...answers])).toMatchObject({
        code: 'intercom_rejected',
        intercomCode: 'parameter_invalid',
      })
    },
  )

  test('stay left out when a conflict leads elsewhere', () => {
    const answers = [found(), refused(true), list, conflict('b'), one(contact('b'))]

    expect(run(rich, answers).calls.at(-1)).toEqual({
      type: 'update',
      id: 'b',
      fields: { custom_attributes: { plan: 'pro' } },
    })
  })
})

test('a search that is refused is parked with Intercom’s code: no attribute is to blame', () => {
  expect(run(newcomer, [refused(false)])).toMatchObject({
    calls: [search],
    code: 'intercom_rejected',
  })
})

test('the workspace’s list of attributes is asked for after the sixth call, too', () => {
  const rich = having(newcomer, { custom_attributes: { team: 'x' } })
  const answers = [found(), conflict('b', true), unarchived, gone, found(), refused(false)]

  const { calls, code } = run(rich, [...answers, unlisted])

  expect(calls).toHaveLength(7)
  expect(code).toBe('intercom_rejected')
})

test.each([
  ['conflict_unresolved', 'waits'],
  ['contact_archived', 'unarchive it there, then replay'],
  ['contact_deleted', 'replay then'],
  ['identity_conflict', 'merge them in Intercom, then replay'],
] as const)('who is to mend %s reads what to do: %s', (code, advice) => {
  expect(failStep(code)).toMatchObject({ fail: { code, message: expect.stringContaining(advice) } })
})

test('a signup that six calls do not settle waits', () => {
  const rich = having(account, { custom_attributes: { team: 'x' } })
  const answers = [found(), refused(true), unlisted, conflict('b', true), unarchived, gone, found()]

  const { calls, code } = run(rich, answers)

  expect(calls.filter(({ type }) => type !== 'attributes')).toHaveLength(6)
  expect(code).toBe('conflict_unresolved')
})

test('whatever Intercom answers, a signup makes at most six calls and ends', () => {
  const anyContact = fc
    .record({
      id: fc.constantFrom('a', 'b', 'c'),
      role: fc.constantFrom('user', 'lead', undefined),
      external_id: fc.constantFrom('1', '2', null, undefined),
      name: fc.constantFrom('Ada', null),
    })
    .map(({ id, ...more }) => contact(id, more))
  const anyWritten = fc.oneof(
    anyContact.map(one),
    fc.constantFrom(
      conflict(),
      conflict('a'),
      conflict('b'),
      conflict('c', true),
      gone,
      merged('a'),
      merged('b'),
      merged(),
      refused(true),
      refused(false),
      unarchived,
    ),
  )
  const anyFound = fc.array(anyContact, { maxLength: 3 }).map((all) => found(...all))
  const anyList = fc.constantFrom(unlisted, listed(), listed(text('plan')))
  const anyAnswers = fc.record({ written: anyWritten, found: anyFound, list: anyList })

  fc.assert(
    fc.property(
      fc.constantFrom(account, newcomer, lead),
      fc.constantFrom({}, { custom_attributes: { plan: 'pro', team: 'x' } }),
      fc.record<Policy>(
        {
          lookup: fc.boolean(),
          onExisting: fc.constantFrom<Policy['onExisting']>('fill', 'skip', 'overwrite', {
            overwrite: ['name'],
          }),
          onArchived: fc.constantFrom('restore', 'park'),
          mark: fc.integer(),
          received_at: fc.constant(0),
        },
        { requiredKeys: ['lookup', 'onExisting', 'onArchived', 'received_at'] },
      ),
      fc.array(anyAnswers, { minLength: 20, maxLength: 20 }),
      (person, fields, policy, answers) => {
        const history: Exchange[] = []
        for (;;) {
          const step = nextStep(having(person, fields), policy, history)
          if (!('request' in step)) break
          const { request: call } = step
          const made = history.filter((past) => past.request.type !== 'attributes').length
          expect(made).toBeLessThan(call.type === 'attributes' ? 7 : 6)
          expect(history.length).toBeLessThan(7)
          const given = answers[history.length]
          const kind =
            call.type === 'search' ? 'found' : call.type === 'attributes' ? 'list' : 'written'
          history.push({ request: call, response: given?.[kind] ?? gone })
        }
      },
    ),
    { numRuns: 5_000 },
  )
})
