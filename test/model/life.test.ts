import { expect, test } from 'vitest'
import { type AwaitPoint, createLife } from './life.ts'

/** What a call came to by the time that all that could go on has. */
const outcomeOf = async (call: Promise<string>): Promise<string> => {
  const late = new Promise<string>((resolve) => setImmediate(() => resolve('nothing')))
  return Promise.race([call.catch((error: Error) => error.message), late])
}

const startCall = (onAwait?: (point: AwaitPoint) => void) => {
  const life = createLife(onAwait)
  const answer = Promise.withResolvers<string>()
  const asked: string[] = []
  const call = life.bind(
    (what: string) => {
      asked.push(what)
      return answer.promise
    },
    (what) => `ask ${what}`,
  )
  return { life, answer, asked, call }
}

test('a call gives what it gives, and fails with what it fails with', async () => {
  const good = startCall()
  good.answer.resolve('the answer')
  const bad = startCall()
  bad.answer.reject(new Error('its own'))

  expect(await outcomeOf(good.call('this'))).toBe('the answer')
  expect(good.asked).toEqual(['this'])
  expect(await outcomeOf(bad.call('this'))).toBe('its own')
})

test('after the end nothing comes of a call that was under way', async () => {
  for (const settle of ['resolve', 'reject'] as const) {
    const { life, answer, call } = startCall()
    const outcome = outcomeOf(call('this'))
    life.end()
    answer[settle](settle)

    expect(await outcome).toBe('nothing')
  }
})

test('after the end nothing more is asked', async () => {
  const { life, answer, asked, call } = startCall()
  answer.resolve('the answer')
  life.end()

  expect(await outcomeOf(call('this'))).toBe('nothing')
  expect(asked).toEqual([])
})

test('every call is an await point before and after, which may end the life', async () => {
  const points: AwaitPoint[] = []
  const { life, answer, asked, call } = startCall((point) => {
    points.push(point)
    if (points.length === 2) life.end()
  })
  answer.resolve('the answer')

  expect(await outcomeOf(call('this'))).toBe('nothing')
  expect(await outcomeOf(call('that'))).toBe('nothing')
  expect(points).toEqual([
    { call: 'ask this', when: 'before' },
    { call: 'ask this', when: 'after' },
  ])
  expect(asked).toEqual(['this'])
})
