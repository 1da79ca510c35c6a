import { strict as assert } from 'node:assert'
import { readFailures } from '../../sandbox/event-source-format.ts'
import { defineBridge, signup } from '../../src/lib/index.ts'
import type { AwaitPoint } from '../model/life.ts'
import { fifoArn, record } from '../support/records.ts'
import { atMost, drainAndAudit, exactly, number, type Row } from './row.ts'
import { peopleOf, personOf, type Scene, signupOf, startScene } from './scene.ts'

const pointText = ({ call, when }: AwaitPoint): string => `${when} ${call}`

/**
 * Starts a scene whose batch covers every kind of call the worker makes: a new person with a tag and
 * a company, a contact with empty fields, a lead, an archived contact, attributes unknown to the
 * workspace, a record that is parked, and a request that fails until its record returns to the queue.
 */
const startMixedBatch = async (
  seed: number,
  onAwait: (point: AwaitPoint, scene: Scene) => void,
) => {
  let scene: Scene | undefined
  const bridge = defineBridge({
    sources: {
      backend: signup({ tags: ['beta'] }),
      waitlist: signup({ role: 'lead' }),
    },
  })
  scene = await startScene({
    bridge,
    seed,
    workers: 1,
    attributes: ['plan:string'],
    indexLagMs: 170_000,
    onAwait: (point) => scene && onAwait(point, scene),
  })
  const { model, intercom, expectContact } = scene
  const extras = { company: { company_id: 'acme' }, custom_attributes: { plan: 'pro' } }
  const [added, incomplete, complete, archived, mistyped, lead, retried] = peopleOf(7, 'account')
  if (!added || !incomplete || !complete || !archived || !mistyped || !lead || !retried)
    throw new Error('fewer than seven people')
  await intercom('POST', '/contacts', { role: 'user', email: incomplete.email })
  await intercom('POST', '/contacts', { role: 'user', email: complete.email, name: complete.name })
  const { email } = archived
  const id = await intercom('POST', '/contacts', { role: 'user', email, external_id: 'account-3' })
  await intercom('POST', `/contacts/${id}/archive`)
  await model.passes(180_000)
  const path = '/contacts/search'
  model.workspace.addFault({ method: 'POST', path, status: 503, count: 4 })
  for (const person of [added, incomplete, complete, archived, retried]) {
    assert.equal(await scene.post(...signupOf(person, extras)), 200)
    expectContact(person.email, { name: person.name })
  }
  assert.equal(
    await scene.post(...signupOf(mistyped, { custom_attributes: { size: 'many' } })),
    200,
  )
  expectContact(mistyped.email, { name: mistyped.name })
  assert.equal(
    await scene.post('waitlist', { event_id: 'lead', email: lead.email, name: lead.name }),
    200,
  )
  expectContact(lead.email, { name: lead.name })
  // A valid delivery without an identity is parked.
  await model.enqueue('backend', [{ event_id: 'nobody' }])
  return scene
}

/** Every await point of a run without a kill, in order. */
const awaitPoints = async (): Promise<AwaitPoint[]> => {
  const points: AwaitPoint[] = []
  const scene = await startMixedBatch(1, (point) => points.push(point))
  await scene.model.drained()
  return points
}

export const crashRows: readonly Row[] = [
  {
    name: 'worker killed at every await',
    title: 'a kill before or after any of its awaits loses nothing and duplicates nothing',
    sizes: { short: 1, full: 100 },
    run: async (size) => {
      const points = await awaitPoints()
      let runs = 0
      let counters = ''
      let kills = 0
      for (const at of points.keys()) {
        for (let seed = 1; seed <= size; seed += 1) {
          let passed = 0
          const scene = await startMixedBatch(seed, (_point, { model }) => {
            if (passed === at) {
              kills += 1
              model.crash()
            }
            passed += 1
          })
          counters = await drainAndAudit(scene)
          const reasons = new Set(scene.model.parked().map(({ reason }) => reason))
          assert.deepEqual(
            reasons,
            new Set(['attributes_refused', 'no_identity']),
            pointText(points[at] as AwaitPoint),
          )
          const tagged = scene.model.contacts().filter(({ tags }) => tags.total_count === 1)
          const tied = scene.model.contacts().filter(({ companies }) => companies.total_count === 1)
          assert.equal(tied.length, 5, `companies, killed ${pointText(points[at] as AwaitPoint)}`)
          assert.equal(tagged.length, 6, `tags, killed ${pointText(points[at] as AwaitPoint)}`)
          runs += 1
        }
      }
      const calls = new Set(points.map(({ call }) => call))
      return [
        `${number(points.length)} await points of ${calls.size} kinds of calls`,
        exactly('kills', kills, runs),
        counters,
      ]
    },
  },
  {
    name: 'poison record',
    title:
      'a record that crashes every worker is moved out alone, and the rest of its batch is delivered',
    sizes: { short: 10, full: 10 },
    run: async (size) => {
      const poison = personOf(4, 'account')
      let scene: Scene | undefined
      const receives = new Map<string, number>()
      const maxReceives = 40
      const backend = signup({
        map: (input) => {
          if (input.contact?.email === poison.email) scene?.model.crash()
          return input
        },
      })
      scene = await startScene({
        bridge: defineBridge({ sources: { backend } }),
        workers: 1,
        maxReceives,
        onInvocation: ({ records }) => {
          for (const { body, attributes } of records) {
            receives.set(body, Number(attributes.ApproximateReceiveCount))
          }
        },
      })
      const { model, expectContact } = scene
      const people = peopleOf(size, 'account')
      const bodies = people.map((person) => signupOf(person)[1])
      await model.enqueue('backend', bodies)
      for (const { email, name } of people) expectContact(email, { name })
      const counters = await drainAndAudit(scene)
      const [poisonReceives = 0, otherReceives = 0] = [...receives.values()].toSorted(
        (a, b) => b - a,
      )
      return [
        `a batch of ${size}`,
        exactly('moved out', model.parked().length, 1),
        exactly('contacts', model.contacts().length, size - 1),
        exactly('receives of the poison record', poisonReceives, maxReceives),
        // Three with the poison record, one alone, one that confirms the contact.
        atMost('most receives of another record', otherReceives, 5),
        counters,
      ]
    },
  },
  {
    name: 'same record at two workers',
    title: 'an account whose record is received again during its delivery becomes one contact',
    sizes: { short: 60, full: 1_000 },
    run: async (size) => {
      let overlaps = 0
      const busyUntilMs = new Map<string, number>()
      const scene = await startScene({
        workers: size / 5,
        latencyMs: 6_000,
        // Two requests take longer, so that another worker receives the record meanwhile.
        visibilityMs: 8_000,
        onInvocation: ({ records, startedMs, endedMs }) => {
          for (const { messageId } of records) {
            if ((busyUntilMs.get(messageId) ?? 0) > startedMs) overlaps += 1
            busyUntilMs.set(messageId, endedMs)
          }
        },
      })
      await scene.signUp(peopleOf(size, 'account'))
      const counters = await drainAndAudit(scene)
      assert.ok(overlaps > size / 2, `${overlaps} overlaps`)
      return [
        `${number(size)} signups, ${number(overlaps)} at two workers at once`,
        exactly('contacts', scene.model.contacts().length, size),
        counters,
      ]
    },
  },
  {
    name: 'malformed worker responses',
    title: 'a response of the worker that names no record of the batch deletes none',
    sizes: { short: 1, full: 1 },
    run: async () => {
      const records = ['a', 'b'].map((messageId) => ({
        ...record('{}', { messageId, eventSourceARN: fifoArn }),
      })) as never
      const malformed = [
        1,
        'b',
        [],
        { batchItemFailures: 'b' },
        { batchItemFailures: [{}] },
        { batchItemFailures: [{ itemIdentifier: '' }] },
        { batchItemFailures: [{ itemIdentifier: 'c' }] },
        { batchItemFailures: [{ itemIdentifier: 'a' }, null] },
      ]
      for (const response of malformed) assert.throws(() => readFailures(response, records))
      const successes = [
        undefined,
        null,
        {},
        { batchItemFailures: null },
        { batchItemFailures: [] },
      ]
      for (const response of successes) assert.deepEqual(readFailures(response, records), [])

      // The worker itself names every failed record, and nothing else.
      const invocations: { failed: number; received: number; error: Error | undefined }[] = []
      const scene = await startScene({
        onInvocation: ({ failed, records: received, error }) => {
          invocations.push({ failed: failed.length, received: received.length, error })
        },
      })
      scene.model.workspace.addFault({ status: 503, count: 30 })
      await scene.signUp(peopleOf(5, 'account'))
      await scene.model.passes(14_000)
      assert.ok(invocations.length > 0)
      assert.ok(invocations.every(({ failed, received, error }) => failed === received && !error))
      return [
        `${malformed.length + successes.length} malformed and empty responses`,
        'all as AWS says',
      ]
    },
  },
]
