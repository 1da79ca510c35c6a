import { strict as assert } from 'node:assert'
import type { Fault } from '../../sandbox/intercom/fault-request.ts'
import {
  atMost,
  dayMs,
  drainAndAudit,
  exactly,
  hourMs,
  minutes,
  number,
  percent,
  type Row,
} from './row.ts'
import {
  accountsOnly,
  peopleOf,
  requestsPerSignup,
  type SceneOptions,
  startScene,
} from './scene.ts'

/** The seeds of a repeated row: one for every `perSeed` signups of its size. */
const seedsOf = (size: number, perSeed: number): number[] =>
  Array.from({ length: Math.max(1, Math.round(size / perSeed)) }, (_, index) => index + 1)

/** Intercom is down, or has another fault, for `lengthMs`, and people sign up throughout. */
const outage = async (
  size: number,
  lengthMs: number,
  options: SceneOptions = {},
  fault: Fault = { status: 503 },
) => {
  const scene = await startScene(options)
  const { model } = scene
  model.workspace.addFault(fault)
  const slices = 10
  const people = peopleOf(size)
  for (let slice = 0; slice < slices; slice += 1) {
    await scene.signUp(people.filter((person) => person.number % slices === slice))
    await model.passes(lengthMs / slices)
  }
  model.workspace.faults.clear()
  const endedMs = model.time.now()
  const parkedByEnd = model.parked().length
  await model.drained()
  return { scene, parkedByEnd, createdMs: scene.createdWithinMs(endedMs) }
}

/** Faults that are the same for every signup, which only an operator can fix. */
const sharedFaults: Readonly<Record<string, Fault>> = {
  'a version that Intercom does not know': { status: 400, code: 'intercom_version_invalid' },
  'a redirect': { status: 307, body: 'html' },
  'only 404': { status: 404 },
  'a page of 404': { status: 404, body: 'html' },
}

export const intercomRows: readonly Row[] = [
  {
    name: 'no fault',
    title:
      'every signup becomes a contact with two requests, with one when lookup is off, with three when it is confirmed',
    sizes: { short: 200, full: 100_000 },
    run: async (size) => {
      const third = Math.ceil(size / 3)
      const confirmed = await startScene({ workers: 10 })
      await confirmed.signUp(peopleOf(third))
      const accounts = await startScene({ workers: 10, ...accountsOnly() })
      await accounts.signUp(peopleOf(third, 'account'))
      const withoutLookup = await startScene({ workers: 10, ...accountsOnly({ lookup: false }) })
      await withoutLookup.signUp(peopleOf(third, 'account'))
      const scenes = [confirmed, accounts, withoutLookup]
      const counters = await drainAndAudit(...scenes)
      return [
        `${number(3 * third)} signups`,
        exactly('requests per signup', accounts.calls() / third, 2),
        exactly('confirmed', confirmed.calls() / third, requestsPerSignup),
        exactly('without lookup', withoutLookup.calls() / third, 1),
        exactly('parked', scenes.flatMap(({ model }) => model.parked()).length, 0),
        counters,
      ]
    },
  },
  {
    name: 'random 5xx and resets',
    title:
      'every signup becomes a contact when 5 % of requests fail, with at most 12 % more requests',
    sizes: { short: 200, full: 1_000_000 },
    run: async (size) => {
      const perSeed = Math.min(size, 10_000)
      let requests = 0
      let parked = 0
      let counters = ''
      for (const seed of seedsOf(size, perSeed)) {
        const scene = await startScene({ workers: 4, seed })
        const faults = [{ status: 500 }, { status: 502 }, { status: 503 }, { reset: true } as const]
        for (const [index, fault] of faults.entries()) {
          scene.model.workspace.addFault({ ...fault, chance: 0.0125, seed: seed * 4 + index })
        }
        await scene.signUp(peopleOf(perSeed))
        counters = await drainAndAudit(scene)
        requests += scene.calls()
        parked += scene.model.parked().length
      }
      const ratio = requests / size / requestsPerSignup
      return [
        `${number(size)} signups, ${seedsOf(size, perSeed).length} seeds`,
        atMost('requests relative to no fault', ratio, 1.12),
        exactly('parked', parked, 0),
        counters,
      ]
    },
  },
  {
    name: 'lost responses',
    title: 'a create whose response is lost makes no second contact',
    sizes: { short: 200, full: 10_000 },
    run: async (size) => {
      const scene = await startScene({ workers: 4 })
      const fault = { lost: true, chance: 0.1, method: 'POST', path: '/contacts' } as const
      scene.model.workspace.addFault(fault)
      await scene.signUp(peopleOf(size))
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} signups`,
        atMost('requests relative to no fault', scene.calls() / size / requestsPerSignup, 1.25),
        exactly('parked', scene.model.parked().length, 0),
        counters,
      ]
    },
  },
  {
    name: 'burst at the rate limit',
    title:
      'a burst uses at least 85 % of a window of 167 requests in 10 s, with at most 2 % of 429',
    sizes: { short: 400, full: 20_000 },
    run: async (size) => {
      const rate_limit = 167
      const scene = await startScene({ rate_limit, latencyMs: 150, ...accountsOnly() })
      const { model } = scene
      await scene.signUp(peopleOf(size, 'account'))
      const postedMs = model.time.now()
      const before = scene.calls(200)
      const counters = await drainAndAudit(scene)
      const windows = (model.time.now() - postedMs) / 10_000
      const used = (scene.calls(200) - before) / (windows * rate_limit)
      assert.ok(used >= 0.85, `used ${percent(used)} of the window`)
      return [
        `${number(size)} signups in ${minutes(windows * 10_000)}`,
        `${percent(used)} of the window used`,
        atMost('share of 429', scene.calls(429) / scene.calls(), 0.02),
        exactly('parked', model.parked().length, 0),
        counters,
      ]
    },
  },
  ...([1, 6, 20] as const).map(
    (hours): Row => ({
      name: `outage ${hours} h`,
      title: 'nothing is parked, and everything is delivered within 16 min of the end',
      sizes: { short: 12, full: 5_000 },
      run: async (size) => {
        const { scene, parkedByEnd, createdMs } = await outage(size, hours * hourMs)
        return [
          `${number(size)} signups during ${hours} h`,
          exactly('parked', parkedByEnd + scene.model.parked().length, 0),
          `delivered in ${minutes(createdMs)}`,
          atMost('minutes to deliver', createdMs / 60_000, 16),
          await drainAndAudit(scene),
        ]
      },
    }),
  ),
  {
    name: 'outage 72 h',
    title: 'nothing is parked, and everything is delivered within 16 min of the end',
    sizes: { short: 6, full: 5_000 },
    run: async (size) => {
      const { scene, parkedByEnd, createdMs } = await outage(size, 72 * hourMs)
      return [
        `${number(size)} signups during 72 h`,
        exactly('parked', parkedByEnd + scene.model.parked().length, 0),
        `delivered in ${minutes(createdMs)}`,
        atMost('minutes to deliver', createdMs / 60_000, 16),
        await drainAndAudit(scene),
      ]
    },
  },
  {
    name: 'outage 7 days',
    title: 'a replay after the end recovers every signup',
    sizes: { short: 6, full: 1_000 },
    run: async (size) => {
      const { scene, parkedByEnd } = await outage(size, 7 * dayMs)
      const { model } = scene
      assert.ok(parkedByEnd > 0)
      const { replayed, unseen } = await model.replay()
      await model.drained()
      return [
        `${number(size)} signups during 7 days`,
        `parked ${number(parkedByEnd)}`,
        exactly('replayed', replayed, parkedByEnd),
        exactly('left behind', model.parked().length + unseen, 0),
        exactly('contacts', model.contacts().length, size),
        await drainAndAudit(scene),
      ]
    },
  },
  {
    name: 'parked after 5 days',
    title:
      'a signup that still fails after five days is parked before SQS drops it, and a replay recovers it',
    sizes: { short: 4, full: 200 },
    run: async (size) => {
      // In a large backlog each record is received rarely: 400 receives would take over seven days.
      const { scene, parkedByEnd } = await outage(size, 8 * dayMs, { maxReceives: 100_000 })
      const { model } = scene
      const reasons = new Set(model.parked().map(({ reason }) => reason))
      assert.deepEqual(reasons, new Set(['intercom_unavailable']))
      const { replayed } = await model.replay()
      await model.drained()
      return [
        `${number(size)} signups during 8 days`,
        exactly('replayed', replayed, parkedByEnd),
        exactly('contacts', model.contacts().length, size),
        await drainAndAudit(scene),
      ]
    },
  },
  {
    name: 'token revoked 2 h',
    title: 'nothing is parked, and each process rereads the secret at most once in 30 s',
    sizes: { short: 60, full: 5_000 },
    run: async (size) => {
      const scene = await startScene()
      const { model } = scene
      model.workspace.addFault({ access_token: 'the-next-token' })
      await scene.signUp(peopleOf(size))
      await model.passes(2 * hourMs)
      model.putToken('the-next-token')
      const validMs = model.time.now()
      const counters = await drainAndAudit(scene)
      const createdMs = scene.createdWithinMs(validMs)
      let shortestGapMs = Number.POSITIVE_INFINITY
      const readAtMs = new Map<string, number[]>()
      for (const { reader, atMs, stage, secretId } of model.secretReads) {
        if (stage !== 'AWSCURRENT' || !secretId.endsWith('intercom')) continue
        readAtMs.set(reader, [...(readAtMs.get(reader) ?? []), atMs])
      }
      // One of two reads in a row may be routine: the first, or the refresh every five minutes.
      for (const times of readAtMs.values()) {
        for (const [at, ms] of times.entries()) {
          if (at >= 2) shortestGapMs = Math.min(shortestGapMs, ms - (times[at - 2] ?? 0))
        }
      }
      assert.ok(
        shortestGapMs >= 30_000 && Number.isFinite(shortestGapMs),
        `read again after ${shortestGapMs} ms`,
      )
      return [
        `${number(size)} signups`,
        `secret reread after ${Math.round(shortestGapMs / 1_000)} s at the earliest`,
        atMost('minutes to deliver', createdMs / 60_000, 16),
        exactly('parked', model.parked().length, 0),
        counters,
      ]
    },
  },
  {
    name: 'misconfigured 2 h',
    title: 'nothing is parked, and everything is delivered within 16 min of the fix',
    sizes: { short: 12, full: 2_000 },
    run: async (size) => {
      const figures: string[] = []
      for (const [name, fault] of Object.entries(sharedFaults)) {
        const { scene, parkedByEnd, createdMs } = await outage(size, 2 * hourMs, {}, fault)
        const { counted } = scene.model.notes
        assert.ok((counted.get('misconfigured') ?? 0) > 0)
        figures.push(
          `${name}: ${number(size)} signups during 2 h`,
          exactly('parked', parkedByEnd + scene.model.parked().length, 0),
          atMost('minutes to deliver', createdMs / 60_000, 16),
          await drainAndAudit(scene),
        )
      }
      return figures
    },
  },
  {
    name: 'everyone refused 2 h',
    title: 'each worker parks at most four, and the others are delivered after the end',
    sizes: { short: 60, full: 5_000 },
    run: async (size) => {
      const workers = 2
      const refusal = { status: 400, code: 'parameter_invalid' }
      const { scene, parkedByEnd, createdMs } = await outage(size, 2 * hourMs, { workers }, refusal)
      const parked = scene.model.parked().length
      assert.ok(parkedByEnd > 0)
      return [
        `${number(size)} signups during 2 h`,
        atMost('parked', parked, 4 * workers),
        exactly('contacts', scene.model.contacts().length, size - parked),
        atMost('minutes to deliver', createdMs / 60_000, 16),
        await drainAndAudit(scene),
      ]
    },
  },
  {
    name: 'token rotated',
    title: 'a token changed during delivery costs each process at most one refused batch',
    sizes: { short: 200, full: 10_000 },
    run: async (size) => {
      const workers = 4
      const scene = await startScene({ workers })
      const { model } = scene
      const people = peopleOf(size)
      await scene.signUp(people.slice(0, size / 2))
      const posting = scene.signUp(people.slice(size / 2))
      model.putToken('the-next-token')
      model.workspace.addFault({ access_token: 'the-next-token' })
      await posting
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} signups`,
        // A batch has ten requests in flight when the token changes.
        atMost('401 per process', scene.calls(401) / workers, 10),
        exactly('parked', model.parked().length, 0),
        exactly('receives beyond the first', model.notes.counted.get('handed_back') ?? 0, 0),
        counters,
      ]
    },
  },
]
