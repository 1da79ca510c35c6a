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
