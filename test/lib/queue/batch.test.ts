import { describe, expect, test } from 'vitest'
import { crashVisibility, groupByPerson, turnOf } from '../../../src/lib/queue/batch.ts'
import type { ReadRecord } from '../../../src/lib/queue/read-record.ts'
import { record } from '../../support/records.ts'

describe('groupByPerson', () => {
  const readRecord = (messageId: string, ...keys: string[]): ReadRecord => ({
    record: record('{}', { messageId }),
    keys,
  })
  const idsOf = (reads: readonly ReadRecord[]) =>
    groupByPerson(reads).map((group) => group.map((read) => read.record.messageId))

  test('returns no group for no records', () => {
    expect(idsOf([])).toEqual([])
  })

  test('puts records without a shared key into groups of their own, in order', () => {
    expect(
      idsOf([readRecord('1', 'ada'), readRecord('2', 'grace'), readRecord('3', 'lin')]),
    ).toEqual([['1'], ['2'], ['3']])
  })

  test('puts records that share any key into one group, in order', () => {
    expect(
      idsOf([
        readRecord('1', 'group-a', 'ada'),
        readRecord('2', 'group-b', 'grace'),
        readRecord('3', 'group-c', 'ada'),
        readRecord('4', 'group-b', 'lin'),
      ]),
    ).toEqual([
      ['1', '3'],
      ['2', '4'],
    ])
  })

  test('joins groups that a later record connects, in the order of their records', () => {
    expect(
      idsOf([
        readRecord('1', 'ada'),
        readRecord('2', 'grace'),
        readRecord('3', 'lin'),
        readRecord('4', 'ada'),
        readRecord('5', 'grace', 'ada'),
        readRecord('6', 'lin'),
      ]),
    ).toEqual([
      ['1', '2', '4', '5'],
      ['3', '6'],
    ])
  })

  test('joins groups through keys of other records', () => {
    expect(
      idsOf([
        readRecord('1', 'a', 'b'),
        readRecord('2', 'c', 'd'),
        readRecord('3', 'b', 'c'),
        readRecord('4', 'd', 'e'),
        readRecord('5', 'e'),
      ]),
    ).toEqual([['1', '2', '3', '4', '5']])
  })

  test('orders groups by their first record, also after a later one joined two', () => {
    expect(
      idsOf([
        readRecord('1', 'ada'),
        readRecord('2', 'grace'),
        readRecord('3', 'lin'),
        readRecord('4', 'lin', 'ada'),
      ]),
    ).toEqual([['1', '3', '4'], ['2']])
  })
})

describe('turnOf', () => {
  const received = (times: string) =>
    record('{}', { attributes: { ApproximateReceiveCount: times } })
  const turn = { isStopped: false, remainingMs: 60_000, random: () => 0 }

  test('processes a record while there is time', () => {
    expect(turnOf(received('1'), turn)).toEqual({ type: 'process' })
    expect(turnOf(received('1'), { ...turn, remainingMs: 12_000 })).toEqual({ type: 'process' })
  })

  test('returns a record without a delay with less than 12 s left', () => {
    expect(turnOf(received('9'), { ...turn, remainingMs: 11_999 })).toEqual({
      type: 'return',
      retryInSeconds: 0,
    })
  })

  test.each([
    ['1', 0, 15],
    ['1', 0.5, 23],
    ['3', 0, 60],
    ['10', 0, 450],
  ])(
    'returns a record of a stopped batch at receive %s, with random %d, after %i s',
    (receives, random, retryInSeconds) => {
      expect(
        turnOf(received(receives), { ...turn, isStopped: true, random: () => random }),
      ).toEqual({ type: 'return', retryInSeconds })
    },
  )

  test('returns a record of a stopped batch with its backoff also when time is short', () => {
    expect(turnOf(received('1'), { ...turn, isStopped: true, remainingMs: 0 })).toEqual({
      type: 'return',
      retryInSeconds: 15,
    })
  })
})

describe('crashVisibility', () => {
  const inGroup = (MessageGroupId: string) => record('{}', { attributes: { MessageGroupId } })

  test('is 15 s apart for each group, from 180 s after the end of the invocation, when search shows what a record created', () => {
    const records = [inGroup('ada'), inGroup('grace'), inGroup('ada'), inGroup('lin')]

    expect(crashVisibility(records, 60_000, 180)).toEqual([
      { record: records[0], retryInSeconds: 240 },
      { record: records[1], retryInSeconds: 255 },
      { record: records[2], retryInSeconds: 240 },
      { record: records[3], retryInSeconds: 270 },
    ])
  })

  test('is another time for each record of a standard queue', () => {
    const records = [record('{}', { messageId: 'm1' }), record('{}', { messageId: 'm2' })]

    expect(crashVisibility(records, 60_000, 180).map((retry) => retry.retryInSeconds)).toEqual([
      240, 255,
    ])
  })

  test('is 30 s after the end of the invocation where search does not lag', () => {
    expect(crashVisibility([inGroup('ada')], 60_000, 0)).toMatchObject([{ retryInSeconds: 90 }])
  })

  test('rounds the remaining time up to whole seconds', () => {
    const [retry] = crashVisibility([inGroup('ada')], 59_001, 180)

    expect(retry?.retryInSeconds).toBe(240)
  })
})
