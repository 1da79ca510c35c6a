import { createHeap } from './heap.ts'
import type { QueuedMessage } from './queue-message.ts'

/** A message in its group. */
export type Message = { -readonly [key in keyof QueuedMessage]: QueuedMessage[key] } & {
  readonly group: Group
  /** The handle it was last given out with. */
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

/** So many messages are given out together, so that only a group's first ones may be hidden. */
export const maxBatch = 10

/**
 * Knows which groups may give: those of which no message is hidden, the one whose first message is
 * the oldest first.
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

  /** The lock that ends first; those that were changed since are passed over. */
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
    /** Puts a message behind those of its group. */
    add: (message: Omit<QueuedMessage, 'receives'> & { receives: number }): Message => {
      const { groupId: id } = message
      const group = groups.get(id) ?? { id, messages: [], lockedUntilMs: 0, isReady: false }
      groups.set(id, group)
      const added: Message = { ...message, group, handle: '', hiddenUntilMs: 0 }
      group.messages.push(added)
      settle(group)
      return added
    },
    /** Takes a message out of its group; `settle` then says whether the group may give. */
    remove: (message: Message): void => {
      const { messages } = message.group
      messages.splice(messages.indexOf(message), 1)
    },
    /** Says anew whether a group may give, after any change to it. */
    settle,
    /** The next group that may give; it is asked for no more until it is settled. */
    next: (): Group | undefined => {
      unlock()
      const group = ready.pop()?.group
      if (group) group.isReady = false
      return group
    },
    /** When one may give, in unix milliseconds. */
    nextMs: (): number | undefined => {
      unlock()
      return ready.peek() ? now() : nextLock()?.atMs
    },
    /** Resolves when a call lets one give; time alone tells nobody. */
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
