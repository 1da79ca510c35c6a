import { describe, expect, test } from 'vitest'
import type { StepRequest, StepResponse } from '../../../src/lib/deliver/history.ts'
import type { Contact } from '../../../src/lib/intercom/contact.ts'
import { account, contact, email, lead, newcomer } from '../../support/people.ts'
import { conflict, found, getA, returned, run, search, withFields } from './next-step-cases.ts'

const phone = '+12813322575'
/** The response to a search that finds more contacts than a page has. */
const page = (...contacts: Contact[]): StepResponse => ({
  type: 'contacts',
  contacts,
  hasMore: true,
})
const users = (external_id: string | null): StepRequest => ({
  type: 'search',
  email,
  only: { role: 'user', external_id },
})
const allUsers: StepRequest = { type: 'search', email, only: { role: 'user' } }
const leads: StepRequest = { type: 'search', email, only: { role: 'lead' } }
const other = contact('other', { external_id: '7' })
const own = contact('a', { external_id: '1' })
const aLead = contact('l', { role: 'lead', external_id: 'uuid' })

describe('nextStep: more contacts than a page', () => {
  test('asks for the account and users without an id', () => {
    expect(run(account, [page(other), found(own)])).toEqual({
      requests: [search, users('1')],
      outcome: 'unchanged',
      id: 'a',
      counts: [],
      refused: [],
    })
  })

  test.each([
    ['a user', newcomer],
    ['a lead', lead],
  ])('asks for the user without an id, then for any, for %s without one', (_role, signup) => {
    expect(run(signup, [page(other), found(contact('a'))])).toMatchObject({
      requests: [search, users(null)],
      id: 'a',
    })
    expect(run(signup, [page(other), found()])).toMatchObject({
      requests: [search, users(null)],
      id: 'other',
    })
    expect(run(signup, [page(aLead), found(), found(other)])).toMatchObject({
      requests: [search, users(null), allUsers],
      id: 'other',
    })
  })

  test('decides by both pages', () => {
    expect(run(account, [page(other, aLead), found()]).requests).toEqual([
      search,
      users('1'),
      { type: 'get', id: 'l' },
    ])
  })

  test('asks for leads if no one matches, then creates', () => {
    expect(run(account, [page(other), found(), found(aLead)]).requests).toEqual([
      search,
      users('1'),
      leads,
      { type: 'get', id: 'l' },
    ])
    expect(run(account, [page(other), found(), found(), returned(contact('b'))])).toMatchObject({
      requests: [search, users('1'), leads, { type: 'create' }],
      counts: ['email_shared'],
    })
  })

  test('asks for no more if the best match is on the page', () => {
    expect(run(account, [page(other, own)]).requests).toEqual([search])
    expect(run(newcomer, [page(other, contact('a'))]).requests).toEqual([search])
  })

  test('asks again after a conflict, and fails if no one matches', () => {
    const responses = [found(), conflict(), page(other), found(), found()]

    expect(run(newcomer, [found(), conflict(), page(aLead), found(), found()]).requests).toEqual([
      ...[search, { type: 'create', fields: expect.anything() }],
      ...[search, users(null), allUsers, { type: 'get', id: 'l' }],
    ])
    expect(run({ ...account, contact: { role: 'user', email } }, responses)).toMatchObject({
      requests: [{}, {}, search, users(null)],
    })
    expect(
      run(account, [found(), conflict(), { type: 'gone' }, page(other), found(), found()]),
    ).toMatchObject({
      requests: [{}, {}, {}, search, users('1'), leads],
      code: 'conflict_unresolved',
    })
  })

  test('reads one that only this process knows, found on any page', () => {
    const remembered: StepResponse = {
      type: 'contacts',
      contacts: [other, own],
      unindexed: ['a'],
      hasMore: true,
    }

    expect(run(account, [remembered]).requests).toEqual([search, getA])
    expect(run(newcomer, [{ ...remembered, contacts: [own] }, found(own)])).toMatchObject({
      requests: [search, users(null)],
      outcome: 'unchanged',
    })
  })
})

describe('nextStep: a contact that has got another e-mail since search saw it', () => {
  const named = withFields(newcomer, { name: 'Ada' })

  test.each([
    ['a user', contact('a')],
    ['a lead', contact('a', { role: 'lead' })],
  ])('is not the person: %s', (_role, shown) => {
    const changed = { ...shown, email: 'grace@example.com' }

    expect(run(named, [found(shown), returned(changed)]).requests.slice(1)).toMatchObject([
      getA,
      { type: 'create', fields: { email, name: 'Ada' } },
    ])
  })

  test('is the person if it has the account id, which the conflict says', () => {
    const changed = { ...own, email: 'grace@example.com' }
    const accountWithName = withFields(account, { name: 'Ada' })
    const responses = [found(own), returned(changed), conflict('a'), returned(changed)]

    expect(run(accountWithName, responses).requests.at(-1)).toEqual({
      type: 'update',
      id: 'a',
      fields: { name: 'Ada' },
    })
  })

  test('is the person if only the case differs, or it has none by now', () => {
    for (const now of ['Ada@Example.com', null]) {
      const changed = contact('a', { email: now })

      expect(run(named, [found(contact('a')), returned(changed)]).requests.at(-1)).toMatchObject({
        type: 'update',
        id: 'a',
      })
    }
  })
})

describe('nextStep: a person with an e-mail and a phone number', () => {
  const both = withFields(account, { phone })
  const bothLead = withFields(lead, { phone })
  const searchBoth: StepRequest = { type: 'search', email, phone }
  const phoneLead = contact('p', { role: 'lead', external_id: 'uuid', email: null, phone })

  test('is searched for by both, and a lead known by phone gets the e-mail', () => {
    const responses = [found(phoneLead), returned(phoneLead), returned(phoneLead)]

    expect(run(bothLead, responses)).toMatchObject({
      requests: [
        searchBoth,
        { type: 'get', id: 'p' },
        { type: 'update', id: 'p', fields: { email } },
      ],
      outcome: 'updated',
    })
    expect(run(both, responses).requests.at(-1)).toMatchObject({
      fields: { role: 'user', external_id: '1', email },
    })
  })

  test('is a user without an e-mail, who gets it', () => {
    const phoneUser = contact('p', { external_id: '1', email: null, phone })

    expect(run(both, [found(phoneUser), returned(phoneUser)]).requests.at(-1)).toEqual({
      type: 'update',
      id: 'p',
      fields: { email },
    })
  })

  test.each(['grace@example.com', 'Grace@Example.com'])(
    'is not a contact with the phone number and another e-mail (%s)',
    (otherEmail) => {
      const housemate = contact('h', { role: 'lead', email: otherEmail, phone })

      expect(run(bothLead, [found(housemate)]).requests).toEqual([
        searchBoth,
        { type: 'create', fields: bothLead.contact },
      ])
    },
  )

  test('is not a contact that has got another e-mail since search saw it', () => {
    const changed = { ...phoneLead, email: 'grace@example.com' }

    expect(run(bothLead, [found(phoneLead), returned(changed)]).requests.at(-1)).toEqual({
      type: 'create',
      fields: bothLead.contact,
    })
  })

  test('is a contact found by the e-mail in any case, whatever its phone number', () => {
    const known = contact('a', { external_id: '1', email: 'Ada@Example.com', phone: '+1' })

    expect(run(both, [found(known)])).toMatchObject({ outcome: 'unchanged', id: 'a' })
  })

  test('is searched for by e-mail if there are more contacts than a page', () => {
    expect(run(both, [page(phoneLead), found(own)]).requests.slice(0, 2)).toEqual([
      searchBoth,
      users('1'),
    ])
  })

  test('counts no email_shared for another account with the phone number alone', () => {
    const otherAccount = contact('o', { external_id: '7', email: null, phone })

    expect(run(both, [found(otherAccount), returned(contact('b'))])).toMatchObject({
      outcome: 'created',
      counts: [],
    })
  })
})
