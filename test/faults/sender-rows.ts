import { strict as assert } from 'node:assert'
import { createRandom } from '../model/random.ts'
import { start } from '../support/clock.ts'
import { atMost, drainAndAudit, exactly, number, type Row } from './row.ts'
import {
  type Person,
  peopleOf,
  type Scene,
  type SceneOptions,
  signupOf,
  startScene,
} from './scene.ts'

/** A source whose events overwrite a contact unless its mark is newer. */
const overwriting: SceneOptions = {
  source: { onExisting: 'overwrite' },
  attributes: ['signup_bridge_at:integer'],
}

/** One of several events of a person; each version has another name and a later time. */
const eventOf = (person: Person, version: number) => {
  const name = `${person.name} ${'I'.repeat(version + 1)}`
  const occurred_at = start - 100_000 + version * 1_000
  const event_id = `event-${person.number}-${version}`
  return { name, occurred_at, body: signupOf(person, { name, occurred_at, event_id })[1] }
}

/** Posts an event until the response is a 200, as senders do. */
const postUntilAccepted = async (scene: Scene, source: string, person: Person, version = 0) => {
  const { name, occurred_at, body } = eventOf(person, version)
  while ((await scene.request(source, body)) !== 200) await scene.model.time.sleep(60_000)
  scene.expectContact(person.email, { name }, occurred_at)
}

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item) =>
        permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      )

export const senderRows: readonly Row[] = [
  {
    name: 'signing secret rotated',
    title: 'the old and the new secret are both accepted during the rotation',
    sizes: { short: 100, full: 10_000 },
    run: async (size) => {
      const scene = await startScene({ workers: 10 })
      const { model } = scene
      const people = peopleOf(size, 'account')
      await scene.signUp(people.slice(0, 20))
      const before = model.secretOf('backend') ?? ''
      model.putSigningSecrets({ backend: 'the-next-secret' })
      for (const [index, person] of people.slice(20).entries()) {
        const secret = index % 2 === 0 ? 'the-next-secret' : before
        await scene.post(...signupOf(person), { secret })
        scene.expectContact(person.email, { name: person.name })
      }
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} signups`,
        exactly('refused with 401', scene.statuses.get(401) ?? 0, 0),
        exactly('contacts', model.contacts().length, size),
        counters,
      ]
    },
  },
  {
    name: 'Secrets Manager down',
    title: 'the signing secret that was read last stays in use',
    sizes: { short: 60, full: 10_000 },
    run: async (size) => {
      const scene = await startScene({ workers: 10 })
      const { model } = scene
      await scene.signUp(peopleOf(10))
      model.setDown({ secrets: true })
      const people = peopleOf(size).slice(10)
      for (let tenth = 0; tenth < 10; tenth += 1) {
        await scene.signUp(people.filter((person) => person.number % 10 === tenth))
        await model.passes(600_000)
      }
      model.setDown({})
      const counters = await drainAndAudit(scene)
      const refused = [...scene.statuses].filter(([status]) => status >= 400)
      return [
        `${number(size)} signups in 100 min`,
        exactly('refused', refused.length, 0),
        exactly('contacts', model.contacts().length, size),
        counters,
      ]
    },
  },
  {
    name: 'SQS send failures',
    title:
      'a signup that SQS does not store gets a 503, never a 200, and the sender’s retry delivers it',
    sizes: { short: 100, full: 10_000 },
    run: async (size) => {
      const scene = await startScene({ workers: 10 })
      const { model } = scene
      let notStored = 0
      model.setSendFailures(0.2)
      for (const person of peopleOf(size, 'account')) {
        const stored = model.queue.sent()
        const status = await scene.post(...signupOf(person))
        if (status === 200 && model.queue.sent() === stored) notStored += 1
        if (status === 200) scene.expectContact(person.email, { name: person.name })
        else await model.time.run(postUntilAccepted(scene, 'backend', person))
      }
      model.setSendFailures(0)
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} signups`,
        `503 ${number(scene.statuses.get(503) ?? 0)} times`,
        exactly('200 without storing', notStored, 0),
        exactly('contacts', model.contacts().length, size),
        counters,
      ]
    },
  },
  {
    name: 'duplicate deliveries',
    title:
      'an event sent one to five times, then again after half an hour, is one contact and undoes nothing',
    sizes: { short: 40, full: 10_000 },
    run: async (size) => {
      const scene = await startScene({ workers: 4, ...overwriting })
      const { model } = scene
      const random = createRandom(12)
      const people = peopleOf(size, 'account').map((person) => ({
        person,
        times: 1 + Math.floor(random() * 5),
      }))
      const sendEach = async (version: number) => {
        for (const { person, times } of people) {
          for (let time = 0; time < times; time += 1) {
            await postUntilAccepted(scene, 'backend', person, version)
          }
        }
      }
      const sendAll = (version: number) => model.time.run(sendEach(version))
      await sendAll(0)
      await sendAll(1)
      await model.passes(1_800_000)
      await sendAll(0)
      const counters = await drainAndAudit(scene)
      const sent = [...scene.statuses.values()].reduce((sum, count) => sum + count, 0)
      return [
        `${number(sent)} deliveries of ${number(2 * size)} events`,
        exactly('contacts', model.contacts().length, size),
        counters,
      ]
    },
  },
  {
    name: 'events out of order',
    title: 'a signup and three updates leave the newest values, in each of 24 orders',
    sizes: { short: 24, full: 5_000 },
    run: async (size) => {
      const orders = permutations([0, 1, 2, 3])
      const scene = await startScene({ workers: 4, ...overwriting })
      const people = peopleOf(size, 'account').values()
      const work = async (): Promise<void> => {
        for (const person of people) {
          for (const version of orders[person.number % orders.length] ?? []) {
            await postUntilAccepted(scene, 'backend', person, version)
            // Sometimes the next event is alone in its batch, sometimes it joins the ones before it.
            await scene.model.time.sleep(person.number % 3 === 0 ? 5_000 : 10)
          }
        }
      }
      await scene.model.time.run(Promise.all(Array.from({ length: 20 }, work)))
      const counters = await drainAndAudit(scene)
      return [
        `${number(size * 4)} events in ${orders.length} orders`,
        exactly('contacts', scene.model.contacts().length, size),
        exactly('overwrite_degraded', scene.model.notes.counted.get('overwrite_degraded') ?? 0, 0),
        counters,
      ]
    },
  },
  {
    name: 'order under errors',
    title: 'a person’s events are applied in order, and none twice, whatever Intercom responds',
    sizes: { short: 200, full: 2_000 },
    run: async (size) => {
      const { scene, inversions, repeats } = await sendUnderErrors(size, Math.max(5, size / 50), 14)
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} events of ${Math.max(5, size / 50)} people`,
        exactly('inversions', inversions(), 0),
        exactly('delivered again', repeats(), 0),
        exactly('parked', scene.model.parked().length, 0),
        counters,
      ]
    },
  },
  {
    name: 'simultaneous signups',
    title: 'twenty signups of one person at the same moment are one contact',
    sizes: { short: 20, full: 1_000 },
    run: async (size) => {
      const scene = await startScene({ workers: 10 })
      const people = peopleOf(size)
      for (let time = 0; time < 20; time += 1) {
        const posts = people.map((person) =>
          person.kind === 'lead'
            ? scene.request(...signupOf(person))
            : scene.request(...signupOf(person, { event_id: `${person.number}-${time}` })),
        )
        await scene.model.time.run(Promise.all(posts))
      }
      for (const { email, name } of people) scene.expectContact(email, { name })
      const counters = await drainAndAudit(scene)
      return [
        `${number(20 * size)} signups`,
        exactly('contacts', scene.model.contacts().length, size),
        exactly('parked', scene.model.parked().length, 0),
        atMost('requests per signup', scene.calls() / size / 20, 2),
        counters,
      ]
    },
  },
  {
    name: 'failed record in a batch',
    title: 'only the same person’s later records return to the queue with a failed one',
    sizes: { short: 200, full: 10_000 },
    run: async (size) => {
      const { scene, inversions, repeats } = await sendUnderErrors(size, Math.max(5, size / 10), 20)
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} events of ${number(Math.max(5, size / 10))} people`,
        exactly('inversions', inversions(), 0),
        exactly('delivered again', repeats(), 0),
        exactly('parked', scene.model.parked().length, 0),
        counters,
      ]
    },
  },
]

/** Posts several events of each person at the same moment, while about a fifth of requests fail. */
const sendUnderErrors = async (size: number, peopleCount: number, seed: number) => {
  const delivered: { readonly person: string; readonly version: number }[] = []
  const scene = await startScene({
    ...overwriting,
    workers: 4,
    seed,
    indexLagMs: 0,
    onInvocation: ({ records, failed }) => {
      for (const { messageId, body } of records) {
        if (failed.includes(messageId)) continue
        const { event_id } = JSON.parse(Buffer.from(JSON.parse(body).body, 'base64').toString())
        const [, person = '', version = ''] = String(event_id).split('-')
        delivered.push({ person, version: Number(version) })
      }
    },
  })
  const statuses = [500, 503, 408, 429]
  for (const [index, status] of statuses.entries()) {
    scene.model.workspace.addFault({ status, chance: 0.05, seed: seed + index })
  }
  scene.model.workspace.addFault({ reset: true, chance: 0.05, seed })
  const people = peopleOf(peopleCount, 'account')
  for (let version = 0; version < size / peopleCount; version += 1) {
    for (const person of people) {
      const { name, occurred_at, body } = eventOf(person, version)
      assert.equal(await scene.post('backend', body), 200)
      scene.expectContact(person.email, { name }, occurred_at)
    }
  }
  const versionsOf = () =>
    [...Map.groupBy(delivered, ({ person }) => person).values()].map((events) =>
      events.map(({ version }) => version),
    )
  return {
    scene,
    inversions: () =>
      versionsOf().flatMap((versions) =>
        versions.filter((version, at) => version < (versions[at - 1] ?? -1)),
      ).length,
    repeats: () =>
      versionsOf().reduce((sum, versions) => sum + versions.length - new Set(versions).size, 0),
  }
}
