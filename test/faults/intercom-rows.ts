import { strict as assert } from 'node:assert'
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
import { peopleOf, type SceneOptions, startScene } from './scene.ts'

/** Seeds of a row that is thrown again and again: as many as its size has thousands. */
const seedsOf = (size: number, each: number): number[] =>
  Array.from({ length: Math.max(1, Math.round(size / each)) }, (_, index) => index + 1)

/** Intercom is away for so long, and people go on signing up all the while. */
const outage = async (size: number, lengthMs: number, options: SceneOptions = {}) => {
  const scene = await startScene(options)
  const { model } = scene
  model.workspace.addFault({ status: 503 })
  const slices = 10
  const people = peopleOf(size)
  for (let slice = 0; slice < slices; slice += 1) {
    await scene.signUp(people.filter(({ number: each }) => each % slices === slice))
    await model.passes(lengthMs / slices)
  }
  model.workspace.faults.clear()
  const endedMs = model.time.now()
  const parkedByThen = model.parked().length
  await model.drained()
  return { scene, parkedByThen, drainedMs: model.time.now() - endedMs }
}

export const intercomRows: readonly Row[] = [
  {
    name: 'T1',
    title: 'without a fault everybody is created, with two calls each, or one where lookup is off',
    sizes: { short: 200, full: 100_000 },
    run: async (size) => {
      const half = Math.ceil(size / 2)
      const scene = await startScene({ workers: 10 })
      await scene.signUp(peopleOf(half))
      const bare = await startScene({ workers: 10, source: { lookup: false } })
      await bare.signUp(peopleOf(half, 'account'))
      const counters = await drainAndAudit(scene, bare)
      return [
        `${number(2 * half)} signups`,
        exactly('calls a signup', scene.calls() / half, 2),
        exactly('without lookup', bare.calls() / half, 1),
        exactly('parked', scene.model.parked().length + bare.model.parked().length, 0),
        counters,
      ]
    },
  },
  {
    name: 'T2',
    title: 'with 5 % of 500, 502, 503 and resets all are created, with 12 % more calls at most',
    sizes: { short: 200, full: 1_000_000 },
    run: async (size) => {
      const each = Math.min(size, 10_000)
      let calls = 0
      let parked = 0
      let counters = ''
      for (const seed of seedsOf(size, each)) {
        const scene = await startScene({ workers: 4, seed })
        const faults = [{ status: 500 }, { status: 502 }, { status: 503 }, { reset: true } as const]
        for (const [index, fault] of faults.entries()) {
          scene.model.workspace.addFault({ ...fault, chance: 0.0125, seed: seed * 4 + index })
        }
        await scene.signUp(peopleOf(each))
        counters = await drainAndAudit(scene)
        calls += scene.calls()
        parked += scene.model.parked().length
      }
      const ratio = calls / size / 2
      return [
        `${number(size)} signups, ${seedsOf(size, each).length} seeds`,
        atMost('calls, of those without a fault', ratio, 1.12),
        exactly('parked', parked, 0),
        counters,
      ]
    },
  },
  {
    name: 'T3',
    title: 'of a create whose answer is lost no second contact is made',
    sizes: { short: 200, full: 10_000 },
    run: async (size) => {
      const scene = await startScene({ workers: 4 })
      const fault = { lost: true, chance: 0.1, method: 'POST', path: '/contacts' } as const
      scene.model.workspace.addFault(fault)
      await scene.signUp(peopleOf(size))
      const counters = await drainAndAudit(scene)
      return [
        `${number(size)} signups`,
        atMost('calls, of those without a fault', scene.calls() / size / 2, 1.25),
        exactly('parked', scene.model.parked().length, 0),
        counters,
      ]
    },
  },
  {
    name: 'T4',
    title:
      'a burst drains at 85 % of a window of 167 calls in 10 s at least, with 2 % of 429 at most',
    sizes: { short: 400, full: 20_000 },
    run: async (size) => {
      const rate_limit = 167
      const scene = await startScene({ rate_limit, latencyMs: 150 })
      const { model } = scene
      await scene.signUp(peopleOf(size))
      const postedMs = model.time.now()
      const before = scene.calls(200)
      const counters = await drainAndAudit(scene)
      const windows = (model.time.now() - postedMs) / 10_000
      const used = (scene.calls(200) - before) / (windows * rate_limit)
      assert.ok(used >= 0.85, `used ${percent(used)} of the window`)
      return [
        `${number(size)} signups in ${minutes(windows * 10_000)}`,
        `${percent(used)} of the window used`,
        atMost('429 of all calls', scene.calls(429) / scene.calls(), 0.02),
        exactly('parked', model.parked().length, 0),
        counters,
      ]
    },
  },
  ...([1, 6, 20] as const).map(
    (hours): Row => ({
      name: `T5 ${hours} h`,
      title: `an outage of ${hours} h parks nothing, and all is delivered within 16 min of its end`,
      sizes: { short: 12, full: 5_000 },
      run: async (size) => {
        const { scene, parkedByThen, drainedMs } = await outage(size, hours * hourMs)
        return [
          `${number(size)} signups during ${hours} h`,
          exactly('parked', parkedByThen + scene.model.parked().length, 0),
          `drained in ${minutes(drainedMs)}`,
          atMost('minutes to drain', drainedMs / 60_000, 16),
          await drainAndAudit(scene),
        ]
      },
    }),
  ),
  {
    name: 'T6 72 h',
    title: 'an outage of 72 h parks nothing, and all is delivered within 16 min of its end',
    sizes: { short: 6, full: 5_000 },
    run: async (size) => {
      const { scene, parkedByThen, drainedMs } = await outage(size, 72 * hourMs)
      return [
        `${number(size)} signups during 72 h`,
        exactly('parked', parkedByThen + scene.model.parked().length, 0),
        `drained in ${minutes(drainedMs)}`,
        atMost('minutes to drain', drainedMs / 60_000, 16),
        await drainAndAudit(scene),
      ]
    },
  },
  {
    name: 'T6 7 d',
    title: 'after an outage of 7 days a replay recovers everybody',
    sizes: { short: 6, full: 1_000 },
    run: async (size) => {
      const { scene, parkedByThen } = await outage(size, 7 * dayMs)
      const { model } = scene
      assert.ok(parkedByThen > 0)
      const { replayed, unseen } = await model.replay()
      await model.drained()
      return [
        `${number(size)} signups during 7 days`,
        `parked ${number(parkedByThen)}`,
        exactly('replayed', replayed, parkedByThen),
        exactly('left behind', model.parked().length + unseen, 0),
        exactly('contacts', model.contacts().length, size),
        await drainAndAudit(scene),
      ]
    },
  },
  {
    name: 'T6 age',
    title:
      'what is still tried after five days is parked before SQS drops it, and a replay recovers it',
    sizes: { short: 4, full: 200 },
    run: async (size) => {
      // So many wait that each is tried seldom: 400 receives would last for longer than seven days.
      const { scene, parkedByThen } = await outage(size, 8 * dayMs, { maxReceives: 100_000 })
      const { model } = scene
      const reasons = new Set(model.parked().map(({ reason }) => reason))
      assert.deepEqual(reasons, new Set(['intercom_unavailable']))
      const { replayed } = await model.replay()
      await model.drained()
      return [
        `${number(size)} signups during 8 days`,
        exactly('replayed', replayed, parkedByThen),
        exactly('contacts', model.contacts().length, size),
        await drainAndAudit(scene),
      ]
    },
  },
  {
    name: 'T7',
    title: 'a token that is refused for 2 h parks nothing, and is read once in 30 s a process',
    sizes: { short: 60, full: 5_000 },
    run: async (size) => {
      const scene = await startScene()
      const { model } = scene
      model.workspace.addFault({ access_token: 'the-next-token' })
      await scene.signUp(peopleOf(size))
      await model.passes(2 * hourMs)
      model.putToken('the-next-token')
      const goodMs = model.time.now()
      const counters = await drainAndAudit(scene)
      const drainedMs = model.time.now() - goodMs
      let soonest = Number.POSITIVE_INFINITY
      const readAtMs = new Map<string, number[]>()
      for (const { reader, atMs, stage, secretId } of model.secretReads) {
        if (stage !== 'AWSCURRENT' || !secretId.endsWith('intercom')) continue
        readAtMs.set(reader, [...(readAtMs.get(reader) ?? []), atMs])
      }
      // The first reading of a process may be followed by one at once: it may just have been rotated.
      for (const times of readAtMs.values()) {
        for (const [at, ms] of times.entries()) {
          if (at >= 2) soonest = Math.min(soonest, ms - (times[at - 1] ?? 0))
        }
      }
      assert.ok(soonest >= 30_000 && Number.isFinite(soonest), `read again after ${soonest} ms`)
      return [
        `${number(size)} signups`,
        `secret read again after ${Math.round(soonest / 1_000)} s at the soonest`,
        atMost('minutes to drain', drainedMs / 60_000, 16),
        exactly('parked', model.parked().length, 0),
        counters,
      ]
    },
  },
  {
    name: 'T8',
    title: 'a token that is changed under way costs each process one refused batch at most',
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
        // A batch has ten calls under way when the token goes.
        atMost('401 a process', scene.calls(401) / workers, 10),
        exactly('parked', model.parked().length, 0),
        exactly('receives beyond the first', model.notes.counted.get('handed_back') ?? 0, 0),
        counters,
      ]
    },
  },
]
