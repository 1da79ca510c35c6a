import { describe, expect, test } from 'vitest'
import type { ContactField, Signup } from '../../../src/lib/signup.ts'
import { account, contact, email, newcomer } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  created,
  found,
  foundAndRead,
  getA,
  gone,
  refused,
  returned,
  run,
  search,
  textAttribute,
  withFields,
} from './next-step-cases.ts'

const phone = '+12813322575'
const optional = {
  phone,
  name: 'Ada',
  avatar: 'https://example.com/a.png',
  signed_up_at: 10,
  last_seen_at: 11,
  owner_id: 7,
}
const full = withFields(account, optional)
const without = (signup: Signup, ...names: ContactField[]) =>
  Object.fromEntries(
    Object.entries(created(signup)).filter(([name]) => !names.some((left) => left === name)),
  )
const identity = { role: 'user', external_id: '1', email }
const issue = (path: string) => ({ path, reason: 'parameter_invalid' })
const names = Object.keys(optional) as (keyof typeof optional)[]
const wholeLead: Signup = {
  event_id: 'e',
  contact: { role: 'lead', email, phone, name: 'Ada' },
}

describe('nextStep: a refused field of a create', () => {
  test.each(names)('is left out and named: %s', (name) => {
    expect(run(full, [found(), refused(false, name), returned(contact('a'))])).toEqual({
      requests: [
        { type: 'search', email, phone },
        { type: 'create', fields: created(full) },
        { type: 'create', fields: without(full, name) },
      ],
      outcome: 'created',
      id: 'a',
      counts: [],
      refused: [issue(name)],
    })
  })

  test('is left out with others that the refusal names, in one request', () => {
    const responses = [found(), refused(false, 'phone', 'owner_id', 'email')]

    expect(run(full, responses).requests.at(-1)).toEqual({
      type: 'create',
      fields: without(full, 'phone', 'owner_id', 'email'),
    })
  })

  test('is left out after another that was refused first', () => {
    const responses = [
      ...[found(), refused(false, 'owner_id'), refused(false, 'phone')],
      returned(contact('a')),
    ]
    const result = run(full, responses)

    expect(result.requests.at(-1)).toEqual({
      type: 'create',
      fields: without(full, 'owner_id', 'phone'),
    })
    expect(result.refused).toEqual([issue('phone'), issue('owner_id')])
  })

  test('leaves the e-mail out of an account', () => {
    const responses = [found(), refused(false, 'email'), returned(contact('a'))]

    expect(run(full, responses)).toMatchObject({
      requests: [{}, {}, { type: 'create', fields: without(full, 'email') }],
      refused: [issue('email')],
    })
  })

  test.each<[ContactField, object]>([
    ['email', { role: 'lead', phone, name: 'Ada' }],
    ['phone', { role: 'lead', email, name: 'Ada' }],
  ])('leaves the %s out of a lead that has both', (name, fields) => {
    const responses = [found(), refused(false, name)]

    expect(run(wholeLead, responses).requests.at(-1)).toEqual({ type: 'create', fields })
  })

  test('leaves out all but the identity if it is not named', () => {
    const result = run(full, [found(), refused(false), returned(contact('a'))])

    expect(result.requests.at(-1)).toEqual({ type: 'create', fields: identity })
    expect(result.refused).toHaveLength(names.length)
    expect(result.refused).toEqual(expect.arrayContaining(names.map(issue)))
  })

  test('is tried again as it is if a field is named that was not sent, and the copy names it', () => {
    const signup = withFields(account, { name: 'Ada' })
    const fields = { ...identity, name: 'Ada' }
    const result = run(signup, [found(), refused(false, 'avatar'), returned(contact('a'))])

    expect(result.requests.slice(1)).toEqual([
      { type: 'create', fields: expect.objectContaining(fields) },
      { type: 'create', fields: expect.objectContaining(fields) },
    ])
    expect(result.refused).toEqual([issue('avatar')])
  })

  test.each([
    [
      'names a field that was not sent, twice',
      [refused(false, 'avatar'), refused(false, 'avatar')],
    ],
    ['names nothing, after one that did', [refused(false, 'name'), refused(false)]],
    ['is the third', [refused(false, 'name'), refused(false, 'phone'), refused(false, 'owner_id')]],
  ])('leaves out all but the identity if the refusal %s', (_what, refusals) => {
    const signup = withFields(account, { name: 'Ada', phone, owner_id: 7 })

    expect(run(signup, [found(), ...refusals]).requests.at(-1)).toEqual({
      type: 'create',
      fields: identity,
    })
  })

  test('leaves the e-mail out of an identity that is refused, if there is an account id', () => {
    const responses = [found(), refused(false), refused(false)]

    expect(run(full, responses).requests.at(-1)).toEqual({
      type: 'create',
      fields: { role: 'user', external_id: '1' },
    })
  })

  test('tries a lead with its e-mail alone, then with its phone number alone', () => {
    const { requests, code } = run(wholeLead, [
      found(),
      refused(false),
      refused(false),
      refused(false),
    ])

    expect(requests.slice(2)).toEqual([
      { type: 'create', fields: { role: 'lead', email } },
      { type: 'create', fields: { role: 'lead', phone } },
    ])
    expect(code).toBe('intercom_rejected')
  })

  test.each([
    ['an account', full, 3],
    ['a user without an id', newcomer, 2],
    ['an account without an e-mail', withFields(account, { name: 'Ada' }), 3],
  ])('fails with Intercom’s code if %s is refused to the end', (_who, signup, creates) => {
    const result = run(signup, [found(), ...Array.from({ length: 4 }, () => refused(false))])

    expect(result).toMatchObject({ code: 'intercom_rejected', intercomCode: 'parameter_invalid' })
    expect(result.requests.filter(({ type }) => type === 'create')).toHaveLength(creates)
  })

  test('never leaves out an opt-out', () => {
    const optOut = withFields(full, { unsubscribed_from_emails: true })
    const refusals = [refused(false, 'unsubscribed_from_emails'), refused(false), refused(false)]

    const { requests } = run(optOut, [found(), ...refusals])

    const creates = requests.filter((request) => request.type === 'create')
    expect(creates.length).toBeGreaterThan(2)
    for (const { fields } of creates) expect(fields.unsubscribed_from_emails).toBe(true)
  })

  test('may leave out an opt-in', () => {
    const optIn = withFields(account, { unsubscribed_from_emails: false })

    expect(run(optIn, [found(), refused(false)]).requests.at(-1)).toEqual({
      type: 'create',
      fields: identity,
    })
  })
})

describe('nextStep: refused fields and custom attributes', () => {
  const withAttributes = withFields(account, { owner_id: 7, custom_attributes: { plan: 'pro' } })
  const list = attributeList(textAttribute('plan'))

  test('leaves a named field out without reading the list again', () => {
    expect(run(withAttributes, [list, found(), refused(false, 'owner_id')]).requests).toMatchObject(
      [
        { type: 'attributes' },
        search,
        {},
        { type: 'create', fields: { custom_attributes: { plan: 'pro' } } },
      ],
    )
  })

  test('leaves out attributes and a field, one after the other', () => {
    const refusals = [refused(true), list, refused(false, 'owner_id')]
    const result = run(withAttributes, [list, found(), ...refusals, returned(contact('a'))])

    expect(result.requests.at(-1)).toEqual({ type: 'create', fields: created(account) })
    expect(result.refused).toEqual([
      issue('owner_id'),
      { path: 'custom_attributes.plan', reason: 'refused' },
    ])
  })

  test('leaves out all but the identity if neither is named and the list explains nothing', () => {
    const result = run(withAttributes, [
      ...[list, found(), refused(false), list],
      returned(contact('a')),
    ])

    expect(result.requests.at(-1)).toEqual({ type: 'create', fields: identity })
    expect(result.refused).toContainEqual({ path: 'custom_attributes.plan', reason: 'refused' })
  })
})

describe('nextStep: a refused field of an update', () => {
  const existing = contact('a')

  test('is left out and named', () => {
    const responses = [...foundAndRead(existing), refused(false, 'owner_id'), returned(existing)]
    const signup = withFields(account, { owner_id: 7 })

    expect(run(signup, responses)).toEqual({
      requests: [
        search,
        getA,
        { type: 'update', id: 'a', fields: { external_id: '1', owner_id: 7 } },
        { type: 'update', id: 'a', fields: { external_id: '1' } },
      ],
      outcome: 'updated',
      id: 'a',
      counts: [],
      refused: [issue('owner_id')],
    })
  })

  test.each([
    ['named', refused(false, 'owner_id')],
    ['not named', refused(false)],
  ])('ends unchanged, with what was left out, if nothing else is missing (%s)', (_how, refusal) => {
    const signup = withFields(newcomer, { owner_id: 7 })

    expect(run(signup, [...foundAndRead(existing), refusal])).toMatchObject({
      requests: [search, getA, { type: 'update' }],
      outcome: 'unchanged',
      refused: [issue('owner_id')],
    })
  })

  test('leaves out the e-mail that an account would get', () => {
    const idOnly = contact('b', { external_id: '1', email: null })
    const responses = [
      ...[found(), conflict('b'), returned(idOnly), refused(false, 'email')],
      returned(idOnly),
    ]

    expect(run(withFields(account, { name: 'Ada' }), responses)).toMatchObject({
      requests: [{}, {}, {}, {}, { type: 'update', fields: { name: 'Ada' } }],
      outcome: 'updated',
      refused: [issue('email')],
    })
  })

  test('never leaves out the last of e-mail and phone number', () => {
    const refusals = [refused(false, 'email'), refused(false, 'phone')]
    const both = run(wholeLead, [found(), ...refusals])

    expect(both.requests.at(-1)).toEqual({ type: 'create', fields: { role: 'lead', phone } })
    expect(run(wholeLead, [found(), ...refusals, refused(false)]).code).toBe('intercom_rejected')
  })

  test('fails if only an opt-out was sent', () => {
    const optOut = withFields(newcomer, { unsubscribed_from_emails: true })

    expect(run(optOut, [...foundAndRead(existing), refused(false)])).toMatchObject({
      code: 'intercom_rejected',
    })
  })

  test('stays left out when the delivery starts again', () => {
    const signup = withFields(account, { owner_id: 7 })
    const responses = [...foundAndRead(existing), refused(false, 'owner_id'), gone, found()]

    expect(run(signup, responses).requests.at(-1)).toEqual({
      type: 'create',
      fields: created(account),
    })
  })

  test('empties the fields that are not refused', () => {
    const clearing = { ...newcomer, clears: ['phone', 'name'] }
    const known = contact('a', { phone, name: 'Ada' })
    const list = attributeList({ name: 'signup_bridge_at' })
    const responses = [list, ...foundAndRead(known), refused(false, 'phone')]

    expect(run(clearing, responses, { onExisting: 'overwrite', mark: 20 })).toMatchObject({
      requests: [
        ...[{}, {}, {}, { type: 'update', fields: { phone: null, name: null } }],
        { type: 'update', fields: { name: null } },
      ],
    })
  })
})
