import { createHeap } from './heap.ts'
import type { QueuedMessage } from './queue-message.ts'

/** A message in its group. */
export type Message = { -readonly [key in keyof QueuedMessage]: QueuedMessage[key] } & {
  readonly group: Group
  /** The handle of its last receive. */
  handle: string
  hiddenUntilMs: number
}

/** The messages of one group, in the order they were sent. */
export type Group = {
  readonly id: string
  readonly messages: Message[]
  lockedUntilMs: number
  isReady: boolean
}

/** The most messages in one batch, so that only the first ones of a group can be hidden. */
export const maxBatch = 10

/**
 * Tracks which groups are ready to be received, that is, have no hidden message. The group with the
 * oldest first message comes first.
 */
export const createGroups = (now: () => number) => {
  const groups = new Map<string, Group>()
  const ready = createHeap<{ readonly order: number; readonly group: Group }>(({ order }) => order)
  const locks = createHeap<{ readonly atMs: number; readonly group: Group }>(({ atMs }) => atMs)
  let arrival: PromiseWithResolvers<void> | undefined

  const lock = (group: Group, untilMs: number): void => {
    if (group.lockedUntilMs === untilMs) return
    group.lockedUntilMs = untilMs
    locks.push({ atMs: untilMs, group })
  }

  const settle = (group: Group): void => {
    const [first] = group.messages
    const hidden = group.messages.slice(0, maxBatch).map(({ hiddenUntilMs }) => hiddenUntilMs)
    const untilMs = Math.max(0, ...hidden)
    if (untilMs > now()) {
      lock(group, untilMs)
      return
    }
    group.lockedUntilMs = 0
    if (!first) {
      groups.delete(group.id)
    } else if (!group.isReady) {
      group.isReady = true
      ready.push({ order: first.order, group })
      arrival?.resolve()
      arrival = undefined
    }
  }

  /** The lock that ends first; locks that were replaced since are dropped. */
  const nextLock = () => {
    for (;;) {
      const lock = locks.peek()
      if (!lock || lock.atMs === lock.group.lockedUntilMs) return lock
      locks.pop()
    }
  }

  const unlock = (): void => {
    for (let lock = nextLock(); lock && lock.atMs <= now(); lock = nextLock()) {
      locks.pop()
      settle(lock.group)
    }
  }

  return {
    /** Appends a message to its group. */
    add: (message: Omit<QueuedMessage, 'receives'> & { receives: number }): Message => {
      const { groupId: id } = message
      const group = groups.get(id) ?? { id, messages: [], lockedUntilMs: 0, isReady: false }
      groups.set(id, group)
      const added: Message = { ...message, group, handle: '', hiddenUntilMs: 0 }
      group.messages.push(added)
      settle(group)
      return added
    },
    /** Removes a message from its group; call `settle` afterwards. */
    remove: (message: Message): void => {
      const { messages } = message.group
      messages.splice(messages.indexOf(message), 1)
    },
    /** Updates whether a group is ready; call it after any change to the group. */
    settle,
    /** Returns the next ready group; it is not returned again until `settle`. */
    next: (): Group | undefined => {
      unlock()
      const group = ready.pop()?.group
      if (group) group.isReady = false
      return group
    },
    /** When the next group is ready, in unix milliseconds. */
    nextMs: (): number | undefined => {
      unlock()
      return ready.peek() ? now() : nextLock()?.atMs
    },
    /** Resolves when a call makes a group ready; the passing of time alone does not resolve it. */
    arrival: (): Promise<void> => {
      arrival ??= Promise.withResolvers()
      return arrival.promise
    },
    clear: (): void => {
      groups.clear()
      ready.clear()
      locks.clear()
    },
  }
}
