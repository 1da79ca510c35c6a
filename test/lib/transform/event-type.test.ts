import { describe, expect, test } from 'vitest'
import { own } from '../../../src/lib/json-access.ts'
import type { EventKind } from '../../../src/lib/signup.ts'
import { classifyEvent } from '../../../src/lib/transform/event-type.ts'
import { delivery } from '../../support/deliveries.ts'

const types = {
  of: (event: unknown) => own(event, 'type'),
  created: ['customer.created', 'BOOKING_CREATED'],
}
const classify = (event: unknown) => classifyEvent(types, event, delivery(''), ['created'])

test.each(['customer.created', 'BOOKING_CREATED'])('%s is a signup', (type) => {
  expect(classify({ type })).toBe('created')
})

test.each([
  ...['customer.updated', 'customer.created.later', 'invoice.created', 'ping', 'customer'],
  ...['v2.core.event', 'customers/create', 'v1', 'test'],
])('%s is another event', (type) => {
  expect(classify({ type })).toBe('other')
})

test.each([
  ...['v1.customer.created', 'customer.created.v2', '2026-09-30.customer.created'],
  ...['Customer.Created', 'customerCreated', 'customer_created', 'customer/created'],
  ...['booking.created', 'bookingCreated', ' customer.created '],
  ...['v1beta1.customer.created', 'customer.created.v2alpha', 'preview.customer.created'],
])('%s may be a signup in another version', (type) => {
  expect(classify({ type })).toBe('unreadable')
})

test('a type in another script is known by its words, too', () => {
  const classifyAs = (type: string) =>
    classifyEvent({ ...types, created: ['участник.создан'] }, { type }, delivery(''), ['created'])

  expect(['участник.создан', 'участник.удалён', 'v2.участник.создан'].map(classifyAs)).toEqual([
    'created',
    'other',
    'unreadable',
  ])
})

test.each([{}, { type: null }, { type: '' }, { type: ' ' }, { type: 7 }, { type: {} }, [], null])(
  'the event %j without a type may be a signup',
  (event) => {
    expect(classify(event)).toBe('unreadable')
  },
)

describe('of the other kinds', () => {
  const all = { ...types, updated: ['customer.updated'], deleted: ['customer.deleted'] }
  const classifyFor = (type: string, ...kinds: readonly EventKind[]) =>
    classifyEvent(all, { type }, delivery(''), kinds)

  test('those that the source takes have their kind, the others are other events', () => {
    expect(classifyFor('customer.updated', 'created', 'updated')).toBe('updated')
    expect(classifyFor('customer.deleted', 'created', 'updated')).toBe('other')
    expect(classifyFor('customer.created', 'updated')).toBe('other')
  })

  test('a type in another version may be one only if the source takes its kind', () => {
    expect(classifyFor('v2.customer.updated', 'updated')).toBe('unreadable')
    expect(classifyFor('v2.customer.updated', 'created')).toBe('other')
  })

  test('of a sender whose types are all listed no other is ignored', () => {
    const complete = { ...all, isComplete: true as const }

    expect(classifyEvent(complete, { type: 'renamed' }, delivery(''), ['created'])).toBe(
      'unreadable',
    )
  })
})
