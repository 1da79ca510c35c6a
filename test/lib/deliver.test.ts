import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deliver, maxCalls, nextStep, type Policy } from '../../src/lib/deliver.ts'
import type { ContactAnswer, ContactCall } from '../../src/lib/intercom/call.ts'
import type { Contact } from '../../src/lib/intercom/contact.ts'
import { createRecent } from '../../src/lib/intercom/recent.ts'
import type { Signup } from '../../src/lib/signup.ts'
import { createClock } from '../support/clock.ts'
import { account, contact, email, lead, newcomer } from '../support/people.ts'

const found = (...contacts: Contact[]): ContactAnswer => ({ type: 'contacts', contacts })
const one = (given: Contact): ContactAnswer => ({ type: 'contact', contact: given })
const conflict = (id?: string, archived = false): ContactAnswer => ({
  type: 'conflict',
  id,
  archived,
})
const gone: ContactAnswer = { type: 'gone' }

/** Runs a signup through prepared answers; gives the calls and what came of them. */
const run = (signup: Signup, answers: readonly ContactAnswer[], policy: Policy = {}) => {
  const history: { call: ContactCall; answer: ContactAnswer }[] = []
  for (;;) {
    const step = nextStep(signup, policy, history)
    const calls = history.map(({ call }) => call)
    if ('fail' in step) return { calls, code: step.fail.code }
    if ('done' in step) {
      const { outcome, counts } = step.done
      return { calls, outcome, id: step.done.contact.id, counts }
    }
    const answer = answers[history.length]
    if (!answer) return { calls: [...calls, step.call] }
    history.push({ call: step.call, answer })
  }
}
const search = { type: 'search', field: 'email', value: email }

describe('looking up', () => {
  test('a signup with an e-mail is looked up by it first, then created', () => {
    expect(run(account, [found(), one(contact('a'))])).toEqual({
      calls: [search, { type: 'create', fields: account.contact }],
      outcome: 'created',
      id: 'a',
      counts: [],
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

  test('`lookup: false` saves the call', () => {
    expect(run(account, [], { lookup: false }).calls).toMatchObject([{ type: 'create' }])
  })
})

describe('who it is', () => {
  const sameId = contact('same', { external_id: '1', last_seen_at: 1 })
  const idless = contact('idless', { last_seen_at: 2 })
  const otherId = contact('other', { external_id: '2', last_seen_at: 9 })
  const seenEarlier = contact('earlier', { external_id: '3', last_seen_at: 8 })
  const oldLead = contact('old', { role: 'lead', external_id: 'uuid', created_at: 1 })
  const newLead = contact('new', { role: 'lead', external_id: 'uuid', created_at: 2 })

  test.each([
    ['the same external_id', account, [otherId, idless, oldLead, sameId], 'same'],
    ['then a user without one', account, [otherId, oldLead, idless], 'idless'],
    ['then the newest lead', account, [oldLead, otherId, newLead], 'new'],
    ['without an id: a user without one', newcomer, [otherId, idless, newLead], 'idless'],
    ['without an id: the user seen last', newcomer, [seenEarlier, otherId, newLead], 'other'],
    ['without an id: the newest lead', newcomer, [oldLead, newLead], 'new'],
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

describe('an existing contact', () => {
  test('that lacks nothing is left alone, without a call', () => {
    expect(run(account, [found(contact('a', { external_id: '1' }))])).toEqual({
      calls: [search],
      outcome: 'unchanged',
      id: 'a',
      counts: [],
    })
  })

  test('a user without an id gets the account’s', () => {
    expect(run(account, [found(contact('a')), one(contact('a'))])).toMatchObject({
      calls: [search, { type: 'update', id: 'a', fields: { external_id: '1' } }],
      outcome: 'updated',
    })
  })

  test.each([{ tags: ['beta'] }, { company: { company_id: '1' } }, { note: 'called' }])(
    'is not given %j, and that is counted',
    (extras) => {
      expect(run({ ...newcomer, ...extras }, [found(), one(contact('a'))])).toMatchObject({
        outcome: 'created',
        counts: ['extras_left_out'],
      })
    },
  )

  test('`skip` neither writes nor claims', () => {
    expect(run(account, [found(contact('a'))], { onExisting: 'skip' })).toMatchObject({
      calls: [search],
      outcome: 'unchanged',
    })
  })

  test.each(['overwrite', { overwrite: ['name'] }] as const)(
    '%j fills, and counts that it did not overwrite',
    (onExisting) => {
      const named: Signup = { ...newcomer, contact: { ...newcomer.contact, name: 'New' } }

      expect(run(named, [found(contact('a', { name: 'Old' }))], { onExisting })).toMatchObject({
        outcome: 'unchanged',
        counts: ['overwrite_degraded'],
      })
    },
  )
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
      event_id: 'e',
      contact: {
        role: 'user',
        email,
        ...(given !== undefined && { unsubscribed_from_emails: given }),
      },
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
      counts: [],
    })
  })

  test('with a contact of another external_id fills, and counts it', () => {
    const phoned: Signup = { ...account, contact: { ...account.contact, phone: '+1' } }
    const other = contact('b', { external_id: '2' })

    expect(run(phoned, [found(), conflict('b'), one(other), one(other)])).toMatchObject({
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
    const byId: Signup = { event_id: 'e', contact: { role: 'user', external_id: '1' } }
    expect(run(byId, [conflict(), gone]).code).toBe('conflict_unresolved')
  })

  test('with an archived contact is parked', () => {
    expect(run(account, [found(), conflict('b', true)]).code).toBe('contact_archived')
  })
})

describe('a contact that goes away', () => {
  test('is looked for anew, once, and not believed again where search still shows it', () => {
    const stale = found(contact('a'))

    expect(run(account, [stale, gone, stale, one(contact('b'))])).toMatchObject({
      calls: [search, { type: 'update' }, search, { type: 'create' }],
      outcome: 'created',
    })
    expect(run(account, [stale, gone, stale, conflict('a'), gone]).code).toBe('identity_conflict')
    expect(run(account, [stale, gone, stale, conflict('a', true)]).code).toBe('contact_archived')
  })

  test('an update that conflicts with another contact is parked, not followed', () => {
    expect(run(account, [found(contact('a')), conflict('b')])).toMatchObject({
      calls: [search, { type: 'update' }],
      code: 'identity_conflict',
    })
  })
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
  const anyAnswer = fc.oneof(
    anyContact.map(one),
    fc.array(anyContact, { maxLength: 3 }).map((contacts) => found(...contacts)),
    fc.constantFrom(conflict(), conflict('a'), conflict('b'), conflict('c', true), gone),
  )
  const answersFor = (call: ContactCall, answer: ContactAnswer): ContactAnswer => {
    if (call.type === 'search') return answer.type === 'contacts' ? answer : found()
    return answer.type === 'contacts' ? gone : answer
  }

  fc.assert(
    fc.property(
      fc.constantFrom(account, newcomer, lead),
      fc.constantFrom<Policy>({}, { lookup: false }, { onExisting: 'skip' }),
      fc.array(anyAnswer, { minLength: 20, maxLength: 20 }),
      (signup, policy, answers) => {
        const history: { call: ContactCall; answer: ContactAnswer }[] = []
        for (;;) {
          const step = nextStep(signup, policy, history)
          if (!('call' in step)) break
          expect(history.length).toBeLessThan(maxCalls)
          const answer = answersFor(step.call, answers[history.length] ?? gone)
          history.push({ call: step.call, answer })
        }
      },
    ),
    { numRuns: 2_000 },
  )
})

describe('the loop', () => {
  const answer =
    (...answers: ContactAnswer[]) =>
    async (): Promise<ContactAnswer> =>
      answers.shift() ?? gone

  test('remembers what this process made, which search does not see yet', async () => {
    const recent = createRecent(createClock())
    await deliver(lead, {}, { recent, call: answer(found(), one(contact('a', { role: 'lead' }))) })

    const made = one(contact('a', { role: 'lead' }))
    const second = await deliver(
      account,
      {},
      { recent, call: answer(found(), made, one(contact('a'))) },
    )

    expect(second).toMatchObject({ outcome: 'updated', contact: { id: 'a' }, calls: 3 })
  })

  test('believes itself over an index that is behind', async () => {
    const recent = createRecent(createClock())
    recent.remember(contact('a', { external_id: '1', updated_at: 2 }))
    const behind = contact('a', { role: 'lead', external_id: 'uuid', updated_at: 1 })

    const outcome = await deliver(account, {}, { recent, call: answer(found(behind)) })

    expect(outcome).toMatchObject({ outcome: 'unchanged', calls: 1 })
  })

  test('believes an index that is ahead of itself', async () => {
    const recent = createRecent(createClock())
    recent.remember(contact('a', { role: 'lead', updated_at: 1 }))
    const ahead = contact('a', { external_id: '1', updated_at: 2 })

    const outcome = await deliver(account, {}, { recent, call: answer(found(ahead)) })

    expect(outcome).toMatchObject({ outcome: 'unchanged' })
  })

  test('reads a remembered contact first, and forgets one that is gone', async () => {
    const recent = createRecent(createClock())
    recent.remember(contact('a'))

    const outcome = await deliver(
      account,
      {},
      {
        recent,
        call: answer(found(), gone, found(), one(contact('b'))),
      },
    )

    expect(outcome).toMatchObject({ outcome: 'created', contact: { id: 'b' } })
  })

  test('throws what a step fails with', async () => {
    const recent = createRecent(createClock())
    const call = answer(found(), conflict('b', true))

    await expect(deliver(account, {}, { recent, call })).rejects.toMatchObject({
      code: 'contact_archived',
    })
  })
})

describe('what is remembered', () => {
  test('is kept five minutes', () => {
    const clock = createClock()
    const recent = createRecent(clock)
    recent.remember(contact('a'))

    clock.advance(299_999)
    expect(recent.find('email', email)).toHaveLength(1)
    clock.advance(1)
    expect(recent.find('email', email)).toHaveLength(0)
  })

  test('is a thousand contacts at most, the oldest forgotten', () => {
    const recent = createRecent(createClock())
    for (let index = 0; index <= 1_000; index += 1) recent.remember(contact(String(index)))

    const ids = recent.find('email', email).map(({ id }) => id)
    expect(ids).toHaveLength(1_000)
    expect(ids).not.toContain('0')
  })
})
