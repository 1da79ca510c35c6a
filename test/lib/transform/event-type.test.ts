import { expect, test } from 'vitest'
import { own } from '../../../src/lib/json-access.ts'
import { classifyEvent } from '../../../src/lib/transform/event-type.ts'
import { delivery } from '../../support/deliveries.ts'

const types = {
  of: (event: unknown) => own(event, 'type'),
  signups: ['customer.created', 'BOOKING_CREATED'],
}
const classify = (event: unknown) => classifyEvent(types, event, delivery(''))

test.each(['customer.created', 'BOOKING_CREATED'])('%s is a signup', (type) => {
  expect(classify({ type })).toBe('signup')
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
    classifyEvent({ ...types, signups: ['участник.создан'] }, { type }, delivery(''))

  expect(['участник.создан', 'участник.удалён', 'v2.участник.создан'].map(classifyAs)).toEqual([
    'signup',
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
