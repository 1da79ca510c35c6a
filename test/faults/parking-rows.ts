import { strict as assert } from 'node:assert'
import { atMost, dayMs, drainAndAudit, exactly, hourMs, number, type Row } from './row.ts'
import { type Person, peopleOf, type Scene, signupOf, startScene } from './scene.ts'

/** Only the create: a refusal of every look-up, too, would keep the signups in the queue. */
const refusedCreate = { method: 'POST', path: '/contacts', status: 422 } as const

/** Starts a scene in which every signup was permanently refused and is a dead letter. */
const parkAll = async (size: number, options: Parameters<typeof startScene>[0] = {}) => {
  const scene = await startScene({ workers: 4, ...options })
  const { model } = scene
  model.workspace.addFault(refusedCreate)
  await scene.signUp(peopleOf(size), { occurred_at: Math.floor(model.time.now() / 1_000) })
  await model.drained()
  model.workspace.faults.clear()
  assert.equal(model.parked().length, size)
  return scene
}

/** What is in Intercom before a person signs up, and what changes there during the delivery. */
const conflicts: Readonly<
  Record<
    string,
    {
      readonly version?: string
      readonly before?: (scene: Scene, person: Person) => Promise<unknown>
      readonly meanwhile?: (scene: Scene, person: Person) => Promise<unknown>
    }
  >
> = {
  '409, archived': {
    before: async ({ intercom }, { number: id, email }) => {
      const user = { role: 'user', email, external_id: `account-${id}` }
      await intercom('POST', `/contacts/${await intercom('POST', '/contacts', user)}/archive`)
    },
  },
  '409 without an id': {
    before: async ({ model }) =>
      model.workspace.addFault({ method: 'POST', path: '/contacts', status: 409, count: 1 }),
  },
  '404, deleted meanwhile': {
    before: ({ intercom }, { email }) => intercom('POST', '/contacts', { role: 'user', email }),
    meanwhile: async ({ intercom, model }) => {
      const { id } = model.contacts().at(-1) ?? {}
      await intercom('DELETE', `/contacts/${id}`)
    },
  },
  '410, merged meanwhile': {
    version: '2.16',
    before: ({ intercom }, { email }) => intercom('POST', '/contacts', { role: 'lead', email }),
    meanwhile: async ({ intercom, model }, { email }) => {
      const { id: from } = model.contacts().at(-1) ?? {}
      const into = await intercom('POST', '/contacts', { role: 'user', email })
      await intercom('POST', '/contacts/merge', { from, into })
    },
  },
}

/** Of one receive; the search that confirms the contact is another one's. */
const mostContactRequests = 6

/** How many contacts there are; a contact that was created again counts. */
const contactCount = (scene: Scene): number => scene.model.contacts().length

export const parkingRows: readonly Row[] = [
  {
    name: 'permanent refusals',
    title:
      'a signup that Intercom permanently refuses is parked on its first receive, with the reason, or when its contact is confirmed',
    sizes: { short: 150, full: 10_000 },
    run: async (size) => {
      const figures: string[] = []
      for (const CONFIRM of ['false', 'true']) {
        const scene = await startScene({ workers: 4, environment: { CONFIRM } })
        const { model } = scene
        for (const [seed, status] of [400, 422].entries()) {
          model.workspace.addFault({ status, chance: 0.015, seed: seed + 1 })
        }
        await scene.signUp(peopleOf(size))
        const counters = await drainAndAudit(scene)
        const parked = model.parked()
        assert.ok(parked.length > 0)
        // A search has nothing to leave out; a create that is refused once loses its fields.
        const reasons = new Set(parked.map(({ reason }) => reason))
        // The receive that confirms the contact writes again what was refused.
        if (CONFIRM === 'true') reasons.add('fields_refused')
        assert.deepEqual(reasons, new Set(['intercom_rejected', 'fields_refused']))
        model.workspace.faults.clear()
        // An operator is slower than the index: a lead that was created in part is found.
        await model.passes(120_000)
        await model.replay()
        const receives = Math.max(...parked.map((letter) => letter.receives))
        figures.push(
          `${number(size)} signups, ${CONFIRM === 'true' ? '' : 'not '}confirmed, ${number(parked.length)} parked`,
          exactly('receives of each', receives, CONFIRM === 'true' ? 2 : 1),
          counters,
          `replayed: ${await drainAndAudit(scene)}`,
          exactly('parked after the replay', model.parked().length, 0),
        )
      }
      return figures
    },
  },
  {
    name: 'Intercom conflicts',
    title: 'no conflict causes a loop, a second contact or a dead letter',
    sizes: { short: 12, full: 100 },
    run: async (size) => {
      const figures: string[] = []
      for (const [name, { version = '2.14', before, meanwhile }] of Object.entries(conflicts)) {
        const scene = await startScene({ workers: 2, version })
        let mostRequests = 0
        for (const person of peopleOf(size, 'account')) {
          await before?.(scene, person)
          await scene.model.passes(120_000)
          const beforeSignup = scene.calls()
          await scene.signUp([person])
          // Between Intercom's response to the search and the worker's next request.
          while (meanwhile && scene.calls() === beforeSignup) await scene.model.passes(10)
          const beforeChange = scene.calls()
          await meanwhile?.(scene, person)
          const changeRequests = scene.calls() - beforeChange
          await scene.model.drained()
          mostRequests = Math.max(mostRequests, scene.calls() - beforeSignup - changeRequests)
        }
        const counters = await drainAndAudit(scene)
        figures.push(
          `${name}: ${atMost('most requests', mostRequests, mostContactRequests + 1)}`,
          exactly('parked', scene.model.parked().length, 0),
          exactly('contacts', contactCount(scene), size),
          counters,
        )
      }
      return figures
    },
  },
  {
    name: 'dead letter send failures',
    title: 'a record whose dead letter cannot be sent stays in its queue until it can',
    sizes: { short: 60, full: 1_000 },
    run: async (size) => {
      const scene = await startScene()
      const { model } = scene
      model.workspace.addFault(refusedCreate)
      await scene.signUp(peopleOf(size))
      model.setDown({ sqs: true })
      await model.passes(hourMs)
      const during = model.parked().length
      model.setDown({})
      model.setSendFailures(0.5)
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} signups`,
        `parked before SQS went down ${number(during)}`,
        exactly('parked in the end', model.parked().length, size),
        counters,
      ]
    },
  },
  {
    name: 'replay during live signups',
    title: 'two replays at once, while people sign up again, only fill empty fields',
    sizes: { short: 100, full: 5_000 },
    run: async (size) => {
      const scene = await parkAll(size, {
        source: { onExisting: 'overwrite' },
        attributes: ['signup_bridge_at:integer'],
      })
      const { model } = scene
      const deadLetters = model.parked().length
      // Some names are edited in Intercom by hand, which leaves no mark; a window of 10 s has room.
      await model.passes(10_000)
      const edited = peopleOf(size).filter((person) => person.number % 4 === 2)
      for (const { number: id, email } of edited) {
        const fields = { role: 'user', email, external_id: `account-${id}`, name: 'By hand' }
        await scene.intercom('POST', '/contacts', fields)
        scene.expectContact(email, { name: 'By hand' })
      }
      const live = peopleOf(size).filter((person) => person.number % 4 < 2)
      // An event of the same second does not count as newer.
      await model.passes(2_000)
      const occurred_at = Math.floor(model.time.now() / 1_000)
      const sendLive = async () => {
        for (const person of live) {
          const name = `${person.name} now`
          const event_id = `live-${person.number}`
          assert.equal(await scene.post(...signupOf(person, { name, occurred_at, event_id })), 200)
          scene.expectContact(person.email, { name }, occurred_at)
        }
      }
      // Two operators replay at the same time.
      const [first, second] = await Promise.all([model.replay(), model.replay(), sendLive()])
      const counters = await drainAndAudit(scene)
      const third = await model.replay()
      return [
        `${number(deadLetters)} dead letters, ${number(live.length)} live signups meanwhile, ${number(edited.length)} edited by hand`,
        exactly('replayed by two at once', first.replayed + second.replayed, size),
        exactly('replayed again', third.replayed, 0),
        exactly('contacts', contactCount(scene), size),
        counters,
      ]
    },
  },
  {
    name: 'replay of deleted accounts',
    title: 'a replay does not create an account again that was deleted or archived meanwhile',
    sizes: { short: 40, full: 500 },
    run: async (size) => {
      const people = peopleOf(size, 'account')
      const scene = await startScene()
      const { model, intercom } = scene
      await scene.signUp(people)
      await model.drained()
      // Their next event is permanently refused and parked.
      for (const person of people) {
        // Two codes by turns: the same one for five persons would keep them in the queue.
        const code = person.number % 2 === 0 ? 'data_invalid' : 'parameter_invalid'
        model.workspace.addFault({ path: '/contacts/search', status: 422, code, count: 1 })
        const phone = '+14155550100'
        await scene.post(...signupOf(person, { event_id: `again-${person.number}`, phone }))
      }
      await model.drained()
      model.workspace.faults.clear()
      const parked = model.parked().length
      for (const [index, { id }] of model.contacts().entries()) {
        if (index % 2 === 0) await intercom('DELETE', `/contacts/${id}`)
        else await intercom('POST', `/contacts/${id}/archive`)
      }
      await model.passes(dayMs)
      const { replayed } = await model.replay()
      await model.drained()
      const reasons = new Set(model.parked().map(({ reason }) => reason))
      assert.deepEqual(reasons, new Set(['contact_archived']))
      return [
        exactly('people', parked, size),
        exactly('replayed', replayed, size),
        exactly('created again', contactCount(scene), 0),
        exactly('parked again', model.parked().length, size),
      ]
    },
  },
]
