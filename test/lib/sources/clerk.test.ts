import { expect, test } from 'vitest'
import { clerk } from '../../../src/lib/sources/index.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { delivery } from '../../support/deliveries.ts'
import { userCreated } from '../../support/payloads.ts'

const headers = { 'content-type': 'application/json', 'svix-id': 'msg_1' }

const contactOf = async (event: unknown, options = {}) => {
  const reading = await read(clerk(options), delivery(event as object, headers))
  return reading.kind === 'signups' ? reading.signups[0].contact : reading
}

test('clerk uses your own id as external_id if fields names it', async () => {
  const contact = await contactOf(userCreated, { fields: { 'data.external_id': 'external_id' } })

  expect(contact).toMatchObject({ external_id: 'own-1' })
})

test('clerk uses a first or last name alone as the name', async () => {
  const { data } = userCreated

  expect(await contactOf({ ...userCreated, data: { ...data, last_name: null } })).toMatchObject({
    name: 'Grace',
  })
  expect(
    await contactOf({ ...userCreated, data: { ...data, first_name: '', last_name: null } }),
  ).not.toHaveProperty('name')
})

test('clerk reads a user who signed up by phone without an e-mail', async () => {
  const data = { ...userCreated.data, email_addresses: [], primary_email_address_id: null }
  const contact = await contactOf({ ...userCreated, data })

  expect(contact).toMatchObject({ external_id: 'user_1', phone: '+14155550100' })
  expect(contact).not.toHaveProperty('email')
})

const e1 = { id: 'e1', email_address: 'ada@example.com' }
const e2 = { id: 'e2', email_address: 'other@example.com' }
const p1 = { id: 'p1', phone_number: '+14155550101' }
const p2 = { id: 'p2', phone_number: '+14155550102' }

test.each([
  [[e1], null, 'ada@example.com'],
  [[e1], undefined, 'ada@example.com'],
  [[e1], 'gone', 'ada@example.com'],
  [[e2, e1], 'e1', 'ada@example.com'],
  [[e1, e2], null, undefined],
  [[e1, e2], 'gone', undefined],
  [[], null, undefined],
  [null, 'e1', undefined],
])('clerk reads of the addresses %j with %j as primary %j', async (email_addresses, id, email) => {
  const data = { ...userCreated.data, email_addresses, primary_email_address_id: id }
  const contact = await contactOf({ ...userCreated, data })

  expect({ email: undefined, ...contact }).toMatchObject({ external_id: 'user_1', email })
})

test.each([
  [[p1], null, '+14155550101'],
  [[p1], 'gone', '+14155550101'],
  [[p1, p2], 'p2', '+14155550102'],
  [[p1, p2], null, undefined],
])('clerk reads of the phones %j with %j as primary %j', async (phone_numbers, id, phone) => {
  const data = { ...userCreated.data, phone_numbers, primary_phone_number_id: id }
  const contact = await contactOf({ ...userCreated, data })

  expect({ phone: undefined, ...contact }).toMatchObject({ external_id: 'user_1', phone })
})

test.each(['user.updated', 'user.deleted', 'session.created'])(
  'clerk ignores the event type %s',
  async (type) => {
    expect(await contactOf({ ...userCreated, type })).toEqual({ kind: 'ignored' })
  },
)

test('clerk refuses a user.created of another shape', async () => {
  const reading = await contactOf({ type: 'user.created', data: { id: 7 } })

  expect(reading).toMatchObject({
    kind: 'refused',
    code: 'invalid_signup',
    event_id: expect.any(String),
  })
  expect(reading).toHaveProperty('issues', [
    { path: 'data.id', reason: 'Invalid input: expected string, received number' },
  ])
})
