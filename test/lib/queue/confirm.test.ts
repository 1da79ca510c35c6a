import { describe, expect, test } from 'vitest'
import { defineBridge } from '../../../src/lib/config/config.ts'
import {
  calcom,
  clerk,
  defineSource,
  form,
  signup as signupSource,
  typeform,
  webhook,
} from '../../../src/lib/index.ts'
import { createHolds, isToConfirm, isUnconfirmed } from '../../../src/lib/queue/confirm.ts'
import { personKey } from '../../../src/lib/queue/message.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import type { Source } from '../../../src/lib/sources/source.ts'
import { start } from '../../support/clock.ts'
import { account, contact, lead, newcomer } from '../../support/people.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'
import { created } from './draining.ts'

const recordOf = (signup: Signup, eventSourceARN = fifoArn, MessageGroupId = personKey(signup)) =>
  record('{}', { eventSourceARN, attributes: { MessageGroupId } })

const isHeldBy = (signup: Signup, ...sources: Source[]): boolean =>
  isToConfirm(
    defineBridge({
      sources: Object.fromEntries(sources.map((source, index) => [`s${index}`, source])),
    }),
    recordOf(signup),
    signup,
  )

describe('isToConfirm', () => {
  const leads = form({ role: 'lead' })
  const users = typeform()
  const hmac = { header: 'x-signature', algorithm: 'sha256', encoding: 'hex' } as const

  test('a lead always: nothing stops a second one', () => {
    expect(isHeldBy(lead, users)).toBe(true)
    expect(isHeldBy(lead, leads)).toBe(true)
  })

  test('not an account that is kept in order: its group does not have the person’s other signups', () => {
    expect(isHeldBy({ ...account, isByAccount: true }, leads)).toBe(false)
    expect(isHeldBy({ ...newcomer, isByAccount: true }, leads)).toBe(true)
  })

  test.each<[string, Source, boolean]>([
    ['a form of leads', leads, true],
    ['signup(), whose payload may say lead', signupSource(), true],
    ['signup() of users alone', signupSource({ role: 'user' }), false],
    ['Cal.com, whose forms are leads', calcom(), true],
    ['Cal.com as users', calcom({ role: 'user' }), false],
    ['a form of users', form(), false],
    ['a field for the role', typeform({ fields: { kind: 'role' } }), true],
    ['a map, which may return anything', typeform({ map: (signup) => signup }), true],
  ])('an account beside %s: %s', (_name, source, expected) => {
    expect(isHeldBy(account, clerk(), source)).toBe(expected)
  })

  test.each<[string, Source, boolean]>([
    ['no other source', users, false],
    ['accounts of Clerk', clerk(), true],
    ['accounts of signup()', signupSource({ role: 'user' }), true],
    ['an account id in a field', typeform({ fields: { user_id: 'external_id' } }), true],
    [
      'an account id in a webhook',
      webhook({ signature: hmac, eventId: 'id', fields: { id: 'external_id', email: 'email' } }),
      true,
    ],
    ['a webhook without ids', webhook({ signature: hmac, eventId: 'id', fields: {} }), false],
    ['leads', leads, true],
    ['leads who would bring an id', clerk({ role: 'lead' }), true],
  ])('a user without an id beside %s: %s', (_name, source, expected) => {
    expect(isHeldBy(newcomer, users, source)).toBe(expected)
  })

  test('beside a preset of the config’s own, which does not say what it gives', () => {
    const own = defineSource<{ email: string }>({
      docs: 'https://example.com',
      signature: { type: 'bearer' },
      // The schema is not called here.
      payload: { format: 'json', schema: undefined as never },
      eventId: () => 'e',
      toSignup: (payload) => ({ contact: payload }),
    })

    expect(isHeldBy(account, own())).toBe(true)
    expect(isHeldBy(account, own({ role: 'user' }))).toBe(false)
  })

  test('not a user without an e-mail: its group has only its own account id', () => {
    const { email: _email, ...rest } = account.contact

    expect(isHeldBy({ ...account, contact: rest }, leads)).toBe(false)
  })

  test('only in a group that is the person: not off a standard queue, nor in another’s group', () => {
    const bridge = defineBridge({ sources: { leads } })

    expect(isToConfirm(bridge, recordOf(lead), lead)).toBe(true)
    expect(isToConfirm(bridge, recordOf(lead, inboxArn), lead)).toBe(false)
    expect(isToConfirm(bridge, recordOf(lead, fifoArn, 'everyone'), lead)).toBe(false)
  })
})

test('a process holds each record once', () => {
  const mayHold = createHolds()

  expect(['a', 'b', 'a', 'b', 'c'].map(mayHold)).toEqual([true, true, false, false, true])
  expect(createHolds()('a')).toBe(true)
})

test('a process remembers the last 10,000 records that it held, at most', () => {
  const mayHold = createHolds()
  for (let count = 0; count < 10_000; count += 1) mayHold(`m${count}`)

  expect(mayHold('m0')).toBe(false)
  expect(mayHold('one more')).toBe(true)
  expect(mayHold('m0')).toBe(true)
})

describe('isUnconfirmed', () => {
  const lag = { nowMs: (start + 100) * 1_000, searchLagSeconds: 180 }
  const resultOf = (more: object) => ({ ...created('a'), ...more })
  const old = contact('a', { created_at: start - 81 })
  const young = contact('a', { created_at: start - 79 })

  test.each([
    ['created', { outcome: 'created' }, true],
    ['created beside another account', { outcome: 'created', counts: ['email_shared'] }, false],
    ['updated, and search shows it', { outcome: 'updated', isShown: true, contact: old }, false],
    ['restored, or given the e-mail now', { outcome: 'updated', contact: old }, true],
    [
      'updated, and it has another e-mail',
      { outcome: 'updated', contact: { ...old, email: 'other@example.com' } },
      false,
    ],
    [
      'unchanged, and search shows it',
      { outcome: 'unchanged', isShown: true, contact: young },
      false,
    ],
    [
      'unchanged, named by a conflict, just created',
      { outcome: 'unchanged', contact: young },
      true,
    ],
    ['unchanged, named by a conflict, older', { outcome: 'unchanged', contact: old }, false],
    ['confirmed', { outcome: 'confirmed', isShown: true, contact: old }, false],
  ] as const)('%s: %s', (_name, more, expected) => {
    expect(isUnconfirmed(resultOf(more), newcomer, lag)).toBe(expected)
  })

  test.each([
    ['search does not show it', { contact: old }, true],
    ['search shows it', { isShown: true, contact: old }, false],
    ['it has another e-mail', { contact: { ...old, email: 'other@example.com' } }, false],
  ] as const)('on the first receive whatever its age: %s: %s', (_name, more, expected) => {
    const result = resultOf({ outcome: 'unchanged', ...more })

    expect(isUnconfirmed(result, newcomer, { ...lag, isFirstReceive: true })).toBe(expected)
  })
})
