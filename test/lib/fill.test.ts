import { describe, expect, test } from 'vitest'
import { fill } from '../../src/lib/fill.ts'
import type { Signup } from '../../src/lib/signup.ts'
import { account, contact, email, lead, newcomer } from '../support/people.ts'

describe('filling', () => {
  const full: Signup = {
    event_id: 'e',
    contact: {
      role: 'user',
      external_id: '1',
      email,
      phone: '+12813322575',
      name: 'Ada',
      avatar: 'https://example.com/a.png',
      signed_up_at: 10,
      last_seen_at: 11,
      owner_id: 7,
      unsubscribed_from_emails: false,
      custom_attributes: { plan: 'pro', seats: 0 },
    },
  }

  test('writes all that is empty', () => {
    const empty = contact('a', {
      email: '',
      name: null,
      avatar: null,
      custom_attributes: { plan: null },
    })
    const { role: _role, unsubscribed_from_emails: _subscribed, ...rest } = full.contact

    expect(fill(full, empty)).toEqual(rest)
  })

  test('writes nothing over what is there, custom attributes each on its own', () => {
    const there = contact('a', {
      external_id: '9',
      phone: '+1',
      name: 'Countess',
      avatar: { image_url: 'https://example.com/b.png' },
      signed_up_at: 1,
      last_seen_at: 1,
      owner_id: 1,
      custom_attributes: { plan: 'free', seats: null },
    })

    expect(fill(full, there)).toEqual({ custom_attributes: { seats: 0 } })
  })

  test('counts 0 and false as there', () => {
    const there = contact('a', { external_id: '1', custom_attributes: { seats: 0, plan: false } })
    const { custom_attributes } = full.contact

    expect(
      fill(
        {
          ...account,
          contact: { ...account.contact, ...(custom_attributes && { custom_attributes }) },
        },
        there,
      ),
    ).toEqual({})
  })

  test('makes a user of a lead, with the account’s own values', () => {
    const typed = contact('a', {
      role: 'lead',
      external_id: 'uuid',
      name: 'ada',
      custom_attributes: { plan: 'free' },
    })

    expect(fill(full, typed)).toMatchObject({
      role: 'user',
      external_id: '1',
      name: 'Ada',
      custom_attributes: { plan: 'pro', seats: 0 },
    })
  })

  test('never makes a lead of a user', () => {
    expect(fill(lead, contact('a'))).toEqual({})
  })

  test('lets an opt-out through and never an opt-in', () => {
    const optOut: Signup = {
      ...newcomer,
      contact: { ...newcomer.contact, unsubscribed_from_emails: true },
    }
    const optIn: Signup = {
      ...newcomer,
      contact: { ...newcomer.contact, unsubscribed_from_emails: false },
    }

    expect(fill(optOut, contact('a'))).toEqual({ unsubscribed_from_emails: true })
    expect(fill(optOut, contact('a', { unsubscribed_from_emails: true }))).toEqual({})
    expect(fill(optIn, contact('a', { unsubscribed_from_emails: true }))).toEqual({})
    expect(fill({ ...newcomer, consent: false }, contact('a'))).toEqual({})
  })
})
