import { describe, expect, test } from 'vitest'
import { type DeliverDependencies, deliver } from '../../../src/lib/deliver/deliver.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import type { ContactResponse } from '../../../src/lib/intercom/contact-request.ts'
import {
  createRecentContacts,
  type RecentContacts,
} from '../../../src/lib/intercom/recent-contacts.ts'
import { createClock } from '../../support/clock.ts'
import { account, contact, lead, usual } from '../../support/people.ts'

const found = (...contacts: Contact[]): ContactResponse => ({ type: 'contacts', contacts })
const one = (given: Contact): ContactResponse => ({ type: 'contact', contact: given })
const conflict = (id?: string, archived = false): ContactResponse => ({
  type: 'conflict',
  id,
  archived,
})
const gone: ContactResponse = { type: 'gone' }

describe('the loop', () => {
  /** Answers calls of contacts, as the client would have read them. */
  const given = (recent: RecentContacts, ...answers: ContactResponse[]): DeliverDependencies => ({
    recent,
    version: '2.14',
    // What a call reads is its own type; here each gets the next answer.
    send: async () => (answers.shift() ?? gone) as never,
    listAttributes: async () => undefined,
    tagIds: new Map(),
  })

  test('remembers what this process made, which search does not see yet', async () => {
    const recent = createRecentContacts(createClock())
    await deliver(lead, usual, given(recent, found(), one(contact('a', { role: 'lead' }))))

    const made = one(contact('a', { role: 'lead' }))
    const second = await deliver(account, usual, given(recent, found(), made, one(contact('a'))))

    expect(second).toMatchObject({ outcome: 'updated', contact: { id: 'a' }, calls: 3 })
  })

  test('reads whom it writes to: an index may be behind, and so may this process', async () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a', { external_id: '1' }))
    const behind = contact('a', { role: 'lead', external_id: 'uuid' })
    const asItIs = contact('a', { external_id: '1' })

    const outcome = await deliver(account, usual, given(recent, found(behind), one(asItIs)))

    expect(outcome).toMatchObject({ outcome: 'unchanged', calls: 2 })
  })

  test('reads a remembered contact first, and forgets one that is gone', async () => {
    const recent = createRecentContacts(createClock())
    recent.remember(contact('a'))

    const outcome = await deliver(
      account,
      usual,
      given(recent, found(), gone, found(), one(contact('b'))),
    )

    expect(outcome).toMatchObject({ outcome: 'created', contact: { id: 'b' } })
  })

  test('gives the extras of `skip` to a contact just created, though Intercom’s clock is behind', async () => {
    const policy = { ...usual, onExisting: 'skip' } as const
    const made = contact('a', { created_at: usual.received_at - 1 })
    const signup = { ...account, note: 'met at the fair' }

    const created = await deliver(
      signup,
      policy,
      given(createRecentContacts(createClock()), found(), one(made)),
    )
    const known = await deliver(
      signup,
      policy,
      given(createRecentContacts(createClock()), found(made)),
    )

    expect([created.calls, known.calls]).toEqual([3, 1])
  })

  test('throws what a step fails with', async () => {
    const recent = createRecentContacts(createClock())
    const policy = { ...usual, onArchived: 'park' } as const

    await expect(
      deliver(account, policy, given(recent, found(), conflict('b', true))),
    ).rejects.toMatchObject({ code: 'contact_archived' })
  })
})
