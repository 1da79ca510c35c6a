import { describe, expect, test } from 'vitest'
import { ageSecondsOf, groupIdOf, isFifo, receivesOf } from '../../../src/lib/queue/record.ts'
import { start } from '../../support/clock.ts'
import { fifoArn, inboxArn, record } from '../../support/records.ts'

test('isFifo tells a FIFO queue from a standard queue by its ARN', () => {
  expect(isFifo(fifoArn)).toBe(true)
  expect(isFifo(inboxArn)).toBe(false)
})

describe('receivesOf', () => {
  test.each([
    ['1', 1],
    ['7', 7],
    ['0', 1],
    ['', 1],
    ['none', 1],
  ])('reads the receive count %j as %i', (ApproximateReceiveCount, receives) => {
    expect(receivesOf(record('{}', { attributes: { ApproximateReceiveCount } }))).toBe(receives)
  })
})

describe('groupIdOf', () => {
  test('is the group of a FIFO record', () => {
    expect(groupIdOf(record('{}', { attributes: { MessageGroupId: 'group' } }))).toBe('group')
  })

  test('is the message id of a record without a group', () => {
    expect(groupIdOf(record('{}', { messageId: 'm7' }))).toBe('m7')
  })
})

describe('ageSecondsOf', () => {
  test.each([
    [`${start * 1000}`, 90],
    [`${(start + 90) * 1000}`, 0],
    [`${(start + 91) * 1000}`, 0],
    ['', 0],
  ])('of a record sent at %j is %i s, 90 s after the start', (SentTimestamp, seconds) => {
    const sent = record('{}', { attributes: { SentTimestamp } })

    expect(ageSecondsOf(sent, (start + 90) * 1000)).toBe(seconds)
  })
})
