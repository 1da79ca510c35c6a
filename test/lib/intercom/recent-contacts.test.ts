import { describe, expect, test } from 'vitest'
import {
  addRecentContacts,
  createRecentContacts,
} from '../../../src/lib/intercom/recent-contacts.ts'
import { createClock } from '../../support/clock.ts'
import { contact, email } from '../../support/people.ts'

const idsOf = (contacts: readonly { readonly id: string }[]) => contacts.map(({ id }) => id)

describe('a recent contact', () => {
  test('is found by e-mail and by phone', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { phone: '+14155550100' }))

    expect(idsOf(recent.find({ email }))).toEqual(['a'])
    expect(idsOf(recent.find({ phone: '+14155550100' }))).toEqual(['a'])
  })

  test('is found by either of both', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a'))
    recent.remember(contact('b', { email: null, phone: '+14155550100' }))
    recent.remember(contact('c', { email: 'grace@example.com', phone: '+14155550199' }))

    expect(idsOf(recent.find({ email, phone: '+14155550100' }))).toEqual(['a', 'b'])
    expect(recent.find({})).toEqual([])
  })

  test('is found by its e-mail in any case', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { email: 'Ada@Example.com' }))
    recent.remember(contact('b'))

    expect(idsOf(recent.find({ email: 'ADA@example.COM' }))).toEqual(['a', 'b'])
  })

  test('is not found by another e-mail or phone', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { phone: null }))
    recent.remember(contact('b', { email: null }))
    recent.remember({ id: 'c' })

    expect(recent.find({ email: 'grace@example.com' })).toEqual([])
    expect(recent.find({ phone: '+14155550100' })).toEqual([])
  })

  test('is found in its latest state', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { name: 'Old' }))
    recent.remember(contact('a', { name: 'New' }))

    expect(recent.find({ email })).toMatchObject([{ id: 'a', name: 'New' }])
  })

  test('is not found by its former e-mail', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a'))
    recent.remember(contact('a', { email: 'grace@example.com' }))

    expect(recent.find({ email })).toEqual([])
  })

  test('is forgotten by forget', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a'))
    recent.remember(contact('b'))

    recent.forget('a')

    expect(idsOf(recent.find({ email }))).toEqual(['b'])
  })

  test('is forgotten after five minutes', () => {
    const clock = createClock()
    const recent = createRecentContacts(clock)
    recent.remember(contact('a'))

    clock.advance(5 * 60_000 - 1)
    expect(idsOf(recent.find({ email }))).toEqual(['a'])

    clock.advance(1)
    expect(recent.find({ email })).toEqual([])
  })

  test('is remembered for five minutes after its latest change', () => {
    const clock = createClock()
    const recent = createRecentContacts(clock)
    recent.remember(contact('a'))
    clock.advance(4 * 60_000)
    recent.remember(contact('a'))

    clock.advance(4 * 60_000)

    expect(idsOf(recent.find({ email }))).toEqual(['a'])
  })

  test('is forgotten when there are more than 1,000, the oldest first', () => {
    const recent = createRecentContacts(createClock())
    for (let index = 0; index < 1_000; index += 1) recent.remember(contact(`c${index}`))
    recent.remember(contact('c0'))

    recent.remember(contact('one more'))

    const ids = idsOf(recent.find({ email }))
    expect(ids).toHaveLength(1_000)
    expect(ids).not.toContain('c1')
    expect(ids.slice(-2)).toEqual(['c0', 'one more'])
  })
})

describe('addRecentContacts', () => {
  const old = contact('a', { name: 'Old', updated_at: 1 })
  const latest = contact('a', { name: 'New', updated_at: 2 })

  test('returns the contacts of the search unchanged without recent ones', () => {
    expect(addRecentContacts([old], [])).toEqual({
      type: 'contacts',
      contacts: [old],
      unindexed: [],
    })
  })

  test.each([
    ['an older one', old, latest],
    ['a newer one', latest, old],
    ['one of the same second', { ...old, updated_at: 2 }, latest],
    ['one without a time', contact('a', { name: 'Old' }), contact('a', { name: 'New' })],
  ])('prefers a contact of the search to the same recent one: %s', (_name, found, recent) => {
    expect(addRecentContacts([found], [recent])).toEqual({
      type: 'contacts',
      contacts: [found],
      unindexed: [],
    })
  })

  test('adds recent contacts that search does not show, and lists their ids', () => {
    const other = contact('b')

    expect(addRecentContacts([old], [other])).toEqual({
      type: 'contacts',
      contacts: [old, other],
      unindexed: ['b'],
    })
    expect(addRecentContacts([], [other, old])).toEqual({
      type: 'contacts',
      contacts: [other, old],
      unindexed: ['b', 'a'],
    })
  })

  test('adds only the recent contacts that search does not show', () => {
    const [other, third] = [contact('b'), contact('c')]

    expect(addRecentContacts([old, other], [latest, third])).toEqual({
      type: 'contacts',
      contacts: [old, other, third],
      unindexed: ['c'],
    })
  })
})
