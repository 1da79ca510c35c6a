import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Exchange } from '../../../src/lib/deliver/history.ts'
import { nextStep } from '../../../src/lib/deliver/next-step.ts'
import type { Policy } from '../../../src/lib/deliver/policy.ts'
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

test('nextStep requests the list of attributes even after the sixth contact request', () => {
  const withAttributes = withFields(newcomer, { custom_attributes: { team: 'x' } })
  const responses = [found(), conflict('b', true), unarchived, gone, found(), refused(false)]

  const { requests, code } = run(withAttributes, [...responses, unreadableList])

  expect(requests).toHaveLength(7)
  expect(code).toBe('intercom_rejected')
})

test('nextStep fails with conflict_unresolved after six contact requests', () => {
  const withAttributes = withFields(account, { custom_attributes: { team: 'x' } })
  const responses = [
    found(),
    refused(true),
    unreadableList,
    conflict('b', true),
    unarchived,
    gone,
    found(),
  ]

  const { requests, code } = run(withAttributes, responses)

  expect(requests.filter(({ type }) => type !== 'attributes')).toHaveLength(6)
  expect(code).toBe('conflict_unresolved')
})

test('nextStep ends after at most six contact requests, whatever the responses', () => {
  const anyContact = fc
    .record({
      id: fc.constantFrom('a', 'b', 'c'),
      role: fc.constantFrom('user', 'lead', undefined),
      external_id: fc.constantFrom('1', '2', null, undefined),
      name: fc.constantFrom('Ada', null),
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
      unarchived,
    ),
  )
  const anyFound = fc.array(anyContact, { maxLength: 3 }).map((contacts) => found(...contacts))
  const anyList = fc.constantFrom(
    unreadableList,
    attributeList(),
    attributeList(textAttribute('plan')),
  )
  const anyResponses = fc.record({ other: anyOther, found: anyFound, list: anyList })

  fc.assert(
    fc.property(
      fc.constantFrom(account, newcomer, lead),
      fc.constantFrom({}, { custom_attributes: { plan: 'pro', team: 'x' } }),
      fc.record<Policy>(
        {
          lookup: fc.boolean(),
          onExisting: fc.constantFrom<Policy['onExisting']>('fill', 'skip', 'overwrite', {
            overwrite: ['name'],
          }),
          onArchived: fc.constantFrom('restore', 'park'),
          mark: fc.integer(),
          received_at: fc.constant(0),
        },
        { requiredKeys: ['lookup', 'onExisting', 'onArchived', 'received_at'] },
      ),
      fc.array(anyResponses, { minLength: 20, maxLength: 20 }),
      (signup, fields, policy, responses) => {
        const history: Exchange[] = []
        for (;;) {
          const step = nextStep(withFields(signup, fields), policy, history)
          if (!('request' in step)) break
          const { request } = step
          const contactRequests = history.filter(
            (exchange) => exchange.request.type !== 'attributes',
          ).length
          expect(contactRequests).toBeLessThan(request.type === 'attributes' ? 7 : 6)
          expect(history.length).toBeLessThan(7)
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
