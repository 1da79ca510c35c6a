import { strict as assert } from 'node:assert'
import { readFailures } from '../../sandbox/event-source-format.ts'
import { defineBridge, signup } from '../../src/lib/index.ts'
import type { AwaitPoint } from '../model/life.ts'
import { fifoArn, record } from '../support/records.ts'
import { atMost, drainAndAudit, exactly, number, type Row } from './row.ts'
import { peopleOf, personOf, type Scene, signupOf, startScene } from './scene.ts'

const pointText = ({ call, when }: AwaitPoint): string => `${when} ${call}`

/**
 * A batch that comes by every call that the worker makes: somebody new with a tag and a company, a
 * contact that lacks something, a lead, an archived contact, attributes that the workspace does not
 * know, one record that is parked, and one call that fails until the record is handed back.
 */
const startKill = async (seed: number, onAwait: (point: AwaitPoint, scene: Scene) => void) => {
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
    onAwait: (point) => scene && onAwait(point, scene),
  })
  const { model, intercom, expectOf } = scene
  const kept = { company: { company_id: 'acme' }, custom_attributes: { plan: 'pro' } }
  const [fresh, lacking, known, archived, odd, poor, waiting] = peopleOf(7, 'account')
  if (!fresh || !lacking || !known || !archived || !odd || !poor || !waiting)
    throw new Error('seven')
  await intercom('POST', '/contacts', { role: 'user', email: lacking.email })
  await intercom('POST', '/contacts', { role: 'user', email: known.email, name: known.name })
  const { email } = archived
  const id = await intercom('POST', '/contacts', { role: 'user', email, external_id: 'account-3' })
  await intercom('POST', `/contacts/${id}/archive`)
  await model.passes(120_000)
  const path = '/contacts/search'
  model.workspace.addFault({ method: 'POST', path, status: 503, count: 4 })
  for (const person of [fresh, lacking, known, archived, waiting]) {
    assert.equal(await scene.post(...signupOf(person, kept)), 200)
    expectOf(person.email, { name: person.name })
  }
  assert.equal(await scene.post(...signupOf(odd, { custom_attributes: { size: 'many' } })), 200)
  expectOf(odd.email, { name: odd.name })
  assert.equal(
    await scene.post('waitlist', { event_id: 'lead', email: poor.email, name: poor.name }),
    200,
  )
  expectOf(poor.email, { name: poor.name })
  // Genuine, and nobody: parked.
  await model.enqueue('backend', [{ event_id: 'nobody' }])
  return scene
}

/** Every await point that a run without a kill comes by, in order. */
const awaitPoints = async (): Promise<AwaitPoint[]> => {
  const points: AwaitPoint[] = []
  const scene = await startKill(1, (point) => points.push(point))
  await scene.model.drained()
  return points
}

export const crashRows: readonly Row[] = [
  {
    name: 'T16',
    title: 'a worker that is killed at any of its awaits leaves nothing undone and nothing double',
    sizes: { short: 1, full: 100 },
    run: async (size) => {
      const points = await awaitPoints()
      let runs = 0
      let counters = ''
      let kills = 0
      for (const at of points.keys()) {
        for (let seed = 1; seed <= size; seed += 1) {
          let passed = 0
          const scene = await startKill(seed, (_point, { model }) => {
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
    name: 'T17',
    title:
      'a record that ends every process is moved out alone; the others of its batch are delivered',
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
      const { model, expectOf } = scene
      const people = peopleOf(size, 'account')
      const bodies = people.map((person) => signupOf(person)[1])
      await model.enqueue('backend', bodies)
      for (const { email, name } of people) expectOf(email, { name })
      const counters = await drainAndAudit(scene)
      const [most = 0, mate = 0] = [...receives.values()].toSorted((a, b) => b - a)
      return [
        `a batch of ${size}`,
        exactly('moved out', model.parked().length, 1),
        exactly('contacts', model.contacts().length, size - 1),
        exactly('receives of the poison', most, maxReceives),
        atMost('receives of another', mate, 4),
        counters,
      ]
    },
  },
  {
    name: 'T18',
    title: 'an account whose record comes again while it is still at hand is one contact',
    sizes: { short: 60, full: 1_000 },
    run: async (size) => {
      let overlaps = 0
      const atHand = new Map<string, number>()
      const scene = await startScene({
        workers: size / 5,
        latencyMs: 6_000,
        // Two calls take longer: another worker is given the record meanwhile.
        visibilityMs: 8_000,
        onInvocation: ({ records, startedMs, endedMs }) => {
          for (const { messageId } of records) {
            if ((atHand.get(messageId) ?? 0) > startedMs) overlaps += 1
            atHand.set(messageId, endedMs)
          }
        },
      })
      await scene.signUp(peopleOf(size, 'account'))
      const counters = await drainAndAudit(scene)
      assert.ok(overlaps > size / 2, `${overlaps} overlaps`)
      return [
        `${number(size)} signups, ${number(overlaps)} at two workers at a time`,
        exactly('contacts', scene.model.contacts().length, size),
        counters,
      ]
    },
  },
  {
    name: 'T19',
    title: 'an answer of the function that names no record of the batch deletes none',
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
      for (const answer of malformed) assert.throws(() => readFailures(answer, records))
      const wholes = [undefined, null, {}, { batchItemFailures: null }, { batchItemFailures: [] }]
      for (const answer of wholes) assert.deepEqual(readFailures(answer, records), [])

      // Our worker's own: of all that fails every id, and nothing else.
      const answers: { failed: number; given: number; error: Error | undefined }[] = []
      const scene = await startScene({
        onInvocation: ({ failed, records: given, error }) => {
          answers.push({ failed: failed.length, given: given.length, error })
        },
      })
      scene.model.workspace.addFault({ status: 503, count: 30 })
      await scene.signUp(peopleOf(5, 'account'))
      await scene.model.passes(14_000)
      assert.ok(answers.length > 0)
      assert.ok(answers.every(({ failed, given, error }) => failed === given && !error))
      return [`${malformed.length + wholes.length} malformed and empty answers`, 'all as AWS says']
    },
  },
]
