import { expect, test } from 'vitest'
import { memoise, memoiseByObject, once } from '../../src/lib/memoise.ts'

const createCounted = (maxEntries?: number) => {
  const computed: string[] = []
  const compute = memoise(
    (text) => {
      computed.push(text)
      return text === 'nothing' ? undefined : text.length
    },
    maxEntries === undefined ? {} : { maxEntries },
  )
  return { compute, computed }
}

test('memoise computes each result once', () => {
  const { compute, computed } = createCounted()

  expect([compute('one'), compute('three'), compute('one')]).toEqual([3, 5, 3])
  expect(computed).toEqual(['one', 'three'])
})

test('memoise keeps undefined results', () => {
  const { compute, computed } = createCounted()

  expect([compute('nothing'), compute('nothing')]).toEqual([undefined, undefined])
  expect(computed).toEqual(['nothing'])
})

test('memoise clears all results when it would keep more than maxEntries', () => {
  const { compute, computed } = createCounted(2)

  for (const text of ['a', 'b', 'a', 'c', 'c', 'a']) compute(text)

  expect(computed).toEqual(['a', 'b', 'c', 'a'])
})

test('memoise keeps 1,000 results by default', () => {
  const { compute, computed } = createCounted()
  const texts = Array.from({ length: 1_000 }, (_, index) => `text ${index}`)

  for (const text of [...texts, ...texts]) compute(text)

  expect(computed).toHaveLength(1_000)
})

test('once makes its value when it is first called, and keeps it, undefined too', () => {
  let made = 0
  const make = once(() => {
    made += 1
    return undefined
  })

  expect(made).toBe(0)
  expect([make(), make()]).toEqual([undefined, undefined])
  expect(made).toBe(1)
})

test('memoiseByObject computes the result of each object once, also if it is undefined', () => {
  const computed: object[] = []
  const compute = memoiseByObject((key: { readonly name?: string }) => {
    computed.push(key)
    return key.name
  })
  const [ada, other, nameless] = [{ name: 'Ada' }, { name: 'Ada' }, {}]

  expect([ada, other, ada, nameless, nameless].map(compute)).toEqual([
    ...['Ada', 'Ada', 'Ada'],
    ...[undefined, undefined],
  ])
  expect(computed).toEqual([ada, other, nameless])
  expect(computed[1]).toBe(other)
})
