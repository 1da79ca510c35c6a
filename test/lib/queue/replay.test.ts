import { describe, expect, test } from 'vitest'
import type { Bridge } from '../../../src/lib/config/config.ts'
import { sha256 } from '../../../src/lib/digest.ts'
import { defineBridge, signup } from '../../../src/lib/index.ts'
import type { DeadLetter } from '../../../src/lib/queue/read-dead-letter.ts'
import {
  type DeadLetterQueue,
  forEachDeadLetter,
  type ReplayOptions,
  type ReplayProgress,
  replay,
} from '../../../src/lib/queue/replay.ts'
import { toDeadLetter } from '../../../src/lib/queue/to-dead-letter.ts'
import { createDeadLetters } from '../../model/dead-letters.ts'
import { createFifoQueue } from '../../model/fifo-queue.ts'
import { createTime } from '../../model/time.ts'
import { record } from '../../support/records.ts'

const bridge: Bridge = defineBridge({ sources: { backend: signup() } })
const arn = 'arn:aws:sqs:eu-west-1:000000000000:queue.fifo'

/** A queue and its dead letters, on a virtual clock. */
const start = () => {
  const time = createTime()
  const queue = createFifoQueue({ arn, now: time.now })
  const letters = createFifoQueue({ arn, now: time.now, visibilityMs: 300_000 })
  const deadLetters = createDeadLetters(queue, letters, time.now)
  const bodyOf = (person: number) => JSON.stringify({ email: `person-${person}@example.com` })
  let parked = 0
  const park = (count: number, reason: 'mapping_failed' | 'no_identity' = 'mapping_failed') => {
    for (let index = 0; index < count; index += 1) {
      parked += 1
      const messageId = `m${parked}`
      letters.send(toDeadLetter(record(bodyOf(parked), { messageId }), { reason }))
    }
  }
  const options = (more: Partial<ReplayOptions> = {}): ReplayOptions => ({
    filter: {},
    restore: false,
    clock: time,
    ...more,
  })
  const deadLetterQueue = deadLetters.asQueue(async () => {})
  const run = (more: Partial<ReplayOptions> = {}, source: DeadLetterQueue = deadLetterQueue) =>
    time.run(replay(source, bridge, options(more)))
  return { time, queue, letters, park, run, deadLetterQueue, bodyOf }
}

describe('forEachDeadLetter', () => {
  test('passes every dead letter once, and releases them all', async () => {
    const { letters, park, deadLetterQueue } = start()
    park(35)
    const seen: DeadLetter[] = []

    const result = await forEachDeadLetter(deadLetterQueue, bridge, {}, (letter) =>
      seen.push(letter),
    )

    expect(new Set(seen.map(({ record: { messageId } }) => messageId)).size).toBe(35)
    expect(result).toEqual({ scanned: 35, heldByOthers: 0, unseen: 0, isComplete: true })
    expect([seen.length, letters.visible()]).toEqual([35, 35])
  })

  test('ends when a message is received again because its hold ran out, and is not complete', async () => {
    const { time, letters, park, deadLetterQueue } = start()
    park(35)
    const seen: string[] = []
    let receives = 0
    const slow: DeadLetterQueue = {
      ...deadLetterQueue,
      receive: async () => {
        receives += 1
        if (receives === 3) await time.advance(1_800_001)
        return deadLetterQueue.receive()
      },
    }

    const result = await forEachDeadLetter(slow, bridge, {}, ({ record: { messageId } }) =>
      seen.push(messageId),
    )

    expect(result).toMatchObject({ scanned: 20, isComplete: false })
    expect([seen.length, new Set(seen).size, letters.visible()]).toEqual([20, 20, 35])
  })

  test('calls onScanned after every batch, also when no dead letter matches', async () => {
    const { park, deadLetterQueue } = start()
    park(25)
    const counts: number[] = []
    const onScanned = (scanned: number) => counts.push(scanned)

    await forEachDeadLetter(deadLetterQueue, bridge, { event: 'none' }, () => {}, {
      onScanned,
    })

    expect(counts).toEqual([10, 20, 25])
  })

  test('returns how many another run holds', async () => {
    const { letters, park, deadLetterQueue } = start()
    park(12)
    letters.receive()

    const result = await forEachDeadLetter(deadLetterQueue, bridge, {}, () => {})

    expect(result).toMatchObject({ scanned: 2, heldByOthers: 10 })
  })

  test('releases the held dead letters after an error', async () => {
    const { letters, park, deadLetterQueue } = start()
    park(12)
    const scan = forEachDeadLetter(deadLetterQueue, bridge, {}, () => {
      throw new Error('its own')
    })

    await expect(scan).rejects.toThrow('its own')
    expect(letters.visible()).toBe(12)
  })

  test('ends after the current batch when it is aborted', async () => {
    const { letters, park, deadLetterQueue } = start()
    park(30)
    const ending = new AbortController()
    let seen = 0

    const onLetter = () => {
      seen += 1
      ending.abort()
    }
    const { signal } = ending
    const result = await forEachDeadLetter(deadLetterQueue, bridge, {}, onLetter, { signal })

    expect([seen, letters.visible()]).toEqual([10, 30])
    expect(result).toMatchObject({ isComplete: false, unseen: 0 })
  })

  test('returns how many are behind others of their group', async () => {
    const { letters, deadLetterQueue } = start()
    for (let index = 0; index < 13; index += 1) {
      letters.send({ body: '{}', groupId: 'one', dedupeId: String(index) })
    }
    let seen = 0

    const { unseen, isComplete } = await forEachDeadLetter(deadLetterQueue, bridge, {}, () => {
      seen += 1
    })

    expect([seen, unseen, isComplete, letters.visible()]).toEqual([10, 3, false, 13])
  })
})

describe('replay', () => {
  test('sends a dead letter back in the group of its person, with a dedupe id of its id', async () => {
    const { queue, letters, park, run, bodyOf } = start()
    park(1)
    const [letter] = letters.messages()

    expect(await run()).toMatchObject({ replayed: 1, refused: 0, undeleted: 0, isComplete: true })

    expect(letters.size()).toBe(0)
    expect(queue.messages()).toMatchObject([
      {
        body: bodyOf(1),
        groupId: sha256('person-1@example.com'),
        dedupeId: sha256(letter?.messageId ?? ''),
        attributes: { replay: 'fill' },
      },
    ])
  })

  test('sends a group of any size back, in order', async () => {
    const { queue, letters, run } = start()
    for (let index = 0; index < 25; index += 1) {
      letters.send({
        body: JSON.stringify({ email: 'ada@example.com', name: `${index}` }),
        groupId: 'one',
        dedupeId: String(index),
      })
    }

    expect(await run()).toMatchObject({ replayed: 25, unseen: 0 })

    const names = queue.messages().map(({ body }) => JSON.parse(body).name)
    expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `${index}`))
  })

  test('keeps and releases the dead letters that do not match the filter', async () => {
    const { queue, letters, park, run } = start()
    park(15, 'no_identity')
    park(15)
    park(15, 'no_identity')

    expect(await run({ filter: { reason: 'mapping_failed' } })).toMatchObject({ replayed: 15 })

    expect([queue.size(), letters.size(), letters.visible()]).toEqual([15, 30, 30])
  })

  test('keeps the dead letters that the queue does not store', async () => {
    const { queue, letters, park, run, deadLetterQueue } = start()
    park(12)
    const sendBack: DeadLetterQueue['sendBack'] = async ([first, ...batch]) => {
      await deadLetterQueue.sendBack(batch)
      return first ? batch : []
    }

    expect(await run({}, { ...deadLetterQueue, sendBack })).toMatchObject({
      replayed: 10,
      refused: 2,
    })
    expect([queue.size(), letters.visible()]).toEqual([10, 2])
  })

  test('counts and releases the dead letters that were sent back and could not be deleted', async () => {
    const { queue, letters, park, run, deadLetterQueue } = start()
    park(5)
    const remove: DeadLetterQueue['remove'] = ([, ...receipts]) => deadLetterQueue.remove(receipts)

    expect(await run({}, { ...deadLetterQueue, remove })).toMatchObject({
      replayed: 5,
      undeleted: 1,
    })
    expect([queue.size(), letters.visible()]).toEqual([5, 1])
  })

  test.each(['receive', 'sendBack', 'remove', 'counts'] as const)(
    'loses nothing when %s fails, and continues when it is run again',
    async (method) => {
      const { time, queue, letters, park, run, deadLetterQueue } = start()
      park(30)
      let calls = 0
      const failing: DeadLetterQueue = {
        ...deadLetterQueue,
        [method]: async (argument: never) => {
          calls += 1
          if (calls === 2) throw new Error('SQS gave no answer')
          return deadLetterQueue[method](argument)
        },
      }

      await expect(run({}, failing)).rejects.toThrow('SQS gave no answer')
      const between = new Set([...queue.messages(), ...letters.messages()].map(({ body }) => body))
      expect(between.size).toBe(30)
      await run()

      expect(letters.size()).toBe(0)
      // SQS drops a message that was already sent within the last five minutes.
      expect(queue.messages().map(({ body }) => body)).toHaveLength(30)
      expect(time.now()).toBeGreaterThan(0)
    },
  )

  test('pauses while a hundred signups wait in the queue', async () => {
    const { time, queue, park, run } = start()
    const progress: ReplayProgress[] = []
    for (let index = 0; index < 100; index += 1) {
      queue.send({ body: '{}', groupId: `live-${index}`, dedupeId: '1' })
    }
    park(20)
    const startedMs = time.now()
    const drain = async () => {
      await time.sleep(60_000)
      const records = [1, 2, 3].flatMap(() => queue.receive())
      for (const { receiptHandle } of records) queue.delete(receiptHandle)
    }
    drain()

    await run({ onProgress: (update) => progress.push(update) })

    expect(time.now() - startedMs).toBeGreaterThan(60_000)
    expect(progress[0]).toMatchObject({ replayed: 0, waitsFor: 100 })
    expect(progress.at(-1)).toEqual({ replayed: 20, refused: 0, undeleted: 0 })
  })

  test('takes at least 250 ms for each ten', async () => {
    const { time, park, run } = start()
    park(90)
    const startedMs = time.now()

    await run()

    expect(time.now() - startedMs).toBe(9 * 250)
  })

  test('ends after the current batch when it is aborted, also during a pause', async () => {
    const { queue, letters, park, run } = start()
    park(30)
    const ending = new AbortController()
    const onProgress = () => ending.abort()

    await run({ signal: ending.signal, onProgress })
    expect([queue.size(), letters.visible()]).toEqual([10, 20])

    for (let index = 0; index < 100; index += 1) {
      queue.send({ body: '{}', groupId: `live-${index}`, dedupeId: '1' })
    }
    const waiting = new AbortController()
    await run({ signal: waiting.signal, onProgress: () => waiting.abort() })
    expect([queue.size(), letters.visible()]).toEqual([110, 20])
  })

  test('does not send back what is parked again meanwhile', async () => {
    const { time, queue, letters, park, run, deadLetterQueue } = start()
    park(5)
    const sendBack: DeadLetterQueue['sendBack'] = async (batch) => {
      await time.sleep(1)
      park(batch.length)
      return deadLetterQueue.sendBack(batch)
    }

    expect(await run({}, { ...deadLetterQueue, sendBack })).toMatchObject({ replayed: 5 })
    expect([queue.size(), letters.visible()]).toEqual([5, 5])
  })
})
