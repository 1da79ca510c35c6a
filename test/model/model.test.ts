import { describe, expect, test } from 'vitest'
import { defineBridge } from '../../src/lib/config/config.ts'
import { signup } from '../../src/lib/index.ts'
import { userCreated } from '../support/payloads.ts'
import type { Invocation } from './event-source.ts'
import { startModel } from './model.ts'
import type { Body } from './requests.ts'

const people = (count: number, distinct = count): object[] =>
  Array.from({ length: count }, (_, index) => ({
    event_id: `event-${index}`,
    email: `person-${index % distinct}@example.com`,
  }))
const ada = { event_id: 'e1', email: 'ada@example.com', external_id: '1', name: 'Ada' }

describe('a posted signup becomes a contact', () => {
  test.each<[string, Body, object]>([
    ['backend', ada, { email: 'ada@example.com', external_id: '1', role: 'user' }],
    ['clerk', userCreated, { email: 'grace@example.com', external_id: 'user_1', role: 'user' }],
    [
      'waitlist',
      new URLSearchParams({ email: 'lin@example.com', name: 'Lin' }),
      { email: 'lin@example.com', name: 'Lin', role: 'lead' },
    ],
  ])('from %s', async (source, body, contact) => {
    const model = await startModel()

    expect(await model.post(source, body)).toMatchObject({ status: 200 })
    await model.drained()

    expect(model.contacts()).toMatchObject([contact])
    expect(model.parked()).toEqual([])
    expect(model.notes.counted.get('created')).toBe(1)
  })

  test('before the response in direct mode', async () => {
    const model = await startModel({ delivery: 'direct' })

    expect(await model.post('backend', ada)).toMatchObject({
      status: 200,
      json: { status: 'created', contact_id: model.contacts()[0]?.id },
    })
  })
})

test('a request with a wrong secret is refused with 401 and not queued', async () => {
  const model = await startModel()

  const response = await model.post('backend', ada, { headers: { authorization: 'Bearer wrong' } })

  expect(response).toMatchObject({ status: 401, json: { error: { code: 'signature_invalid' } } })
  expect(model.queue.size()).toBe(0)
})

test('an hour of 503 from Intercom parks nothing, and everything is delivered afterwards', async () => {
  const model = await startModel()
  const startedMs = model.time.now()
  model.workspace.addFault({ status: 503 })
  await model.enqueue('backend', people(50))
  await model.passes(3_600_000)
  expect(model.contacts()).toEqual([])
  model.workspace.faults.clear()

  await model.drained()

  expect(model.contacts()).toHaveLength(50)
  expect(model.parked()).toEqual([])
  expect(model.time.now() - startedMs).toBeLessThan(2 * 3_600_000)
})

test('2,000 signups of 500 people become 500 contacts with 10 workers', async () => {
  const invocations: Invocation[] = []
  const model = await startModel({
    workers: 10,
    onInvocation: (invocation) => invocations.push(invocation),
  })
  await model.enqueue('backend', people(2_000, 500))

  await model.drained()

  expect(model.contacts()).toHaveLength(500)
  expect(model.notes.counted.get('delivered')).toBe(2_000)
  expect(new Set(invocations.map(({ worker }) => worker)).size).toBe(10)
  expect(invocations.every(({ error }) => error === undefined)).toBe(true)
})

test('a signup whose map throws is parked with its reason, and a redrive after the fix delivers it', async () => {
  let isFixed = false
  const backend = signup({
    map: (input) => {
      if (!isFixed) throw new Error('a bug')
      return input
    },
  })
  const model = await startModel({ bridge: defineBridge({ sources: { backend } }) })
  await model.post('backend', ada)
  await model.drained()
  expect(model.parked()).toMatchObject([
    { reason: 'mapping_failed', code: undefined, source: 'backend', receives: 1 },
  ])
  isFixed = true

  expect(model.redrive({ replayed: 'yes' })).toBe(1)
  expect(model.queue.messages()).toMatchObject([
    { attributes: { reason: 'mapping_failed', source: 'backend', replayed: 'yes' } },
  ])
  await model.drained()

  expect(model.parked()).toEqual([])
  expect(model.contacts()).toMatchObject([{ email: 'ada@example.com' }])
})

test('a message received maxReceives times is moved to the dead letters', async () => {
  const model = await startModel({ maxReceives: 3 })
  model.workspace.addFault({ status: 503 })
  await model.enqueue('backend', [ada])

  await model.drained()

  expect(model.parked()).toMatchObject([
    { reason: 'receives_exhausted', source: undefined, receives: 3 },
  ])
})

test('signups wait while the token is revoked, and each worker reads the new one', async () => {
  const model = await startModel()
  await model.enqueue('backend', people(30))
  model.workspace.addFault({ access_token: 'the-next-token' })
  await model.passes(60_000)
  model.putToken('the-next-token')

  await model.drained()

  expect(model.contacts()).toHaveLength(30)
  const readers = new Set(model.secretReads.map(({ reader }) => reader))
  expect(readers).toEqual(new Set(['worker 1', 'worker 2']))
})

describe('a secret that changes right after the routine refresh of the cache', () => {
  /** A bridge that has just refreshed its secrets, five minutes after it read them first. */
  const startRefreshed = async (delivery: 'queue' | 'direct') => {
    const model = await startModel({ delivery, workers: 1 })
    for (const email of ['first@example.com', 'refreshes@example.com']) {
      await model.post('backend', { email })
      await model.drained()
      if (email.startsWith('first')) await model.passes(300_000)
    }
    return model
  }

  test.each([0, 1_000, 20_000])(
    'signs a delivery %i ms later: it is taken, and wrong ones cause no more reads',
    async (ms) => {
      const model = await startRefreshed('queue')
      await model.passes(ms)
      model.putSigningSecrets({ backend: 'the-next-secret' })
      await model.passes(1_000)

      expect(await model.post('backend', ada, { secret: 'the-next-secret' })).toMatchObject({
        status: 200,
      })
      const reads = model.secretReads.length
      for (let wrong = 0; wrong < 5; wrong += 1) {
        expect(await model.post('backend', ada, { secret: 'wrong' })).toMatchObject({ status: 401 })
      }
      expect(model.secretReads).toHaveLength(reads)
    },
  )

  test.each(['queue', 'direct'] as const)(
    'is the token: the next signup is delivered at once with the new one (%s)',
    async (delivery) => {
      const model = await startRefreshed(delivery)
      await model.passes(1_000)
      model.putToken('the-next-token')
      model.workspace.addFault({ access_token: 'the-next-token' })
      await model.passes(1_000)

      expect(await model.post('backend', ada)).toMatchObject({ status: 200 })
      await model.drained()

      expect(model.contacts()).toHaveLength(3)
      expect(model.notes.counted.get('handed_back')).toBeUndefined()
    },
  )
})

test('a worker crash in the middle of a batch loses nothing', async () => {
  const model = await startModel({ workers: 1 })
  await model.enqueue('backend', people(10))
  await model.passes(250)
  model.crash()
  const contactsThen = model.contacts().length

  await model.drained()

  expect(contactsThen).toBeLessThan(10)
  expect(model.contacts()).toHaveLength(10)
  expect(model.time.now()).toBeGreaterThan(360_000)
})

test('the webhook responds with 503 while SQS is down', async () => {
  const model = await startModel()
  model.setDown({ sqs: true })
  expect(await model.post('backend', ada)).toMatchObject({ status: 503 })
  expect(model.queue.size()).toBe(0)

  model.setDown({})
  expect(await model.post('backend', ada)).toMatchObject({ status: 200 })
})

test('the model runs the same way with the same seed', async () => {
  const run = async (seed: number) => {
    const model = await startModel({ seed, latencyMs: 300 })
    model.workspace.addFault({ status: 503, chance: 0.5 })
    await model.enqueue('backend', people(40))
    await model.drained()
    return model.time.now()
  }
  const first = await run(1)

  expect(await run(1)).toBe(first)
  expect(await run(2)).not.toBe(first)
})
