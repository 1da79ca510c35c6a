import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFifoQueue } from './fifo-queue.ts'

type Step =
  | { readonly type: 'send'; readonly group: number }
  | { readonly type: 'receive'; readonly max: number }
  | { readonly type: 'delete' | 'wait'; readonly pick: number; readonly seconds: number }
  | { readonly type: 'pass'; readonly seconds: number }

const index = fc.nat({ max: 50 })
const seconds = fc.nat({ max: 200 })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('send' as const), group: fc.nat({ max: 3 }) }),
    fc.record({ type: fc.constant('receive' as const), max: fc.integer({ min: 1, max: 10 }) }),
    fc.record({ type: fc.constantFrom('delete' as const, 'wait' as const), pick: index, seconds }),
    fc.record({ type: fc.constant('pass' as const), seconds }),
  ),
  { minLength: 20, maxLength: 80 },
)

/** Returns a function that applies a step to the queue and to a plain list, and compares them. */
const startComparison = () => {
  let nowMs = 0
  let sends = 0
  let list: { body: string; group: string; handle: string; hiddenUntilMs: number }[] = []
  const queue = createFifoQueue({ arn: 'arn:aws:sqs:eu-west-1:0:q.fifo', now: () => nowMs })
  const isLocked = (group: string) =>
    list.some((message) => message.group === group && message.hiddenUntilMs > nowMs)
  const receivable = () => list.filter(({ group }) => !isLocked(group))

  const receive = (max: number) => {
    const open = receivable()
    const groups = [...new Set(open.map(({ group }) => group))]
    const expected = groups.flatMap((group) => open.filter((message) => message.group === group))
    const records = queue.receive(max)
    expect(records.map(({ body }) => body)).toEqual(expected.slice(0, max).map(({ body }) => body))
    for (const { body, receiptHandle } of records) {
      list = list.map((message) =>
        message.body === body
          ? { ...message, handle: receiptHandle, hiddenUntilMs: nowMs + 360_000 }
          : message,
      )
    }
  }

  const change = (type: 'delete' | 'wait', pick: number, waitSeconds: number) => {
    const received = list.filter(({ handle }) => handle !== '')
    const target = received[pick % Math.max(1, received.length)]
    if (!target) return
    const isHeld = target.hiddenUntilMs > nowMs
    const hiddenUntilMs = nowMs + waitSeconds * 1_000
    const done =
      type === 'delete'
        ? queue.delete(target.handle)
        : queue.changeVisibility(target.handle, waitSeconds)
    expect(done).toBe(isHeld)
    if (!isHeld) return
    list =
      type === 'delete'
        ? list.filter((message) => message !== target)
        : list.map((message) => (message === target ? { ...message, hiddenUntilMs } : message))
  }

  return (step: Step): void => {
    if (step.type === 'receive') receive(step.max)
    else if (step.type === 'pass') nowMs += step.seconds * 1_000
    else if (step.type !== 'send') change(step.type, step.pick, step.seconds)
    else {
      sends += 1
      const group = `g${step.group}`
      const body = String(sends)
      queue.send({ groupId: group, body, dedupeId: body })
      list = [...list, { body, group, handle: '', hiddenUntilMs: 0 }]
    }
    const unlocks = [...new Set(list.map(({ group }) => group))].map((group) =>
      Math.max(
        nowMs,
        ...list
          .filter((message) => message.group === group)
          .map((message) => message.hiddenUntilMs),
      ),
    )
    expect(queue.nextVisibleMs()).toBe(unlocks.length > 0 ? Math.min(...unlocks) : undefined)
    expect(queue.size()).toBe(list.length)
  }
}

test('the FIFO queue matches a plain list in any sequence of sends, receives, deletes and waits', () => {
  fc.assert(
    fc.property(steps, (run) => {
      const apply = startComparison()
      for (const step of run) apply(step)
    }),
    { numRuns: 300 },
  )
})
