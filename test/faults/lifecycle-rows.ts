import { strict as assert } from 'node:assert'
import { defineBridge } from '../../src/lib/index.ts'
import type { EventKind } from '../../src/lib/signup.ts'
import { type Model, startModel } from '../model/model.ts'
import { createRandom } from '../model/random.ts'
import { accountAt, type LifecycleSender, lifecycleSenders } from './lifecycle-senders.ts'
import { exactly, number, type Row } from './row.ts'

type Order = readonly EventKind[]

/** What happens to a person, in the sender's order. */
const lives: readonly Order[] = [
  ['created', 'updated', 'deleted'],
  ['created', 'updated'],
  ['created', 'deleted'],
  ['updated', 'deleted'],
]

/** Search lags behind by a minute. */
const indexLagMs = 60_000
/** A repeat comes at once, or after SQS has forgotten the event's dedupe id (5 min). */
const pausesMs = [10, 20_000, 700_000]
const crashProbability = 0.004

const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] =>
  items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)

/** The live contact of each person, without what Intercom numbers and dates itself. */
const statesOf = (model: Model, sender: LifecycleSender, people: number): string[] => {
  const byAccount = Map.groupBy(model.contacts(), ({ external_id }) => external_id)
  return Array.from({ length: people }, (_, person) => {
    const contacts = byAccount.get(accountAt(sender, person)) ?? []
    const { role, email, phone, name, signed_up_at, custom_attributes } = contacts[0] ?? {}
    const state = { role, email, phone, name, signed_up_at, custom_attributes }
    return contacts.length > 1 ? 'two contacts' : JSON.stringify(state).replace(`.${person}@`, '@')
  })
}

/** Delivers to each person the events of one order; returns the contacts, the crashes, the parked. */
const live = async (sender: LifecycleSender, orders: readonly Order[], seed: number) => {
  const random = createRandom(seed)
  let crashes = 0
  const model: Model = await startModel({
    bridge: defineBridge({ sources: { sender: sender.source } }),
    attributes: ['signup_bridge_at:integer', 'signup_bridge_source:string'],
    workers: 3,
    indexLagMs,
    seed,
    onAwait: () => {
      if (seed === 0 || random() >= crashProbability) return
      crashes += 1
      model.crash()
    },
  })
  const deliverAll = async (order: Order, person: number): Promise<void> => {
    for (const kind of order) {
      const { body, ...options } = sender.post({ kind, person })
      const { status } = await model.request('sender', body, options)
      assert.equal(status, 200)
      await model.time.sleep(pausesMs[Math.floor(random() * pausesMs.length)] ?? 0)
    }
  }
  await model.time.run(Promise.all(orders.map(deliverAll)))
  await model.drained()
  const states = statesOf(model, sender, orders.length)
  return { states, crashes, parked: model.parked().length }
}

/** How many orders end in another contact than the order of the sender. */
const compare = async (sender: LifecycleSender, life: Order, orders: number, seed: number) => {
  const random = createRandom(seed)
  const inOrder = await live(sender, [life], 0)
  const twice = Array.from({ length: orders }, () => shuffled([...life, ...life], random))
  const { states, ...counts } = await live(sender, twice, seed)
  const expected = inOrder.states[0]
  const isDeleted = life.includes('deleted')
  assert.equal(JSON.parse(expected ?? '{}').email, isDeleted ? undefined : 'ada@new.example')
  return { ...counts, differing: states.filter((state) => state !== expected).length }
}

export const lifecycleRows: readonly Row[] = [
  {
    name: 'kinds in any order',
    title:
      'a person created, updated and deleted at the sender ends the same in every order, each event twice, across crashes',
    sizes: { short: 320, full: 10_000 },
    run: async (size) => {
      const senders = Object.values(lifecycleSenders)
      const each = Math.ceil(size / senders.length / lives.length)
      let [orders, crashes, differing, parked] = [0, 0, 0, 0]
      for (const [index, sender] of senders.entries()) {
        for (const [life, kinds] of lives.entries()) {
          const result = await compare(sender, kinds, each, 1 + index * lives.length + life)
          orders += each
          crashes += result.crashes
          differing += result.differing
          parked += result.parked
        }
      }
      assert.ok(crashes > 0, 'no worker was killed')
      return [
        `${number(orders)} orders of ${senders.length} senders' events`,
        `${number(crashes)} kills`,
        exactly('differing', differing, 0),
        exactly('parked', parked, 0),
      ]
    },
  },
]
