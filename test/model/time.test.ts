import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createHeap } from './heap.ts'
import { createRandom } from './random.ts'
import { createTime } from './time.ts'

test('virtual time stands still until something drives it', async () => {
  const time = createTime(0)
  let isAwake = false
  time.sleep(1_000).then(() => {
    isAwake = true
  })

  await turn()

  expect(isAwake).toBe(false)
  expect(time.now()).toBe(0)
})

test('time.run runs work to its end, however long it sleeps', async () => {
  const time = createTime(0)
  const days = async () => {
    for (let hour = 0; hour < 72; hour += 1) await time.sleep(3_600_000)
    return 'done'
  }

  expect(await time.run(days())).toBe('done')
  expect(time.now()).toBe(72 * 3_600_000)
})

test('time.run rejects with the error of the work', async () => {
  const time = createTime(0)
  const work = async () => {
    await time.sleep(5)
    throw new Error('an error')
  }

  await expect(time.run(work())).rejects.toThrow('an error')
})

test('time.sleep resolves by due time, and in call order for the same due time', async () => {
  const time = createTime(0)
  const resolved: string[] = []
  const sleep = async (name: string, ms: number) => {
    await time.sleep(ms)
    resolved.push(`${name} at ${time.now()}`)
  }

  await time.run(
    Promise.all([sleep('a', 30), sleep('b', 10), sleep('c', 30), sleep('d', 20), sleep('e', 10)]),
  )

  expect(resolved).toEqual(['b at 10', 'e at 10', 'd at 20', 'a at 30', 'c at 30'])
})

test('time.sleep waits whole milliseconds and at least one, as Node does', async () => {
  const time = createTime(0)

  await time.run(time.sleep(0))
  expect(time.now()).toBe(1)
  await time.run(time.sleep(10.9))
  expect(time.now()).toBe(11)
})

test('time.timeout aborts its signal in time, with a TimeoutError', async () => {
  const time = createTime(0)
  const signal = time.timeout(8_000)

  await time.advance(7_999)
  expect(signal.aborted).toBe(false)
  await time.advance(1)
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
})

test('time.advance fires every timer that falls due', async () => {
  const time = createTime(0)
  const ticks: number[] = []
  const tick = async () => {
    for (;;) {
      await time.sleep(300)
      ticks.push(time.now())
    }
  }
  tick()

  await time.advance(1_000)

  expect(ticks).toEqual([300, 600, 900])
  expect(time.now()).toBe(1_000)
})

test('time.run runs work for several callers in parallel', async () => {
  const time = createTime(0)
  const after = async (ms: number) => {
    await time.sleep(ms)
    return time.now()
  }

  expect(await Promise.all([time.run(after(50)), time.run(after(20))])).toEqual([50, 20])
})

test('time.run waits for work that needs turns of the event loop and no timer', async () => {
  const time = createTime(0)
  const work = async () => {
    for (let turns = 0; turns < 20; turns += 1) await turn()
    return time.now()
  }

  expect(await time.run(work())).toBe(0)
})

test('time.run throws when no timer is left and the work has not settled', async () => {
  const time = createTime(0, 50)

  await expect(time.run(new Promise(() => {}))).rejects.toThrow('no timer is left')
})

test('time.run completes 100,000 sleeps and as many unused signals', async () => {
  const time = createTime(0)
  const random = createRandom(1)
  let sleeps = 0
  const loop = async () => {
    for (let round = 0; round < 1_000; round += 1) {
      time.timeout(8_000)
      await time.sleep(random() * 1_000)
      sleeps += 1
    }
  }

  await time.run(Promise.all(Array.from({ length: 100 }, loop)))

  expect(sleeps).toBe(100_000)
})

test('a heap pops its items from the least to the greatest', () => {
  const random = createRandom(7)
  const numbers = Array.from({ length: 1_000 }, () => Math.floor(random() * 100))
  const heap = createHeap<number>((number) => number)
  for (const number of numbers) heap.push(number)

  const popped = numbers.map(() => heap.pop())

  expect(popped).toEqual(numbers.toSorted((a, b) => a - b))
  expect(heap.pop()).toBeUndefined()
})
