import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Exchange } from '../../../src/lib/deliver/history.ts'
import { nextStep } from '../../../src/lib/deliver/next-step.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
import type { Signup } from '../../../src/lib/signup.ts'
import { account, contact, lead, newcomer } from '../../support/people.ts'
import {
  attributeList,
  conflict,
  found,
  gone,
  merged,
  refused,
  returned,
  run,
  textAttribute,
  unarchived,
  unreadableList,
  withFields,
} from './next-step-cases.ts'

test('nextStep reads the list of attributes again even after the sixth contact request', () => {
  const withAttributes = withFields(account, { name: 'Ada', custom_attributes: { team: 'x' } })
  const list = attributeList(textAttribute('team'))
  const responses = [found(), conflict('b'), gone, found(contact('a')), returned(contact('a'))]

  const { requests, code } = run(withAttributes, [
    ...[list, ...responses, refused(false)],
    unreadableList,
  ])

  expect(requests).toHaveLength(8)
  expect(code).toBe('intercom_rejected')
})

test('nextStep fails with conflict_unresolved after six contact requests', () => {
  const responses = [
    ...[found(contact('a')), gone, found(), conflict('b', true), unarchived],
    returned(contact('b')),
  ]

  const { requests, code } = run(account, responses)

  expect(requests).toHaveLength(6)
  expect(code).toBe('conflict_unresolved')
})

test('nextStep fails with the refusal if six contact requests end with one', () => {
  const withName = withFields(account, { name: 'Ada' })
  const responses = [
    ...[found(), conflict('b'), gone, found(contact('a')), returned(contact('a'))],
    refused(false, 'name'),
  ]

  const { requests, code } = run(withName, responses)

  expect(requests).toHaveLength(6)
  expect(code).toBe('intercom_rejected')
})

test('nextStep is retried if six contact requests restored a contact and end with a refusal', () => {
  const avatar = 'https://example.com/a.png'
  const signup = withFields(account, { name: 'Ada', phone: '+12813322575', avatar })
  const own = contact('b', { external_id: '1' })
  const restored = [found(), conflict('b', true), unarchived, returned(own)]
  const refusals = [refused(false, 'name'), refused(false, 'phone')]

  const first = run(signup, [...restored, ...refusals])
  const second = run(signup, [found(own), returned(own), ...refusals, returned(own)])

  expect(first.requests).toHaveLength(6)
  expect(first.code).toBe('conflict_unresolved')
  expect(second).toMatchObject({
    requests: [{}, {}, {}, {}, { fields: { avatar } }],
    refused: [{ path: 'phone' }, { path: 'name' }],
  })
})

test('nextStep ends after at most six contact requests, whatever the responses', () => {
  const anyContact = fc
    .record({
      id: fc.constantFrom('a', 'b', 'c'),
      role: fc.constantFrom('user', 'lead', undefined),
      external_id: fc.constantFrom('1', '2', null, undefined),
      email: fc.constantFrom('ada@example.com', 'grace@example.com', null),
      phone: fc.constantFrom('+12813322575', null),
      name: fc.constantFrom('Ada', null),
      custom_attributes: fc.constantFrom({}, { plan: 'pro', Team: 'y' }),
    })
    .map(({ id, ...fields }) => contact(id, fields))
  const anyOther = fc.oneof(
    anyContact.map(returned),
    fc.constantFrom(
      conflict(),
      conflict('a'),
      conflict('b'),
      conflict('c', true),
      gone,
      merged('a'),
      merged('b'),
      merged(),
      refused(true),
      refused(false),
      refused(false, 'email'),
      refused(false, 'phone', 'owner_id'),
      refused(true, 'name', 'signed_up_at'),
      unarchived,
    ),
  )
  const anyFound = fc
    .record({ contacts: fc.array(anyContact, { maxLength: 3 }), hasMore: fc.boolean() })
    .map(({ contacts, hasMore }) => ({ ...found(...contacts), hasMore }))
  const anyList = fc.constantFrom(
    unreadableList,
    attributeList(),
    attributeList(textAttribute('plan')),
    attributeList({ name: 'PLAN', data_type: 'integer' }, { name: 'signup_bridge_at' }),
  )
  const anyResponses = fc.record({ other: anyOther, found: anyFound, list: anyList })

  fc.assert(
    fc.property(
      fc.constantFrom<Signup>(account, newcomer, lead, { ...account, clears: ['phone', 'name'] }),
      fc.constantFrom(
        {},
        { custom_attributes: { plan: 'pro', team: 'x' } },
        { phone: '+12813322575', name: 'Ada', owner_id: 7, unsubscribed_from_emails: true },
      ),
      fc.record<Policy>(
        {
          lookup: fc.boolean(),
          onExisting: fc.constantFrom<Policy['onExisting']>('fill', 'skip', 'overwrite', {
            overwrite: ['name'],
          }),
          onArchived: fc.constantFrom('restore', 'park'),
          mark: fc.integer(),
          replayedAtMs: fc.constant(1),
          received_at: fc.constant(0),
        },
        { requiredKeys: ['lookup', 'onExisting', 'onArchived', 'received_at'] },
      ),
      fc.array(anyResponses, { minLength: 20, maxLength: 20 }),
      (signup, fields, policy, responses) => {
        const wanted = withFields(signup, fields)
        const history: Exchange[] = []
        for (;;) {
          const step = nextStep(wanted, policy, history)
          if (!('request' in step)) break
          const { request } = step
          const lists = history.filter((exchange) => exchange.request.type === 'attributes').length
          expect(history.length - lists).toBeLessThan(request.type === 'attributes' ? 7 : 6)
          expect(lists).toBeLessThan(request.type === 'attributes' ? 3 : 4)
          if ('fields' in request && signup.contact.role === 'lead') {
            expect(request.fields).not.toHaveProperty('external_id')
          }
          if (request.type === 'create') {
            const { email, phone, external_id, unsubscribed_from_emails } = request.fields
            expect(email ?? external_id ?? phone).toBeDefined()
            if (wanted.contact.unsubscribed_from_emails) expect(unsubscribed_from_emails).toBe(true)
          }
          const response = responses[history.length]
          const kind =
            request.type === 'search' ? 'found' : request.type === 'attributes' ? 'list' : 'other'
          history.push({ request, response: response?.[kind] ?? gone })
        }
      },
    ),
    { numRuns: 5_000 },
  )
})
