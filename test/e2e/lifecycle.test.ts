import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RunningBridge, startBridge } from './bridge.ts'
import { root } from './started.ts'

let bridge: RunningBridge
let alreadyParked: unknown[] = []
beforeAll(async () => {
  bridge = await startBridge({}, { configFile: `${root}/test/e2e/lifecycle.config.ts` })
}, 30_000)
afterAll(() => bridge.close())
beforeEach(async () => {
  bridge.intercom.reset()
  alreadyParked = await bridge.parked()
})

type Kind = 'created' | 'updated' | 'deleted'

/** The bodies about one person; SQS drops one that another test has sent. */
type Sender = { readonly source: string } & {
  readonly [kind in Kind]: (person: string) => object
}

const clerkUser = (type: string, timestamp: number, data: object): object => ({
  ...{ object: 'event', type: `user.${type}`, timestamp, data },
})
const clerkData = (person: string, last_name: string, primary_email_address_id: string) => ({
  ...{ id: `user_${person}`, first_name: 'Grace', last_name, created_at: 1_700_000_000_514 },
  email_addresses: [
    { id: 'idn_1', email_address: `new.${person}@example.com` },
    { id: 'idn_2', email_address: `${person}@example.com` },
  ],
  primary_email_address_id,
})
const clerk: Sender = {
  source: 'clerk',
  created: (person) =>
    clerkUser('created', 1_700_000_001_835, {
      ...clerkData(person, 'Hopper', 'idn_2'),
      ...{ phone_numbers: [{ id: 'idn_3', phone_number: '+14155550100' }] },
      primary_phone_number_id: 'idn_3',
    }),
  updated: (person) =>
    clerkUser('updated', 1_700_000_100_000, {
      ...clerkData(person, 'Murray', 'idn_1'),
      ...{ phone_numbers: [], primary_phone_number_id: null },
    }),
  deleted: (person) =>
    clerkUser('deleted', 1_700_000_200_000, {
      ...{ id: `user_${person}`, deleted: true, object: 'user' },
    }),
}

const stripeCustomer = (person: string, type: string, created: number, email: string): object => ({
  ...{ id: `evt_${person}_${type}`, object: 'event', type: `customer.${type}`, created },
  data: {
    object: {
      ...{ id: `cus_${person}`, object: 'customer', created: 1_700_000_000 },
      ...{ email, name: type === 'created' ? 'Ada Lovelace' : 'Ada King', phone: null },
      metadata: { user_id: `u-${person}` },
    },
  },
})
const stripe: Sender = {
  source: 'billing',
  created: (person) => stripeCustomer(person, 'created', 1_700_000_001, `${person}@example.com`),
  updated: (person) =>
    stripeCustomer(person, 'updated', 1_700_000_100, `new.${person}@example.com`),
  deleted: (person) =>
    stripeCustomer(person, 'deleted', 1_700_000_200, `new.${person}@example.com`),
}

/** Sends each delivery when the one before was delivered. */
const deliver = async (sender: Sender, person: string, kinds: readonly Kind[]) => {
  for (const kind of kinds) {
    expect((await bridge.post(sender.source, sender[kind](person))).status).toBe(200)
    await bridge.contacts()
  }
}
/** The reasons of what this test parked. */
const parked = async () => (await bridge.parked()).slice(alreadyParked.length)

const orders: readonly (readonly Kind[])[] = [
  ['created', 'updated', 'deleted'],
  ['created', 'deleted', 'updated'],
  ['updated', 'created', 'deleted'],
  ['updated', 'deleted', 'created'],
  ['deleted', 'created', 'updated'],
  ['deleted', 'updated', 'created'],
]

describe.each([
  {
    name: 'Clerk',
    sender: clerk,
    changed: { email: 'new.x@example.com', phone: null, name: 'Grace Murray' },
  },
  { name: 'Stripe', sender: stripe, changed: { email: 'new.x@example.com', name: 'Ada King' } },
])('$name', ({ name, sender, changed }) => {
  const of = (person: string) => ({ ...changed, email: `new.${person}@example.com` })

  test('what changed reaches the contact, and what is gone leaves it', async () => {
    await deliver(sender, 'a', ['created'])
    const [before] = await bridge.contacts()
    await deliver(sender, 'a', ['updated'])

    expect(before).toMatchObject({ email: 'a@example.com' })
    expect(await bridge.contacts()).toMatchObject([{ ...of('a'), id: before?.id }])
  })

  test('what changed before it was created is one contact, with the newer values', async () => {
    await deliver(sender, 'b', ['updated', 'created'])

    expect(await bridge.contacts()).toMatchObject([of('b')])
  })

  test.each(orders.map((kinds, index) => [kinds.join(', '), kinds, `c${index}`] as const))(
    '%s, each twice, leave nobody in the workspace',
    async (_title, kinds, person) => {
      await deliver(
        sender,
        person,
        kinds.flatMap((kind) => [kind, kind]),
      )

      expect(await bridge.contacts()).toEqual([])
      expect(await parked(), name).toEqual([])
    },
  )
})

test('one source deletes no contact that another one owns', async () => {
  await deliver(clerk, 'd', ['created'])
  const body = JSON.stringify(stripe.deleted('d')).replace('u-d', 'user_d')
  await bridge.post('billing', body)

  expect(await bridge.contacts()).toMatchObject([{ external_id: 'user_d', name: 'Grace Hopper' }])
  expect(await parked()).toEqual(['contact_not_owned'])
})
