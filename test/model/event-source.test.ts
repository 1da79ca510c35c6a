import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { type Invocation, startEventSource, type WorkerProcess } from './event-source.ts'
import { createFifoQueue } from './fifo-queue.ts'
import { createTime } from './time.ts'

type Invoke = WorkerProcess['invoke']

const arn = 'arn:aws:sqs:eu-west-1:000000000000:queue.fifo'
const done: SQSBatchResponse = { batchItemFailures: [] }

/** Starts a queue and an event source whose workers run `invoke`. */
const start = (invoke: Invoke, workers = 1) => {
  const time = createTime(0)
  const queue = createFifoQueue({ arn, now: time.now })
  const invocations: Invocation[] = []
  const started: number[] = []
  const killed: number[] = []
  const eventSource = startEventSource({
    queue,
    clock: time,
    workers,
    startWorker: (worker) => {
      started.push(worker)
      return { invoke: (event, context) => invoke(event, context), kill: () => killed.push(worker) }
    },
    onInvocation: (invocation) => invocations.push(invocation),
  })
  let sends = 0
  const send = (groupId: string, body = groupId) => {
    sends += 1
    queue.send({ groupId, body, dedupeId: String(sends) })
  }
  const drained = () => time.run(eventSource.drained())
  return { time, queue, eventSource, invocations, started, killed, send, drained }
}

const bodiesOf = ({ Records }: SQSEvent) => Records.map(({ body }) => body)

test('the event source passes batches of ten to all workers and deletes what succeeds', async () => {
  let running = 0
  let most = 0
  const world = start(async () => {
    running += 1
    most = Math.max(most, running)
    await world.time.sleep(1_000)
    running -= 1
    return done
  }, 3)
  for (let person = 0; person < 45; person += 1) world.send(`p${person}`)

  await world.drained()

  expect(most).toBe(3)
  expect(world.invocations.map(({ records }) => records.length)).toEqual([10, 10, 10, 10, 5])
  expect(world.time.now()).toBe(2_000)
  expect(world.queue.size()).toBe(0)
  expect(world.started).toEqual([1, 2, 3])
})

test('the event source deletes what succeeds, and a failed record returns after its visibility timeout', async () => {
  const batches: string[][] = []
  const world = start(async (event) => {
    batches.push(bodiesOf(event))
    const [first] = event.Records
    if (batches.length > 1 || !first) return done
    world.queue.changeVisibility(first.receiptHandle, 30)
    return { batchItemFailures: [{ itemIdentifier: first.messageId }] }
  })
  for (const person of ['a', 'b', 'c']) world.send(person)

  await world.drained()

  expect(batches).toEqual([['a', 'b', 'c'], ['a']])
  expect(world.time.now()).toBe(30_000)
})

test('the event source invokes an idle worker when a message is sent or becomes visible', async () => {
  const at: number[] = []
  const world = start(async () => {
    at.push(world.time.now())
    return done
  })
  await world.time.advance(5_000)
  world.send('a')
  await world.drained()
  await world.time.advance(1_000)
  world.send('b')
  await world.drained()

  expect(at).toEqual([5_000, 6_000])
})

test('the event source gives an invocation 60 s', async () => {
  const remainingMs: number[] = []
  const world = start(async (_event, context) => {
    remainingMs.push(context.getRemainingTimeInMillis())
    await world.time.sleep(45_000)
    remainingMs.push(context.getRemainingTimeInMillis())
    return done
  })
  world.send('a')

  await world.drained()

  expect(remainingMs).toEqual([60_000, 15_000])
})

describe('the whole batch is received again after 360 s when the worker', () => {
  const failOnce = (fail: () => Promise<SQSBatchResponse>) => {
    let invocations = 0
    return start(async () => {
      invocations += 1
      return invocations === 1 ? fail() : done
    })
  }

  test('throws; its process continues', async () => {
    const world = failOnce(async () => {
      throw new Error('a bug')
    })
    world.send('a')

    await world.drained()

    expect(world.time.now()).toBe(360_000)
    expect(world.invocations).toMatchObject([{ error: { message: 'a bug' } }, { failed: [] }])
    expect(world.started).toEqual([1])
  })

  test('times out; a new process replaces it', async () => {
    const world = failOnce(() => new Promise(() => {}))
    world.send('a')

    await world.drained()

    expect(world.time.now()).toBe(360_000)
    expect(world.invocations[0]).toMatchObject({ startedMs: 0, endedMs: 60_000 })
    expect([world.started, world.killed]).toEqual([[1, 1], [1]])
  })

  test('crashes; a new process replaces it', async () => {
    const world = failOnce(() => new Promise(() => {}))
    world.send('a')
    await world.time.advance(10_000)
    expect(world.eventSource.running()).toBe(1)

    world.eventSource.crash()
    await world.drained()

    expect(world.time.now()).toBe(360_000)
    expect(world.invocations[0]).toMatchObject({ endedMs: 10_000, failed: [expect.any(String)] })
    expect(world.killed).toEqual([1])
  })
})
