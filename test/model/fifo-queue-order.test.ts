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

/** The queue and, beside it, the plainest list that says what it must do. */
const startBoth = () => {
  let nowMs = 0
  let sends = 0
  let kept: { body: string; group: string; handle: string; hiddenUntilMs: number }[] = []
  const queue = createFifoQueue({ arn: 'arn:aws:sqs:eu-west-1:0:q.fifo', now: () => nowMs })
  const isLocked = (group: string) =>
    kept.some((each) => each.group === group && each.hiddenUntilMs > nowMs)
  const givable = () => kept.filter(({ group }) => !isLocked(group))

  const receive = (max: number) => {
    const open = givable()
    const groups = [...new Set(open.map(({ group }) => group))]
    const expected = groups.flatMap((group) => open.filter((each) => each.group === group))
    const records = queue.receive(max)
    expect(records.map(({ body }) => body)).toEqual(expected.slice(0, max).map(({ body }) => body))
    for (const { body, receiptHandle } of records) {
      kept = kept.map((each) =>
        each.body === body
          ? { ...each, handle: receiptHandle, hiddenUntilMs: nowMs + 360_000 }
          : each,
      )
    }
  }

  const change = (type: 'delete' | 'wait', pick: number, waitSeconds: number) => {
    const given = kept.filter(({ handle }) => handle !== '')
    const target = given[pick % Math.max(1, given.length)]
    if (!target) return
    const isHeld = target.hiddenUntilMs > nowMs
    const hiddenUntilMs = nowMs + waitSeconds * 1_000
    const done =
      type === 'delete'
        ? queue.delete(target.handle)
        : queue.changeVisibility(target.handle, waitSeconds)
    expect(done).toBe(isHeld)
    if (!isHeld) return
    kept =
      type === 'delete'
        ? kept.filter((each) => each !== target)
        : kept.map((each) => (each === target ? { ...each, hiddenUntilMs } : each))
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
      kept = [...kept, { body, group, handle: '', hiddenUntilMs: 0 }]
    }
    const unlocks = [...new Set(kept.map(({ group }) => group))].map((group) =>
      Math.max(
        nowMs,
        ...kept.filter((each) => each.group === group).map((each) => each.hiddenUntilMs),
      ),
    )
    expect(queue.nextVisibleMs()).toBe(unlocks.length > 0 ? Math.min(...unlocks) : undefined)
    expect(queue.size()).toBe(kept.length)
  }
}

test('whatever is sent, received, deleted and hidden, the queue does as a plain list would', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const take = startBoth()
      for (const step of given) take(step)
    }),
    { numRuns: 300 },
  )
})
