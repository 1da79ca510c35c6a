import { expect, test } from 'vitest'
import { type AwaitPoint, createLifetime } from './life.ts'

/** The result or the error message of a call; `nothing` when it does not settle. */
const outcomeOf = async (call: Promise<string>): Promise<string> => {
  const timeout = new Promise<string>((resolve) => setImmediate(() => resolve('nothing')))
  return Promise.race([call.catch((error: Error) => error.message), timeout])
}

const startCall = (onAwait?: (point: AwaitPoint) => void) => {
  const lifetime = createLifetime(onAwait)
  const result = Promise.withResolvers<string>()
  const asked: string[] = []
  const call = lifetime.bind(
    (what: string) => {
      asked.push(what)
      return result.promise
    },
    (what) => `ask ${what}`,
  )
  return { lifetime, result, asked, call }
}

test('a bound call returns its result and throws its error', async () => {
  const good = startCall()
  good.result.resolve('the result')
  const bad = startCall()
  bad.result.reject(new Error('an error'))

  expect(await outcomeOf(good.call('this'))).toBe('the result')
  expect(good.asked).toEqual(['this'])
  expect(await outcomeOf(bad.call('this'))).toBe('an error')
})

test('a call in progress never settles after its lifetime ends', async () => {
  for (const settle of ['resolve', 'reject'] as const) {
    const { lifetime, result, call } = startCall()
    const outcome = outcomeOf(call('this'))
    lifetime.end()
    result[settle](settle)

    expect(await outcome).toBe('nothing')
  }
})

test('a bound call is not made after its lifetime ends', async () => {
  const { lifetime, result, asked, call } = startCall()
  result.resolve('the result')
  lifetime.end()

  expect(await outcomeOf(call('this'))).toBe('nothing')
  expect(asked).toEqual([])
})

test('every bound call reports an await point before and after, and either may end the lifetime', async () => {
  const points: AwaitPoint[] = []
  const { lifetime, result, asked, call } = startCall((point) => {
    points.push(point)
    if (points.length === 2) lifetime.end()
  })
  result.resolve('the result')

  expect(await outcomeOf(call('this'))).toBe('nothing')
  expect(await outcomeOf(call('that'))).toBe('nothing')
  expect(points).toEqual([
    { call: 'ask this', when: 'before' },
    { call: 'ask this', when: 'after' },
  ])
  expect(asked).toEqual(['this'])
})
