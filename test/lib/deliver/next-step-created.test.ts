import { describe, expect, test } from 'vitest'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, newcomer } from '../../support/people.ts'
import {
  created,
  found,
  nothingReported,
  returned,
  run,
  search,
  withFields,
} from './next-step-cases.ts'

describe('nextStep: lookup', () => {
  test('searches by e-mail first, then creates the contact', () => {
    expect(run(account, [found(), returned(contact('a'))])).toEqual({
      requests: [search, { type: 'create', fields: created(account) }],
      outcome: 'created',
      id: 'a',
      ...nothingReported,
    })
  })

  test('searches for a lead without an e-mail by phone', () => {
    const phoneOnly: Signup = { event_id: 'e', contact: { role: 'lead', phone: '+12813322575' } }

    expect(run(phoneOnly, [])).toEqual({
      requests: [{ type: 'search', phone: '+12813322575' }],
    })
  })

  test('creates an account without an e-mail immediately', () => {
    const idOnly: Signup = { event_id: 'e', contact: { role: 'user', external_id: '1' } }

    expect(run(idOnly, [])).toEqual({ requests: [{ type: 'create', fields: created(idOnly) }] })
  })

  test('does not search for an account without an e-mail by phone', () => {
    const idOnly: Signup = {
      event_id: 'e',
      contact: { role: 'user', external_id: '1', phone: '+12813322575' },
    }

    expect(run(idOnly, []).requests).toMatchObject([{ type: 'create' }])
  })

  test('does not search with `lookup: false`', () => {
    expect(run(account, [], { lookup: false }).requests).toMatchObject([{ type: 'create' }])
  })
})

test.each([
  [true, undefined, false],
  [false, undefined, true],
  [false, false, false],
  [undefined, true, true],
  [undefined, undefined, undefined],
])(
  'nextStep with consent %j and unsubscribed_from_emails %j creates a contact with %j',
  (consent, unsubscribed_from_emails, expected) => {
    const signup: Signup = {
      ...(unsubscribed_from_emails === undefined
        ? newcomer
        : withFields(newcomer, { unsubscribed_from_emails })),
      ...(consent !== undefined && { consent }),
    }

    const [, create] = run(signup, [found()]).requests

    expect(create).toEqual({
      type: 'create',
      fields: {
        ...created(newcomer),
        ...(expected !== undefined && { unsubscribed_from_emails: expected }),
      },
    })
  },
)
