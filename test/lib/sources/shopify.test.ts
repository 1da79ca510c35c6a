import { expect, test } from 'vitest'
import { shopify } from '../../../src/lib/sources/index.ts'
import { read } from '../../../src/lib/transform/read.ts'
import { delivery } from '../../support/deliveries.ts'

const headers = { 'x-shopify-topic': 'customers/create' }
const ada = { name: 'Ada King', phone: '+12813322575' }
const bob = { name: 'Bob', phone: '+442079460958' }

test.each([
  [{ addresses: [bob, ada] }],
  [{ addresses: [{ ...bob, default: false }] }],
  [{ default_address: null, addresses: [] }],
  [{ default_address: 'none', addresses: null }],
  [{}],
])('shopify guesses no name and no phone of %j', async (addresses) => {
  const reading = await read(shopify(), delivery({ id: 1, ...addresses }, headers))

  expect(reading).toMatchObject({ kind: 'signups', leftOut: [] })
  expect(reading).toHaveProperty('signups.0.contact', { role: 'user', external_id: '1' })
})

test('shopify counts a national number of an address without a country', async () => {
  const body = { id: 1, default_address: { phone: '281-332-2575' } }

  expect(await read(shopify(), delivery(body, headers))).toMatchObject({
    leftOut: [{ path: 'phone', reason: 'phone_invalid' }],
  })
})

const gid = 'gid://shopify/Customer/7064055069303'

test.each([
  { id: gid },
  { id: 1, admin_graphql_api_id: gid },
  { id: gid, admin_graphql_api_id: null },
])('shopify reads the id of the customer %j', async (customer) => {
  expect(await read(shopify(), delivery(customer, headers))).toMatchObject({
    signups: [{ contact: { external_id: '7064055069303' } }],
  })
})

test.each([
  { id: 'gid://shopify/Order/1' },
  { id: 1, admin_graphql_api_id: 'gid://shopify/Order/1' },
])('shopify never reads the order %j as a customer', async (order) => {
  for (const topic of [headers, {}]) {
    expect(
      await read(shopify(), delivery({ ...order, email: 'ada@example.com' }, topic)),
    ).toMatchObject({ kind: 'refused', code: 'invalid_signup' })
  }
})
