import { describe, expect, test } from 'vitest'
import {
  addRecentContacts,
  createRecentContacts,
} from '../../../src/lib/intercom/recent-contacts.ts'
import { createClock } from '../../support/clock.ts'
import { contact, email } from '../../support/people.ts'

const idsOf = (contacts: readonly { readonly id: string }[]) => contacts.map(({ id }) => id)

describe('what this process made or changed', () => {
  test('is found by e-mail and by phone', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { phone: '+14155550100' }))

    expect(idsOf(recent.find('email', email))).toEqual(['a'])
    expect(idsOf(recent.find('phone', '+14155550100'))).toEqual(['a'])
  })

  test('is found whatever the case of its e-mail, on either side', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { email: 'Ada@Example.com' }))
    recent.remember(contact('b'))

    expect(idsOf(recent.find('email', 'ADA@example.COM'))).toEqual(['a', 'b'])
  })

  test('is not found by another’s', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { phone: null }))
    recent.remember(contact('b', { email: null }))
    recent.remember({ id: 'c' })

    expect(recent.find('email', 'grace@example.com')).toEqual([])
    expect(recent.find('phone', '+14155550100')).toEqual([])
  })

  test('is found as it was last', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { name: 'Old' }))
    recent.remember(contact('a', { name: 'New' }))

    expect(recent.find('email', email)).toMatchObject([{ id: 'a', name: 'New' }])
  })

  test('is not found by what it was before', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a'))
    recent.remember(contact('a', { email: 'grace@example.com' }))

    expect(recent.find('email', email)).toEqual([])
  })

  test('is forgotten when told to', () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a'))
    recent.remember(contact('b'))

    recent.forget('a')

    expect(idsOf(recent.find('email', email))).toEqual(['b'])
  })

  test('is forgotten after five minutes', () => {
    const clock = createClock()
    const recent = createRecentContacts(clock)
    recent.remember(contact('a'))

    clock.advance(5 * 60_000 - 1)
    expect(idsOf(recent.find('email', email))).toEqual(['a'])

    clock.advance(1)
    expect(recent.find('email', email)).toEqual([])
  })

  test('is remembered for five minutes since it last changed', () => {
    const clock = createClock()
    const recent = createRecentContacts(clock)
    recent.remember(contact('a'))
    clock.advance(4 * 60_000)
    recent.remember(contact('a'))

    clock.advance(4 * 60_000)

    expect(idsOf(recent.find('email', email))).toEqual(['a'])
  })

  test('is a thousand contacts at most, the oldest forgotten first', () => {
    const recent = createRecentContacts(createClock())
    for (let index = 0; index < 1_000; index += 1) recent.remember(contact(`c${index}`))
    recent.remember(contact('c0'))

    recent.remember(contact('one more'))

    const ids = idsOf(recent.find('email', email))
    expect(ids).toHaveLength(1_000)
    expect(ids).not.toContain('c1')
    expect(ids.slice(-2)).toEqual(['c0', 'one more'])
  })
})

describe('contacts that search found', () => {
  const old = contact('a', { name: 'Old', updated_at: 1 })
  const young = contact('a', { name: 'New', updated_at: 2 })

  test('are taken as they are where nothing is remembered', () => {
    expect(addRecentContacts([old], [])).toEqual({
      type: 'contacts',
      contacts: [old],
      unindexed: [],
    })
  })

  test.each([
    ['older', old, young],
    ['newer', young, old],
    ['of the same second', { ...old, updated_at: 2 }, young],
    ['of a time that nobody says', contact('a', { name: 'Old' }), contact('a', { name: 'New' })],
  ])('are taken as they are beside what is remembered of them, %s', (_name, found, known) => {
    expect(addRecentContacts([found], [known])).toEqual({
      type: 'contacts',
      contacts: [found],
      unindexed: [],
    })
  })

  test('are joined by those that are not yet indexed, each named', () => {
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

  test('are joined by those alone that search does not show', () => {
    const [other, third] = [contact('b'), contact('c')]

    expect(addRecentContacts([old, other], [young, third])).toEqual({
      type: 'contacts',
      contacts: [old, other, third],
      unindexed: ['c'],
    })
  })
})
