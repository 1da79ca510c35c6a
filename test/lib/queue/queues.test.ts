import { describe, expect, test } from 'vitest'
import type { QueueMessage } from '../../../src/lib/queue/message.ts'
import { toBatches } from '../../../src/lib/queue/queues.ts'

const message = (body: string): QueueMessage => ({ body, groupId: body, dedupeId: body })

describe('toBatches', () => {
  test('puts at most ten messages into a batch, in order', () => {
    const messages = Array.from({ length: 23 }, (_, index) => message(String(index)))

    const batches = toBatches(messages)

    expect(batches.map(({ length }) => length)).toEqual([10, 10, 3])
    expect(batches.flat()).toEqual(messages)
  })

  test('puts at most 1 MB into a batch', () => {
    const large = 'x'.repeat(350_000)

    expect(
      toBatches([message(large), message(large), message(large)]).map(({ length }) => length),
    ).toEqual([2, 1])
    expect(toBatches([])).toEqual([])
  })
})
