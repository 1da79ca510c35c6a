import { strict as assert } from 'node:assert'
import type { SQSRecord } from 'aws-lambda'
import { defineBridge, form, signup } from '../../src/lib/index.ts'
import type { ModelOptions } from '../model/options.ts'
import { createRandom } from '../model/random.ts'
import type { Body } from '../model/requests.ts'
import { drainAndAudit, exactly, number, type Row } from './row.ts'
import { type Person, personOf, type Scene, signupOf, startScene } from './scene.ts'

/** Search lags almost as long as the bridge waits for it, which is 180 s. */
const indexLagMs = 170_000

const unavailable = { status: 503, headers: {}, body: '' }
/** Records that fail are visible again together, at the next multiple of this. */
const togetherMs = 300_000

type Kill = {
  readonly kind: Person['kind']
  /** The receive of the record at which its worker is killed; the earlier ones fail. */
  readonly receive: number
  /** How many retried records are in its batch. */
  readonly beside: number
}

/** One round of a `Kill`: it ends with the record's contact. */
type Round = {
  recordId: string
  /** Which response to a create the worker is killed after. */
  killAt: number
  responses: number
  /** Whether searches succeed: from the record's receive on. */
  mayPass: boolean
  isKilled: boolean
}

const msToNext = (nowMs: number): number => togetherMs - (nowMs % togetherMs)

const receivesOf = ({ attributes }: SQSRecord): number => Number(attributes.ApproximateReceiveCount)

/** Starts a scene that kills its worker in each round. */
const startKilling = async ({ receive, beside }: Kill, round: Round): Promise<Scene> => {
  const assertBatch = (records: readonly SQSRecord[]): void => {
    const [killed = [], others = []] = [true, false].map((isIt) =>
      records.filter(({ messageId }) => (messageId === round.recordId) === isIt),
    )
    assert.deepEqual(killed.map(receivesOf), [receive])
    assert.equal(others.filter((other) => receivesOf(other) > 1).length, beside, 'retried records')
  }
  let scene: Scene | undefined
  scene = await startScene({
    indexLagMs,
    workers: 1,
    intercept: ({ path }) => {
      round.mayPass ||= scene?.model.queue.find(round.recordId)?.receives === receive
      return path === '/contacts/search' && !round.mayPass ? unavailable : undefined
    },
    onAwait: ({ call, when }) => {
      if (round.isKilled || call !== 'POST /contacts' || when !== 'after') return
      round.responses += 1
      if (round.responses < round.killAt) return
      round.isKilled = true
      scene?.model.crash()
    },
    onInvocation: ({ records, endedMs, error }) => {
      if (error) assertBatch(records)
      if (round.mayPass) return
      for (const { receiptHandle } of records) {
        scene?.model.queue.changeVisibility(receiptHandle, msToNext(endedMs) / 1_000)
      }
    },
  })
  return scene
}

/**
 * Kills the worker right after Intercom's response to a create, once in each round. The searches of
 * the earlier receives fail. With several records in the batch, all of them create a contact, and
 * the kill follows another response in each round.
 */
const killAfterCreate = async (kill: Kill, rounds: number): Promise<Scene> => {
  const { kind, receive, beside } = kill
  const round = { recordId: '', killAt: 0, responses: 0, mayPass: false, isKilled: false }
  const scene = await startKilling(kill, round)
  const { time, enqueue, passes, drained } = scene.model
  const send = async (person: Person): Promise<string> => {
    const [source, body] = signupOf(person)
    const [id = ''] = await enqueue(source, [body])
    scene.expectContact(person.email, { name: person.name })
    return id
  }
  for (let at = 0; at < rounds; at += 1) {
    const killAt = 1 + (at % (beside + 1))
    Object.assign(round, { killAt, responses: 0, mayPass: false, isKilled: false })
    await passes(msToNext(time.now()) + 1_000)
    const newcomer = (index: number) => personOf(at * (beside + 2) + index, kind)
    await Promise.all(Array.from({ length: beside }, (_, index) => send(newcomer(index))))
    if (receive === 1 && beside > 0) {
      // The others failed. The worker is busy when they are visible again and the new one comes.
      await passes(20_000)
      await passes(msToNext(time.now()) - 50)
      await send(newcomer(beside + 1))
      await passes(10)
    }
    round.recordId = await send(newcomer(beside))
    await drained()
    assert.ok(round.isKilled, 'no worker was killed')
  }
  return scene
}

type SignupKind = 'lead' | 'other lead form' | 'account' | 'user'

/** Two signups of one person; the address is the same. */
const pairs: readonly (readonly [SignupKind, SignupKind])[] = [
  ['lead', 'other lead form'],
  ['lead', 'account'],
  ['account', 'lead'],
  ['user', 'account'],
  ['lead', 'user'],
  ['account', 'user'],
]

/** How long after the first signup of a pair the second one comes. */
const gapsMs = [0, 5_000, 60_000]

const postOf = (person: Person, kind: SignupKind, more: object): [string, Body] => {
  if (kind === 'lead' || kind === 'account' || kind === 'user') {
    const [source, body] = signupOf({ ...person, kind }, more)
    if (kind !== 'lead') return [source, body]
  }
  const { email, name } = { ...person, ...more }
  const source = kind === 'lead' ? 'waitlist' : 'contact'
  return [source, new URLSearchParams({ email, name })]
}

/** Which process gets the second signup of a pair. */
const workerChoices: Readonly<Record<string, (seed: number) => ModelOptions>> = {
  'same worker': () => ({ workers: 1 }),
  'other worker': () => ({ workers: 4, isNextProcess: () => true }),
  'coin toss': (seed) => {
    const random = createRandom(seed)
    return { workers: 2, isNextProcess: () => random() < 0.5 }
  },
}

/** What else happens while the pairs are delivered: nothing, two kills, an outage of 90 s. */
const troubles: readonly ((scene: Scene) => Promise<void>)[] = [
  async () => {},
  async ({ model }) => {
    await model.time.sleep(150)
    model.crash()
    await model.time.sleep(360_000)
    model.crash()
  },
  async ({ model }) => {
    await model.time.sleep(150)
    model.workspace.addFault({ status: 503 })
    await model.time.sleep(90_000)
    model.workspace.faults.clear()
  },
]

/** Every pair `size` times, each of another person; returns the scene before it is drained. */
const sendPairs = async (
  size: number,
  options: ModelOptions,
  trouble: (typeof troubles)[number],
) => {
  const bridge = defineBridge({
    sources: {
      backend: signup(),
      waitlist: form({ role: 'lead' }),
      contact: form({ role: 'lead' }),
    },
  })
  const scene = await startScene({ bridge, indexLagMs, ...options })
  const { request, expectContact, model } = scene
  const signUpTwice = async (number: number): Promise<void> => {
    const pair: readonly SignupKind[] = pairs[number % pairs.length] ?? []
    const [first, second] = pair
    const person = personOf(number, 'user')
    const again = `${person.name} again`
    for (const [at, kind] of pair.entries()) {
      const name = at === 0 ? person.name : again
      if (at > 0)
        await model.time.sleep(gapsMs[(number + Math.floor(number / pairs.length)) % 3] ?? 0)
      const more = { event_id: `event-${number}-${at}`, name }
      assert.equal(await request(...postOf(person, kind, more)), 200)
    }
    const isUser = (kind?: SignupKind) => kind === 'account' || kind === 'user'
    expectContact(person.email, {
      // The values of a user replace those of a lead.
      name: !isUser(first) && isUser(second) ? again : person.name,
      role: pair.some(isUser) ? 'user' : 'lead',
      ...(pair.includes('account') && { external_id: `account-${number}` }),
    })
  }
  const people = Array.from({ length: pairs.length * size }, (_, number) => number)
  await model.time.run(Promise.all([...people.map(signUpTwice), trouble(scene)]))
  return scene
}

export const peopleRows: readonly Row[] = [
  {
    name: 'killed right after the create',
    title: 'a worker killed right after its create, at whatever receive, makes no second contact',
    sizes: { short: 1, full: 20 },
    run: async (size) => {
      let kills = 0
      let people = 0
      const scenes: Scene[] = []
      for (const kind of ['lead', 'user'] as const) {
        for (const receive of [1, 2, 3, 4]) {
          for (const beside of [0, 5]) {
            const scene = await killAfterCreate({ kind, receive, beside }, size)
            kills += size
            people += size * (1 + beside + (receive === 1 && beside > 0 ? 1 : 0))
            scenes.push(scene)
          }
        }
      }
      return [
        `${number(kills)} kills: ${size} of a lead and of a user each, at receive 1 to 4, alone and beside five retried records`,
        await drainAndAudit(...scenes),
        exactly('contacts', scenes.flatMap(({ model }) => model.contacts()).length, people),
      ]
    },
  },
  {
    name: 'two signups of one person',
    title:
      'two signups of one person within the lag of search, at any two workers, are one contact',
    sizes: { short: 1, full: 100 },
    run: async (size) => {
      const figures: string[] = []
      for (const [name, optionsOf] of Object.entries(workerChoices)) {
        const scenes: Scene[] = []
        for (const trouble of troubles) scenes.push(await sendPairs(size, optionsOf(size), trouble))
        const people = troubles.length * pairs.length * size
        const counters = await drainAndAudit(...scenes)
        figures.push(
          `${name}: ${number(people)} people`,
          exactly('contacts', scenes.flatMap(({ model }) => model.contacts()).length, people),
          exactly('parked', scenes.flatMap(({ model }) => model.parked()).length, 0),
          counters,
        )
      }
      return figures
    },
  },
]
