import { describe, expect, test } from 'vitest'
import type { StepResponse } from '../../../src/lib/deliver/history.ts'
import { account, contact } from '../../support/people.ts'
import {
  found,
  foundAndRead,
  getA,
  nothingReported,
  returned,
  run,
  search,
  withFields,
} from './next-step-cases.ts'

describe('nextStep: existing contact', () => {
  test('leaves a contact that lacks nothing unchanged, without a request', () => {
    expect(run(account, [found(contact('a', { external_id: '1' }))])).toEqual({
      requests: [search],
      outcome: 'unchanged',
      id: 'a',
      ...nothingReported,
    })
  })

  test('sets the account’s id on a user without one', () => {
    expect(run(account, [...foundAndRead(contact('a')), returned(contact('a'))])).toMatchObject({
      requests: [search, getA, { type: 'update', id: 'a', fields: { external_id: '1' } }],
      outcome: 'updated',
    })
  })

  test('turns a lead into a user, keeping the contact', () => {
    const existingLead = contact('a', { role: 'lead', external_id: 'uuid' })

    expect(run(account, [...foundAndRead(existingLead), returned(contact('a'))])).toMatchObject({
      requests: [
        search,
        getA,
        { type: 'update', id: 'a', fields: { role: 'user', external_id: '1' } },
      ],
      outcome: 'updated',
    })
  })

  describe('reads before writing, since search lags behind changes', () => {
    const othersContact = contact('a', { external_id: '7' })

    test('creates a contact if the only one found has become another account’s', () => {
      expect(
        run(account, [...foundAndRead(contact('a'), othersContact), returned(contact('b'))]),
      ).toMatchObject({
        requests: [search, getA, { type: 'create' }],
        outcome: 'created',
        counts: ['email_shared'],
      })
    })

    test('reads the next best contact if the one found has become another account’s', () => {
      const existingLead = contact('b', { role: 'lead', external_id: 'uuid' })
      const responses = [
        found(contact('a'), existingLead),
        returned(othersContact),
        returned(existingLead),
        returned(contact('b')),
      ]

      expect(run(account, responses)).toMatchObject({
        requests: [search, getA, { type: 'get', id: 'b' }, { type: 'update', id: 'b' }],
        outcome: 'updated',
      })
    })

    test('creates a contact if each of those found has become another account’s', () => {
      const another = contact('b', { external_id: '8' })
      const responses = [
        found(contact('a'), contact('b')),
        returned(othersContact),
        returned(another),
        returned(contact('c')),
      ]

      expect(run(account, responses)).toMatchObject({
        requests: [search, getA, { type: 'get', id: 'b' }, { type: 'create' }],
        outcome: 'created',
      })
    })

    test('leaves a contact that no longer lacks anything unchanged', () => {
      const complete = contact('a', { external_id: '1' })

      expect(run(account, foundAndRead(contact('a'), complete))).toMatchObject({
        requests: [search, getA],
        outcome: 'unchanged',
      })
    })

    test('reads a contact known only to this process even if it lacks nothing', () => {
      const complete = contact('a', { external_id: '1' })
      const remembered: StepResponse = { type: 'contacts', contacts: [complete], unindexed: ['a'] }

      expect(run(account, [remembered])).toEqual({ requests: [search, getA] })
    })

    test('creates a contact if one known only to this process has become another account’s', () => {
      const remembered: StepResponse = {
        type: 'contacts',
        contacts: [contact('a')],
        unindexed: ['a'],
      }

      expect(
        run(account, [remembered, returned(othersContact), returned(contact('b'))]),
      ).toMatchObject({
        requests: [search, getA, { type: 'create' }],
        counts: ['email_shared'],
      })
    })
  })

  test('writes, claims and converts nothing with `skip`', () => {
    const existingLead = contact('a', { role: 'lead', external_id: 'uuid' })

    expect(run(account, [found(existingLead)], { onExisting: 'skip' })).toMatchObject({
      requests: [search],
      outcome: 'unchanged',
    })
  })

  test('writes an opt-out even with `skip`', () => {
    const optOut = withFields(account, { unsubscribed_from_emails: true })

    expect(
      run(optOut, [...foundAndRead(contact('a')), returned(contact('a'))], { onExisting: 'skip' })
        .requests,
    ).toEqual([
      search,
      getA,
      { type: 'update', id: 'a', fields: { unsubscribed_from_emails: true } },
    ])
  })
})
